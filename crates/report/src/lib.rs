//! Reports: findings with lines and columns, for people and for programs.
//!
//! The scan keeps no texts, so each file that a report mentions is read once more here.

mod frame;
mod json;
mod judged;
mod plain;
mod sarif;
mod terminal;

use std::collections::BTreeMap;

use app::{Application, FunctionId, Trigger};
use base::{Diagnostics, FileId, LineColumn, LineIndex, Place, RelPath, System};
use finding::{Reach, RuleInfo};

pub use frame::hidden;
pub use judged::{Change, Judged, Origin, Suppression};
pub use plain::plain;
pub use sarif::FINGERPRINT;
pub use terminal::{Detail, Look};

/// Everything that a report is written from.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The application.
    pub application: &'a Application,
    /// Who can make each trigger fire, in the order of the application's triggers.
    pub exposures: &'a [Reach],
    /// Findings, in the order of places.
    pub findings: &'a [Judged],
    /// What mends them, for the forms of report that have a place for it.
    pub changes: &'a [Change],
    /// What was skipped, sorted.
    pub diagnostics: &'a Diagnostics,
    /// All rules, ordered by name.
    pub rules: &'a [RuleInfo],
    /// How much was scanned.
    pub coverage: &'a Coverage,
    /// Where the project lies below the directory from which code scanning looks at it: `services/api`. Empty where that is the
    /// project itself.
    pub below: &'a str,
}

/// How much was scanned, and under which settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files listed.
    pub files: usize,
    /// Code files read.
    pub code_files: usize,
    /// Templates found.
    pub stacks: usize,
    /// Findings left out because the baseline has them.
    pub known: usize,
    /// Findings that the selection does not show.
    pub hidden: usize,
    /// The configuration in effect, as the user would name it.
    pub configuration: Option<String>,
    /// The database of known vulnerabilities that was used, by its age.
    pub advisories: Option<String>,
    /// Commits of the project's history that were looked through.
    pub commits: usize,
    /// Packages of lock files that were not looked up, for want of a database.
    pub unchecked: usize,
}

/// A report about one scan.
pub struct Report<'a> {
    input: Input<'a>,
    /// The texts of the files that the report mentions.
    texts: BTreeMap<FileId, SourceText>,
    paths: Vec<RelPath>,
}

struct SourceText {
    text: String,
    lines: LineIndex,
}

impl<'a> Report<'a> {
    /// Reads the files that the report mentions.
    #[must_use]
    pub fn new(system: &dyn System, input: Input<'a>) -> Self {
        let paths: Vec<RelPath> = system
            .files()
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        let mut texts = BTreeMap::new();
        for place in mentioned(&input) {
            let Some(path) = paths.get(place.file.0 as usize) else {
                continue;
            };
            texts.entry(place.file).or_insert_with(|| {
                let text = system.read(path).unwrap_or_default();
                SourceText {
                    lines: LineIndex::new(&text),
                    text,
                }
            });
        }
        Self {
            input,
            texts,
            paths,
        }
    }

    /// The secrets in a file that findings are about.
    fn secrets_in(&self, file: FileId) -> impl Iterator<Item = &str> {
        let findings = self.input.findings.iter().map(|it| &it.finding);
        let findings = findings.filter(move |it| it.secret.is_some() && it.place.file == file);
        let text = self.texts.get(&file).map(|source| source.text.as_str());
        findings.filter_map(move |it| Some(it.place.span.of(text?)))
    }

    /// The report for a terminal, with the escapes of its colours.
    #[must_use]
    pub fn terminal(&self, look: &Look) -> String {
        terminal::write(self, look)
    }

    /// The report as JSON; see `schema/report-v1.schema.json`.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which no report holds.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        json::write(self)
    }

    /// The report as SARIF 2.1.0.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which no report holds.
    pub fn sarif(&self) -> Result<String, serde_json::Error> {
        sarif::write(self)
    }

    /// What is shown and nobody decided to live with.
    fn open(&self) -> impl Iterator<Item = &'a Judged> {
        self.input
            .findings
            .iter()
            .filter(|it| it.suppression.is_none())
    }

    /// What somebody decided to live with.
    fn suppressed(&self) -> impl Iterator<Item = (&'a Judged, &'a Suppression)> {
        self.input
            .findings
            .iter()
            .filter_map(|it| Some((it, it.suppression.as_ref()?)))
    }

    fn rule(&self, name: &str) -> Option<&'a RuleInfo> {
        self.input.rules.iter().find(|rule| rule.name == name)
    }

    /// The triggers of a function, each with who can make it fire.
    fn triggers_of(&self, id: FunctionId) -> impl Iterator<Item = (&'a Trigger, Reach)> {
        let triggers = self.input.application.triggers.iter();
        triggers
            .zip(self.input.exposures.iter().copied())
            .filter(move |(trigger, _)| trigger.function == id)
    }

    /// The name of what feeds a trigger: a resource of the project, or a text of the template.
    fn source_of(&self, trigger: &Trigger) -> Option<String> {
        let text = trigger.source.known()?;
        let resource = text
            .resource()
            .and_then(|id| self.input.application.resource(id));
        Some(match resource {
            Some(resource) => resource.logical_id.to_string(),
            None => text.display(),
        })
    }

    fn path(&self, place: Place) -> &str {
        self.paths
            .get(place.file.0 as usize)
            .map(RelPath::as_str)
            .unwrap_or_default()
    }

    fn start(&self, place: Place) -> LineColumn {
        self.position(place.file, place.span.start)
    }

    fn end(&self, place: Place) -> LineColumn {
        self.position(place.file, place.span.end)
    }

    fn position(&self, file: FileId, offset: u32) -> LineColumn {
        self.texts
            .get(&file)
            .map_or(LineColumn { line: 1, column: 1 }, |source| {
                source.lines.line_column(&source.text, offset)
            })
    }

    /// Line and column of a byte, the column in UTF-16 code units.
    fn utf16(&self, file: FileId, offset: u32) -> LineColumn {
        self.texts
            .get(&file)
            .map_or(LineColumn { line: 1, column: 1 }, |source| LineColumn {
                line: source.lines.line(offset),
                column: source.lines.utf16_column(&source.text, offset),
            })
    }

    /// `src/app.py:12`.
    fn file_line(&self, place: Place) -> String {
        format!("{}:{}", self.path(place), self.start(place).line)
    }
}

/// Every place that a report names.
fn mentioned(input: &Input<'_>) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for judged in input.findings {
        places.push(judged.finding.place);
        places.extend(judged.finding.evidence.iter().map(|step| step.place));
        if let Some(Suppression {
            origin: Origin::Comment(place),
            ..
        }) = judged.suppression
        {
            places.push(place);
        }
    }
    let edits = input.changes.iter().flat_map(|change| &change.edits);
    places.extend(edits.map(|(place, _)| *place));
    let application = input.application;
    places.extend(application.functions.iter().map(|it| it.place));
    places.extend(application.triggers.iter().map(|it| it.place));
    places.extend(input.diagnostics.iter().filter_map(|it| it.place));
    places
}
