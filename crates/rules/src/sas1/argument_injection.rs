//! SAS-1: outside data as an argument of a fixed program, without a shell, where it can be taken for an option.

use finding::Finding;
use flow::{Atom, Label, List, Shape, Value};
use knowledge::KindId;

use super::injection::{Danger, Injection, finding, rule};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![RULE.info],
    check,
};

const RULE: Injection = rule!(
    "argument-injection",
    "Event data can become an option of a program",
    88,
    "argument",
    Limited,
    "an argument that the program can take for an option",
    "Put `--` before the value, or refuse values that start with `-`"
);

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let Some(kind) = model.knowledge.kind(RULE.kind) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        let sinks = analysis.facts.sinks.iter();
        for sink in sinks.filter(|sink| sink.kind == kind) {
            let Shape::List(arguments) = &sink.value.shape else {
                continue;
            };
            let open = options_from_outside(arguments, kind);
            let Some(reached) = model.worst_reach(analysis, &open) else {
                continue;
            };
            let danger = Danger {
                place: sink.place,
                path: &sink.path,
                code: model.code_name(sink.function),
            };
            findings.push(finding(input, &RULE, &danger, &reached));
        }
    }
    findings
}

/// The outside data in arguments that can be options: before `--`, and not behind an option, whose value they may be.
fn options_from_outside(arguments: &List, kind: KindId) -> Vec<Label> {
    let mut open = Vec::new();
    let mut is_value = false;
    for argument in &arguments.items {
        let text = argument.as_text().map(|text| text.as_str());
        if text == Some("--") {
            break;
        }
        if !is_value && starts_outside(argument) {
            open.extend(argument.taint.dangerous(kind));
        }
        is_value = text.is_some_and(|text| text.starts_with('-') && !text.contains('='));
    }
    open
}

/// Whether the first letter comes from outside.
fn starts_outside(argument: &Value) -> bool {
    match argument.atoms().as_deref() {
        Some([first, ..]) => matches!(first, Atom::Any),
        Some([]) => false,
        None => true,
    }
}
