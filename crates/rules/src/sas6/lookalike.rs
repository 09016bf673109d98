//! SAS-6: packages whose names look like that of a well-known one.

use super::of_manifests;
use crate::family::{Family, Input};
use deps::{Ecosystem, Requirement, Specifier, names};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo};

pub(super) const FAMILY: Family = Family {
    rules: || vec![LOOKALIKE],
    check,
};

const LOOKALIKE: RuleInfo = RuleInfo {
    name: "sas6/lookalike-name",
    title: "A package is called nearly like a well-known one",
    page: include_str!("../../docs/sas6/lookalike-name.md"),
    cwe: 1357,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    of_manifests(input, |manifest| {
        let alike = |requirement| of_requirement(manifest.ecosystem(), requirement);
        manifest.all().filter_map(alike)
    })
}

fn of_requirement(ecosystem: Ecosystem, requirement: &Requirement) -> Option<Finding> {
    let is_registered = matches!(
        requirement.specifier,
        Specifier::Exact | Specifier::Bounded | Specifier::Open
    );
    let alike = is_registered.then(|| names::lookalike(ecosystem, &requirement.name));
    let known = alike.flatten()?;
    let message = format!(
        "`{}` is called nearly like the well-known package `{known}`; packages of attackers are, and run code when they are installed",
        requirement.name
    );
    Some(
        Finding::new(&LOOKALIKE, requirement.place, message)
            .score(Impact::Serious, Reach::Tenant)
            .confidence(Confidence::Low)
            .fix(format!(
                "Make sure that `{}` is meant, and write `{known}` if it is not",
                requirement.name
            ))
            .subject(requirement.name.to_string()),
    )
}
