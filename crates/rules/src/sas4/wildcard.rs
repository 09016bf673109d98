//! SAS-4: statements of roles that allow everything, every action of a service, or an action on every resource.

use app::{Effect, Grant, GrantOrigin, Text};
use base::{Name, Place};
use finding::{Finding, Impact, RuleInfo, StepKind};
use iam::{Answer, Pattern, Piece, Subject};
use knowledge::{Access, Knowledge};

use super::role::{self, UsedRole};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![ACTION, RESOURCE, ADMIN],
    check,
};

const ACTION: RuleInfo = RuleInfo {
    name: "sas4/wildcard-action",
    title: "A role allows every action of a service",
    page: include_str!("../../docs/sas4/wildcard-action.md"),
    cwe: 250,
};

const RESOURCE: RuleInfo = RuleInfo {
    name: "sas4/wildcard-resource",
    title: "A role may change every resource of a service",
    page: include_str!("../../docs/sas4/wildcard-resource.md"),
    cwe: 250,
};

const ADMIN: RuleInfo = RuleInfo {
    name: "sas4/admin-policy",
    title: "A role allows everything",
    page: include_str!("../../docs/sas4/admin-policy.md"),
    cwe: 250,
};

/// What the platform's own policies for functions allow on every resource: logs, traces, metrics, and the interfaces of
/// functions in a network, whose ids nobody knows beforehand.
const CUSTOMARY: [&str; 6] = [
    "logs:*",
    "xray:*",
    "cloudwatch:PutMetricData",
    "ec2:*NetworkInterface*",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
];

/// Managed policies that allow everything or nearly so: one who may change permissions may do all.
const ADMINISTRATORS: [&str; 3] = ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"];

fn check(input: &Input<'_>) -> Vec<Finding> {
    role::used(input.model)
        .flat_map(|used| {
            let written = used.role.grants.iter();
            let written = written.filter(|grant| {
                grant.origin == GrantOrigin::Written && grant.effect == Effect::Allow
            });
            let mut findings: Vec<Finding> = managed(&used).collect();
            for grant in written {
                match everything(&used, grant) {
                    Some(finding) => findings.push(finding),
                    None => {
                        findings.extend(wildcard_action(&used, grant));
                        findings.extend(wildcard_resource(&used, grant));
                    }
                }
            }
            findings
        })
        .collect()
}

fn managed<'a>(used: &'a UsedRole<'_>) -> impl Iterator<Item = Finding> + 'a {
    used.role
        .managed_policies
        .iter()
        .filter_map(|(policy, place)| {
            // The partition of the ARN may be known at deployment only; the name is at its end.
            let whole = policy.display();
            let name = whole.rsplit('/').next()?;
            ADMINISTRATORS
                .contains(&name)
                .then(|| administrator(used, *place, name))
        })
}

fn everything(used: &UsedRole<'_>, grant: &Grant) -> Option<Finding> {
    let place = literal(&grant.actions, "*")?;
    literal(&grant.resources, "*")?;
    grant
        .condition
        .is_none()
        .then(|| administrator(used, place, "*"))
}

fn administrator(used: &UsedRole<'_>, place: Place, what: &str) -> Finding {
    let role = &used.role.name;
    let message = match what {
        "*" => format!("Role `{role}` allows every action on every resource"),
        policy => format!("Role `{role}` has the policy `{policy}`"),
    };
    Finding::new(&ADMIN, place, message)
        .score(Impact::Full, used.exposure())
        .functions(used.names())
        .step(StepKind::Config, place, format!("allows `{what}`"))
        .fix(format!(
            "Allow {} instead",
            enough(used, None).unwrap_or_else(|| "the actions that the code calls".to_owned())
        ))
        .subject(format!("{role}:{what}"))
}

/// The actions that the code calls, of one service or of all, where the whole code is seen.
fn enough(used: &UsedRole<'_>, service: Option<&str>) -> Option<String> {
    const MOST: usize = 8;
    let called = used.called()?;
    let of_service = called
        .iter()
        .filter(|action| service.is_none_or(|service| action.split(':').next() == Some(service)));
    let names: Vec<String> = of_service.map(|action| format!("`{action}`")).collect();
    (!names.is_empty() && names.len() <= MOST).then(|| names.join(", "))
}

fn wildcard_action(used: &UsedRole<'_>, grant: &Grant) -> Option<Finding> {
    let wide: Vec<(Name, Place)> = grant
        .actions
        .iter()
        .filter_map(|(action, place)| Some((action.literal()?, *place)))
        .filter(|(action, _)| action == "*" || action.ends_with(":*"))
        .filter(|(action, _)| !CUSTOMARY.contains(&action.as_str()))
        .collect();
    let (first, place) = wide.first()?;
    let names: Vec<String> = wide.iter().map(|(name, _)| format!("`{name}`")).collect();
    let role = &used.role.name;
    let service = match wide.as_slice() {
        [(only, _)] => only.split_once(':').map(|(service, _)| service),
        _ => None,
    };
    let fix = match enough(used, service) {
        Some(actions) => format!("Allow {actions} instead, which is all that the code calls"),
        None => "Name the actions that the code calls".to_owned(),
    };
    Some(
        Finding::new(
            &ACTION,
            *place,
            format!("Role `{role}` allows {}", names.join(", ")),
        )
        .score(Impact::Limited, used.exposure())
        .functions(used.names())
        .step(StepKind::Config, *place, format!("allows `{first}`"))
        .fix(fix)
        .subject(format!("{role}:{first}")),
    )
}

fn wildcard_resource(used: &UsedRole<'_>, grant: &Grant) -> Option<Finding> {
    let place = literal(&grant.resources, "*")?;
    if grant.condition.is_some() {
        return None;
    }
    let knowledge = used.model.knowledge;
    let action = grant.actions.iter().find_map(|(action, _)| {
        let action = action.literal()?;
        changes_a_named_resource(knowledge, &action).then_some(action)
    })?;
    let role = &used.role.name;
    Some(
        Finding::new(
            &RESOURCE,
            place,
            format!("Role `{role}` allows `{action}` on every resource"),
        )
        .score(Impact::Hygiene, used.exposure())
        .functions(used.names())
        .step(StepKind::Config, place, "every resource")
        .fix("Name the resources that the functions work on")
        .subject(format!("{role}:{action}:*")),
    )
}

/// Whether one of the actions that the pattern matches changes something and takes a resource that could be named.
fn changes_a_named_resource(knowledge: &Knowledge, pattern: &str) -> bool {
    let Some((prefix, _)) = pattern.split_once(':') else {
        return false;
    };
    let Some(service) = knowledge.service(&prefix.to_ascii_lowercase()) else {
        return false;
    };
    let is_matched = |pattern: &str, action: &str| {
        let pattern = Pattern::action(&[Piece::Literal(pattern.into())]);
        pattern.matches(&Subject::action(action)) == Answer::Yes
    };
    service.actions().any(|action| {
        let name = format!("{}:{}", service.prefix, action.name);
        action.takes_resource
            && action.access != Access::Read
            && is_matched(pattern, &name)
            && !CUSTOMARY.iter().any(|known| is_matched(known, &name))
    })
}

/// Where one of the texts is this and nothing else.
fn literal(texts: &[(Text, Place)], wanted: &str) -> Option<Place> {
    texts
        .iter()
        .find(|(text, _)| text.literal().as_deref() == Some(wanted))
        .map(|(_, place)| *place)
}
