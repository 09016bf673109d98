//! SAS-4: resources that a service of the platform may use on behalf of any account. Functions are the business of
//! `sas9/broad-invoke-permission`.

use app::{Effect, Grant, GrantOrigin, Principal, ResourcePolicy};
use base::Name;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

use crate::family::{Family, Input};

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

/// Services that work for whoever sets them up, on resources of whichever account lets them, and say for whom in
/// `aws:SourceArn`.
const DEPUTIES: [&str; 13] = [
    "s3.amazonaws.com",
    "sns.amazonaws.com",
    "events.amazonaws.com",
    "ses.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "budgets.amazonaws.com",
    "codestar-notifications.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
    "serverlessrepo.amazonaws.com",
    "scheduler.amazonaws.com",
];

const TARGETS: [&str; 3] = ["AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::Bucket"];

fn check(input: &Input<'_>) -> Vec<Finding> {
    let policies = input.model.application.policies.iter();
    let policies = policies.filter(|policy| TARGETS.contains(&policy.target_kind.as_str()));
    let of_policy = |policy: &ResourcePolicy| -> Vec<Finding> {
        // A denial to whoever comes from elsewhere narrows the whole policy down.
        let is_fenced = policy.grants.iter().any(|grant| {
            grant.effect == Effect::Deny && (grant.is_narrowed() || grant.has_not_principal)
        });
        if is_fenced || policy.open.is_some() {
            return Vec::new();
        }
        let grants = policy.grants.iter();
        grants
            .filter_map(|grant| Some(finding(input, policy, grant, &deputy(grant)?)))
            .collect()
    };
    policies.flat_map(of_policy).collect()
}

/// The service that a statement lets in without saying for whom.
fn deputy(grant: &Grant) -> Option<Name> {
    let is_meant = grant.effect == Effect::Allow
        && grant.origin == GrantOrigin::Written
        && !grant.is_narrowed();
    let mut principals = grant.principals.iter().filter(|_| is_meant);
    principals.find_map(|principal| match principal {
        Principal::Service(service) => service
            .literal()
            .filter(|service| DEPUTIES.contains(&service.as_str())),
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
    .score(Impact::Limited, Reach::Tenant)
    .step(
        StepKind::Config,
        grant.place,
        "no condition says for whose resource the service comes",
    )
    .fix("Add a condition on `aws:SourceArn` or `aws:SourceAccount`")
    .subject(format!("{name}:{service}"))
}
