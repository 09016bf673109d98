//! The report for programs. Its shape is part of Tenrec's interface: `schema_version` counts changes that break readers, and
//! `schema/report-v1.schema.json` describes it.

use std::collections::BTreeMap;

use app::{AuthKind, FunctionId, Platform, Prop};
use finding::{Risk, Severity, Step};
use serde::Serialize;

use crate::{Judged, Origin, Report, Suppression};

#[derive(Serialize)]
struct Json<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    functions: Vec<Function<'a>>,
    findings: Vec<Finding<'a>>,
    suppressed: Vec<Suppressed<'a>>,
    diagnostics: Vec<Diagnostic<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'static str,
    rules: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    configuration: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    advisories: Option<&'a str>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<&'a str>,
    triggers: Vec<Trigger<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_concurrency: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    /// Properties that are written but cannot be told from the project alone, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unknown: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
struct Trigger<'a> {
    kind: &'a str,
    who: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<&'static str>,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    risk: String,
    severity: &'static str,
    /// Where the project set another severity: the computed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    computed_severity: Option<&'static str>,
    confidence: &'static str,
    score: Score,
    #[serde(skip_serializing_if = "Option::is_none")]
    cwe: Option<u16>,
    message: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    functions: Vec<&'a str>,
    evidence: Vec<Evidence<'a>>,
    fix: &'a str,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_fingerprint: Option<&'a str>,
}

#[derive(Serialize)]
struct Score {
    impact: &'static str,
    exposure: &'static str,
    blast_radius: u8,
}

#[derive(Serialize)]
struct Evidence<'a> {
    kind: &'static str,
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

#[derive(Serialize)]
struct Suppressed<'a> {
    #[serde(flatten)]
    finding: Finding<'a>,
    suppression: JsonSuppression<'a>,
}

#[derive(Serialize)]
struct JsonSuppression<'a> {
    origin: &'static str,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    code: &'static str,
    message: &'a str,
    file: &'a str,
    line: Option<u32>,
}

#[derive(Serialize)]
struct Summary {
    /// Findings by severity.
    #[serde(flatten)]
    severities: BTreeMap<&'static str, usize>,
    total: usize,
    suppressed: usize,
    known: usize,
    risks: BTreeMap<String, usize>,
    functions: usize,
    stacks: usize,
    files: usize,
    code_files: usize,
    diagnostics: usize,
}

pub(crate) fn write(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let json = Json {
        schema_version: 1,
        tool: Tool {
            name: "tenrec",
            version: env!("CARGO_PKG_VERSION"),
            rules: report.input.rules.len(),
            configuration: report.input.coverage.configuration.as_deref(),
            advisories: report.input.coverage.advisories.as_deref(),
        },
        functions: functions(report),
        findings: report.open().map(|it| finding(report, it)).collect(),
        suppressed: report
            .suppressed()
            .map(|(judged, reason)| suppressed(report, judged, reason))
            .collect(),
        diagnostics: diagnostics(report),
        summary: summary(report),
    };
    serde_json::to_string_pretty(&json)
}

fn functions<'a>(report: &'a Report<'a>) -> Vec<Function<'a>> {
    report
        .input
        .application
        .functions()
        .map(|(id, function)| {
            let application = report.input.application;
            let role = function.role.known();
            let stack = application.stack(function.stack);
            Function {
                id: application.function_name(id).to_string(),
                name: &function.name,
                platform: match function.platform {
                    Platform::AwsLambda => "aws-lambda",
                },
                runtime: function.runtime.known().map(|name| name.as_str()),
                handler: function.handler.known().map(|name| name.as_str()),
                file: report.path(function.place),
                line: report.start(function.place).line,
                stack: stack.map(|stack| stack.path.as_str()),
                triggers: triggers(report, id),
                timeout: function.timeout.known().copied(),
                memory: function.memory.known().copied(),
                reserved_concurrency: function.reserved_concurrency.known().copied(),
                role: role
                    .and_then(|id| application.role(*id))
                    .map(|role| role.name.as_str()),
                unknown: unknown(function),
            }
        })
        .collect()
}

fn unknown(function: &app::Function) -> BTreeMap<&'static str, &str> {
    fn reason<T>(prop: &Prop<T>) -> Option<&str> {
        match prop {
            Prop::Unknown(reason) => Some(reason),
            Prop::Known(..) | Prop::Absent => None,
        }
    }
    [
        ("runtime", reason(&function.runtime)),
        ("handler", reason(&function.handler)),
        ("timeout", reason(&function.timeout)),
        ("memory", reason(&function.memory)),
        (
            "reserved_concurrency",
            reason(&function.reserved_concurrency),
        ),
        ("role", reason(&function.role)),
    ]
    .into_iter()
    .filter_map(|(name, reason)| Some((name, reason?)))
    .collect()
}

fn triggers<'a>(report: &'a Report<'a>, id: FunctionId) -> Vec<Trigger<'a>> {
    report
        .triggers_of(id)
        .map(|(trigger, who)| Trigger {
            kind: &trigger.kind,
            who: who.as_str(),
            route: trigger.route.as_ref().map(route),
            source: report.source_of(trigger),
            auth: auth(&trigger.auth.kind),
            file: report.path(trigger.place),
            line: report.start(trigger.place).line,
        })
        .collect()
}

/// `GET /orders/{id}`, `$connect`.
pub(crate) fn route(route: &app::Route) -> String {
    if route.method.is_empty() {
        route.path.to_string()
    } else {
        format!("{} {}", route.method, route.path)
    }
}

fn auth(kind: &AuthKind) -> Option<&'static str> {
    match kind {
        AuthKind::NotApplicable => None,
        AuthKind::None => Some("none"),
        AuthKind::ApiKey => Some("api-key"),
        AuthKind::Iam => Some("iam"),
        AuthKind::Token { .. } => Some("token"),
        AuthKind::Function { .. } => Some("function"),
        AuthKind::Unknown(_) => Some("unknown"),
    }
}

fn finding<'a>(report: &'a Report<'a>, judged: &'a Judged) -> Finding<'a> {
    let finding = &judged.finding;
    let (start, end) = (report.start(finding.place), report.end(finding.place));
    let computed = finding.severity();
    Finding {
        rule: finding.rule,
        risk: Risk::of_rule(finding.rule)
            .map(Risk::id)
            .unwrap_or_default(),
        severity: judged.severity.as_str(),
        computed_severity: (computed != judged.severity).then(|| computed.as_str()),
        confidence: finding.confidence.as_str(),
        score: Score {
            impact: finding.score.impact.as_str(),
            exposure: finding.score.exposure.as_str(),
            blast_radius: finding.score.blast_radius,
        },
        cwe: report.rule(finding.rule).map(|rule| rule.cwe),
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
            .map(|step| evidence(report, step))
            .collect(),
        fix: &finding.fix,
        fingerprint: &judged.fingerprint,
        secret_fingerprint: judged.secret.as_deref(),
    }
}

fn evidence<'a>(report: &'a Report<'a>, step: &'a Step) -> Evidence<'a> {
    let at = report.start(step.place);
    Evidence {
        kind: step.kind.as_str(),
        file: report.path(step.place),
        line: at.line,
        column: at.column,
        message: &step.message,
    }
}

fn suppressed<'a>(
    report: &'a Report<'a>,
    judged: &'a Judged,
    suppression: &'a Suppression,
) -> Suppressed<'a> {
    let (origin, line) = match suppression.origin {
        Origin::Comment(place) => ("comment", Some(report.start(place).line)),
        Origin::Configuration => ("configuration", None),
    };
    Suppressed {
        finding: finding(report, judged),
        suppression: JsonSuppression {
            origin,
            reason: &suppression.reason,
            line,
        },
    }
}

fn diagnostics<'a>(report: &'a Report<'a>) -> Vec<Diagnostic<'a>> {
    report
        .input
        .diagnostics
        .iter()
        .map(|diagnostic| Diagnostic {
            code: diagnostic.code.as_str(),
            message: &diagnostic.message,
            file: diagnostic.path.as_str(),
            line: diagnostic.place.map(|place| report.start(place).line),
        })
        .collect()
}

fn summary(report: &Report<'_>) -> Summary {
    let count = |matches: &dyn Fn(&Judged) -> bool| report.open().filter(|it| matches(it)).count();
    let coverage = report.input.coverage;
    Summary {
        severities: Severity::ALL
            .into_iter()
            .map(|severity| (severity.as_str(), count(&|it| it.severity == severity)))
            .collect(),
        total: report.open().count(),
        suppressed: report.suppressed().count(),
        known: coverage.known,
        risks: Risk::ALL
            .into_iter()
            .map(|risk| {
                let of_risk = count(&|it| Risk::of_rule(it.finding.rule) == Some(risk));
                (risk.id(), of_risk)
            })
            .collect(),
        functions: report.input.application.functions.len(),
        stacks: coverage.stacks,
        files: coverage.files,
        code_files: coverage.code_files,
        diagnostics: report.input.diagnostics.len(),
    }
}
