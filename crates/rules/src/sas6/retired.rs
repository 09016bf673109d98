//! SAS-6: packages that their authors have given up: by the word of the registry that a lock file recorded, or by what is known of
//! the package, whatever its version.
//!
//! Only of what the project itself asks for: what others bring along is for them to replace.

use super::{of_manifests, packages};
use crate::family::{Family, Input};
use deps::{Inventory, Manifest, Package, Requirement};
use finding::{Finding, Impact, Reach, RuleInfo};

pub(super) const FAMILY: Family = Family {
    rules: || vec![RETIRED],
    check,
};

const RETIRED: RuleInfo = RuleInfo {
    name: "sas6/deprecated-or-yanked",
    title: "A function ships a package that its authors have given up",
    page: include_str!("../../docs/sas6/deprecated-or-yanked.md"),
    cwe: 1104,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    of_manifests(input, |manifest| of_manifest(input, manifest))
}

fn of_manifest(input: &Input<'_>, manifest: &Manifest) -> Vec<Finding> {
    let ecosystem = manifest.ecosystem();
    let known = &packages(input, ecosystem).retired;
    let locked = locked(input.inventory, manifest);
    let mut findings = Vec::new();
    for requirement in &manifest.requirements {
        let name = ecosystem.normal_name(&requirement.name);
        let row = known.iter().find(|row| row.name == name);
        let said = locked
            .iter()
            .find(|package| package.name == requirement.name);
        let said = said.and_then(|package| package.deprecated.as_ref());
        let (why, fix) = match (row, said) {
            (Some(row), _) => (row.why.clone(), format!("Use {}", row.instead)),
            (None, Some(said)) => (
                format!("its authors say: {}", one_line(said)),
                "Follow its authors' advice, or replace it".to_owned(),
            ),
            (None, None) => continue,
        };
        findings.push(finding(requirement, &why).fix(fix));
    }
    findings
}

fn finding(requirement: &Requirement, why: &str) -> Finding {
    let message = format!("`{}` is given up: {why}", requirement.name);
    Finding::new(&RETIRED, requirement.place, message)
        .score(Impact::Limited, Reach::Tenant)
        .subject(requirement.name.to_string())
}

/// The packages that the project of a manifest itself gets.
fn locked<'a>(inventory: &'a Inventory, manifest: &Manifest) -> Vec<&'a Package> {
    let folder = manifest.path.parent();
    let mut bundles = inventory.bundles_in(&folder).iter();
    let bundle = bundles.find(|bundle| {
        let of = bundle.manifest.and_then(|at| inventory.manifests.get(at));
        of.is_some_and(|of| of.path == manifest.path)
    });
    let packages = bundle.into_iter().flat_map(|it| inventory.packages(it));
    packages.filter(|package| package.is_direct).collect()
}

/// The longest part of somebody's words that a message repeats.
const LONGEST: usize = 160;

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let start: String = line.chars().take(LONGEST).collect();
    format!("{start}…")
}
