//! SAS-4: statements of roles that allow every action of a service, or an action on every resource.

use crate::family::{Family, Input};
use app::{Effect, Grant, GrantOrigin};
use base::Name;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, Score, Step, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![ACTION, RESOURCE],
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

/// Services whose actions have no resource to name, or where the resource cannot be known beforehand.
const WITHOUT_RESOURCES: [&str; 7] = [
    "logs",
    "xray",
    "cloudwatch",
    "ec2",
    "ses",
    "rekognition",
    "comprehend",
];

/// Both rules over the written statements of all roles that functions run under.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for (index, role) in model.application.roles.iter().enumerate() {
        let functions: Vec<Name> = model
            .application
            .functions()
            .filter(|(_, function)| {
                function
                    .role
                    .known()
                    .is_some_and(|role| role.0 as usize == index)
            })
            .map(|(id, _)| model.function_name(id))
            .collect();
        let written = role
            .grants
            .iter()
            .filter(|grant| grant.origin == GrantOrigin::Written && grant.effect == Effect::Allow);
        for grant in written {
            findings.extend(wildcard_actions(grant, &role.name, &functions));
            findings.extend(wildcard_resource(grant, &role.name, &functions));
        }
    }
    findings
}

fn wildcard_actions(grant: &Grant, role: &str, functions: &[Name]) -> Vec<Finding> {
    let wide = grant.actions.iter().filter_map(|(action, place)| {
        let action = action.literal()?;
        let is_wide = action == "*" || action.ends_with(":*");
        (is_wide && !action.starts_with("logs:") && !action.starts_with("xray:"))
            .then_some((action, *place))
    });
    wide.map(|(action, place)| Finding {
        rule: ACTION.name,
        score: Score::new(
            if action == "*" {
                Impact::Full
            } else {
                Impact::Serious
            },
            Reach::Tenant,
        ),
        confidence: Confidence::High,
        message: format!("Role `{role}` allows `{action}`"),
        place,
        functions: functions.to_vec(),
        evidence: vec![Step {
            kind: StepKind::Config,
            place,
            message: format!("allows `{action}`"),
        }],
        fix: "Name the actions that the code calls".into(),
        subject: format!("{role}:{action}"),
    })
    .collect()
}

fn wildcard_resource(grant: &Grant, role: &str, functions: &[Name]) -> Option<Finding> {
    let (_, place) = grant
        .resources
        .iter()
        .find(|(resource, _)| resource.literal().as_deref() == Some("*"))?;
    if grant.condition.is_some() {
        return None;
    }
    let action = grant.actions.iter().find_map(|(action, _)| {
        let action = action.literal()?;
        let (service, verb) = action.split_once(':')?;
        let changes = [
            "Put", "Update", "Delete", "Create", "Send", "Publish", "Write", "*",
        ]
        .iter()
        .any(|start| verb.starts_with(start));
        (changes && !WITHOUT_RESOURCES.contains(&service)).then_some(action)
    })?;
    Some(Finding {
        rule: RESOURCE.name,
        score: Score::new(Impact::Limited, Reach::Tenant),
        confidence: Confidence::High,
        message: format!("Role `{role}` allows `{action}` on every resource"),
        place: *place,
        functions: functions.to_vec(),
        evidence: vec![Step {
            kind: StepKind::Config,
            place: *place,
            message: "every resource".into(),
        }],
        fix: "Name the resources that the functions work on".into(),
        subject: format!("{role}:{action}:*"),
    })
}
