//! SAS-4: actions that a role allows by name and that the code of its functions never calls.

use app::{Effect, Grant, GrantOrigin};
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use knowledge::Access;

use super::role::{self, UsedRole};
use crate::family::{Family, Input};

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

/// Actions that a call of another one may need as well, or that the platform performs for a function: of streams and queues
/// that it polls, and of options of a call.
const IMPLIED: [&str; 8] = [
    "Acl",
    "Tag",
    "Version",
    "ListBucket",
    "Stream",
    "Shard",
    "GetRecords",
    "ConditionCheckItem",
];

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
    let service = |action: &str| action.split(':').next().unwrap_or_default().to_owned();
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
            let service = service(action);
            let changes = knowledge
                .action(action)
                .is_some_and(|known| known.access != Access::Read);
            changes
                && !is_called(action)
                && called.iter().any(|name| same(name, &service))
                && !IMPLIED.iter().any(|part| action.contains(part))
                && (!is_polled || service != "sqs")
                && !sends_failures(used, &service)
        })
        .collect();
    let (_, place) = unused.first()?;
    let names: Vec<String> = unused.iter().map(|(name, _)| format!("`{name}`")).collect();
    let needed: Vec<String> = called
        .iter()
        .filter(|name| {
            unused
                .iter()
                .any(|(action, _)| same(name, &service(action)))
        })
        .map(|name| format!("`{name}`"))
        .collect();
    let role = &used.role.name;
    Some(
        Finding::new(
            &UNUSED,
            *place,
            format!(
                "Role `{role}` allows {}, which the code never calls: {} is enough",
                names.join(", "),
                needed.join(", ")
            ),
        )
        .score(Impact::Hygiene, used.exposure())
        .confidence(Confidence::Medium)
        .functions(used.names())
        .step(
            StepKind::Config,
            *place,
            format!("allows {}", names.join(", ")),
        )
        .fix(format!("Remove {}", names.join(", ")))
        .subject(format!("{role}:{}", names.join(","))),
    )
}

fn same(action: &str, service: &str) -> bool {
    action
        .split(':')
        .next()
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(service))
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
