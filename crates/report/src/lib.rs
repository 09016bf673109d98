//! Reports: findings with lines and columns, for people and for programs.
//!
//! The scan keeps no texts, so each file that a report mentions is read once more here.

mod json;
mod terminal;

use std::collections::BTreeMap;

use app::Application;
use base::{Diagnostics, FileId, LineColumn, LineIndex, Place, System};
use finding::{Finding, Risk};

/// Everything that a report is written from.
pub struct Report<'a> {
    /// The application.
    pub application: &'a Application,
    /// Findings, in the order of places.
    pub findings: &'a [Finding],
    /// What was skipped.
    pub diagnostics: &'a Diagnostics,
    /// The texts of the files that the findings mention.
    texts: BTreeMap<FileId, SourceText>,
    paths: Vec<base::RelPath>,
}

struct SourceText {
    text: String,
    lines: LineIndex,
}

impl<'a> Report<'a> {
    /// Reads the files that the findings mention.
    #[must_use]
    pub fn new(
        system: &dyn System,
        application: &'a Application,
        findings: &'a [Finding],
        diagnostics: &'a Diagnostics,
    ) -> Self {
        let paths: Vec<base::RelPath> = system
            .files()
            .iter()
            .map(|entry| entry.path.clone())
            .collect();
        let evidence = findings
            .iter()
            .flat_map(|finding| finding.evidence.iter().map(|step| step.place));
        let places = findings.iter().map(|finding| finding.place).chain(evidence);
        let functions = application.functions.iter().map(|function| function.place);
        let skipped = diagnostics.iter().filter_map(|diagnostic| diagnostic.place);
        let mut texts = BTreeMap::new();
        for place in places.chain(functions).chain(skipped) {
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
            application,
            findings,
            diagnostics,
            texts,
            paths,
        }
    }

    /// The report for a terminal, in plain text.
    #[must_use]
    pub fn terminal(&self) -> String {
        terminal::write(self)
    }

    /// The report as JSON; see `schema/report-v1.schema.json`.
    ///
    /// # Errors
    /// When a value cannot be written as JSON, which no report holds.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        json::write(self)
    }

    fn path(&self, place: Place) -> &str {
        self.paths
            .get(place.file.0 as usize)
            .map(base::RelPath::as_str)
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

    /// The line that a finding points at. Where it holds a secret, that is left out: a report is read by more people than the
    /// file.
    fn excerpt(&self, finding: &Finding) -> String {
        let line = self.line(finding.place);
        if Risk::of_rule(finding.rule) != Some(Risk::Secrets) {
            return line.to_owned();
        }
        let secret = self
            .texts
            .get(&finding.place.file)
            .map(|source| finding.place.span.of(&source.text))
            .and_then(|text| text.lines().next());
        match secret.filter(|secret| !secret.is_empty()) {
            Some(secret) => line.replace(secret, "…"),
            None => line.to_owned(),
        }
    }

    /// The line that a place starts in, without its end.
    fn line(&self, place: Place) -> &str {
        let Some(source) = self.texts.get(&place.file) else {
            return "";
        };
        let line = source.lines.line(place.span.start);
        source
            .lines
            .line_span(&source.text, line)
            .of(&source.text)
            .trim_end()
    }

    fn function_id(&self, index: usize) -> String {
        let Some(function) = self.application.functions.get(index) else {
            return String::new();
        };
        let stack = self
            .application
            .stack(function.stack)
            .map(|stack| stack.name.as_str())
            .unwrap_or_default();
        if stack.is_empty() {
            function.name.to_string()
        } else {
            format!("{stack}/{}", function.name)
        }
    }
}
