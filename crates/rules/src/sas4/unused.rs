//! SAS-4: actions that a role allows by name and that the code of its functions never calls.

use app::{Effect, Grant, GrantOrigin};
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use knowledge::Access;

use super::role::{self, UsedRole};
use super::words;
use crate::family::{Family, Input};
use crate::grants::matches;

pub(super) const FAMILY: Family = Family {
    rules: || vec![UNUSED],
    check,
};

const UNUSED: RuleInfo = RuleInfo {
    name: "sas4/unused-permission",
    title: "A role allows actions that the code never calls",
    page: include_str!("../../docs/sas4/unused-permission.md"),
    cwe: 250,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for used in role::used(input.model) {
        let Some(called) = used.called() else {
            continue;
        };
        let written =
            used.role.grants.iter().filter(|grant| {
                grant.origin == GrantOrigin::Written && grant.effect == Effect::Allow
            });
        findings.extend(written.filter_map(|grant| unused(&used, grant, &called)));
    }
    findings
}

/// Only services that the code calls itself are looked at: a library may call any other.
fn unused(used: &UsedRole<'_>, grant: &Grant, called: &[Name]) -> Option<Finding> {
    let knowledge = used.model.knowledge;
    let is_implied = |action: &str| {
        let mut implied = knowledge.allowances.implied.iter();
        implied.any(|pattern| matches(pattern, action))
    };
    let is_called = |action: &str| called.iter().any(|name| name.eq_ignore_ascii_case(action));
    let is_polled = used.functions.iter().any(|id| {
        let mut triggers = used.model.application.triggers_of(*id);
        triggers.any(|trigger| matches!(trigger.kind.as_str(), "aws.sqs"))
    });
    let unused: Vec<(Name, Place)> = grant
        .actions
        .iter()
        .filter_map(|(action, place)| Some((action.literal()?, *place)))
        .filter(|(action, _)| {
            let service = words::service(action);
            let changes = knowledge
                .action(action)
                .is_some_and(|known| known.access != Access::Read);
            changes
                && !is_called(action)
                && called.iter().any(|name| same(name, service))
                && !is_implied(action)
                && (!is_polled || service != "sqs")
                && !sends_failures(used, service)
        })
        .collect();
    let (_, place) = unused.first()?;
    let names: Vec<&Name> = unused.iter().map(|(name, _)| name).collect();
    let needed: Vec<&Name> = called
        .iter()
        .filter(|name| {
            unused
                .iter()
                .any(|(action, _)| same(name, words::service(action)))
        })
        .collect();
    let verb = if needed.len() == 1 { "is" } else { "are" };
    let shown = words::list(&names);
    let subject: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let role = &used.role.name;
    Some(
        Finding::new(
            &UNUSED,
            *place,
            format!(
                "Role `{role}` allows {shown}, which the code never calls: {} {verb} enough",
                words::list(&needed)
            ),
        )
        .score(Impact::Hygiene, used.exposure())
        .confidence(Confidence::Medium)
        .functions(used.names())
        .step(StepKind::Config, *place, format!("allows {shown}"))
        .fix(format!("Remove {shown}"))
        .subject(format!("{role}:{}", subject.join(","))),
    )
}

fn same(action: &str, service: &str) -> bool {
    words::service(action).eq_ignore_ascii_case(service)
}

/// Whether the platform sends failed events to this service with the role.
fn sends_failures(used: &UsedRole<'_>, service: &str) -> bool {
    let mut functions = used.functions.iter();
    matches!(service, "sqs" | "sns" | "lambda" | "events")
        && functions.any(|id| {
            let function = used.model.application.function(*id);
            function.is_some_and(|function| !function.failure_destination.is_absent())
        })
}
