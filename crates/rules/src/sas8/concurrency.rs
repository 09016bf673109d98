//! SAS-8: functions that anyone can call as often as they like, until the account's whole concurrency is used up.

use crate::family::{Family, Input};
use app::{FunctionId, StackId};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

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
    let stacks = 0..model.application.stacks.len() as u32;
    let found = stacks.filter_map(|index| {
        let stack = model.application.stack(StackId(index))?;
        let open: Vec<FunctionId> = model
            .application
            .functions()
            .filter(|(id, function)| {
                function.stack == StackId(index)
                    && function.resource.is_some()
                    && function.reserved_concurrency.is_absent()
                    && model.exposure(*id) == Reach::Anonymous
            })
            .map(|(id, _)| id)
            .collect();
        let first = model.application.function(*open.first()?)?;
        let how_many = match open.as_slice() {
            [_] => format!("Anyone can call `{}`, which has", first.name),
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
