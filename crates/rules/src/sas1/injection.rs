//! SAS-1: outside data in a dangerous place. Each rule is a row: a kind of sink and what it means.

use finding::{Confidence, Finding, Impact, Reach, RuleInfo, Score, Step, StepKind};
use flow::{Atom, Shape, Value};
use link::{Flow, Model};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || RULES.iter().map(|rule| rule.info).collect(),
    check,
};

/// A rule that is a kind of sink.
struct Injection {
    info: RuleInfo,
    /// The kind of sink, a word of `knowledge/kinds.toml`.
    kind: &'static str,
    impact: Impact,
    /// What the data does there, after "reaches".
    danger: &'static str,
    fix: &'static str,
}

macro_rules! rule {
    ($name:literal, $title:literal, $cwe:literal, $kind:literal, $impact:ident, $danger:literal, $fix:literal) => {
        Injection {
            info: RuleInfo {
                name: concat!("sas1/", $name),
                title: $title,
                page: include_str!(concat!("../../docs/sas1/", $name, ".md")),
                cwe: $cwe,
            },
            kind: $kind,
            impact: Impact::$impact,
            danger: $danger,
            fix: $fix,
        }
    };
}

const RULES: [Injection; 8] = [
    rule!(
        "os-command-injection",
        "Event data in an operating system command",
        78,
        "os-command",
        Full,
        "a shell command",
        "Pass the program and its arguments as a list without a shell, or quote the value"
    ),
    rule!(
        "code-injection",
        "Event data that is run as code",
        94,
        "code",
        Full,
        "code that is run",
        "Do not evaluate input; parse it as data"
    ),
    rule!(
        "sql-injection",
        "Event data in an SQL statement",
        89,
        "sql",
        Serious,
        "an SQL statement",
        "Bind the value as a parameter of the statement"
    ),
    rule!(
        "nosql-injection",
        "Event data in a database filter",
        943,
        "nosql",
        Serious,
        "a database filter",
        "Bind the value as an expression value and keep operators constant"
    ),
    rule!(
        "path-traversal",
        "Event data in a file path",
        22,
        "path",
        Serious,
        "a file path",
        "Take the base name of the value, or check the resolved path against its directory"
    ),
    rule!(
        "ssrf",
        "Event data decides where a request goes",
        918,
        "ssrf",
        Serious,
        "the address of a request",
        "Choose the host from a list of allowed ones"
    ),
    rule!(
        "insecure-deserialization",
        "Event data is deserialised into objects",
        502,
        "deserialization",
        Full,
        "a deserialiser that can run code",
        "Use a format that holds data alone, such as JSON"
    ),
    rule!(
        "template-injection",
        "Event data is the source of a template",
        1336,
        "template",
        Full,
        "the source of a template",
        "Keep the template constant and pass the value as one of its variables"
    ),
];

/// Findings of all rows.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let found = RULES.iter().flat_map(|rule| {
        model
            .flows(rule.kind)
            .into_iter()
            .filter(|flow| is_open(rule, flow))
            .map(move |flow| finding(model, rule, &flow))
    });
    found.collect()
}

/// Fields of a request's description that say where it goes; the others are what is sent.
const ADDRESS_FIELDS: [&str; 5] = ["url", "uri", "baseURL", "host", "hostname"];

/// A request whose host is fixed goes where the code says, whatever else is sent with it.
fn is_open(rule: &Injection, flow: &Flow<'_>) -> bool {
    if rule.kind != "ssrf" {
        return true;
    }
    match &flow.sink.value.shape {
        Shape::Object(object) if object.rest.is_none() && flow.sink.value.taint.is_clean() => {
            object.fields.iter().any(|(name, value)| {
                ADDRESS_FIELDS.contains(&name.as_str())
                    && !value.taint.is_clean()
                    && host_is_open(value)
            })
        }
        _ => host_is_open(&flow.sink.value),
    }
}

fn host_is_open(address: &Value) -> bool {
    match address.atoms().as_deref() {
        Some([Atom::Environment(_), ..]) => false,
        Some([Atom::Literal(start), ..]) => start
            .split_once("://")
            .is_none_or(|(_, rest)| !rest.contains('/')),
        _ => true,
    }
}

fn finding(model: &Model<'_>, rule: &Injection, flow: &Flow<'_>) -> Finding {
    let sink = flow.sink;
    let reached = &flow.reached;
    let mut evidence = reached.evidence.clone();
    evidence.push(Step {
        kind: StepKind::Sink,
        place: sink.place,
        message: format!("`{}` takes it as {}", sink.path, rule.danger),
    });
    let confidence = if reached.is_proven {
        Confidence::High
    } else {
        Confidence::Medium
    };
    let who = match reached.who {
        Reach::Anonymous => "anyone on the internet",
        Reach::Authenticated => "a signed-in user",
        Reach::Tenant => "whoever can write to the trigger's source",
        Reach::Operator => "whoever deploys",
    };
    Finding {
        rule: rule.info.name,
        score: Score::new(rule.impact, reached.who),
        confidence,
        message: format!(
            "Data that {who} controls reaches {} in `{}`",
            rule.danger,
            model.code_name(sink.function)
        ),
        place: sink.place,
        functions: flow
            .functions
            .iter()
            .map(|id| model.function_name(*id))
            .collect(),
        evidence,
        fix: rule.fix.to_owned(),
        subject: format!("{}:{}", model.code_name(sink.function), sink.path),
    }
}
