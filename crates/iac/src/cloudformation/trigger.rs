//! Triggers that CloudFormation resources spell out: notifications, mappings, subscriptions, rules, routes, permissions.

use app::{
    Auth, AuthKind, Filter, FunctionId, KeyFilter, Prop, Resource, ResourceId, Route, Text,
    TextPart, Trigger, Value, ValueKind,
};
use base::Name;

use super::function::stream_kind;
use super::model::{Model, name_at, text_prop};
use super::text::{parse_json, text_of};
use super::{api, authorizer, bus, state_machine};

/// Adds the spelled-out triggers of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let mut triggers = Vec::new();
    for (id, resource) in model.application.resources() {
        match resource.kind.as_str() {
            "AWS::S3::Bucket" => bucket(model, id, resource, &mut triggers),
            "AWS::Lambda::EventSourceMapping" => mapping(model, resource, &mut triggers),
            "AWS::Lambda::Url" => function_url(model, resource, &mut triggers),
            "AWS::SNS::Subscription" => subscription(model, resource, &mut triggers),
            "AWS::SNS::Topic" => topic(model, id, resource, &mut triggers),
            "AWS::Events::Rule" => rule(model, resource, &mut triggers),
            "AWS::Scheduler::Schedule" => schedule(model, resource, &mut triggers),
            "AWS::ApiGateway::Method" => api::method(model, resource, &mut triggers),
            "AWS::ApiGatewayV2::Route" => api::route(model, resource, &mut triggers),
            "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => {
                api::document(model, id, resource, &mut triggers);
            }
            "AWS::StepFunctions::StateMachine" => {
                state_machine::tasks(model, id, resource, &mut triggers);
            }
            other => {
                if let Some(row) = TARGETS.iter().find(|row| row.resource == other) {
                    target(model, row, id, resource, &mut triggers);
                }
            }
        }
    }
    model.application.triggers.extend(triggers);
    api::inherit_from_connect(&mut model.application.triggers);
}

/// A resource that names the functions it invokes at one place.
struct Target {
    resource: &'static str,
    /// Where the functions are; `[]` after a name stands for the elements of a list, `*` for every field of a map.
    function: &'static str,
    kind: &'static str,
    /// The property that names where the events come from; the resource itself where it is empty.
    source: &'static str,
}

const TARGETS: [Target; 12] = [
    row(
        "AWS::IoT::TopicRule",
        "TopicRulePayload.Actions[].Lambda.FunctionArn",
        "aws.iot.rule",
        "",
    ),
    row(
        "AWS::Logs::SubscriptionFilter",
        "DestinationArn",
        "aws.logs",
        "LogGroupName",
    ),
    row(
        "AWS::Cognito::UserPool",
        "LambdaConfig.*",
        "aws.cognito.userpool",
        "",
    ),
    row(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Targets[].Id",
        "aws.alb",
        "",
    ),
    row(
        "AWS::SES::ReceiptRule",
        "Rule.Actions[].LambdaAction.FunctionArn",
        "aws.ses",
        "",
    ),
    row(
        "AWS::AppSync::DataSource",
        "LambdaConfig.LambdaFunctionArn",
        "aws.appsync",
        "ApiId",
    ),
    row(
        "AWS::SecretsManager::RotationSchedule",
        "RotationLambdaARN",
        "aws.secretsmanager",
        "SecretId",
    ),
    row(
        "AWS::Config::ConfigRule",
        "Source.SourceIdentifier",
        "aws.config",
        "",
    ),
    row("AWS::CloudWatch::Alarm", "AlarmActions[]", "aws.alarm", ""),
    row(
        "AWS::Bedrock::Agent",
        "ActionGroups[].ActionGroupExecutor.Lambda",
        "aws.bedrock.agent",
        "",
    ),
    row(
        "AWS::KinesisFirehose::DeliveryStream",
        "ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors[].Parameters[].ParameterValue",
        "aws.firehose",
        "",
    ),
    row(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.DefaultCacheBehavior.LambdaFunctionAssociations[].LambdaFunctionARN",
        "aws.cloudfront",
        "",
    ),
];

const fn row(
    resource: &'static str,
    function: &'static str,
    kind: &'static str,
    source: &'static str,
) -> Target {
    Target {
        resource,
        function,
        kind,
        source,
    }
}

fn target(
    model: &Model<'_>,
    row: &Target,
    id: ResourceId,
    resource: &Resource,
    triggers: &mut Vec<Trigger>,
) {
    let source = match row.source {
        "" => itself(id, resource),
        property => text_prop(resource.properties.at(property)),
    };
    for value in at_all(&resource.properties, row.function) {
        let Some(function) = model.function_of(&text_of(value)) else {
            continue;
        };
        let sql = name_at(&resource.properties, "TopicRulePayload.Sql");
        let route = sql.and_then(|sql| topic_of_sql(&sql));
        let unplaced = |kind| Auth { kind, place: None };
        let auth = match row.kind {
            "aws.cloudfront" => unplaced(AuthKind::None),
            "aws.alb" => unplaced(behind_listener(model, id)),
            "aws.appsync" => match resource.properties.get(row.source) {
                Some(api) => authorizer::of_graphql_api(model, api),
                None => unplaced(AuthKind::Unknown("no API is named".into())),
            },
            _ => unplaced(AuthKind::NotApplicable),
        };
        triggers.push(Trigger {
            route,
            auth,
            ..trigger(function, row.kind, source.clone(), resource)
        });
    }
}

/// What a load balancer demands before it forwards to a target group.
fn behind_listener(model: &Model<'_>, group: ResourceId) -> AuthKind {
    let mut is_open = false;
    for (_, resource) in model.application.resources() {
        let actions = match resource.kind.as_str() {
            "AWS::ElasticLoadBalancingV2::Listener" => "DefaultActions",
            "AWS::ElasticLoadBalancingV2::ListenerRule" => "Actions",
            _ => continue,
        };
        let actions = resource.properties.get(actions).map(Value::items);
        let actions = actions.unwrap_or_default();
        let forwards = actions.iter().any(|action| {
            let single = action.get("TargetGroupArn").into_iter();
            let several = at_all(action, "ForwardConfig.TargetGroups[].TargetGroupArn");
            let mut groups = single.chain(several);
            groups.any(|arn| text_of(arn).resources().any(|id| id == group))
        });
        let authenticates = actions.iter().any(|action| {
            name_at(action, "Type").is_some_and(|kind| kind.starts_with("authenticate-"))
        });
        is_open |= forwards && !authenticates;
        if forwards && authenticates && !is_open {
            return AuthKind::Token { authorizer: None };
        }
    }
    if is_open {
        AuthKind::None
    } else {
        AuthKind::Unknown("its listener is declared outside the project".into())
    }
}

/// The values at a path that may pass through lists (`Actions[]`) and maps (`*`).
fn at_all<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut values = vec![value];
    for step in path.split('.') {
        let next = values.into_iter().flat_map(|value| match step {
            "*" => value.entries().iter().map(|(_, value)| value).collect(),
            _ => match step.strip_suffix("[]") {
                Some(list) => value
                    .get(list)
                    .map(|it| it.items().iter().collect())
                    .unwrap_or_default(),
                None => value.get(step).into_iter().collect::<Vec<_>>(),
            },
        });
        values = next.collect();
    }
    values
}

pub(crate) fn trigger(
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

pub(crate) fn itself(id: ResourceId, resource: &Resource) -> Prop<Text> {
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
                    .map(|rules| KeyFilter::of_rules(rules))
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
    let by_settings = [
        ("SelfManagedEventSource", "aws.kafka"),
        ("DocumentDBEventSourceConfig", "aws.documentdb"),
        ("AmazonManagedKafkaEventSourceConfig", "aws.kafka"),
    ]
    .into_iter()
    .find(|(setting, _)| properties.get(setting).is_some())
    .map(|(_, kind)| kind);
    let by_source = source.known().and_then(|source| stream_kind(model, source));
    let Some(name) = by_source.or(by_settings) else {
        return;
    };
    let filters = properties.at("FilterCriteria.Filters");
    triggers.push(Trigger {
        filter: match &filters {
            Prop::Known(filters, _) => Filter::Patterns {
                patterns: filters
                    .items()
                    .iter()
                    .filter_map(|filter| Some(parsed(model, filter.get("Pattern")?)))
                    .collect(),
                scope: "Event".into(),
            },
            Prop::Absent => Filter::All,
            Prop::Unknown(reason) => Filter::Unknown(reason.clone()),
        },
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
    let filter = match properties.at("FilterPolicy") {
        Prop::Known(policy, _) => Filter::Patterns {
            patterns: vec![parsed(model, policy)],
            scope: name_at(properties, "FilterPolicyScope")
                .unwrap_or_else(|| "MessageAttributes".into()),
        },
        Prop::Absent => Filter::All,
        Prop::Unknown(reason) => Filter::Unknown(reason),
    };
    triggers.push(Trigger {
        filter,
        settings: properties.clone(),
        ..trigger(
            function,
            "aws.sns",
            text_prop(properties.at("TopicArn")),
            resource,
        )
    });
}

/// The subscriptions that stand with their topic.
fn topic(model: &Model<'_>, id: ResourceId, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let subscriptions = resource.properties.get("Subscription").map(Value::items);
    for subscription in subscriptions.unwrap_or_default() {
        if name_at(subscription, "Protocol").as_deref() == Some("lambda")
            && let Some(function) = model.function_at(subscription, "Endpoint")
        {
            triggers.push(Trigger {
                place: subscription.place,
                ..trigger(function, "aws.sns", itself(id, resource), resource)
            });
        }
    }
}

fn rule(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    let bus = text_prop(properties.at("EventBusName"));
    let filter = match properties.at("EventPattern") {
        Prop::Known(pattern, _) => Filter::Patterns {
            patterns: vec![parsed(model, pattern)],
            scope: "Event".into(),
        },
        Prop::Absent => Filter::All,
        Prop::Unknown(reason) => Filter::Unknown(reason),
    };
    let (kind, source) = match filter {
        Filter::All => (Name::new_static("aws.schedule"), bus),
        _ => bus::kind_and_source(&filter, bus),
    };
    let targets = properties.get("Targets").map(Value::items);
    for target in targets.unwrap_or_default() {
        let Some(function) = model.function_at(target, "Arn") else {
            continue;
        };
        triggers.push(Trigger {
            kind: kind.clone(),
            filter: filter.clone(),
            settings: target.clone(),
            ..trigger(function, "aws.schedule", source.clone(), resource)
        });
    }
}

/// A pattern, which may be written as JSON text.
pub(crate) fn parsed(model: &Model<'_>, pattern: &Value) -> Value {
    let parsed = pattern
        .as_text()
        .and_then(|text| parse_json(text, pattern.place, model.budget));
    parsed.unwrap_or_else(|| pattern.clone())
}

fn schedule(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    if let Some(target) = resource.properties.get("Target")
        && let Some(function) = model.function_at(target, "Arn")
    {
        triggers.push(Trigger {
            settings: target.clone(),
            ..trigger(function, "aws.schedule", Prop::Absent, resource)
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
    let cors = match properties.at("Cors") {
        Prop::Known(cors, place) => Prop::Known(api::cors(cors), place),
        Prop::Absent => Prop::Absent,
        Prop::Unknown(reason) => Prop::Unknown(reason),
    };
    triggers.push(Trigger {
        auth: Auth { kind, place },
        cors,
        ..trigger(function, "aws.lambda.url", Prop::Absent, resource)
    });
}

/// The topic filter of an IoT rule: `SELECT * FROM 'devices/+/data'`.
pub(crate) fn topic_of_sql(sql: &str) -> Option<Route> {
    let from = sql.to_ascii_lowercase().find("from")?;
    let path = sql.get(from + 4..)?.trim_start();
    let quote = path.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    let path = path.get(1..)?.split(quote).next()?;
    Some(Route {
        method: Name::default(),
        path: path.into(),
    })
}
