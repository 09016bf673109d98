//! SAS-8: functions that anyone can call as often as they like, until the account's whole concurrency is used up.

use std::collections::BTreeMap;

use crate::family::{Family, Input};
use app::{FunctionId, StackId, Trigger};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use link::Model;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/no-concurrency-limit",
    title: "Functions that anyone can call share the account's concurrency without a limit",
    page: include_str!("../../docs/sas8/no-concurrency-limit.md"),
    cwe: 770,
};

/// One finding for each stack: the limit is a decision about the stack, not about each function.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut open_functions: BTreeMap<StackId, Vec<FunctionId>> = BTreeMap::new();
    for (id, function) in model.application.functions() {
        if function.resource.is_some()
            && function.reserved_concurrency.is_absent()
            && model.exposure(id) == Reach::Anonymous
            && !is_read_in_order(model, id)
        {
            open_functions.entry(function.stack).or_default().push(id);
        }
    }
    let found = open_functions.into_iter().filter_map(|(stack, open)| {
        let stack = model.application.stack(stack)?;
        let first = model.application.function(*open.first()?)?;
        let how_many = match open.as_slice() {
            [_] => format!("Anyone can call `{}`, which has", first.name),
            [_, _] => format!(
                "Anyone can call `{}` and one more function of the stack, which have",
                first.name
            ),
            several => format!(
                "Anyone can call `{}` and {} more functions of the stack, which have",
                first.name,
                several.len() - 1
            ),
        };
        let message = format!("{how_many} no reserved concurrency: a flood takes the concurrency of the whole account");
        let mut finding = Finding::new(&INFO, first.place, message)
            .score(Impact::Hygiene, Reach::Tenant)
            .functions(model.function_names(&open))
            .fix("Reserve a concurrency that legitimate traffic does not reach for the functions that anyone can call")
            .subject(stack.name.to_string());
        for id in &open {
            let open_trigger = model
                .application
                .triggers_of(*id)
                .find(|trigger| model.exposure_of(trigger) == Reach::Anonymous);
            if let Some(trigger) = open_trigger {
                finding = finding.step(
                    StepKind::Trigger,
                    trigger.place,
                    format!("anyone can invoke {}", model.function_name(*id)),
                );
            }
        }
        Some(finding)
    });
    found.collect()
}

/// Whether all that makes the function run is read in order, so that no flood makes it run more often at the same time.
fn is_read_in_order(model: &Model<'_>, function: FunctionId) -> bool {
    let mut triggers = model.application.triggers_of(function).peekable();
    let is_in_order = |trigger: &Trigger| {
        let event = model.knowledge.event(&trigger.kind);
        event.is_some_and(|event| event.in_order)
    };
    triggers.peek().is_some() && triggers.all(is_in_order)
}
