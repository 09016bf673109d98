//! Policies that are attached to resources: bucket, queue and topic policies, and function permissions.

use app::{Effect, Grant, GrantOrigin, Principal, Prop, ResourcePolicy, Text, Value, ValueKind};
use base::{Map, Name};
use knowledge::Knowledge;

use super::model::Model;
use super::policy;
use super::text::text_of;
use super::trigger::itself;

/// Adds the resource policies of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let carriers = &Knowledge::builtin().resource_policies.carriers;
    let mut policies = Vec::new();
    for (id, resource) in model.application.resources() {
        if resource.kind == "AWS::Lambda::Permission" {
            policies.extend(permission(resource));
            continue;
        }
        let Some(carrier) = carriers.iter().find(|it| it.kind == resource.kind) else {
            continue;
        };
        let statements = match resource.properties.at(&carrier.document) {
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
        let targets: Vec<Text> = match &carrier.named_by {
            None => itself(id, resource).known().cloned().into_iter().collect(),
            Some(property) => {
                let named = resource.properties.get(property).map(Value::items);
                named.unwrap_or_default().iter().map(text_of).collect()
            }
        };
        for target in targets {
            policies.push(ResourcePolicy {
                target,
                target_kind: carrier.target.clone(),
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
