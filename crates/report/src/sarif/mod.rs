//! The report as SARIF 2.1.0, as GitHub code scanning reads it.
//!
//! GitHub takes severity and precision from the rule, not from the result; a rule's are those of its worst finding of the run.

mod model;
mod page;

use std::collections::{BTreeMap, BTreeSet};

use base::{Diagnostic, FileId, Place};
use finding::{Confidence, RuleInfo, Severity, Step, StepKind};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Change, Judged, Origin, Report, Suppression};
use model::{
    Artifact, ArtifactChange, ArtifactLocation, BaseId, CodeFlow, Descriptor, Driver, Fix, Help,
    Invocation, InvocationProperties, Location, Log, LogicalLocation, Message, Notification,
    PhysicalLocation, Region, Replacement, ResultProperties, ResultRow, Rule, RuleConfiguration,
    RuleProperties, Run, SuppressionRow, ThreadFlow, ThreadFlowLocation, Tool,
};

/// The key of Tenrec's fingerprint among a result's `partialFingerprints`.
pub const FINGERPRINT: &str = "tenrec/v1";

/// The key of a secret's name under the user's key.
const SECRET: &str = "tenrecSecret/v1";

/// The project's root, which GitHub knows under this name.
const ROOT: &str = "%SRCROOT%";

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What a path may not hold in a URI; `/` separates its segments.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(crate) fn write(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let writer = Writer::new(report);
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: vec![writer.run()],
    };
    serde_json::to_string_pretty(&log)
}

struct Writer<'a> {
    report: &'a Report<'a>,
    /// The files that results name; the index is theirs among the artifacts.
    files: Vec<FileId>,
    /// The rules that results name.
    rules: Vec<&'a RuleInfo>,
}

impl<'a> Writer<'a> {
    fn new(report: &'a Report<'a>) -> Self {
        let findings = report.input.findings;
        let files: BTreeSet<FileId> = findings
            .iter()
            .flat_map(|it| {
                let evidence = it.finding.evidence.iter().map(|step| step.place);
                std::iter::once(it.finding.place).chain(evidence)
            })
            .map(|place| place.file)
            .collect();
        let is_found = |rule: &&RuleInfo| findings.iter().any(|it| it.finding.rule == rule.name);
        Self {
            report,
            files: files.into_iter().collect(),
            rules: report.input.rules.iter().filter(is_found).collect(),
        }
    }

    fn run(&self) -> Run {
        let description = message(
            "The directory from which the scan was started, or else the one that was scanned",
        );
        Run {
            tool: Tool {
                driver: Driver {
                    name: "Tenrec",
                    full_name: "Tenrec security scanner for serverless applications",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: self.rules.iter().map(|rule| self.rule(rule)).collect(),
                },
            },
            original_uri_base_ids: BTreeMap::from([(ROOT, BaseId { description })]),
            artifacts: self
                .files
                .iter()
                .map(|file| Artifact {
                    location: ArtifactLocation {
                        index: None,
                        ..self.artifact(Place::new(*file, base::Span::default()))
                    },
                })
                .collect(),
            invocations: vec![Invocation {
                execution_successful: true,
                tool_execution_notifications: self
                    .report
                    .input
                    .diagnostics
                    .iter()
                    .map(|diagnostic| self.notification(diagnostic))
                    .collect(),
                properties: InvocationProperties {
                    configuration: self.report.input.coverage.configuration.clone(),
                },
            }],
            column_kind: "utf16CodeUnits",
            results: self
                .report
                .input
                .findings
                .iter()
                .map(|judged| self.result(judged))
                .collect(),
        }
    }

    fn rule(&self, rule: &RuleInfo) -> Rule {
        let of_rule = || {
            let findings = self.report.input.findings.iter();
            findings.filter(|it| it.finding.rule == rule.name)
        };
        let severity = of_rule().map(|it| it.severity).max();
        let severity = severity.unwrap_or(Severity::Info);
        let confidence = of_rule().map(|it| it.finding.confidence).max();
        let mut tags = vec![
            "security".to_owned(),
            "serverless".to_owned(),
            format!("external/cwe/cwe-{:03}", rule.cwe),
        ];
        tags.extend(rule.risk().map(|risk| risk.id()));
        Rule {
            id: rule.name.to_owned(),
            name: pascal_case(rule.name),
            short_description: message(&sentence(rule.title)),
            full_description: message(&page::summary(rule.page)),
            help: Help {
                text: page::help(rule.page),
                markdown: page::help(rule.page),
            },
            help_uri: format!("https://cwe.mitre.org/data/definitions/{}.html", rule.cwe),
            default_configuration: RuleConfiguration {
                level: level(severity),
            },
            properties: RuleProperties {
                tags,
                precision: confidence.unwrap_or(Confidence::Low).as_str(),
                security_severity: security_severity(severity),
            },
        }
    }

    fn result(&self, judged: &Judged) -> ResultRow {
        let finding = &judged.finding;
        let index = self.rules.iter().position(|it| it.name == finding.rule);
        let mut location = self.location(finding.place, None);
        location.logical_locations = finding
            .functions
            .iter()
            .map(|name| LogicalLocation {
                fully_qualified_name: name.to_string(),
                kind: "function",
            })
            .collect();
        let mut text = sentence(&finding.message);
        if !finding.fix.is_empty() {
            text = format!("{text} {}", sentence(&finding.fix));
        }
        ResultRow {
            rule_id: finding.rule,
            rule_index: index.unwrap_or_default(),
            level: level(judged.severity),
            message: Message { text },
            locations: vec![location],
            related_locations: self.related(&finding.evidence),
            code_flows: self.flows(&finding.evidence),
            partial_fingerprints: std::iter::once((FINGERPRINT, judged.fingerprint.clone()))
                .chain(judged.secret.clone().map(|name| (SECRET, name)))
                .collect(),
            suppressions: judged
                .suppression
                .iter()
                .map(|it| self.suppression(it))
                .collect(),
            fixes: self.fixes(judged),
            properties: ResultProperties {
                severity: judged.severity.as_str(),
                confidence: finding.confidence.as_str(),
                impact: finding.score.impact.as_str(),
                exposure: finding.score.exposure.as_str(),
                blast_radius: finding.score.blast_radius,
                fix: finding.fix.clone(),
                functions: finding.functions.iter().map(ToString::to_string).collect(),
            },
        }
    }

    /// Where data comes in, what configuration decides: what a reader wants to open without following the whole flow.
    fn related(&self, evidence: &[Step]) -> Vec<Location> {
        let is_related = |step: &&Step| match step.kind {
            StepKind::Trigger | StepKind::Source | StepKind::Channel | StepKind::Config => true,
            StepKind::Step | StepKind::Sink => false,
        };
        let steps = evidence.iter().filter(is_related);
        steps
            .zip(1..)
            .map(|(step, id)| Location {
                id: Some(id),
                ..self.location(step.place, Some(&step.message))
            })
            .collect()
    }

    /// The steps of the evidence, where there is a way to follow and not a single place.
    fn flows(&self, evidence: &[Step]) -> Vec<CodeFlow> {
        if evidence.len() < 2 {
            return Vec::new();
        }
        let locations = evidence
            .iter()
            .map(|step| ThreadFlowLocation {
                location: self.location(step.place, Some(&step.message)),
                importance: match step.kind {
                    StepKind::Step => "important",
                    _ => "essential",
                },
            })
            .collect();
        vec![CodeFlow {
            thread_flows: vec![ThreadFlow { locations }],
        }]
    }

    fn suppression(&self, suppression: &Suppression) -> SuppressionRow {
        let (kind, location) = match suppression.origin {
            Origin::Comment(place) => ("inSource", Some(self.location(place, None))),
            Origin::Configuration => ("external", None),
        };
        SuppressionRow {
            kind,
            status: "accepted",
            justification: suppression.reason.clone(),
            location,
        }
    }

    /// What mends a finding. Its edits stand in the order in which they are made.
    fn fixes(&self, judged: &Judged) -> Vec<Fix> {
        let finding = (judged.finding.rule, judged.finding.place);
        let changes = self.report.input.changes.iter();
        let changes = changes.filter(|it| it.findings.binary_search(&finding).is_ok());
        let fix = |change: &Change| {
            let mut files: BTreeMap<FileId, Vec<Replacement>> = BTreeMap::new();
            for (place, text) in &change.edits {
                let replacement = Replacement {
                    deleted_region: self.region(*place),
                    inserted_content: (!text.is_empty()).then(|| message(text)),
                };
                files.entry(place.file).or_default().push(replacement);
            }
            let changes = files
                .into_iter()
                .map(|(file, replacements)| ArtifactChange {
                    artifact_location: self.artifact(Place::new(file, base::Span::default())),
                    replacements,
                });
            Fix {
                description: message(&sentence(&change.message)),
                artifact_changes: changes.collect(),
            }
        };
        let is_open = judged.suppression.is_none();
        changes.filter(|_| is_open).map(fix).collect()
    }

    fn notification(&self, diagnostic: &Diagnostic) -> Notification {
        let location = match diagnostic.place {
            Some(place) => Some(self.location(place, None)),
            None if diagnostic.path.as_str().is_empty() => None,
            None => Some(Location {
                id: None,
                physical_location: PhysicalLocation {
                    artifact_location: ArtifactLocation {
                        uri: self.uri(diagnostic.path.as_str()),
                        uri_base_id: ROOT,
                        index: None,
                    },
                    region: None,
                },
                logical_locations: Vec::new(),
                message: None,
            }),
        };
        Notification {
            descriptor: Descriptor {
                id: diagnostic.code.as_str(),
            },
            level: match diagnostic.code {
                base::Code::Internal => "error",
                base::Code::NoTemplate | base::Code::UnreadRole | base::Code::UnusedIgnore => {
                    "note"
                }
                _ => "warning",
            },
            message: message(&sentence(&diagnostic.message)),
            locations: location.into_iter().collect(),
        }
    }

    fn location(&self, place: Place, text: Option<&str>) -> Location {
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: self.artifact(place),
                region: Some(self.region(place)),
            },
            logical_locations: Vec::new(),
            message: text.map(|text| message(&sentence(text))),
        }
    }

    fn region(&self, place: Place) -> Region {
        let start = self.report.utf16(place.file, place.span.start);
        let end = self.report.utf16(place.file, place.span.end);
        Region {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }

    fn artifact(&self, place: Place) -> ArtifactLocation {
        ArtifactLocation {
            uri: self.uri(self.report.path(place)),
            uri_base_id: ROOT,
            index: self.files.binary_search(&place.file).ok(),
        }
    }

    /// A path of the project as the base directory has it.
    fn uri(&self, path: &str) -> String {
        match self.report.input.below {
            "" => uri(path),
            below => uri(&format!("{below}/{path}")),
        }
    }
}

fn uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

fn message(text: &str) -> Message {
    Message {
        text: text.to_owned(),
    }
}

/// With the full stop that SARIF's messages end in.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// On GitHub's scale, where critical starts above 9, high at 7, medium at 4.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.5",
    }
}

/// `OsCommandInjection` for `sas1/os-command-injection`.
fn pascal_case(rule: &str) -> String {
    let name = rule.split_once('/').map_or(rule, |(_, name)| name);
    name.split('-')
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{pascal_case, uri};

    #[test]
    fn paths_are_encoded_and_names_are_in_pascal_case() {
        assert_eq!(uri("src/ä b%#?.py"), "src/%C3%A4%20b%25%23%3F.py");
        assert_eq!(
            pascal_case("sas1/os-command-injection"),
            "OsCommandInjection"
        );
    }
}
