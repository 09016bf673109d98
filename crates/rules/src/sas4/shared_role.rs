//! SAS-4: one role for functions with different needs, so that each may do what only others have to.

use app::{Effect, FunctionId, GrantOrigin};
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use knowledge::Access;

use super::role::{self, UsedRole};
use super::words;
use crate::family::{Family, Input};
use crate::grants::{covers, matches};

pub(super) const FAMILY: Family = Family {
    rules: || vec![SHARED],
    check,
};

const SHARED: RuleInfo = RuleInfo {
    name: "sas4/shared-role",
    title: "Functions with different needs share a role",
    page: include_str!("../../docs/sas4/shared-role.md"),
    cwe: 250,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    role::used(input.model)
        .filter_map(|used| shared(&used))
        .collect()
}

/// A function that runs under the role, with what its code calls of that which the role allows.
struct Need {
    function: FunctionId,
    name: Name,
    place: Place,
    actions: Vec<Name>,
    /// Its code is seen to its end: it needs nothing else.
    is_seen: bool,
}

fn shared(used: &UsedRole<'_>) -> Option<Finding> {
    let needs: Vec<Need> = used
        .functions
        .iter()
        .filter_map(|id| need(used, *id))
        .collect();
    let mut changing: Vec<&Name> = needs
        .iter()
        .flat_map(|need| &need.actions)
        .filter(|action| changes(used, action))
        .collect();
    changing.sort();
    changing.dedup();
    let surplus = |need: &Need| -> Vec<&Name> {
        let unneeded = changing
            .iter()
            .filter(|action| !need.actions.contains(action));
        unneeded.copied().collect()
    };
    // The one that most people reach speaks for the others, and of equals the one that may do most beyond its needs.
    let worst = needs
        .iter()
        .filter(|need| need.is_seen && !surplus(need).is_empty())
        .rev()
        .max_by_key(|need| (used.model.exposure(need.function), surplus(need).len()))?;
    let role = &used.role.name;
    let message = format!(
        "Role `{role}` serves {} functions with different needs: `{}` may use {}, which only others call",
        used.functions.len(),
        worst.name,
        words::list(&surplus(worst)),
    );
    let groups = alike(&needs);
    let parts: Vec<String> = groups.iter().map(|group| sentence(group)).collect();
    let mut fix = format!(
        "Give each function a role of its own: {}",
        words::join(&parts)
    );
    let left = left_to_libraries(used);
    if !left.is_empty() {
        let left = words::list(&left);
        fix.push_str(&format!(
            "; actions of {left} only where a library or a trigger needs them"
        ));
    }
    let mut finding = Finding::new(&SHARED, used.role.place, message)
        .score(Impact::Hygiene, used.exposure())
        .confidence(Confidence::Medium)
        .functions(used.names())
        .fix(fix)
        .subject(role.to_string());
    for (group, part) in groups.iter().zip(parts) {
        if let Some(first) = group.first() {
            finding = finding.step(StepKind::Config, first.place, part);
        }
    }
    Some(finding)
}

fn need(used: &UsedRole<'_>, id: FunctionId) -> Option<Need> {
    let function = used.model.application.function(id)?;
    let operations = used.model.operations_of(id);
    let mut actions: Vec<Name> = operations
        .flat_map(|(operation, _)| operation.actions.iter().cloned())
        .filter(|action| is_granted(used, action))
        .collect();
    actions.sort();
    actions.dedup();
    Some(Need {
        function: id,
        name: function.name.clone(),
        place: function.place,
        actions,
        is_seen: used.model.is_fully_seen(id),
    })
}

/// The services of which the role allows actions and the code calls none by itself: a library may.
fn left_to_libraries(used: &UsedRole<'_>) -> Vec<String> {
    let allowances = &used.model.knowledge.allowances;
    let is_called = |service: &str| {
        used.functions.iter().any(|id| {
            let mut operations = used.model.operations_of(*id);
            operations.any(|(operation, _)| {
                let mut actions = operation.actions.iter();
                actions.any(|action| words::service(action).eq_ignore_ascii_case(service))
            })
        })
    };
    let written = used
        .role
        .grants
        .iter()
        .filter(|grant| grant.effect == Effect::Allow && grant.origin == GrantOrigin::Written);
    let mut services: Vec<String> = written
        .flat_map(|grant| &grant.actions)
        .filter_map(|(action, _)| action.literal())
        .filter(|action| {
            let mut expected = allowances.customary.iter().chain(&allowances.implied);
            *action != "*" && !expected.any(|pattern| matches(pattern, action))
        })
        .map(|action| words::service(&action).to_owned())
        .filter(|service| !is_called(service))
        .collect();
    services.sort();
    services.dedup();
    services
}

fn is_granted(used: &UsedRole<'_>, action: &str) -> bool {
    used.role.grants.iter().any(|grant| {
        grant.effect == Effect::Allow
            && grant.origin != GrantOrigin::Framework
            && covers(grant, action)
    })
}

fn changes(used: &UsedRole<'_>, action: &str) -> bool {
    let known = used.model.knowledge.action(action);
    known.is_some_and(|known| known.access != Access::Read)
}

/// The functions whose needs are known, those with the same needs together.
fn alike(needs: &[Need]) -> Vec<Vec<&Need>> {
    let mut groups: Vec<Vec<&Need>> = Vec::new();
    for need in needs.iter().filter(|need| need.is_seen) {
        let same = groups.iter_mut().find(|group| {
            group
                .first()
                .is_some_and(|first| first.actions == need.actions)
        });
        match same {
            Some(group) => group.push(need),
            None => groups.push(vec![need]),
        }
    }
    groups
}

/// "`list` and `search` need `dynamodb:Scan`".
fn sentence(group: &[&Need]) -> String {
    let names: Vec<&Name> = group.iter().map(|need| &need.name).collect();
    let verb = if names.len() == 1 { "needs" } else { "need" };
    let actions = group.first().map_or(&[][..], |first| &first.actions);
    let actions = if actions.is_empty() {
        "none of them".to_owned()
    } else {
        words::list(actions)
    };
    format!("{} {verb} {actions}", words::list(&names))
}
