//! SAS-1: outside data in log lines as it came, line breaks included. One finding for each function of the code.

use finding::{Finding, Reach};
use flow::{Label, Note, Origin, Shape};
use knowledge::{Encoding, EventField, Step};
use link::{Analysis, Flow, Model};

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
        if !is_text(model, &flow) || seen.contains(&flow.sink.function) {
            continue;
        }
        let labels = flow.sink.labels.iter().copied();
        let labels: Vec<Label> = labels
            .filter(|label| may_break_lines(model, flow.analysis, *label))
            .collect();
        let Some(reached) = model.worst_reach(flow.analysis, &labels) else {
            continue;
        };
        // Where no trigger is known to bring the data, who could forge a log line is a guess on top of a guess.
        if reached.who <= Reach::Tenant || !reached.is_proven {
            continue;
        }
        seen.push(flow.sink.function);
        let danger = Danger {
            place: flow.sink.place,
            path: &flow.sink.path,
            code: model.code_name(flow.sink.function),
        };
        findings.push(finding(input, &RULE, &danger, &reached));
    }
    findings
}

/// Whether a line break can stand in the data: HTTP lets none into a header, and what arrives encoded has none until something
/// decodes it.
fn may_break_lines(model: &Model<'_>, analysis: &Analysis, label: Label) -> bool {
    let facts = &analysis.facts;
    let Some(Origin::Event { path, seed }) = facts.source(label.source).map(|it| &it.origin) else {
        return true;
    };
    if matches!(path.first(), Some(Step::Field(name)) if name == "headers" || name == "multiValueHeaders")
    {
        return false;
    }
    let kinds = facts.seeds.get(*seed as usize).into_iter().flatten();
    let mut fields = kinds.filter_map(|kind| model.knowledge.event(kind)?.field(path));
    let is_encoded = |field: &EventField| {
        let mut encodings = field.encodings.iter();
        encodings.any(|encoding| matches!(encoding, Encoding::Url | Encoding::Base64))
    };
    let may_be_decoded = || {
        let way = facts.way(label);
        way.iter().any(|step| matches!(step.note, Note::Through(_)))
    };
    fields.any(|field| !is_encoded(field)) || may_be_decoded()
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
