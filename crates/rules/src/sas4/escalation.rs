//! SAS-4: permissions that turn into more: the methods of `knowledge/iam/escalation.toml`, asked of what a role allows in all,
//! its denials and conditions included.

use app::{Effect, Grant};
use base::{Name, Place};
use finding::{Finding, Impact, RuleInfo, StepKind};
use iam::Answer;
use knowledge::Escalation;

use super::reach::allows_anywhere;
use super::role::{self, UsedRole};
use super::wildcard::is_administrator;
use super::words;
use crate::family::{Family, Input};
use crate::grants::matches;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas4/privilege-escalation",
    title: "A role may give itself more permissions",
    page: include_str!("../../docs/sas4/privilege-escalation.md"),
    cwe: 269,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    role::used(input.model)
        .flat_map(|used| {
            let mut found: Vec<(Place, Vec<&Escalation>)> = Vec::new();
            for method in methods(&used) {
                let first = method.actions.first();
                let Some((_, place)) = first.and_then(|action| granted(&used, action)) else {
                    continue;
                };
                match found.iter_mut().find(|(known, _)| *known == place) {
                    Some((_, methods)) => methods.push(method),
                    None => found.push((place, vec![method])),
                }
            }
            let finding = |(place, methods): (Place, Vec<_>)| finding(&used, place, &methods);
            found.into_iter().filter_map(finding).collect::<Vec<_>>()
        })
        .collect()
}

/// The methods that the role allows. A role that allows everything is the business of `sas4/admin-policy`, and what a boundary
/// leaves of the rest cannot be told.
pub(super) fn methods<'m>(used: &UsedRole<'m>) -> Vec<&'m Escalation> {
    let Some(policy) = used.model.policy(used.id) else {
        return Vec::new();
    };
    if !used.role.boundary.is_absent() || is_administrator(used) {
        return Vec::new();
    }
    let is_allowed = |method: &Escalation, action: &Name| {
        let passed = method
            .passes_to
            .as_deref()
            .filter(|_| action == "iam:PassRole");
        let request = passed.map(|service| ("iam:PassedToService", service));
        let own = used.role.resource.filter(|_| method.own_role);
        granted(used, action).is_some()
            && (allows_anywhere(policy, action, request.as_slice())
                || own.is_some_and(|own| {
                    used.model.allows_action(policy, action, Some(own)) == Answer::Yes
                }))
    };
    let known = used.model.knowledge.escalations.iter();
    let found: Vec<&Escalation> = known
        .filter(|method| {
            method
                .actions
                .iter()
                .all(|action| is_allowed(method, action))
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

/// The statement that allows the action, and where in it.
fn granted<'u>(used: &'u UsedRole<'_>, action: &str) -> Option<(&'u Grant, Place)> {
    let allowed = used.role.grants.iter();
    let mut allowed = allowed.filter(|grant| grant.effect == Effect::Allow);
    allowed.find_map(|grant| {
        let is_named = |(pattern, _): &&(app::Text, Place)| {
            pattern.literal().is_some_and(|it| matches(&it, action))
        };
        match grant.actions.iter().find(is_named) {
            Some((_, place)) => Some((grant, *place)),
            None if grant.not_actions.is_empty() => None,
            None => Some((grant, grant.place)),
        }
    })
}

fn finding(used: &UsedRole<'_>, place: Place, methods: &[&Escalation]) -> Option<Finding> {
    let (first, more) = methods.split_first()?;
    let role = &used.role.name;
    let mut message = format!(
        "Role `{role}` allows {} on resources of any name, so that whoever takes over its code can {} (`{}`)",
        words::list(&first.actions),
        first.gives,
        first.name,
    );
    if !more.is_empty() {
        let names: Vec<&Name> = more.iter().map(|method| &method.name).collect();
        message.push_str(&format!(
            "; the same permissions serve {}",
            words::list(&names)
        ));
    }
    let fix = match &first.passes_to {
        Some(service) => format!(
            "Name the roles that `iam:PassRole` is for, and `{service}` in a condition on `iam:PassedToService`"
        ),
        None => format!(
            "Name the resources that {} is for, or remove it",
            words::list(&first.actions)
        ),
    };
    let mut finding = Finding::new(&INFO, place, message)
        .score(Impact::Serious, used.exposure())
        .functions(used.names())
        .fix(fix)
        .subject(format!("{role}:{}", first.name));
    for action in &first.actions {
        if let Some((_, place)) = granted(used, action) {
            finding = finding.step(StepKind::Config, place, format!("allows `{action}`"));
        }
    }
    Some(finding.step(
        StepKind::Config,
        place,
        format!("together: they can {}", first.gives),
    ))
}
