//! SAS-4: one role for functions with different needs, so that each may do what only others have to.

use app::{Effect, FunctionId, GrantOrigin};
use base::Name;
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use iam::Answer;
use knowledge::Access;
use privilege::{Cause, Need, Needs, Scope};

use super::role::{self, UsedRole};
use super::{enough, words};
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

/// For how many functions the fix says what they need; the steps say it for all.
const SHOWN: usize = 6;

fn check(input: &Input<'_>) -> Vec<Finding> {
    role::used(input).filter_map(|used| shared(&used)).collect()
}

/// A function that runs under the role, with what it needs of that which the role allows.
struct User<'n> {
    function: FunctionId,
    name: Name,
    needs: Vec<&'n Need>,
    /// Its code is seen to its end: it needs nothing else.
    is_seen: bool,
}

impl User<'_> {
    /// Whether it does not need what another function does: neither the action on that resource nor on what may be it.
    fn lacks(&self, other: &Need) -> bool {
        !self.needs.iter().any(|need| {
            need.action == other.action
                && (!matches!((&need.scope, &other.scope), (Scope::Named, Scope::Named))
                    || need.resource == other.resource
                    || need.declared.is_some() && need.declared == other.declared)
        })
    }

    fn calls(&self, action: &Name) -> bool {
        self.needs.iter().any(|need| need.action == *action)
    }
}

fn shared(used: &UsedRole<'_>) -> Option<Finding> {
    let users: Vec<User<'_>> = used
        .needs
        .iter()
        .filter_map(|needs| user(used, needs))
        .collect();
    let all = users.iter().flat_map(|user| user.needs.iter().copied());
    let changing: Vec<&Need> = all.filter(|need| changes(used, &need.action)).collect();
    let surplus = |user: &User<'_>| -> Vec<&Need> {
        let unneeded = changing.iter().filter(|need| user.lacks(need));
        unneeded.copied().collect()
    };
    // The one that most people reach speaks for the others, and of equals the one that may do most beyond its needs.
    let worst = users
        .iter()
        .filter(|user| user.is_seen && !surplus(user).is_empty())
        .rev()
        .max_by_key(|user| {
            let beyond = names(used, user, &surplus(user)).len();
            (used.model.exposure(user.function), beyond)
        })?;
    let role = &used.role.name;
    let message = format!(
        "Role `{role}` serves {} functions with different needs: `{}` may use {}, which only others need",
        used.functions.len(),
        worst.name,
        words::join(&names(used, worst, &surplus(worst))),
    );
    let seen = users.iter().filter(|user| user.is_seen);
    let seen = seen.map(|user| (user.function, user.needs.clone()));
    let groups = enough::by_function(used, seen);
    let shown = groups.iter().take(SHOWN).map(|(_, part)| part.as_str());
    let shown: Vec<&str> = shown.collect();
    let mut fix = format!("Give each function a role of its own: {}", shown.join("; "));
    if SHOWN < groups.len() {
        fix.push_str(&format!("; and {} more", groups.len() - SHOWN));
    }
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
    for (place, part) in groups {
        finding = finding.step(StepKind::Config, place, part);
    }
    Some(finding)
}

/// What a function may do beyond its needs: actions, and the resource where it calls the action on another one.
fn names(used: &UsedRole<'_>, user: &User<'_>, surplus: &[&Need]) -> Vec<String> {
    let mut names: Vec<String> = surplus
        .iter()
        .map(|need| match user.calls(&need.action) {
            true => {
                let resource = privilege::resource_name(used.model, need);
                format!("`{}` on `{resource}`", need.action)
            }
            false => format!("`{}`", need.action),
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn user<'n>(used: &UsedRole<'_>, needs: &'n Needs) -> Option<User<'n>> {
    let id = needs.function;
    let function = used.model.application.function(id)?;
    let own = needs.needs.iter().filter(|need| {
        used.is_left_to_user(need, &GrantOrigin::Written)
            && need.cause != Cause::Platform
            && is_granted(used, &need.action)
            && privilege::is_allowed(used.model, id, need) != Answer::No
    });
    Some(User {
        function: id,
        name: function.name.clone(),
        needs: own.collect(),
        is_seen: used.model.is_fully_seen(id) && needs.is_complete(),
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
            let mut expected = allowances.expected();
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
