//! Permissions that turn into more: the methods of `knowledge/iam/escalation.toml`, asked of what a role allows in all, its
//! denials and conditions included.

use app::{Effect, Role, RoleId, Text};
use base::{Name, Place};
use iam::{Answer, action_matches};
use knowledge::Escalation;
use link::Model;

use crate::reach::allows_anywhere;

/// The methods that a role allows, without those that hold another one's actions as well. What a boundary leaves of them cannot
/// be told.
pub(crate) fn escalations<'m>(model: &'m Model<'_>, id: RoleId) -> Vec<&'m Escalation> {
    let (Some(role), Some(policy)) = (model.application.role(id), model.policy(id)) else {
        return Vec::new();
    };
    if !role.boundary.is_absent() {
        return Vec::new();
    }
    let is_allowed = |method: &Escalation, action: &Name| {
        let passed = method
            .passes_to
            .as_deref()
            .filter(|_| action == "iam:PassRole");
        let request = passed.map(|service| ("iam:PassedToService", service));
        let own = role.resource.filter(|_| method.own_role);
        granting(role, action).is_some()
            && (allows_anywhere(policy, action, request.as_slice())
                || own.is_some_and(|own| {
                    model.allows_action(policy, action, Some(own)) == Answer::Yes
                }))
    };
    let known = model.knowledge.escalations.iter();
    let found: Vec<&Escalation> = known
        .filter(|method| {
            let mut actions = method.actions.iter();
            actions.all(|action| is_allowed(method, action))
        })
        .collect();
    let is_minimal = |method: &&Escalation| {
        let holds = |other: &&&Escalation| {
            other.actions.len() < method.actions.len()
                && other.actions.iter().all(|it| method.actions.contains(it))
        };
        found.iter().find(holds).is_none()
    };
    found.iter().copied().filter(is_minimal).collect()
}

/// Where in a role's statements an action is allowed.
#[must_use]
pub fn granting(role: &Role, action: &str) -> Option<Place> {
    let is_named = |(pattern, _): &&(Text, Place)| {
        let pattern = pattern.written();
        pattern.is_some_and(|pattern| action_matches(&pattern, action))
    };
    let mut allowed = role.grants.iter().filter(|it| it.effect == Effect::Allow);
    allowed.find_map(|grant| {
        let mut actions = grant.actions.iter();
        match actions.find(is_named) {
            Some((_, place)) => Some(*place),
            None if grant.not_actions.is_empty() => None,
            None => Some(grant.place),
        }
    })
}
