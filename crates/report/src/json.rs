//! The report for programs. Its shape is part of Tenrec's interface: `schema_version` counts changes that break readers.

use std::collections::BTreeMap;

use base::Place;
use finding::{Finding, Risk, Severity};
use serde::Serialize;

use crate::Report;

#[derive(Serialize)]
struct Json<'a> {
    schema_version: u32,
    tool: Tool,
    functions: Vec<Function<'a>>,
    findings: Vec<JsonFinding<'a>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
    summary: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Function<'a> {
    id: String,
    name: &'a str,
    platform: &'static str,
    runtime: Option<&'a str>,
    handler: Option<&'a str>,
    file: &'a str,
    line: u32,
    triggers: Vec<JsonTrigger<'a>>,
}

#[derive(Serialize)]
struct JsonTrigger<'a> {
    kind: &'a str,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    rule: &'a str,
    risk: String,
    severity: &'static str,
    confidence: &'static str,
    score: Score,
    message: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    functions: Vec<&'a str>,
    evidence: Vec<JsonStep<'a>>,
    fix: &'a str,
    fingerprint: String,
}

#[derive(Serialize)]
struct Score {
    impact: &'static str,
    exposure: &'static str,
    blast_radius: u8,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    kind: &'static str,
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    code: &'static str,
    message: &'a str,
    file: &'a str,
    line: Option<u32>,
}

pub(crate) fn write(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let json = Json {
        schema_version: 1,
        tool: Tool {
            name: "tenrec",
            version: env!("CARGO_PKG_VERSION"),
        },
        functions: functions(report),
        findings: findings(report),
        diagnostics: diagnostics(report),
        summary: Severity::ALL
            .into_iter()
            .map(|severity| {
                (
                    severity.as_str(),
                    report
                        .findings
                        .iter()
                        .filter(|it| it.severity() == severity)
                        .count(),
                )
            })
            .collect(),
    };
    serde_json::to_string_pretty(&json)
}

fn functions<'a>(report: &'a Report<'a>) -> Vec<Function<'a>> {
    report
        .application
        .functions()
        .map(|(id, function)| Function {
            id: report.function_id(id.0 as usize),
            name: &function.name,
            platform: "aws-lambda",
            runtime: function.runtime.known().map(|name| name.as_str()),
            handler: function.handler.known().map(|name| name.as_str()),
            file: report.path(function.place),
            line: report.start(function.place).line,
            triggers: report
                .application
                .triggers_of(id)
                .map(|trigger| JsonTrigger {
                    kind: &trigger.kind,
                })
                .collect(),
        })
        .collect()
}

fn findings<'a>(report: &'a Report<'a>) -> Vec<JsonFinding<'a>> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    report
        .findings
        .iter()
        .map(|finding| {
            let first = fingerprint(report, finding, 0);
            let ordinal = seen.entry(first.clone()).or_insert(0);
            let fingerprint = if *ordinal == 0 {
                first
            } else {
                fingerprint(report, finding, *ordinal)
            };
            *ordinal += 1;
            one(report, finding, fingerprint)
        })
        .collect()
}

fn fingerprint(report: &Report<'_>, finding: &Finding, ordinal: u32) -> String {
    let path =
        base::RelPath::new(report.path(finding.place)).unwrap_or_else(|_| base::RelPath::root());
    finding.fingerprint(&path, ordinal)
}

fn one<'a>(report: &'a Report<'a>, finding: &'a Finding, fingerprint: String) -> JsonFinding<'a> {
    let (start, end) = (report.start(finding.place), report.end(finding.place));
    JsonFinding {
        rule: finding.rule,
        risk: Risk::of_rule(finding.rule)
            .map(Risk::id)
            .unwrap_or_default(),
        severity: finding.severity().as_str(),
        confidence: finding.confidence.as_str(),
        score: Score {
            impact: finding.score.impact.as_str(),
            exposure: finding.score.exposure.as_str(),
            blast_radius: finding.score.blast_radius,
        },
        message: &finding.message,
        file: report.path(finding.place),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        functions: finding.functions.iter().map(|name| name.as_str()).collect(),
        evidence: finding
            .evidence
            .iter()
            .map(|step| json_step(report, step.kind.as_str(), step.place, &step.message))
            .collect(),
        fix: &finding.fix,
        fingerprint,
    }
}

fn json_step<'a>(
    report: &'a Report<'a>,
    kind: &'static str,
    place: Place,
    message: &'a str,
) -> JsonStep<'a> {
    let at = report.start(place);
    JsonStep {
        kind,
        file: report.path(place),
        line: at.line,
        column: at.column,
        message,
    }
}

fn diagnostics<'a>(report: &'a Report<'a>) -> Vec<JsonDiagnostic<'a>> {
    report
        .diagnostics
        .iter()
        .map(|diagnostic| JsonDiagnostic {
            code: diagnostic.code.as_str(),
            message: &diagnostic.message,
            file: diagnostic.path.as_str(),
            line: diagnostic.place.map(|place| report.start(place).line),
        })
        .collect()
}
