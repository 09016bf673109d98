//! SAS-9: a step of a chain that can be entered from outside: its trigger's resource is written by an earlier step, which may
//! check something, and by anyone else as well.

use std::cell::LazyCell;

use app::{FunctionId, ResourceId, Trigger};
use base::Map;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{CallFact, Origin};
use link::{Analysis, Model};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas9/bypassable-step",
    title: "A step can be reached without the one before it",
    page: include_str!("../../docs/sas9/bypassable-step.md"),
    cwe: 841,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let writers = LazyCell::new(|| writers(model));
    let mut findings = Vec::new();
    for (id, _) in model.application.functions() {
        for trigger in model.application.triggers_of(id) {
            let source = trigger.source.known();
            let Some(resource) = source.and_then(|source| model.resource_of_text(source)) else {
                continue;
            };
            if !model.is_public(resource) || !relies_on_event(model, id) {
                continue;
            }
            // Another function of the project that writes to the resource: the step before.
            let mut before = writers.get(&resource).into_iter().flatten();
            if let Some((earlier, call)) = before.find(|it| !it.0.functions.contains(&id)) {
                findings.push(finding(model, id, trigger, resource, earlier, call));
            }
        }
    }
    findings
}

/// The function's code reads what the event brings.
fn relies_on_event(model: &Model<'_>, function: FunctionId) -> bool {
    model.analyses_of(function).any(|analysis| {
        let sources = analysis.facts.sources.iter();
        let mut origins = sources.map(|source| &source.origin);
        origins.any(|origin| matches!(origin, Origin::Event { .. }))
    })
}

/// A call that writes, with the entry point that makes it.
type Writer<'m> = (&'m Analysis, &'m CallFact);

/// What writes to each resource, in the order of the code.
fn writers<'m>(model: &'m Model<'_>) -> Map<ResourceId, Vec<Writer<'m>>> {
    let mut writers: Map<ResourceId, Vec<Writer<'m>>> = Map::default();
    let writing = model.calls().filter(|(_, call)| {
        let operation = model.operation(call);
        operation.is_some_and(|operation| !operation.writes.is_empty())
    });
    for (analysis, call) in writing {
        let functions = analysis.functions.iter();
        let mut resources: Vec<ResourceId> = functions
            .filter_map(|function| model.resource_of(*function, call))
            .collect();
        resources.sort();
        resources.dedup();
        for resource in resources {
            writers.entry(resource).or_default().push((analysis, call));
        }
    }
    writers
}

fn finding(
    model: &Model<'_>,
    function: FunctionId,
    trigger: &Trigger,
    resource: ResourceId,
    earlier: &Analysis,
    call: &CallFact,
) -> Finding {
    let name = model.function_name(function);
    let before = earlier
        .functions
        .first()
        .map(|id| model.function_name(*id))
        .unwrap_or_default();
    let label = model.resource_label(resource);
    Finding::new(
        &INFO,
        trigger.place,
        format!(
            "`{name}` is meant to run after `{before}`, but anyone can write to `{label}` and skip what `{before}` checks"
        ),
    )
    .score(Impact::Serious, Reach::Anonymous)
    .confidence(Confidence::Medium)
    .functions(model.function_names(&earlier.functions))
    .functions([name.clone()])
    .step(StepKind::Channel, call.place, format!("`{}` of the earlier step writes to `{label}`", call.path))
    .step(StepKind::Trigger, trigger.place, format!("`{label}` invokes `{name}`, whoever wrote to it"))
    .fix(format!("Let the policy of `{label}` allow the earlier step's role alone, or repeat the check in `{name}`"))
    .subject(format!("{name}:{label}"))
}
