//! The rules: facts of the linked model in, findings out. One file per rule, or one row where a rule is a kind of sink.

mod injection;
mod sas2_unauthenticated_endpoint;
mod sas4_wildcard;

use finding::{Finding, RuleInfo};
use link::Model;

/// All rules, in the order of their names.
#[must_use]
pub fn all() -> Vec<RuleInfo> {
    let mut rules: Vec<RuleInfo> = injection::RULES.iter().map(|rule| rule.info).collect();
    rules.extend([
        sas2_unauthenticated_endpoint::INFO,
        sas4_wildcard::ACTION,
        sas4_wildcard::RESOURCE,
    ]);
    rules.sort_by_key(|rule| rule.name);
    rules
}

/// Runs every rule over the model. Findings are in the order of their places.
#[must_use]
pub fn check(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = injection::check(model);
    findings.extend(sas2_unauthenticated_endpoint::check(model));
    findings.extend(sas4_wildcard::check(model));
    findings.sort_by(|one, other| {
        (one.place, one.rule, &one.subject).cmp(&(other.place, other.rule, &other.subject))
    });
    findings.dedup_by(|one, other| {
        one.place == other.place && one.rule == other.rule && one.subject == other.subject
    });
    findings
}
