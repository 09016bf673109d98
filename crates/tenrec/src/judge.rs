//! From what was found to what is shown: severities, selection, ignores and the baseline of the user.

use std::collections::{BTreeMap, BTreeSet};

use base::{Code, Diagnostic, Diagnostics, FileId, RelPath, System};
use finding::{Finding, RuleInfo, Severity};
use report::{Judged, Origin, Suppression};

use crate::baseline::Baseline;
use crate::config::{self, Config};
use crate::ignores::{self, Ignore, Scope};
use crate::lines::Lines;
use crate::names;
use crate::scan::Outcome;
use crate::select::Selector;

/// What the user decides about findings.
#[derive(Clone, Copy, Debug)]
pub struct Decisions<'a> {
    /// The project's settings, with those of the command line in them.
    pub config: &'a Config,
    /// Findings that are known already.
    pub baseline: Option<&'a Baseline>,
    /// All rules.
    pub rules: &'a [RuleInfo],
    /// What secrets are named with, so that equal ones are told without telling them.
    pub fingerprint_key: Option<&'a [u8]>,
    /// Whether comments in the project may ignore findings.
    pub with_comments: bool,
    /// Whether the whole project was scanned, so that an exception that met no finding is of no use.
    pub is_whole: bool,
}

/// What is shown.
#[derive(Debug, Default)]
pub struct Judgement {
    /// The findings, in the order of places, with those that are suppressed.
    pub findings: Vec<Judged>,
    /// How many are left out because the baseline has them.
    pub known: usize,
    /// How many the selection does not show.
    pub hidden: usize,
}

/// Judges the findings of a scan; what is wrong with inline ignores is added to its diagnostics.
#[must_use]
pub fn judge(outcome: &mut Outcome, system: &dyn System, decisions: &Decisions<'_>) -> Judgement {
    let findings = std::mem::take(&mut outcome.findings);
    let mut inline = match decisions.with_comments {
        true => Inline::read(outcome, &findings, system, decisions.rules),
        false => Inline::none(system),
    };
    let mut used = BTreeSet::new();
    let mut fingerprints = Fingerprints::default();
    let config = decisions.config;
    let mut judgement = Judgement::default();
    for finding in findings {
        let path = path_of(system, finding.place.file);
        let computed = finding.severity();
        let severity = config.severity(finding.rule, computed).unwrap_or(computed);
        let fingerprint = fingerprints.of(&finding, &path);
        // An ignore is used even where the selection hides its finding.
        let suppression = inline
            .suppression(&finding)
            .or_else(|| exception(config, &finding, &path, &mut used));
        if !config.selection.shows(finding.rule, severity) {
            judgement.hidden += 1;
            continue;
        }
        let is_known = decisions
            .baseline
            .is_some_and(|baseline| baseline.has(&fingerprint));
        if is_known && suppression.is_none() {
            judgement.known += 1;
            continue;
        }
        let secret = decisions
            .fingerprint_key
            .zip(finding.secret)
            .map(|(key, digest)| finding::keyed(key, digest));
        judgement.findings.push(Judged {
            finding,
            severity,
            fingerprint,
            secret,
            suppression,
        });
    }
    outcome.diagnostics.extend(inline.complaints(system));
    if decisions.is_whole {
        outcome.diagnostics.extend(unused(config, &used));
    }
    outcome.diagnostics.sort();
    judgement
}

fn path_of(system: &dyn System, file: FileId) -> RelPath {
    system
        .files()
        .get(file.0 as usize)
        .map_or_else(RelPath::root, |entry| entry.path.clone())
}

/// Fingerprints of findings in source order; equal ones are counted.
#[derive(Default)]
struct Fingerprints {
    seen: BTreeMap<String, u32>,
}

impl Fingerprints {
    fn of(&mut self, finding: &Finding, path: &RelPath) -> String {
        let first = finding.fingerprint(path, 0);
        let ordinal = self.seen.entry(first.clone()).or_insert(0);
        let fingerprint = match *ordinal {
            0 => first,
            ordinal => finding.fingerprint(path, ordinal),
        };
        *ordinal += 1;
        fingerprint
    }
}

/// The exception of the configuration that a finding meets; its position is noted.
fn exception(
    config: &Config,
    finding: &Finding,
    path: &RelPath,
    used: &mut BTreeSet<usize>,
) -> Option<Suppression> {
    let mut exceptions = config.exceptions.iter().enumerate();
    let (at, exception) = exceptions.find(|(_, exception)| {
        let mut rules = exception.rules.iter();
        exception.paths.is_match(path.as_str())
            && rules.any(|rule| rule.matches(finding.rule, finding.severity()))
    })?;
    used.insert(at);
    Some(Suppression {
        origin: Origin::Configuration,
        reason: exception.reason.clone(),
    })
}

/// The exceptions that met no finding.
fn unused(config: &Config, used: &BTreeSet<usize>) -> Diagnostics {
    let exceptions = config.exceptions.iter().enumerate();
    exceptions
        .filter(|(at, _)| !used.contains(at))
        .map(|(_, exception)| Diagnostic {
            path: RelPath::new(config::FILE).unwrap_or_else(|_| RelPath::root()),
            place: None,
            code: Code::UnusedIgnore,
            message: format!(
                "nothing is found that the exception with the reason `{}` would accept; remove it",
                exception.reason
            ),
        })
        .collect()
}

/// The inline ignores of the project, and which of them met a finding.
struct Inline<'a> {
    ignores: Vec<Entry>,
    /// Indexes of the entries of each file.
    by_file: BTreeMap<FileId, Vec<usize>>,
    lines: Lines<'a>,
    complaints: Diagnostics,
}

/// One rule or risk of one ignore.
struct Entry {
    ignore: Ignore,
    selector: Selector,
    written: String,
    is_used: bool,
}

impl<'a> Inline<'a> {
    fn none(system: &'a dyn System) -> Self {
        Self {
            ignores: Vec::new(),
            by_file: BTreeMap::new(),
            lines: Lines::new(system),
            complaints: Diagnostics::new(),
        }
    }

    fn read(
        outcome: &Outcome,
        findings: &[Finding],
        system: &'a dyn System,
        rules: &[RuleInfo],
    ) -> Self {
        let mut inline = Self::none(system);
        for ignore in outcome.ignores.iter().cloned() {
            inline.add(ignore, system, rules);
        }
        for file in other_files(outcome, findings) {
            let path = path_of(system, file);
            if !crate::project::is_code(&path) {
                let text = system.read(&path).unwrap_or_default();
                for ignore in ignores::parse(file, &path, &text) {
                    inline.add(ignore, system, rules);
                }
            }
        }
        inline
    }

    fn add(&mut self, ignore: Ignore, system: &dyn System, rules: &[RuleInfo]) {
        let path = path_of(system, ignore.place.file);
        if ignore.rules.is_empty() {
            self.complaints.push(ignores::complaint(
                &ignore,
                &path,
                Code::UnusedIgnore,
                "the ignore names no rule; write `tenrec: ignore[RULE] reason`".to_owned(),
            ));
            return;
        }
        if ignore.reason.is_empty() {
            let message =
                "the ignore has no reason, so it does not count; write why after the bracket";
            self.complaints.push(ignores::complaint(
                &ignore,
                &path,
                Code::IgnoreWithoutReason,
                message.to_owned(),
            ));
            return;
        }
        for written in &ignore.rules {
            // A severity would ignore whatever comes to this line.
            let selector = match Selector::parse(written, rules) {
                Ok(selector @ (Selector::Rule(_) | Selector::Risk(_))) => selector,
                _ => {
                    let hint = names::hint(written, rules.iter().map(|rule| rule.name));
                    self.complaints.push(ignores::complaint(
                        &ignore,
                        &path,
                        Code::UnusedIgnore,
                        format!("there is no rule or risk `{written}`{hint}"),
                    ));
                    continue;
                }
            };
            let entries = self.by_file.entry(ignore.place.file).or_default();
            entries.push(self.ignores.len());
            self.ignores.push(Entry {
                ignore: ignore.clone(),
                selector,
                written: written.clone(),
                is_used: false,
            });
        }
    }

    /// Why the finding is ignored where it stands.
    fn suppression(&mut self, finding: &Finding) -> Option<Suppression> {
        let entries = self.by_file.get(&finding.place.file)?;
        let (first, last) = self.lines.both(finding.place);
        let mut found = None;
        for index in entries {
            let Some(entry) = self.ignores.get_mut(*index) else {
                continue;
            };
            let is_here = match entry.ignore.scope {
                Scope::File => true,
                Scope::Line(line) => line == first || line == last,
            };
            if is_here && entry.selector.matches(finding.rule, finding.severity()) {
                entry.is_used = true;
                found.get_or_insert_with(|| Suppression {
                    origin: Origin::Comment(entry.ignore.place),
                    reason: entry.ignore.reason.clone(),
                });
            }
        }
        found
    }

    /// What is wrong with the ignores, once all findings were met.
    fn complaints(self, system: &dyn System) -> Diagnostics {
        let mut complaints = self.complaints;
        for entry in self.ignores.iter().filter(|entry| !entry.is_used) {
            complaints.push(ignores::complaint(
                &entry.ignore,
                &path_of(system, entry.ignore.place.file),
                Code::UnusedIgnore,
                format!(
                    "nothing is found here that `{}` would ignore; remove it",
                    entry.written
                ),
            ));
        }
        complaints
    }
}

/// Files besides code in which findings may be ignored: those that the application was read from.
fn other_files(outcome: &Outcome, findings: &[Finding]) -> BTreeSet<FileId> {
    let application = &outcome.application;
    let stacks = application.stacks.iter().filter_map(|stack| stack.place);
    let functions = application.functions.iter().map(|function| function.place);
    let resources = application.resources.iter().map(|resource| resource.place);
    let found = findings.iter().map(|finding| finding.place);
    stacks
        .chain(functions)
        .chain(resources)
        .chain(found)
        .map(|place| place.file)
        .collect()
}

/// The worst severity that is shown and not suppressed.
#[must_use]
pub fn worst(findings: &[Judged]) -> Option<Severity> {
    findings
        .iter()
        .filter(|it| it.suppression.is_none())
        .map(|it| it.severity)
        .max()
}
