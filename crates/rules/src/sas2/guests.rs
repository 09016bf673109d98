//! SAS-2: identity pools that hand credentials to callers who do not sign in.

use crate::family::{Family, Input};
use app::{Effect, Grant, Prop, ResourceId, Role, Value};
use base::{Name, Place};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use iam::action_matches;
use link::Model;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/guest-credentials",
    title: "Callers who do not sign in get credentials",
    page: include_str!("../../docs/sas2/guest-credentials.md"),
    cwe: 306,
};

/// How many actions a message names.
const SHOWN: usize = 3;

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let pools = model.application.resources_of("AWS::Cognito::IdentityPool");
    pools
        .filter_map(|(id, pool)| {
            let open = pool.properties.bool_at("AllowUnauthenticatedIdentities");
            let Prop::Known(true, place) = open else {
                return None;
            };
            let role = role_of_guests(model, id)?;
            let actions = actions(&model.knowledge.allowances.guests, role);
            (!actions.is_empty()).then(|| finding(&pool.logical_id, place, role, &actions))
        })
        .collect()
}

/// The role that a pool gives to those who do not sign in.
fn role_of_guests<'m>(model: &'m Model<'_>, pool: ResourceId) -> Option<&'m Role> {
    let application = &model.application;
    let names = |value: Option<&Value>| value?.as_text()?.resources().next();
    let mut attachments = application.resources_of("AWS::Cognito::IdentityPoolRoleAttachment");
    let (_, attachment) =
        attachments.find(|(_, it)| names(it.properties.get("IdentityPoolId")) == Some(pool))?;
    let role = attachment.properties.at("Roles.unauthenticated");
    let role = names(role.known().copied())?;
    let mut roles = application.roles.iter();
    roles.find(|it| it.resource == Some(role))
}

/// What the role allows beyond what is meant for guests.
fn actions(meant: &[Name], role: &Role) -> Vec<(Name, Place)> {
    let allows = |grant: &&Grant| grant.effect == Effect::Allow;
    let written = role.grants.iter().filter(allows).flat_map(|it| &it.actions);
    let known = written.filter_map(|(action, place)| Some((Name::from(action.literal()?), *place)));
    let is_meant = |action: &str| meant.iter().any(|known| action_matches(known, action));
    known.filter(|(action, _)| !is_meant(action)).collect()
}

fn finding(pool: &str, place: Place, role: &Role, actions: &[(Name, Place)]) -> Finding {
    let is_wild = actions.iter().any(|(action, _)| action.contains('*'));
    let shown = actions.iter().take(SHOWN);
    let mut named: Vec<String> = shown.map(|(action, _)| format!("`{action}`")).collect();
    if SHOWN < actions.len() {
        named.push(format!("{} more", actions.len() - SHOWN));
    }
    let message = format!(
        "Anyone gets credentials from identity pool `{pool}` without signing in, and they allow {}",
        named.join(", ")
    );
    let mut finding = Finding::new(&INFO, place, message)
        .score(
            if is_wild {
                Impact::Serious
            } else {
                Impact::Limited
            },
            Reach::Anonymous,
        )
        .step(StepKind::Config, place, "nobody needs to sign in")
        .step(
            StepKind::Config,
            role.place,
            format!("guests act under `{}`", role.name),
        );
    if let Some((action, at)) = actions.first() {
        finding = finding.step(StepKind::Sink, *at, format!("it allows `{action}`"));
    }
    finding
        .fix("Switch `AllowUnauthenticatedIdentities` off, or leave the role of guests what every stranger may do")
        .subject(pool)
}
