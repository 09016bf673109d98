//! Policies that are attached to resources: bucket, queue and topic policies, and function permissions.

use app::{Effect, Grant, GrantOrigin, Principal, ResourcePolicy};

use super::model::Model;
use super::policy;
use super::text::text_of;

/// Adds the resource policies of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let mut policies = Vec::new();
    for (_, resource) in model.application.resources() {
        let properties = &resource.properties;
        let (target_kind, targets) = match resource.kind.as_str() {
            "AWS::S3::BucketPolicy" => ("AWS::S3::Bucket", "Bucket"),
            "AWS::SQS::QueuePolicy" => ("AWS::SQS::Queue", "Queues"),
            "AWS::SNS::TopicPolicy" => ("AWS::SNS::Topic", "Topics"),
            "AWS::Lambda::Permission" => {
                policies.extend(permission(resource));
                continue;
            }
            _ => continue,
        };
        let Some(document) = properties.get("PolicyDocument") else {
            continue;
        };
        let statements = policy::document(document, &GrantOrigin::Written, model.budget);
        for target in properties
            .get(targets)
            .map(|it| it.items())
            .unwrap_or_default()
        {
            policies.push(ResourcePolicy {
                target: text_of(target),
                target_kind: target_kind.into(),
                grants: statements.grants.clone(),
                place: resource.place,
                open: statements.open.clone(),
            });
        }
    }
    model.application.policies.extend(policies);
}

fn permission(resource: &app::Resource) -> Option<ResourcePolicy> {
    let properties = &resource.properties;
    let target = text_of(properties.get("FunctionName")?);
    let principal = text_of(properties.get("Principal")?);
    let written = principal.literal();
    let principal = match written.as_deref() {
        Some("*") => Principal::Anyone,
        Some(name) if name.ends_with(".amazonaws.com") => Principal::Service(principal),
        _ => Principal::Aws(principal),
    };
    let condition = ["SourceArn", "SourceAccount", "PrincipalOrgID"]
        .iter()
        .find_map(|name| properties.get(name));
    let grant = Grant {
        effect: Effect::Allow,
        sid: None,
        actions: policy::texts(properties.get("Action")),
        not_actions: Vec::new(),
        resources: Vec::new(),
        not_resources: Vec::new(),
        principals: vec![principal],
        has_not_principal: false,
        condition: condition.cloned(),
        origin: GrantOrigin::Written,
        place: resource.place,
    };
    Some(ResourcePolicy {
        target,
        target_kind: "AWS::Lambda::Function".into(),
        grants: vec![grant],
        place: resource.place,
        open: None,
    })
}
