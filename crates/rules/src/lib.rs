//! The rules: facts of the linked model in, findings out.
//!
//! One folder a risk, one file a family of rules that are found in one pass, one Markdown page a rule in `docs/`. A plain
//! taint rule is a row of `sas1`'s table. Rules see neither a syntax tree nor a document nor the disk.

mod authorizers;
mod credentials;
mod family;
mod grants;
mod sas1;
mod sas10;
mod sas2;
mod sas3;
mod sas4;
mod sas5;
mod sas6;
mod sas7;
mod sas8;
mod sas9;
mod words;

use finding::{Finding, RuleInfo};
use rayon::prelude::*;

use family::Family;
pub use family::Input;
pub use sas6::{Takers, VULNERABLE_DEPENDENCY};

/// The families of all risks, in the order of the risks.
fn families() -> impl Iterator<Item = &'static Family> {
    [
        sas1::FAMILIES,
        sas2::FAMILIES,
        sas3::FAMILIES,
        sas4::FAMILIES,
        sas5::FAMILIES,
        sas6::FAMILIES,
        sas7::FAMILIES,
        sas8::FAMILIES,
        sas9::FAMILIES,
        sas10::FAMILIES,
    ]
    .into_iter()
    .flatten()
}

/// All rules, in the order of their names.
#[must_use]
pub fn all() -> Vec<RuleInfo> {
    let mut rules: Vec<RuleInfo> = families().flat_map(|family| (family.rules)()).collect();
    rules.sort_by_key(|rule| rule.name);
    rules
}

/// Runs every rule. Findings are in the order of their places.
#[must_use]
pub fn check(input: &Input<'_>) -> Vec<Finding> {
    let families: Vec<&Family> = families().collect();
    let mut findings: Vec<Finding> = families
        .par_iter()
        .flat_map_iter(|family| (family.check)(input))
        .collect();
    findings.sort_by(|one, other| {
        (one.place, one.rule, &one.subject).cmp(&(other.place, other.rule, &other.subject))
    });
    findings.dedup_by(|one, other| {
        one.place == other.place && one.rule == other.rule && one.subject == other.subject
    });
    findings
}
