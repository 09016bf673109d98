//! SAS-6: packages whose names look like that of a well-known one.

use crate::family::{Family, Input};
use deps::{Specifier, names};
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
    let mut findings = Vec::new();
    for (manifest, functions) in input.takers.manifests() {
        let ecosystem = manifest.ecosystem();
        for requirement in manifest.all() {
            let is_registered = matches!(
                requirement.specifier,
                Specifier::Exact | Specifier::Bounded | Specifier::Open
            );
            let alike = is_registered.then(|| names::lookalike(ecosystem, &requirement.name));
            let Some(known) = alike.flatten() else {
                continue;
            };
            let message = format!(
                "`{}` is called nearly like the well-known package `{known}`; packages of attackers are, and run code when they are installed",
                requirement.name
            );
            findings.push(
                Finding::new(&LOOKALIKE, requirement.place, message)
                    .score(Impact::Serious, Reach::Tenant)
                    .confidence(Confidence::Low)
                    .functions(input.model.function_names(&functions))
                    .fix(format!(
                        "Make sure that `{}` is meant, and write `{known}` if it is not",
                        requirement.name
                    ))
                    .subject(requirement.name.to_string()),
            );
        }
    }
    findings
}
