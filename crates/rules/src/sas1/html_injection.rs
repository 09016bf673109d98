//! SAS-1: outside data in a page that a browser shows: what a handler returns as `text/html`, and what it gives to a framework.

use finding::Finding;

use super::injection::{Danger, Injection, finding, rule};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![RULE.info],
    check,
};

const RULE: Injection = rule!(
    "html-injection",
    "Event data in a page",
    79,
    "html",
    Serious,
    "a page that a browser shows",
    "Escape the value for HTML, or answer with JSON"
);

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = in_returned_pages(input);
    findings.extend(given_to_frameworks(input));
    findings
}

fn in_returned_pages(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let Some(kind) = model.knowledge.kind(RULE.kind) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for answer in model.responses().iter().filter(|answer| answer.is_html) {
        let open: Vec<_> = answer
            .labels
            .iter()
            .copied()
            .filter(|label| !label.clears.contains(kind))
            .collect();
        let Some(reached) = model.worst_reach(answer.analysis, &open) else {
            continue;
        };
        let code = answer.function.map(|function| model.code_name(function));
        let danger = Danger {
            place: answer.place,
            path: "text/html",
            code: code.unwrap_or_else(|| "the handler".into()),
        };
        findings.push(finding(model, &RULE, &danger, &reached));
    }
    findings
}

/// A framework sends a text as HTML unless it is told otherwise; objects it sends as JSON.
fn given_to_frameworks(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let flows = model.flows(RULE.kind);
    let texts = flows.iter().filter(|flow| {
        !flow.sink.path.starts_with("%context") || flow.sink.value.atoms().is_some()
    });
    texts
        .map(|flow| {
            let danger = Danger {
                place: flow.sink.place,
                path: flow.sink.path.trim_start_matches("%context."),
                code: model.code_name(flow.sink.function),
            };
            finding(model, &RULE, &danger, &flow.reached)
        })
        .collect()
}
