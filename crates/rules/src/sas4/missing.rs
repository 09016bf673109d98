//! SAS-4: calls that a function's role does not allow, so that they fail once deployed.

use app::FunctionId;
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use iam::Answer;
use privilege::{Cause, Need, Needs, Scope};

use super::words;
use crate::family::{Family, Input};
use crate::grants::matches;

pub(super) const FAMILY: Family = Family {
    rules: || vec![MISSING],
    check,
};

const MISSING: RuleInfo = RuleInfo {
    name: "sas4/missing-permission",
    title: "A function calls what its role does not allow",
    page: include_str!("../../docs/sas4/missing-permission.md"),
    cwe: 862,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let functions = input.model.application.functions();
    let functions = functions.zip(input.needs);
    functions
        .flat_map(|((id, _), needs)| of_function(input, id, needs))
        .collect()
}

/// What is missing at one call.
struct Missing<'n> {
    place: Place,
    resource: String,
    actions: Vec<&'n Name>,
}

fn of_function(input: &Input<'_>, id: FunctionId, needs: &Needs) -> Vec<Finding> {
    let model = input.model;
    let Some((function, role)) = model.application.function(id).and_then(|function| {
        let role = model.application.role(*function.role.known()?)?;
        Some((function, role))
    }) else {
        return Vec::new();
    };
    // With credentials of another role any call may be allowed.
    let assumes = |need: &Need| need.action.starts_with("sts:AssumeRole");
    let has_others = model
        .analyses_of(id)
        .any(|analysis| !analysis.facts.foreign_clients.is_empty());
    if has_others || needs.needs.iter().any(assumes) {
        return Vec::new();
    }
    let mut missing: Vec<Missing<'_>> = Vec::new();
    for need in needs.needs.iter().filter(|need| is_judged(input, need)) {
        let (Some(reason), Answer::No) =
            (need.reasons.first(), privilege::is_allowed(model, id, need))
        else {
            continue;
        };
        let resource = privilege::resource_name(model, need);
        let same = |it: &&mut Missing<'_>| it.place == reason.place && it.resource == resource;
        match missing.iter_mut().find(same) {
            Some(known) => known.actions.push(&need.action),
            None => missing.push(Missing {
                place: reason.place,
                resource,
                actions: vec![&need.action],
            }),
        }
    }
    let of_call = |missing: Missing<'_>| {
        let actions = words::list(&missing.actions);
        let on = match missing.resource.as_str() {
            "*" => String::new(),
            resource => format!(" on `{resource}`"),
        };
        let message = format!(
            "`{}` calls what its role `{}` does not allow: {actions}{on}",
            function.name, role.name
        );
        let subject: Vec<&str> = missing.actions.iter().map(|it| it.as_str()).collect();
        Finding::new(&MISSING, missing.place, message)
            .score(Impact::Hygiene, model.exposure(id))
            .confidence(Confidence::High)
            .functions(model.function_names(&[id]))
            .step(
                StepKind::Config,
                role.place,
                format!("the statements of `{}` do not allow it", role.name),
            )
            .fix(format!("Allow {actions}{on}, or remove the call"))
            .subject(format!(
                "{}:{}:{}",
                model.function_name(id),
                subject.join(","),
                missing.resource
            ))
    };
    missing.into_iter().map(of_call).collect()
}

/// Whether the need is of a call, certain, and of an action that no other one stands in for.
fn is_judged(input: &Input<'_>, need: &Need) -> bool {
    let mut implied = input.model.knowledge.allowances.implied.iter();
    need.cause == Cause::Call
        && need.is_certain
        && !matches!(need.scope, Scope::Pattern(_))
        && !implied.any(|pattern| matches(pattern, &need.action))
}
