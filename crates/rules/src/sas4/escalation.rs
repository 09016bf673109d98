//! SAS-4: permissions that turn into more, by the methods that `privilege` finds in a role.

use base::{Name, Place};
use finding::{Finding, Impact, RuleInfo, StepKind};
use knowledge::Escalation;

use super::role::{self, UsedRole};
use super::wildcard::is_administrator;
use super::words;
use crate::family::{Family, Input};

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
    role::used(input)
        .flat_map(|used| {
            let mut found: Vec<(Place, Vec<&Escalation>)> = Vec::new();
            for method in methods(&used) {
                let first = method.actions.first();
                let Some(place) = first.and_then(|it| privilege::granting(used.role, it)) else {
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

/// The methods that the role allows. A role that allows everything is the business of `sas4/admin-policy`.
pub(super) fn methods<'m>(used: &UsedRole<'m>) -> &'m [&'m Escalation] {
    if is_administrator(used) {
        return &[];
    }
    used.abuses.escalations(used.id)
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
        if let Some(place) = privilege::granting(used.role, action) {
            finding = finding.step(StepKind::Config, place, format!("allows `{action}`"));
        }
    }
    Some(finding.step(
        StepKind::Config,
        place,
        format!("together: they can {}", first.gives),
    ))
}
