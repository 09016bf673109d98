//! SAS-3: policies of queues, topics, buckets, keys, secrets, repositories and functions that let everyone in.

use crate::family::{self, Family, Input};
use crate::grants::covers;
use crate::sas3::{Block, block};
use app::{Grant, Prop, Resource, ResourcePolicy};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/overly-open-resource-policy",
    title: "A resource's policy lets everyone in",
    page: include_str!("../../docs/sas3/overly-open-resource-policy.md"),
    cwe: 732,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for policy in &input.model.application.policies {
        for grant in policy.grants_for_anyone() {
            findings.extend(harm(input, policy, grant));
        }
    }
    let permissions = input
        .model
        .application
        .resources_of("AWS::Lambda::Permission");
    findings.extend(permissions.filter_map(|(_, permission)| invocation(input, permission)));
    findings
}

fn harm(input: &Input<'_>, policy: &ResourcePolicy, grant: &Grant) -> Option<Finding> {
    let model = input.model;
    let target = model.resource_of_text(&policy.target);
    let mut harms = model.knowledge.resource_policies.harms.iter();
    let harm = harms.find(|harm| {
        let mut actions = harm.actions.iter();
        harm.kind == policy.target_kind && actions.any(|action| covers(grant, action))
    })?;
    // A function behind it makes it worse, and `sas2/public-trigger-resource` tells that.
    if target
        .is_some_and(|target| model.is_public(target) && crate::sas2::feeds_function(input, target))
    {
        return None;
    }
    let declared = target.and_then(|target| model.application.resource(target));
    let mut confidence = Confidence::High;
    if let Some(bucket) = declared.filter(|it| it.kind == "AWS::S3::Bucket") {
        match block(
            &bucket.properties,
            ["BlockPublicPolicy", "RestrictPublicBuckets"],
        ) {
            Block::Written => return None,
            Block::Default => confidence = Confidence::Medium,
            Block::Open => {}
        }
    }
    let name = match declared {
        Some(resource) => resource.logical_id.to_string(),
        None => policy.target.display(),
    };
    Some(
        Finding::new(
            &INFO,
            grant.place,
            format!("The policy of `{name}` lets anyone {}", harm.allows),
        )
        .score(family::impact(harm.impact), Reach::Anonymous)
        .confidence(confidence)
        .step(
            StepKind::Config,
            grant.place,
            "the principal is everyone, and no condition says who may ask",
        )
        .fix(format!(
            "Name the principals that need `{name}`, or add a condition on `aws:SourceArn` or `aws:SourceAccount`"
        ))
        .subject(name),
    )
}

/// A permission for everyone to invoke a function. Those for function URLs are the business of SAS-2.
fn invocation(input: &Input<'_>, permission: &Resource) -> Option<Finding> {
    let properties = &permission.properties;
    let Prop::Known(principal, place) = properties.text_at("Principal") else {
        return None;
    };
    let narrowing = [
        "SourceArn",
        "SourceAccount",
        "PrincipalOrgID",
        "EventSourceToken",
        "FunctionUrlAuthType",
        "InvokedViaFunctionUrl",
    ];
    let is_open = principal == "*" && narrowing.iter().all(|name| properties.at(name).is_absent());
    if !is_open {
        return None;
    }
    let text = properties.get("FunctionName")?.as_text()?;
    let target = text.resources().next();
    let functions: Vec<_> = input
        .model
        .application
        .functions()
        .filter(|(_, function)| function.resource.is_some() && function.resource == target)
        .map(|(id, _)| id)
        .collect();
    Some(
        Finding::new(
            &INFO,
            place,
            format!(
                "`{}` lets anyone with an AWS account invoke the function",
                permission.logical_id
            ),
        )
        .score(Impact::Serious, Reach::Authenticated)
        .functions(input.model.function_names(&functions))
        .step(
            StepKind::Config,
            place,
            "the principal is everyone, and no source is demanded",
        )
        .fix("Name the service or account that invokes the function, and its `SourceArn`")
        .subject(permission.logical_id.clone()),
    )
}
