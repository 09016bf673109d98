//! The events of a function, by the framework's published schema.

use app::Route;
use base::{Code as DiagnosticCode, Name, Place};

use super::naming;
use crate::builder::Builder;
use crate::stack::{
    AuthDeclaration, AuthDeclarationKind, EventDeclaration, FilterDeclaration, ResourceDeclaration,
    StackTemplate,
};
use crate::tree::Tree;

/// Adds the triggers that a function declares.
pub(super) fn declare(
    stack: &mut StackTemplate,
    function: &Name,
    declared: &Tree,
    builder: &mut Builder,
) {
    let written = declared
        .get("events")
        .map(|events| events.items().to_vec())
        .unwrap_or_default();
    for item in &written {
        // `- schedule: rate(1 hour)`, or the bare name of an event type.
        let named = item.entries().first();
        let (kind, settings, place) = match (named, item.as_text()) {
            (Some(field), _) => (field.key.to_string(), field.value.clone(), field.key_place),
            (None, Some(name)) => (name.to_owned(), Tree::null(item.place), item.place),
            (None, None) => continue,
        };
        match event(stack, function, &kind, &settings, place) {
            Some(event) => stack.events.push(event),
            None => builder.report(
                DiagnosticCode::UnknownConstruct,
                &stack.path,
                Some(place),
                format!(
                    "the event type `{kind}` is not known, so its trigger is missing from the model"
                ),
            ),
        }
    }
    if let Some(url) = declared.get("url") {
        let is_signed = url.get("authorizer").and_then(Tree::as_text) == Some("aws_iam");
        let kind = if is_signed {
            AuthDeclarationKind::Iam
        } else {
            AuthDeclarationKind::None
        };
        let auth = AuthDeclaration {
            kind,
            place: Some(url.place),
        };
        stack.events.push(EventDeclaration {
            auth,
            ..plain(function, "aws.lambda.url", url, url.place)
        });
    }
}

fn plain(function: &Name, kind: &'static str, settings: &Tree, place: Place) -> EventDeclaration {
    let settings = if settings.is_map() {
        settings.clone()
    } else {
        Tree::null(place)
    };
    EventDeclaration {
        function: function.clone(),
        kind: Name::new_static(kind),
        source: None,
        filter: FilterDeclaration::All,
        auth: AuthDeclaration::not_applicable(),
        route: None,
        cors: None,
        settings,
        place,
    }
}

fn event(
    stack: &mut StackTemplate,
    function: &Name,
    kind: &str,
    settings: &Tree,
    place: Place,
) -> Option<EventDeclaration> {
    let name = match kind {
        "http" => "aws.apigw.rest",
        "httpApi" => "aws.apigw.http",
        "websocket" => "aws.apigw.websocket",
        "s3" => "aws.s3",
        "sns" => "aws.sns",
        "sqs" => "aws.sqs",
        "stream" => "aws.stream",
        "kinesis" => "aws.kinesis",
        "msk" | "kafka" => "aws.kafka",
        "activemq" => "aws.mq.activemq",
        "rabbitmq" => "aws.mq.rabbitmq",
        "schedule" => "aws.schedule",
        "eventBridge" | "cloudwatchEvent" => "aws.eventbridge.custom",
        "cloudwatchLog" => "aws.logs",
        "iot" => "aws.iot.rule",
        "alexaSkill" => "aws.alexa.skill",
        "alexaSmartHome" => "aws.alexa.smarthome",
        "alb" => "aws.alb",
        "cognitoUserPool" => "aws.cognito.userpool",
        "cloudFront" => "aws.cloudfront",
        _ => return None,
    };
    let base = plain(function, name, settings, place);
    Some(match kind {
        "http" | "httpApi" => EventDeclaration {
            auth: http_auth(settings),
            route: Some(route(settings)),
            ..base
        },
        "websocket" => {
            let path = settings
                .get("route")
                .unwrap_or(settings)
                .as_name()
                .unwrap_or_default();
            let auth = http_auth(settings);
            EventDeclaration {
                auth,
                route: Some(Route {
                    method: Name::default(),
                    path,
                }),
                ..base
            }
        }
        "s3" => {
            let bucket = settings.get("bucket").unwrap_or(settings);
            let is_existing = settings.get("existing").and_then(Tree::as_bool) == Some(true);
            let source = if is_existing {
                bucket.clone()
            } else {
                declared_bucket(stack, bucket)
            };
            let events = settings
                .get("event")
                .or_else(|| settings.get("events"))
                .cloned();
            EventDeclaration {
                source: Some(source),
                filter: FilterDeclaration::Objects {
                    events: events.unwrap_or_else(|| Tree::text(place, "s3:ObjectCreated:*")),
                    rules: rules(settings.get("rules"), place),
                },
                ..base
            }
        }
        "sns" => {
            let topic = settings
                .get("arn")
                .or_else(|| settings.get("topicName"))
                .unwrap_or(settings);
            EventDeclaration {
                source: Some(topic.clone()),
                ..base
            }
        }
        "sqs" | "stream" | "kinesis" | "msk" => {
            let source = settings.get("arn").unwrap_or(settings);
            let is_stream_of_kinesis =
                settings.get("type").and_then(Tree::as_text) == Some("kinesis");
            let kind = if is_stream_of_kinesis {
                Name::new_static("aws.kinesis")
            } else {
                base.kind.clone()
            };
            EventDeclaration {
                kind,
                source: Some(source.clone()),
                ..base
            }
        }
        "eventBridge" | "cloudwatchEvent" => {
            let pattern = settings.get("pattern").or_else(|| settings.get("event"));
            let kind = match pattern {
                None if settings.get("schedule").is_some() => Name::new_static("aws.schedule"),
                _ => base.kind.clone(),
            };
            let filter = pattern.map_or(FilterDeclaration::All, |pattern| {
                FilterDeclaration::Patterns {
                    patterns: Tree::list(place, [pattern.clone()]),
                    scope: "Event".into(),
                }
            });
            EventDeclaration {
                kind,
                source: settings.get("eventBus").cloned(),
                filter,
                ..base
            }
        }
        _ => base,
    })
}

/// The bucket of an `s3` event: one of the template's own with that name, else one that the framework creates.
fn declared_bucket(stack: &mut StackTemplate, bucket: &Tree) -> Tree {
    let Some(name) = bucket.as_name() else {
        return bucket.clone();
    };
    let own = stack.resources.iter().find(|resource| {
        resource.tree.get("Type").and_then(Tree::as_text) == Some("AWS::S3::Bucket")
            && (resource.logical_id == name
                || resource
                    .tree
                    .at("Properties.BucketName")
                    .and_then(Tree::as_name)
                    .as_ref()
                    == Some(&name))
    });
    if let Some(own) = own {
        return Tree::reference(bucket.place, own.logical_id.clone());
    }
    let id = Name::from(naming::bucket(&name));
    let place = bucket.place;
    let properties = Tree::map(place, [("BucketName", bucket.clone())]);
    let tree = Tree::map(
        place,
        [
            ("Type", Tree::text(place, "AWS::S3::Bucket")),
            ("Properties", properties),
        ],
    );
    stack.resources.push(ResourceDeclaration {
        logical_id: id.clone(),
        place,
        tree,
        is_implied: true,
    });
    Tree::reference(place, id)
}

/// `[{prefix: a/}, {suffix: .png}]` as S3 writes it.
fn rules(written: Option<&Tree>, place: Place) -> Tree {
    let rules = written
        .map(Tree::items)
        .unwrap_or_default()
        .iter()
        .flat_map(|rule| {
            rule.entries().iter().map(move |field| {
                Tree::map(
                    rule.place,
                    [
                        ("Name", Tree::text(rule.place, field.key.clone())),
                        ("Value", field.value.clone()),
                    ],
                )
            })
        });
    Tree::list(place, rules.collect::<Vec<_>>())
}

/// `GET /orders`, `{method: get, path: orders}`, `*`.
fn route(settings: &Tree) -> Route {
    let (method, path) = match settings.as_name() {
        Some(text) => match text.split_once(' ') {
            Some((method, path)) => (Name::from(method), Name::from(path.trim())),
            None => (Name::new_static("ANY"), text),
        },
        None => (
            settings
                .get("method")
                .and_then(Tree::as_name)
                .unwrap_or_else(|| "ANY".into()),
            settings
                .get("path")
                .and_then(Tree::as_name)
                .unwrap_or_default(),
        ),
    };
    let method = if method == "*" {
        "ANY".into()
    } else {
        Name::from(method.to_ascii_uppercase())
    };
    let path = if path.starts_with('/') || path == "*" {
        path
    } else {
        Name::from(format!("/{path}"))
    };
    Route { method, path }
}

/// What a route demands: `aws_iam`, a user pool, a function, an API key, or nothing.
fn http_auth(settings: &Tree) -> AuthDeclaration {
    let Some(authorizer) = settings.get("authorizer") else {
        let has_key = settings.get("private").and_then(Tree::as_bool) == Some(true);
        let kind = if has_key {
            AuthDeclarationKind::ApiKey
        } else {
            AuthDeclarationKind::None
        };
        return AuthDeclaration { kind, place: None };
    };
    let kind = authorizer
        .get("type")
        .and_then(Tree::as_text)
        .or_else(|| authorizer.as_text())
        .unwrap_or_default();
    let arn = authorizer
        .get("arn")
        .and_then(Tree::as_name)
        .unwrap_or_default();
    let kind = match kind.to_ascii_lowercase().as_str() {
        "aws_iam" => AuthDeclarationKind::Iam,
        "cognito_user_pools" | "jwt" => AuthDeclarationKind::Token(None),
        _ if authorizer.get("arn").is_some_and(Tree::is_map) || arn.contains(":userpool/") => {
            AuthDeclarationKind::Token(authorizer.get("arn").cloned())
        }
        _ => {
            let name = authorizer.get("name").unwrap_or(authorizer).as_name();
            AuthDeclarationKind::Function(
                name.map(|name| Tree::get_att(authorizer.place, naming::function(&name), "Arn")),
            )
        }
    };
    AuthDeclaration {
        kind,
        place: Some(authorizer.place),
    }
}
