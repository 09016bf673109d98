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
    findings.extend(given_to_libraries(input));
    findings
}

fn in_returned_pages(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let Some(kind) = model.knowledge.kind(RULE.kind) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for answer in input.responses.iter().filter(|answer| answer.is_html) {
        let open: Vec<_> = answer
            .labels
            .iter()
            .copied()
            .filter(|label| !label.clears.contains(kind))
            .collect();
        let Some(reached) = model.worst_reach(answer.analysis, &open) else {
            continue;
        };
        let danger = Danger {
            place: answer.place,
            path: "text/html",
            code: model.code_name(answer.function),
        };
        findings.push(finding(input, &RULE, &danger, &reached));
    }
    findings
}

/// What is given to a framework, or stored as a page.
fn given_to_libraries(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let flows = model.flows(RULE.kind).into_iter();
    flows
        .map(|flow| {
            let danger = Danger {
                place: flow.sink.place,
                path: &flow.sink.path,
                code: model.code_name(flow.sink.function),
            };
            finding(input, &RULE, &danger, &flow.reached)
        })
        .collect()
}
