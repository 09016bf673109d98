//! `tenrec scan`: settings, scan, judgement, reports, exit code.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base::{Code, Diagnostic, RelPath, System};
use finding::{Finding, RuleInfo};
use fix::Extent;
use knowledge::Knowledge;
use report::{Change, Coverage, Detail, Look, Report};
use tenrec::baseline::Baseline;
use tenrec::config::Config;
use tenrec::fixes::Fixes;
use tenrec::judge::{self, Decisions, Judgement};
use tenrec::scan::{Options, Outcome, Scanned};
use tenrec::select::{FailOn, Selector};
use tenrec::unlisted::WithUnlisted;

use crate::advisories;
use crate::cli::{Destination, Format, Scan};
use crate::progress::Watched;
use crate::target::{self, Target};

/// The least severity that fails a scan where nobody says another.
const FAIL_ON: FailOn = FailOn::At(finding::Severity::Low);

pub(crate) fn run(arguments: &Scan) -> Result<ExitCode> {
    let started = Instant::now();
    let rules = rules::all();
    let target = Target::new(&arguments.path)?;
    let (mut config, configuration) = match arguments.no_config {
        true => (Config::default(), None),
        false => target.configuration(arguments.config.as_deref(), &rules)?,
    };
    add_arguments(&mut config, arguments, &rules)?;
    let baseline = arguments.baseline.as_deref().map(baseline).transpose()?;
    let advisories = advisories::open(arguments.db.as_deref())?;
    let past = arguments.history.then(|| target.past()).transpose()?;
    target::in_threads(arguments.threads, || {
        let system = target.files(&config);
        let has_changes = arguments.format.iter().any(|it| it.format == Format::Sarif);
        let (mut outcome, scanned) = {
            let watched = Watched::new(&system, arguments.quiet);
            let knowledge = config.knowledge.as_deref();
            let options = Options {
                knowledge: knowledge.unwrap_or_else(|| Knowledge::builtin()),
                cost: config.cost.clone(),
                advisories: advisories.as_ref().map(|it| &it.database),
                past: past.as_ref(),
                ..Options::default()
            };
            let scanned = Scanned::new(&watched, &options);
            match has_changes {
                true => (scanned.outcome(), Some(scanned)),
                false => (scanned.into_outcome(), None),
            }
        };
        if advisories.as_ref().is_some_and(|it| it.is_old) {
            outcome.diagnostics.push(Diagnostic {
                path: RelPath::root(),
                place: None,
                code: Code::OldAdvisories,
                message: "the database of known vulnerabilities is old: what was found since is missing; run `tenrec db update`".to_owned(),
            });
        }
        let key = fingerprint_key();
        let decisions = Decisions {
            config: &config,
            fingerprint_key: key.as_deref(),
            baseline: baseline.as_ref(),
            rules: &rules,
            with_comments: !arguments.no_inline_ignores,
            is_whole: target.is_whole(),
        };
        let unlisted = std::mem::take(&mut outcome.unlisted);
        let system = WithUnlisted::new(&system, &unlisted);
        let judgement = judge::judge(&mut outcome, &system, &decisions);
        let locks = outcome.inventory.locks.iter();
        let packages = locks.map(|lock| lock.foreign().count()).sum();
        let coverage = Coverage {
            advisories: advisories.as_ref().map(|it| it.age.clone()),
            commits: past.as_ref().map_or(0, |past| past.commits),
            unchecked: if advisories.is_some() { 0 } else { packages },
            ..coverage(&outcome, &judgement, configuration)
        };
        let changes = scanned.map_or_else(Vec::new, |it| changes(&system, &it, &judgement));
        let below = target.below();
        let report = Report::new(
            &system,
            report::Input {
                application: &outcome.application,
                exposures: &outcome.exposures,
                findings: &judgement.findings,
                changes: &changes,
                diagnostics: &outcome.diagnostics,
                rules: &rules,
                coverage: &coverage,
                below: &below,
            },
        );
        write(&report, arguments, started.elapsed())?;
        let losses = outcome.diagnostics.iter().filter(|it| it.code.is_loss());
        let losses = losses.count();
        if 0 < losses && arguments.quiet {
            crate::note(&format!(
                "{losses} files or handlers could not be analysed; without --quiet they are listed"
            ));
        }
        if 0 < losses && arguments.strict {
            bail!(
                "{losses} files or handlers could not be analysed, which --strict does not accept"
            );
        }
        let fail_on = config.fail_on.unwrap_or(FAIL_ON);
        let worst = judge::worst(&judgement.findings);
        Ok(if worst.is_some_and(|worst| fail_on.fails(worst)) {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    })
}

/// The edits that mend what is reported and that nobody needs to look at first.
fn changes(system: &dyn System, scanned: &Scanned<'_>, judgement: &Judgement) -> Vec<Change> {
    let judged = judgement.findings.iter();
    let open = judged.filter(|judged| judged.suppression.is_none());
    let findings: Vec<&Finding> = open.map(|judged| &judged.finding).collect();
    let model = &scanned.project.model;
    Fixes::new(system, model, &scanned.needs, &findings, Extent::Safe).changes()
}

/// Puts what the command line says over the configuration.
fn add_arguments(config: &mut Config, arguments: &Scan, rules: &[RuleInfo]) -> Result<()> {
    let read = |names: &[String], option: &str| -> Result<Vec<Selector>> {
        names
            .iter()
            .map(|name| {
                Selector::parse(name, rules).map_err(|error| anyhow::anyhow!("{option}: {error}"))
            })
            .collect()
    };
    if !arguments.select.is_empty() {
        config.selection.select = read(&arguments.select, "--select")?;
    }
    config
        .selection
        .ignore
        .extend(read(&arguments.ignore, "--ignore")?);
    config.fail_on = arguments.fail_on.or(config.fail_on);
    Ok(())
}

fn baseline(file: &Path) -> Result<Baseline> {
    Baseline::parse(&target::read(file)?)
        .map_err(|error| anyhow::anyhow!("{} cannot be the baseline: {error}", file.display()))
}

fn coverage(outcome: &Outcome, judgement: &Judgement, configuration: Option<String>) -> Coverage {
    let statistics = outcome.statistics;
    Coverage {
        files: statistics.files,
        code_files: statistics.code_files,
        stacks: statistics.stacks,
        known: judgement.known,
        hidden: judgement.hidden,
        configuration,
        advisories: None,
        commits: 0,
        unchecked: 0,
    }
}

/// Writes every report that is wanted. Files first, so that a reader of the standard output finds them complete.
fn write(report: &Report<'_>, arguments: &Scan, elapsed: Duration) -> Result<()> {
    let look = Look {
        width: crate::width(),
        detail: match (arguments.quiet, arguments.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        },
        elapsed,
    };
    let text = |destination: &Destination| -> Result<String> {
        Ok(match destination.format {
            Format::Terminal => report.terminal(&look),
            Format::Json => report.json()? + "\n",
            Format::Sarif => report.sarif()? + "\n",
        })
    };
    let (files, printed): (Vec<_>, Vec<_>) =
        arguments.format.iter().partition(|it| it.file.is_some());
    for destination in files {
        let text = text(destination)?;
        let text = match destination.format {
            Format::Terminal => anstream::adapter::strip_str(&text).to_string(),
            Format::Json | Format::Sarif => text,
        };
        if let Some(file) = &destination.file {
            save(file, &text)?;
        }
    }
    for destination in printed {
        crate::print(&text(destination)?)?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the user named this file for the report"
)]
fn save(file: &Path, text: &str) -> Result<()> {
    std::fs::write(file, text).with_context(|| format!("{} could not be written", file.display()))
}

/// The key that secrets are named with, where the user has one.
fn fingerprint_key() -> Option<Vec<u8>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a key is neither for a file of the project nor for the list of processes"
    )]
    let key = std::env::var("TENREC_FINGERPRINT_KEY").ok();
    key.filter(|key| !key.is_empty()).map(String::into_bytes)
}
