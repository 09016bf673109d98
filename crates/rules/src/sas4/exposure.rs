//! SAS-4: what no role should do to every resource of an account: hand out credentials, change who may do what, read or copy
//! what is stored. Each action is told once, under the first of these that it belongs to; what is a step of an escalation is
//! told by that, every action of a service by `sas4/wildcard-action`, and what is left by `sas4/wildcard-resource`.

use app::{Effect, Grant, GrantOrigin};
use base::{Name, Place};
use finding::{Finding, Impact, RuleInfo, StepKind};
use knowledge::{AccessLevel, Knowledge};
use privilege::{allows_anywhere, matched, names_any};

use super::enough::Replaced;
use super::role::{self, UsedRole};
use super::wildcard::is_administrator;
use super::{escalation, words};
use crate::family::{Family, Input};
use crate::grants::matches;

pub(super) const FAMILY: Family = Family {
    rules: || CLASSES.iter().map(|class| class.rule).collect(),
    check,
};

/// A class of actions.
struct Class {
    rule: RuleInfo,
    /// What it lets whoever holds the role do, and the noun for what the actions work on.
    what: &'static str,
    impact: Impact,
    holds: fn(&Knowledge, &str, bool) -> bool,
}

const CLASSES: [Class; 3] = [
    Class {
        rule: RuleInfo {
            name: "sas4/credentials-exposure",
            title: "A role may obtain credentials of anything",
            page: include_str!("../../docs/sas4/credentials-exposure.md"),
            cwe: 522,
        },
        what: "obtain credentials",
        impact: Impact::Serious,
        holds: |knowledge, action, _| is_one_of(&knowledge.exposures.credentials, action),
    },
    Class {
        rule: RuleInfo {
            name: "sas4/resource-exposure",
            title: "A role may change who has access to anything",
            page: include_str!("../../docs/sas4/resource-exposure.md"),
            cwe: 732,
        },
        what: "change who has access",
        impact: Impact::Limited,
        holds: |_, _, changes_permissions| changes_permissions,
    },
    Class {
        rule: RuleInfo {
            name: "sas4/data-exfiltration",
            title: "A role may read everything that is stored",
            page: include_str!("../../docs/sas4/data-exfiltration.md"),
            cwe: 200,
        },
        what: "read or copy what is stored",
        impact: Impact::Limited,
        holds: |knowledge, action, _| is_one_of(&knowledge.exposures.data, action),
    },
];

fn is_one_of(names: &[Name], action: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(action))
}

fn check(input: &Input<'_>) -> Vec<Finding> {
    role::used(input)
        .flat_map(|used| {
            let escalating = escalating(&used);
            let grants = used.role.grants.iter();
            let findings = grants.flat_map(|grant| {
                let exposed = exposed(&used, grant, &escalating);
                let of_class = CLASSES.iter().enumerate().filter_map(|(index, class)| {
                    let of = exposed.iter().filter(|it| it.class == index);
                    finding(&used, class, &of.collect::<Vec<_>>())
                });
                of_class.collect::<Vec<_>>()
            });
            findings.collect::<Vec<_>>()
        })
        .collect()
}

/// An action that a statement allows on everything.
pub(super) struct Exposed {
    class: usize,
    pub(super) action: Name,
    place: Place,
}

/// The actions that take part in a way to more permissions.
pub(super) fn escalating<'m>(used: &UsedRole<'m>) -> Vec<&'m Name> {
    let methods = escalation::methods(used).iter();
    methods.flat_map(|method| &method.actions).collect()
}

/// The actions of a statement that belong to a class, but for those of escalations.
pub(super) fn exposed(used: &UsedRole<'_>, grant: &Grant, escalating: &[&Name]) -> Vec<Exposed> {
    let position = used
        .role
        .grants
        .iter()
        .position(|it| std::ptr::eq(it, grant));
    let policy = used.model.policy(used.id);
    let statement = policy
        .zip(position)
        .and_then(|(policy, position)| Some((policy, policy.statements.get(position)?)));
    let Some((policy, statement)) = statement else {
        return Vec::new();
    };
    let is_meant = grant.effect == Effect::Allow
        && grant.origin == GrantOrigin::Written
        && statement.conditions.is_empty()
        && used.role.boundary.is_absent();
    if !is_meant || is_administrator(used) {
        return Vec::new();
    }
    let knowledge = used.model.knowledge;
    let customary = &knowledge.allowances.customary;
    let mut exposed: Vec<Exposed> = Vec::new();
    for (pattern, place) in &grant.actions {
        let Some(pattern) = pattern.literal().filter(|it| !it.ends_with(":*")) else {
            continue;
        };
        for (service, action) in matched(&pattern) {
            let name = Name::from(format!("{}:{}", service.prefix, action.name));
            let changes_permissions =
                action.is(AccessLevel::Permissions) && action.takes_resource();
            let holds = |class: &Class| (class.holds)(knowledge, &name, changes_permissions);
            let Some(class) = CLASSES.iter().position(holds) else {
                continue;
            };
            let is_told = is_one_of_these(escalating, &name)
                || exposed.iter().any(|it| it.action == name)
                || customary.iter().any(|known| matches(known, &name));
            if !is_told && names_any(statement, &name) && allows_anywhere(policy, &name, &[]) {
                exposed.push(Exposed {
                    class,
                    action: name,
                    place: *place,
                });
            }
        }
    }
    exposed
}

fn is_one_of_these(names: &[&Name], action: &str) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(action))
}

fn finding(used: &UsedRole<'_>, class: &Class, exposed: &[&Exposed]) -> Option<Finding> {
    let place = exposed.first()?.place;
    let role = &used.role.name;
    let names: Vec<&Name> = exposed.iter().map(|it| &it.action).collect();
    let listed = words::list(&names);
    let actions: Vec<Name> = names.iter().map(|it| (*it).clone()).collect();
    let replaced = Replaced {
        what: &listed,
        actions: &actions,
        origin: &GrantOrigin::Written,
    };
    let fix = replaced.fix(used);
    let fix = fix.unwrap_or_else(|| format!("Name the resources that {listed} is for"));
    let finding = Finding::new(
        &class.rule,
        place,
        format!(
            "Role `{role}` lets whoever takes over its code {} across the account: it allows {listed} on resources of any name",
            class.what
        ),
    );
    let subject: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    Some(
        finding
            .score(class.impact, used.exposure())
            .functions(used.names())
            .step(StepKind::Config, place, format!("allows {listed}"))
            .fix(fix)
            .subject(format!("{role}:{}", subject.join(","))),
    )
}
