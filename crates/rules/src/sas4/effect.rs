//! SAS-4: statements that do nothing: their action does not exist, none of their resources is of a type that it takes, or
//! another statement says the same or denies it.

use app::Effect;
use base::{Name, Place};
use finding::{Finding, RuleInfo, StepKind};
use iam::{Answer, Pattern, Piece, Scope, Subject};
use knowledge::{ArnType, Catalogue, CatalogueAction};
use privilege::{matched, shape};
use rayon::prelude::*;

use super::document::no_arn;
use super::words;
use super::written::{self, Written};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![UNKNOWN, INEFFECTIVE, REDUNDANT],
    check,
};

const UNKNOWN: RuleInfo = RuleInfo {
    name: "sas4/unknown-action",
    title: "A policy names an action that does not exist",
    page: include_str!("../../docs/sas4/unknown-action.md"),
    cwe: 1173,
};

const INEFFECTIVE: RuleInfo = RuleInfo {
    name: "sas4/ineffective-statement",
    title: "A statement names no resource that its action works on",
    page: include_str!("../../docs/sas4/ineffective-statement.md"),
    cwe: 1173,
};

const REDUNDANT: RuleInfo = RuleInfo {
    name: "sas4/redundant-statement",
    title: "A statement says what another one says or denies",
    page: include_str!("../../docs/sas4/redundant-statement.md"),
    cwe: 1173,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let written: Vec<Written<'_>> = written::all(input.model).collect();
    let of_each = written.par_iter().map(|written| {
        let mut findings = unknown(written);
        findings.extend(ineffective(written));
        findings
    });
    let mut findings: Vec<Finding> = of_each.flatten().collect();
    let roles: Vec<Vec<Written<'_>>> = written::by_role(input.model).collect();
    let of_roles = roles.par_iter().map(|of_role| redundant(of_role));
    let of_roles: Vec<Finding> = of_roles.flatten().collect();
    findings.extend(of_roles);
    findings
}

/// The actions that are written out, with their places.
fn actions<'w>(written: &'w Written<'_>) -> impl Iterator<Item = (Name, Place)> + 'w {
    let grant = written.grant;
    let all = grant.actions.iter().chain(&grant.not_actions);
    all.filter_map(|(action, place)| Some((action.literal()?, *place)))
}

fn unknown(written: &Written<'_>) -> Vec<Finding> {
    let problem = |action: &str| -> Option<(String, Option<String>)> {
        if action == "*" {
            return None;
        }
        let Some((prefix, name)) = action.split_once(':') else {
            return Some(("has no service before a colon".to_owned(), None));
        };
        if prefix.contains(['*', '?']) {
            return None;
        }
        let prefix = prefix.to_ascii_lowercase();
        let Some(service) = Catalogue::of(&prefix) else {
            let nearest = Catalogue::nearest_prefix(&prefix);
            let nearest = nearest.map(|nearest| format!("{nearest}:{name}"));
            return Some((format!("is of no service: there is no `{prefix}`"), nearest));
        };
        if matched(action).next().is_some() {
            return None;
        }
        let nearest = service.nearest_action(name);
        let nearest = nearest.map(|nearest| format!("{prefix}:{nearest}"));
        Some((format!("is no action of `{prefix}`"), nearest))
    };
    let found = actions(written).filter_map(|(action, place)| {
        let (what, nearest) = problem(&action)?;
        let role = written.role;
        let effect = match written.grant.effect {
            Effect::Allow => "allows",
            Effect::Deny => "denies",
        };
        let fix = match nearest {
            Some(nearest) => format!("Write `{nearest}`, if that is meant, or remove it"),
            None => "Remove it".to_owned(),
        };
        Some(
            Finding::new(
                &UNKNOWN,
                place,
                format!("`{action}` in a policy of `{role}` {what}, so that it {effect} nothing"),
            )
            .step(StepKind::Config, place, format!("`{action}`"))
            .fix(fix)
            .subject(action.to_string()),
        )
    });
    found.collect()
}

/// The actions of a statement that work on none of its resources.
fn ineffective(written: &Written<'_>) -> Option<Finding> {
    let Scope::Only(resources) = &written.statement.resources else {
        return None;
    };
    let grant = written.grant;
    let (_, resource) = grant.resources.first()?;
    // That a resource is no ARN is told by `sas4/malformed-policy`.
    if grant
        .resources
        .iter()
        .any(|(text, _)| no_arn(text).is_some())
    {
        return None;
    }
    let mut idle: Vec<(Name, Place, Option<&str>)> = Vec::new();
    for (action, place) in &grant.actions {
        let Some(action) = action.literal() else {
            continue;
        };
        let known: Vec<_> = matched(&action).collect();
        let is_idle = |(service, action): &(&Catalogue, &CatalogueAction)| {
            takes_none(service, action, resources)
        };
        if let Some((service, first)) = known.first()
            && known.iter().all(is_idle)
        {
            let mut arns = service.types_of(first).flat_map(|(kind, _)| &kind.arns);
            idle.push((action, *place, arns.next().copied()));
        }
    }
    let (_, place, arn) = idle.first()?;
    let names: Vec<&Name> = idle.iter().map(|(name, ..)| name).collect();
    let names = words::list(&names);
    let why = match arn {
        _ if 1 < idle.len() => "none of the resources is of a type that they work on".to_owned(),
        Some(arn) => format!("it works on `{arn}`, and none of the resources is one"),
        None => "it works on no resource in particular, and the resource is not `*`".to_owned(),
    };
    let fix = match arn {
        Some(arn) => format!("Name a resource of the form `{arn}`, or remove the action"),
        None => "Give it a statement of its own with the resource `*`".to_owned(),
    };
    let verb = match grant.effect {
        Effect::Allow => "allows",
        Effect::Deny => "denies",
    };
    Some(
        Finding::new(
            &INEFFECTIVE,
            *place,
            format!(
                "A statement of `{}` {verb} {names} on nothing: {why}",
                written.role
            ),
        )
        .step(StepKind::Config, *place, format!("{verb} {names}"))
        .step(StepKind::Config, *resource, "the resources")
        .fix(fix)
        .subject(names),
    )
}

/// Whether none of the resources is one that the action works on.
fn takes_none(service: &Catalogue, action: &CatalogueAction, resources: &[Pattern]) -> bool {
    if !action.takes_resource() {
        let all = Subject::resource(&[Piece::Literal("*".into())]);
        return resources.iter().all(|it| it.matches(&all) == Answer::No);
    }
    let mut types = service.types_of(action);
    types.all(|(kind, _)| resources.iter().all(|it| is_none_of(kind, it)))
}

fn is_none_of(kind: &ArnType, resource: &Pattern) -> bool {
    kind.arns.iter().all(|arn| {
        // The name of a bucket holds no slash, and what does is an object of it.
        let is_bucket = arn.ends_with(":::${BucketName}");
        let object = || Pattern::resource(&[Piece::Literal("arn:*:s3:::*/*".into())]);
        resource.intersects(&shape(arn)) == Answer::No
            || is_bucket && object().contains(resource) == Answer::Yes
    })
}

/// Statements that another one of the same role makes superfluous.
fn redundant(of_role: &[Written<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, one) in of_role.iter().enumerate() {
        if one.grant.effect != Effect::Allow || is_empty(one) {
            continue;
        }
        let mut others = of_role.iter().enumerate();
        let other = others.find(|(position, other)| {
            *position != index
                && other.statement.conditions.is_empty()
                && other.statement.actions.contains(&one.statement.actions) == Answer::Yes
                && other.statement.resources.contains(&one.statement.resources) == Answer::Yes
                // Of two that are equal, the second is one too many.
                && (*position < index || !is_same(one, other))
        });
        let Some((_, other)) = other else { continue };
        let role = one.role;
        let (message, fix) = match other.grant.effect {
            Effect::Allow => (
                format!(
                    "A statement of `{role}` allows nothing that another one does not allow already"
                ),
                "Remove it",
            ),
            Effect::Deny => (
                format!("A statement of `{role}` allows nothing: another one denies all of it"),
                "Remove it, or narrow down what is denied",
            ),
        };
        let subject = one
            .grant
            .actions
            .first()
            .map(|(action, _)| action.display());
        findings.push(
            Finding::new(&REDUNDANT, one.grant.place, message)
                .step(StepKind::Config, other.grant.place, "the other statement")
                .fix(fix)
                .subject(format!("{role}:{}", subject.unwrap_or_default())),
        );
    }
    findings
}

fn is_empty(written: &Written<'_>) -> bool {
    let is_empty = |scope: &Scope| matches!(scope, Scope::Only(patterns) if patterns.is_empty());
    is_empty(&written.statement.actions) || is_empty(&written.statement.resources)
}

fn is_same(one: &Written<'_>, other: &Written<'_>) -> bool {
    one.grant.effect == other.grant.effect
        && one.statement.conditions.is_empty()
        && one.statement.resources.contains(&other.statement.resources) == Answer::Yes
        && one.statement.actions.contains(&other.statement.actions) == Answer::Yes
}
