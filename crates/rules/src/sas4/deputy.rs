//! SAS-4: resources that a service of the platform may use on behalf of any account. Functions are the business of
//! `sas9/broad-invoke-permission`.

use app::{Effect, Grant, GrantOrigin, Principal, ResourcePolicy};
use base::Name;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

use crate::family::{self, Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas4/confused-deputy",
    title: "A service may use a resource on behalf of any account",
    page: include_str!("../../docs/sas4/confused-deputy.md"),
    cwe: 441,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let policies = input.model.application.policies.iter();
    let of_policy = |policy: &ResourcePolicy| -> Vec<Finding> {
        let Some(impact) = impact(input, policy) else {
            return Vec::new();
        };
        // A denial to whoever comes from elsewhere narrows the whole policy down.
        let is_fenced = policy.grants.iter().any(|grant| {
            grant.effect == Effect::Deny && (grant.is_narrowed() || grant.has_not_principal)
        });
        if is_fenced || policy.open.is_some() {
            return Vec::new();
        }
        let grants = policy.grants.iter();
        let let_in = grants.filter_map(|grant| Some((grant, deputy(input, grant)?)));
        let_in
            .map(|(grant, service)| {
                finding(input, policy, grant, &service).score(impact, Reach::Tenant)
            })
            .collect()
    };
    policies.flat_map(of_policy).collect()
}

/// How bad it is that a service uses what the policy is of on behalf of anybody.
fn impact(input: &Input<'_>, policy: &ResourcePolicy) -> Option<Impact> {
    let mut carriers = input.model.knowledge.resource_policies.carriers.iter();
    let carrier = carriers.find(|it| it.target == policy.target_kind)?;
    carrier.deputy.map(family::impact)
}

/// The service that a statement lets in without saying for whom.
fn deputy(input: &Input<'_>, grant: &Grant) -> Option<Name> {
    let deputies = &input.model.knowledge.resource_policies.deputies;
    let is_meant = grant.effect == Effect::Allow
        && grant.origin == GrantOrigin::Written
        && !grant.is_narrowed();
    let mut principals = grant.principals.iter().filter(|_| is_meant);
    principals.find_map(|principal| match principal {
        Principal::Service(service) => service
            .literal()
            .filter(|service| deputies.contains(service)),
        _ => None,
    })
}

fn finding(input: &Input<'_>, policy: &ResourcePolicy, grant: &Grant, service: &str) -> Finding {
    let name = match policy.target.resource() {
        Some(id) => input.model.resource_label(id).to_string(),
        None => policy.target.display(),
    };
    Finding::new(
        &INFO,
        grant.place,
        format!("The policy of `{name}` lets `{service}` use it on behalf of any account"),
    )
    .step(
        StepKind::Config,
        grant.place,
        "no condition says for whose resource the service comes",
    )
    .fix("Add a condition on `aws:SourceArn` or `aws:SourceAccount`")
    .subject(format!("{name}:{service}"))
}
