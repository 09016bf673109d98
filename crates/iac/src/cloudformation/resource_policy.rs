//! Policies that are attached to resources: bucket, queue and topic policies, and function permissions.

use app::{Effect, Grant, GrantOrigin, Principal, Prop, ResourcePolicy, Text, Value, ValueKind};
use base::{Map, Name};

use super::model::Model;
use super::policy;
use super::text::text_of;
use super::trigger::itself;

/// A type of resource that carries a policy: of another resource, which a property names, or of itself.
struct Carrier {
    kind: &'static str,
    target_kind: &'static str,
    /// The property that names the resources the policy is attached to; empty where it is the resource's own.
    targets: &'static str,
    document: &'static str,
}

const CARRIERS: [Carrier; 14] = [
    carrier(
        "AWS::S3::BucketPolicy",
        "AWS::S3::Bucket",
        "Bucket",
        "PolicyDocument",
    ),
    carrier(
        "AWS::SQS::QueuePolicy",
        "AWS::SQS::Queue",
        "Queues",
        "PolicyDocument",
    ),
    carrier(
        "AWS::SQS::QueueInlinePolicy",
        "AWS::SQS::Queue",
        "Queue",
        "PolicyDocument",
    ),
    carrier(
        "AWS::SNS::TopicPolicy",
        "AWS::SNS::Topic",
        "Topics",
        "PolicyDocument",
    ),
    carrier(
        "AWS::SNS::TopicInlinePolicy",
        "AWS::SNS::Topic",
        "TopicArn",
        "PolicyDocument",
    ),
    carrier(
        "AWS::SecretsManager::ResourcePolicy",
        "AWS::SecretsManager::Secret",
        "SecretId",
        "ResourcePolicy",
    ),
    carrier(
        "AWS::Events::EventBusPolicy",
        "AWS::Events::EventBus",
        "EventBusName",
        "Statement",
    ),
    carrier(
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::RestApi",
        "",
        "Policy",
    ),
    carrier("AWS::KMS::Key", "AWS::KMS::Key", "", "KeyPolicy"),
    carrier("AWS::IoT::Policy", "AWS::IoT::Policy", "", "PolicyDocument"),
    carrier(
        "AWS::ECR::Repository",
        "AWS::ECR::Repository",
        "",
        "RepositoryPolicyText",
    ),
    carrier(
        "AWS::DynamoDB::Table",
        "AWS::DynamoDB::Table",
        "",
        "ResourcePolicy.PolicyDocument",
    ),
    carrier(
        "AWS::Kinesis::ResourcePolicy",
        "AWS::Kinesis::Stream",
        "ResourceArn",
        "ResourcePolicy",
    ),
    carrier(
        "AWS::OpenSearchService::Domain",
        "AWS::OpenSearchService::Domain",
        "",
        "AccessPolicies",
    ),
];

const fn carrier(
    kind: &'static str,
    target_kind: &'static str,
    targets: &'static str,
    document: &'static str,
) -> Carrier {
    Carrier {
        kind,
        target_kind,
        targets,
        document,
    }
}

/// Adds the resource policies of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let mut policies = Vec::new();
    for (id, resource) in model.application.resources() {
        if resource.kind == "AWS::Lambda::Permission" {
            policies.extend(permission(resource));
            continue;
        }
        let Some(carrier) = CARRIERS.iter().find(|it| it.kind == resource.kind) else {
            continue;
        };
        let statements = match resource.properties.at(carrier.document) {
            Prop::Known(document, _) if carrier.document == "Statement" => {
                policy::statements(document, &GrantOrigin::Written)
            }
            Prop::Known(document, _) => {
                policy::document(document, &GrantOrigin::Written, model.budget)
            }
            Prop::Unknown(reason) => policy::Statements {
                grants: Vec::new(),
                open: Some(reason),
            },
            Prop::Absent => continue,
        };
        let targets: Vec<Text> = match carrier.targets {
            "" => itself(id, resource).known().cloned().into_iter().collect(),
            property => {
                let named = resource.properties.get(property).map(Value::items);
                named.unwrap_or_default().iter().map(text_of).collect()
            }
        };
        for target in targets {
            policies.push(ResourcePolicy {
                target,
                target_kind: carrier.target_kind.into(),
                grants: statements.grants.clone(),
                place: resource.place,
                open: statements.open.clone(),
            });
        }
    }
    let names = physical_names(model);
    for policy in &mut policies {
        // `Bucket: inbox` means the bucket of the project that is called so.
        let name = policy.target.literal();
        let named = name.and_then(|name| names.get(&(policy.target_kind.clone(), name)));
        if let Some(target) = named {
            policy.target = target.clone();
        }
    }
    model.application.policies.extend(policies);
}

/// The resources of the types that policies name by their physical name.
fn physical_names(model: &Model<'_>) -> Map<(Name, Name), Text> {
    let mut names = Map::default();
    for (kind, property) in [
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::Events::EventBus", "Name"),
    ] {
        for (id, resource) in model.application.resources_of(kind) {
            if let Some(name) = resource.properties.text_at(property).known()
                && let Prop::Known(target, _) = itself(id, resource)
            {
                names.entry((kind.into(), name.clone())).or_insert(target);
            }
        }
    }
    names
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
    let condition = source_condition(properties);
    let grant = Grant {
        effect: Effect::Allow,
        sid: None,
        actions: policy::texts(properties.get("Action")),
        not_actions: Vec::new(),
        resources: Vec::new(),
        not_resources: Vec::new(),
        principals: vec![principal],
        has_not_principal: false,
        condition,
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

/// What a permission says of the caller, as the condition that Lambda makes of it.
fn source_condition(properties: &Value) -> Option<Value> {
    let map = |fields: Vec<(Name, Value)>, place| Value {
        kind: ValueKind::Map(fields),
        place,
    };
    let conditions: Vec<(Name, Value)> = [
        ("SourceArn", "ArnLike", "aws:SourceArn"),
        ("SourceAccount", "StringEquals", "aws:SourceAccount"),
        ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
        (
            "FunctionUrlAuthType",
            "StringEquals",
            "lambda:FunctionUrlAuthType",
        ),
        (
            "EventSourceToken",
            "StringEquals",
            "lambda:EventSourceToken",
        ),
    ]
    .into_iter()
    .filter_map(|(property, operator, key)| {
        let value = properties.get(property)?.clone();
        let place = value.place;
        let test = map(vec![(Name::new_static(key), value)], place);
        Some((Name::new_static(operator), test))
    })
    .fold(Vec::new(), |mut merged, (operator, test)| {
        match merged
            .iter_mut()
            .find(|(name, _): &&mut (Name, Value)| *name == operator)
        {
            Some((
                _,
                Value {
                    kind: ValueKind::Map(tests),
                    ..
                },
            )) => {
                tests.extend(test.entries().to_vec());
            }
            _ => merged.push((operator, test)),
        }
        merged
    });
    let place = conditions.first()?.1.place;
    Some(map(conditions, place))
}
