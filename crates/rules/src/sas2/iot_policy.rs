//! SAS-2: policies of IoT devices that let one device act as another.

use crate::family::{Family, Input};
use crate::grants::covers;
use app::{Effect, Grant, ResourcePolicy};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/iot-wildcard-policy",
    title: "Every device may act as any other",
    page: include_str!("../../docs/sas2/iot-wildcard-policy.md"),
    cwe: 287,
};

/// What a device must only do in its own name.
const ACTIONS: [&str; 4] = ["iot:Connect", "iot:Publish", "iot:Receive", "iot:Subscribe"];

/// Policies with an allowance for every client, topic or thing.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let policies = input.model.application.policies.iter();
    policies
        .filter(|policy| policy.target_kind == "AWS::IoT::Policy")
        .filter_map(|policy| finding(input, policy))
        .collect()
}

fn finding(input: &Input<'_>, policy: &ResourcePolicy) -> Option<Finding> {
    let grant = policy.grants.iter().find(|grant| is_wide(grant))?;
    let (_, place) = grant.resources.iter().find(|(it, _)| {
        it.literal()
            .is_some_and(|resource| resource == "*" || resource.ends_with(":*"))
    })?;
    let allowed: Vec<&str> = ACTIONS
        .into_iter()
        .filter(|action| covers(grant, action))
        .collect();
    let name = input.model.resource_label(policy.target.resource()?);
    let everything = covers(grant, "iot:UpdateThingShadow") && allowed.len() == ACTIONS.len();
    let what = if everything {
        "everything".to_owned()
    } else {
        format!("`{}`", allowed.join("`, `"))
    };
    Some(
        Finding::new(
            &INFO,
            *place,
            format!("Device policy `{name}` allows {what} on every resource, so that one device can act as any other"),
        )
        .score(
            if everything {
                Impact::Serious
            } else {
                Impact::Limited
            },
            Reach::Authenticated,
        )
        .step(StepKind::Config, *place, "every client, topic and thing")
        .fix("Name the resources with the policy variables `${iot:Connection.Thing.ThingName}` or `${iot:ClientId}`")
        .subject(name),
    )
}

/// Whether a statement lets a device connect or talk for others. What it may read alone is less.
fn is_wide(grant: &Grant) -> bool {
    grant.effect == Effect::Allow
        && grant.condition.is_none()
        && ACTIONS.iter().any(|action| covers(grant, action))
}
