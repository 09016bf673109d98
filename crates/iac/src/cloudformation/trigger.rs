//! Triggers that CloudFormation resources spell out: notifications, mappings, subscriptions, rules, routes, permissions.

use app::{
    Auth, AuthKind, Filter, FunctionId, Prop, Resource, ResourceId, Route, Text, TextPart, Trigger,
    Value, ValueKind,
};
use base::Name;

use super::event::key_filter;
use super::function::stream_kind;
use super::model::{Model, name_at, text_prop};
use super::text::text_of;

/// Adds the spelled-out triggers of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let mut triggers = Vec::new();
    for (id, resource) in model.application.resources() {
        match resource.kind.as_str() {
            "AWS::S3::Bucket" => bucket(model, id, resource, &mut triggers),
            "AWS::Lambda::EventSourceMapping" => mapping(model, resource, &mut triggers),
            "AWS::SNS::Subscription" => subscription(model, resource, &mut triggers),
            "AWS::Events::Rule" => rule(model, resource, &mut triggers),
            "AWS::Lambda::Url" => function_url(model, resource, &mut triggers),
            "AWS::ApiGateway::Method" => method(model, resource, &mut triggers),
            _ => {}
        }
    }
    model.application.triggers.extend(triggers);
}

fn trigger(
    function: FunctionId,
    name: &'static str,
    source: Prop<Text>,
    resource: &Resource,
) -> Trigger {
    Trigger {
        function,
        kind: Name::new_static(name),
        source,
        filter: Filter::All,
        auth: Auth {
            kind: AuthKind::NotApplicable,
            place: None,
        },
        route: None,
        cors: Prop::Absent,
        settings: Value {
            kind: ValueKind::Map(Vec::new()),
            place: resource.place,
        },
        place: resource.place,
    }
}

fn itself(id: ResourceId, resource: &Resource) -> Prop<Text> {
    let attribute = TextPart::Attribute {
        resource: id,
        attribute: Name::new_static("Ref"),
    };
    Prop::Known(Text(vec![attribute]), resource.place)
}

fn bucket(model: &Model<'_>, id: ResourceId, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let configured = resource
        .properties
        .at("NotificationConfiguration.LambdaConfigurations");
    for notification in configured.known().map(|it| it.items()).unwrap_or_default() {
        let Some(function) = model.function_at(notification, "Function") else {
            continue;
        };
        let rules = notification.at("Filter.S3Key.Rules");
        triggers.push(Trigger {
            filter: Filter::Objects {
                events: name_at(notification, "Event").into_iter().collect(),
                keys: rules
                    .known()
                    .map(|rules| key_filter(rules))
                    .unwrap_or_default(),
            },
            place: notification.place,
            ..trigger(function, "aws.s3", itself(id, resource), resource)
        });
    }
}

fn mapping(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    let Some(function) = model.function_at(properties, "FunctionName") else {
        return;
    };
    let source = properties.at("EventSourceArn");
    let Some(name) = source.known().and_then(|source| stream_kind(model, source)) else {
        return;
    };
    let patterns = properties
        .at("FilterCriteria.Filters")
        .known()
        .map(|filters| {
            filters
                .items()
                .iter()
                .filter_map(|filter| filter.get("Pattern").cloned())
                .collect::<Vec<_>>()
        });
    triggers.push(Trigger {
        filter: patterns.map_or(Filter::All, |patterns| Filter::Patterns {
            patterns,
            scope: "Event".into(),
        }),
        settings: properties.clone(),
        ..trigger(function, name, text_prop(source), resource)
    });
}

fn subscription(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    if name_at(properties, "Protocol").as_deref() != Some("lambda") {
        return;
    }
    let Some(function) = model.function_at(properties, "Endpoint") else {
        return;
    };
    triggers.push(trigger(
        function,
        "aws.sns",
        text_prop(properties.at("TopicArn")),
        resource,
    ));
}

fn rule(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    let pattern = properties.at("EventPattern");
    let from_platform = pattern
        .known()
        .and_then(|pattern| pattern.get("source"))
        .is_some_and(|source| {
            source
                .items()
                .iter()
                .filter_map(Value::as_name)
                .all(|name| name.starts_with("aws."))
        });
    let name = match (&pattern, from_platform) {
        (Prop::Absent, _) => "aws.schedule",
        (_, true) => "aws.eventbridge.aws",
        (_, false) => "aws.eventbridge.custom",
    };
    for target in properties
        .at("Targets")
        .known()
        .map(|it| it.items())
        .unwrap_or_default()
    {
        let Some(function) = model.function_at(target, "Arn") else {
            continue;
        };
        let patterns = pattern.known().map(|pattern| vec![(*pattern).clone()]);
        triggers.push(Trigger {
            filter: patterns.map_or(Filter::All, |patterns| Filter::Patterns {
                patterns,
                scope: "Event".into(),
            }),
            ..trigger(
                function,
                name,
                text_prop(properties.at("EventBusName")),
                resource,
            )
        });
    }
}

fn function_url(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    let Some(function) = model.function_at(properties, "TargetFunctionArn") else {
        return;
    };
    let kind = match name_at(properties, "AuthType").as_deref() {
        Some("NONE") => AuthKind::None,
        Some("AWS_IAM") => AuthKind::Iam,
        _ => AuthKind::Unknown("the URL's authentication type is not known".into()),
    };
    let place = properties.at("AuthType").place();
    triggers.push(Trigger {
        auth: Auth { kind, place },
        ..trigger(function, "aws.lambda.url", Prop::Absent, resource)
    });
}

fn method(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    let Prop::Known(uri, _) = properties.at("Integration.Uri") else {
        return;
    };
    let Some(function) = text_of(uri)
        .resources()
        .find_map(|id| model.functions.get(&id).copied())
    else {
        return;
    };
    let place = properties.at("AuthorizationType").place();
    let needs_key = properties.bool_at("ApiKeyRequired").known() == Some(&true);
    let kind = match name_at(properties, "AuthorizationType").as_deref() {
        None | Some("NONE") if needs_key => AuthKind::ApiKey,
        None | Some("NONE") => AuthKind::None,
        Some("AWS_IAM") => AuthKind::Iam,
        Some("COGNITO_USER_POOLS") => AuthKind::Token { authorizer: None },
        Some("CUSTOM") => AuthKind::Function { authorizer: None },
        Some(_) => AuthKind::Unknown("the method's authorization type is not known".into()),
    };
    let part = properties.at("ResourceId").known().and_then(|value| {
        let id = text_of(value).resources().next()?;
        name_at(&model.application.resource(id)?.properties, "PathPart")
    });
    triggers.push(Trigger {
        auth: Auth { kind, place },
        route: Some(Route {
            method: name_at(properties, "HttpMethod").unwrap_or_else(|| "ANY".into()),
            path: Name::from(format!("/{}", part.unwrap_or_default())),
        }),
        ..trigger(
            function,
            "aws.apigw.rest",
            text_prop(properties.at("RestApiId")),
            resource,
        )
    });
}
