//! SAS-1: outside data in log lines as it came, line breaks included. One finding for each function of the code.

use finding::{Finding, Reach};
use flow::{Origin, Shape};
use knowledge::Step;
use link::{Flow, Model};

use super::injection::{Danger, Injection, finding, rule};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![RULE.info],
    check,
};

const RULE: Injection = rule!(
    "log-injection",
    "Event data in a log line as it came",
    117,
    "log",
    Hygiene,
    "a log line",
    "Log the value as JSON, or with a structured logger"
);

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut seen = Vec::new();
    let mut findings = Vec::new();
    for flow in model.flows(RULE.kind) {
        // Where no trigger is known to bring the data, who could forge a log line is a guess on top of a guess.
        if flow.reached.who <= Reach::Tenant
            || !flow.reached.is_proven
            || !is_text(model, &flow)
            || is_of_headers(&flow)
            || seen.contains(&flow.sink.function)
        {
            continue;
        }
        seen.push(flow.sink.function);
        let danger = Danger {
            place: flow.sink.place,
            path: &flow.sink.path,
            code: model.code_name(flow.sink.function),
        };
        findings.push(finding(model, &RULE, &danger, &flow.reached));
    }
    findings
}

/// HTTP lets no line break into a header, so that none comes out of one.
fn is_of_headers(flow: &Flow<'_>) -> bool {
    let mut labels = flow.sink.labels.iter();
    labels.all(|label| {
        let source = flow.analysis.facts.source(label.source);
        matches!(source.map(|source| &source.origin), Some(Origin::Event { path, .. })
            if matches!(path.first(), Some(Step::Field(name)) if name == "headers" || name == "multiValueHeaders"))
    })
}

/// Objects are printed with the line breaks in their texts escaped: what counts is a text.
fn is_text(model: &Model<'_>, flow: &Flow<'_>) -> bool {
    let value = &flow.sink.value;
    let may_be_text = match &value.shape {
        Shape::Text(_) | Shape::Unknown => true,
        // A field of something that was parsed.
        Shape::Api(api) => ["json.loads().", "JSON.parse()."]
            .iter()
            .any(|parsed| api.path.starts_with(parsed)),
        // What was parsed is printed as an object; its fields may be texts.
        Shape::Event(event) => !value.taint.is_clean() && event.path.last() != Some(&Step::Deep),
        _ => false,
    };
    may_be_text && model.is_leaf(flow)
}
