//! SAS-4: statements of roles that allow everything, every action of a service, or an action on every resource.

use app::{Effect, Grant, GrantOrigin, Text};
use base::{Name, Place};
use finding::{Finding, Impact, RuleInfo, StepKind};
use iam::{Answer, Pattern, Piece, Subject};
use knowledge::{Access, Knowledge};
use link::managed_policy_name;
use privilege::{Need, Scope, are_any, matched, shape};

use super::enough::Replaced;
use super::role::{self, UsedRole};
use super::{exposure, words};
use crate::family::{Family, Input};
use crate::grants::{covers, matches};

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

fn check(input: &Input<'_>) -> Vec<Finding> {
    role::used(input)
        .flat_map(|used| {
            let mut findings: Vec<Finding> = managed(&used).collect();
            let escalating = exposure::escalating(&used);
            for grant in allowed(&used, &GrantOrigin::Written) {
                match everything(grant) {
                    Some((place, what)) => {
                        let subject = what.subject();
                        let message = format!("Role `{}` {}", used.role.name, what.sentence());
                        findings.push(administrator(
                            &used,
                            place,
                            message,
                            subject,
                            &GrantOrigin::Written,
                        ));
                    }
                    None => {
                        findings.extend(wildcard_action(&used, grant));
                        let exposed = exposure::exposed(&used, grant, &escalating);
                        let told = exposed.iter().map(|it| &it.action);
                        let told: Vec<&Name> = told.chain(escalating.iter().copied()).collect();
                        findings.extend(wildcard_resource(&used, grant, &told));
                    }
                }
            }
            findings
        })
        .collect()
}

/// Whether one of the role's statements comes to everything.
pub(super) fn is_administrator(used: &UsedRole<'_>) -> bool {
    let mut grants = used.role.grants.iter();
    grants.any(|grant| grant.effect == Effect::Allow && everything(grant).is_some())
}

/// Whether the statement comes to everything.
pub(super) fn is_everything(grant: &Grant) -> bool {
    everything(grant).is_some()
}

fn allowed<'a>(
    used: &'a UsedRole<'_>,
    origin: &'a GrantOrigin,
) -> impl Iterator<Item = &'a Grant> + 'a {
    let grants = used.role.grants.iter();
    grants.filter(move |grant| grant.origin == *origin && grant.effect == Effect::Allow)
}

/// What the policies of the platform that the role has come to.
fn managed<'a>(used: &'a UsedRole<'_>) -> impl Iterator<Item = Finding> + 'a {
    let policies = used.role.managed_policies.iter();
    policies.filter_map(|(policy, place)| {
        let name = managed_policy_name(policy)?;
        let role = &used.role.name;
        let origin = GrantOrigin::ManagedPolicy(name.clone());
        if let Some((_, what)) = allowed(used, &origin).find_map(everything) {
            let sentence = what.sentence();
            let message = format!("Role `{role}` has the policy `{name}`, which {sentence}");
            return Some(administrator(used, *place, message, &name, &origin));
        }
        let mut wide: Vec<Name> = allowed(used, &origin)
            .flat_map(|grant| wide_actions(used, grant))
            .map(|(action, _)| action)
            .collect();
        wide.dedup();
        let shown = words::list(&wide);
        let message = format!("Role `{role}` has the policy `{name}`, which allows {shown}");
        (!wide.is_empty()).then(|| of_service(used, *place, message, &wide, &name, &origin))
    })
}

/// What a statement allows that comes to everything.
#[derive(Clone, Copy)]
enum Everything {
    /// `*`.
    Actions,
    /// Everything but a few actions.
    Most,
    /// Every change of permissions.
    Permissions,
}

impl Everything {
    fn sentence(self) -> &'static str {
        match self {
            Self::Actions => "allows every action on every resource",
            Self::Most => "allows all but a few actions on every resource",
            Self::Permissions => {
                "allows `iam:*` on every resource, and so may give itself the rest"
            }
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::Actions => "*",
            Self::Most => "NotAction",
            Self::Permissions => "iam:*",
        }
    }
}

fn everything(grant: &Grant) -> Option<(Place, Everything)> {
    literal(&grant.resources, "*")?;
    if grant.condition.is_some() {
        return None;
    }
    let most = || grant.not_actions.first().map(|(_, place)| *place);
    literal(&grant.actions, "*")
        .map(|place| (place, Everything::Actions))
        .or_else(|| Some((literal(&grant.actions, "iam:*")?, Everything::Permissions)))
        .or_else(|| Some((most()?, Everything::Most)))
}

fn administrator(
    used: &UsedRole<'_>,
    place: Place,
    message: String,
    subject: &str,
    origin: &GrantOrigin,
) -> Finding {
    let finding = Finding::new(&ADMIN, place, message)
        .score(Impact::Full, used.exposure())
        .functions(used.names())
        .step(StepKind::Config, place, format!("allows `{subject}`"));
    let everything = [Name::new_static("*")];
    let replaced = Replaced {
        what: &format!("`{subject}`"),
        actions: &everything,
        origin,
    };
    let fix = replaced.fix(used);
    let fix = fix.unwrap_or_else(|| "Allow the actions that the code calls instead".to_owned());
    replaced
        .with_each_need(finding, used)
        .fix(fix)
        .subject(format!("{}:{subject}", used.role.name))
}

/// The actions of a statement that stand for every action of a service, but for customary ones.
fn wide_actions(used: &UsedRole<'_>, grant: &Grant) -> Vec<(Name, Place)> {
    let customary = &used.model.knowledge.allowances.customary;
    let actions = grant.actions.iter();
    actions
        .filter_map(|(action, place)| Some((action.literal()?, *place)))
        .filter(|(action, _)| action == "*" || action.ends_with(":*"))
        .filter(|(action, _)| !customary.contains(action))
        .collect()
}

fn wildcard_action(used: &UsedRole<'_>, grant: &Grant) -> Option<Finding> {
    let wide = wide_actions(used, grant);
    let (first, place) = wide.first()?;
    let names: Vec<Name> = wide.iter().map(|(name, _)| name.clone()).collect();
    let message = format!("Role `{}` allows {}", used.role.name, words::list(&names));
    Some(of_service(
        used,
        *place,
        message,
        &names,
        first,
        &GrantOrigin::Written,
    ))
}

fn of_service(
    used: &UsedRole<'_>,
    place: Place,
    message: String,
    actions: &[Name],
    subject: &str,
    origin: &GrantOrigin,
) -> Finding {
    let replaced = Replaced {
        what: &words::list(actions),
        actions,
        origin,
    };
    let fix = replaced.fix(used);
    let fix = fix.unwrap_or_else(|| "Name the actions that the code calls".to_owned());
    let finding = Finding::new(&ACTION, place, message)
        .score(Impact::Limited, used.exposure())
        .functions(used.names())
        .step(
            StepKind::Config,
            place,
            format!("allows {}", words::list(actions)),
        );
    replaced
        .with_each_need(finding, used)
        .fix(fix)
        .subject(format!("{}:{subject}", used.role.name))
}

/// An action that a more specific rule tells of already stands for the pattern that matches it.
fn wildcard_resource(used: &UsedRole<'_>, grant: &Grant, told: &[&Name]) -> Option<Finding> {
    if grant.condition.is_some() {
        return None;
    }
    let knowledge = used.model.knowledge;
    let wild = wild(used, grant);
    let mut reached: Option<&Wild> = None;
    let mut actions: Vec<Name> = Vec::new();
    for (action, _) in &grant.actions {
        let Some(action) = action.literal() else {
            continue;
        };
        let changing = changing_a_named_resource(knowledge, &action);
        let Some(one) = wild.iter().find(|it| it.is_reached(&changing)) else {
            continue;
        };
        let is_meant = !used.names_no_resource(&action)
            && !is_denied(used, &action)
            && (action.ends_with(":*") || !told.iter().any(|told| matches(&action, told)));
        if is_meant {
            reached.get_or_insert(one);
            actions.push(action);
        }
    }
    let (wild, first) = (reached?, actions.first()?);
    let role = &used.role.name;
    let listed = words::list(&actions);
    let replaced = Replaced {
        what: &listed,
        actions: &actions,
        origin: &GrantOrigin::Written,
    };
    let fix = replaced
        .fix(used)
        .unwrap_or_else(|| match of_template(used, first).as_slice() {
            [] => "Name the resources that the functions work on".to_owned(),
            declared => format!(
                "Name the resources that the functions work on; the template declares {}",
                words::list(declared)
            ),
        });
    let (which, step) = match &wild.shown {
        Some(shown) => (
            format!("resources of any name, `{shown}`"),
            "resources of any name",
        ),
        None => ("every resource".to_owned(), "every resource"),
    };
    Some(
        Finding::new(
            &RESOURCE,
            wild.place,
            format!("Role `{role}` allows {listed} on {which}"),
        )
        .score(Impact::Hygiene, used.exposure())
        .functions(used.names())
        .step(StepKind::Config, wild.place, step)
        .fix(fix)
        .subject(format!("{role}:{first}:*")),
    )
}

/// A resource of a statement that stands for more than one.
struct Wild {
    pattern: Pattern,
    place: Place,
    /// As it is written; nothing for `*`.
    shown: Option<String>,
}

/// The resources of a statement that may stand for any of a type, but those of which the code does not tell which is meant.
fn wild(used: &UsedRole<'_>, grant: &Grant) -> Vec<Wild> {
    if let Some(place) = literal(&grant.resources, "*") {
        return vec![Wild {
            pattern: Pattern::resource(&[Piece::Literal("*".into())]),
            place,
            shown: None,
        }];
    }
    let is_asked_for = |need: &Need| {
        let pattern = || [used.model.resource_pattern(&need.resource)];
        matches!(need.scope, Scope::Pattern(_))
            && covers(grant, &need.action)
            && are_any(&pattern(), &need.action)
    };
    let mut needs = used.needs.iter().flat_map(|needs| &needs.needs);
    if needs.any(is_asked_for) {
        return Vec::new();
    }
    let wild = grant.resources.iter().filter_map(|(text, place)| {
        let shown = privilege::shown(used.model, text);
        let pattern = used.model.resource_pattern(text);
        shown.contains('*').then_some(Wild {
            pattern,
            place: *place,
            shown: Some(shown),
        })
    });
    wild.collect()
}

impl Wild {
    /// Whether one of the actions works on it, whatever the name.
    fn is_reached(&self, changing: &[Name]) -> bool {
        let pattern = std::slice::from_ref(&self.pattern);
        let mut changing = changing.iter();
        changing.any(|action| self.shown.is_none() || are_any(pattern, action))
    }
}

/// Whether denials leave nothing of an action that is written out.
fn is_denied(used: &UsedRole<'_>, action: &str) -> bool {
    let mut grants = used.role.grants.iter();
    let policy = used.model.policy(used.id);
    grants.any(|grant| grant.effect == Effect::Deny)
        && !action.contains(['*', '?'])
        && policy.is_some_and(|policy| {
            let action = Subject::action(action);
            policy.allows(&action, &Subject::anything()) == Answer::No
        })
}

/// The resources of the role's template that are of a type which the action takes, or hold such.
fn of_template(used: &UsedRole<'_>, action: &str) -> Vec<Name> {
    let shapes: Vec<Pattern> = matched(action)
        .flat_map(|(service, action)| service.types_of(action))
        .flat_map(|(kind, _)| kind.arns.iter().map(|arn| shape(arn)))
        .collect();
    let is_meant = |mut pieces: Vec<Piece>| {
        let itself = Pattern::resource(&pieces);
        pieces.push(Piece::Literal("/*".into()));
        let inside = Pattern::resource(&pieces);
        let is_of = |one: &Pattern| shapes.iter().any(|it| it.intersects(one) == Answer::Yes);
        is_of(&itself) || is_of(&inside)
    };
    let resources = used.model.application.resources();
    let meant = resources.filter(|(id, resource)| {
        resource.stack == used.role.stack
            && !resource.is_implied
            && used.model.arn(*id).is_some_and(is_meant)
    });
    meant
        .map(|(_, resource)| resource.logical_id.clone())
        .collect()
}

/// The actions that a pattern matches which change something and take a resource that could be named.
fn changing_a_named_resource(knowledge: &Knowledge, pattern: &str) -> Vec<Name> {
    let service = pattern
        .split_once(':')
        .and_then(|(prefix, _)| knowledge.service(&prefix.to_ascii_lowercase()));
    let customary = &knowledge.allowances.customary;
    let actions = service.into_iter().flat_map(|service| {
        service
            .actions()
            .filter(|action| action.takes_resource && action.access != Access::Read)
            .map(|action| Name::from(format!("{}:{}", service.prefix, action.name)))
    });
    actions
        .filter(|name| {
            matches(pattern, name) && !customary.iter().any(|known| matches(known, name))
        })
        .collect()
}

/// Where one of the texts is this and nothing else.
fn literal(texts: &[(Text, Place)], wanted: &str) -> Option<Place> {
    texts
        .iter()
        .find(|(text, _)| text.literal().as_deref() == Some(wanted))
        .map(|(_, place)| *place)
}
