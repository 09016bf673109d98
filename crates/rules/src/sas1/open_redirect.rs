//! SAS-1: outside data that decides where a caller is sent: the header `Location` of an answer, a framework's redirect.

use finding::Finding;

use super::injection::{Danger, Injection, finding, host_is_open, rule};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![RULE.info],
    check,
};

const RULE: Injection = rule!(
    "open-redirect",
    "Event data decides where a browser is sent",
    601,
    "redirect",
    Limited,
    "the address that a browser is sent to",
    "Choose the address from a list, or accept paths of the same site alone"
);

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = in_headers(input);
    let flows = model.flows(RULE.kind);
    let open = flows.iter().filter(|flow| host_is_open(&flow.sink.value));
    findings.extend(open.map(|flow| {
        let danger = Danger {
            place: flow.sink.place,
            path: &flow.sink.path,
            code: model.code_name(flow.sink.function),
        };
        finding(input, &RULE, &danger, &flow.reached)
    }));
    findings
}

fn in_headers(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let Some(kind) = model.knowledge.kind(RULE.kind) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for answer in input.responses {
        let location = answer.location.filter(|it| host_is_open(it));
        let Some(location) = location else { continue };
        let open: Vec<_> = location.taint.dangerous(kind).collect();
        let Some(reached) = model.worst_reach(answer.analysis, &open) else {
            continue;
        };
        let danger = Danger {
            place: answer.place,
            path: "Location",
            code: model.code_name(answer.function),
        };
        findings.push(finding(input, &RULE, &danger, &reached));
    }
    findings
}
