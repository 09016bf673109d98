//! The events of a function, by the framework's published schema.

use app::Route;
use base::{Code as DiagnosticCode, Name, Place};

use super::{Service, auth, naming, role};
use crate::builder::Builder;
use crate::stack::{AuthDeclaration, EventDeclaration, FilterDeclaration, StackTemplate};
use crate::tree::{Field, Tree, TreeKind};

/// Adds the triggers that a function declares. `role` is what it runs under: the framework lets it read its event sources.
pub(super) fn declare(
    stack: &mut StackTemplate,
    service: &Service,
    function: &Name,
    role: &Tree,
    declared: &Tree,
    builder: &mut Builder,
) {
    let written = declared.get("events").map(Tree::items).unwrap_or_default();
    for item in written {
        // `- schedule: rate(1 hour)`, or the bare name of an event type.
        let named = item.entries().first();
        let (kind, settings, place) = match (named, item.as_text()) {
            (Some(field), _) => (field.key.to_string(), field.value.clone(), field.key_place),
            (None, Some(name)) => (name.to_owned(), Tree::null(item.place), item.place),
            (None, None) => {
                if let Some(reason) = item.unknown_reason() {
                    builder.report(
                        DiagnosticCode::UnresolvedVariable,
                        &stack.path,
                        Some(item.place),
                        format!("a trigger is missing from the model because {reason}"),
                    );
                }
                continue;
            }
        };
        let context = Event {
            service,
            function,
            settings: &settings,
            place,
        };
        match context.trigger(stack, &kind) {
            Some(event) => {
                grant_reading(stack, role, &event);
                stack.events.push(event);
            }
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
    if let Some(url) = declared
        .get("url")
        .filter(|url| url.as_bool() != Some(false) && !url.is_null())
    {
        let context = Event {
            service,
            function,
            settings: url,
            place: url.place,
        };
        stack.events.push(EventDeclaration {
            auth: auth::function_url(url),
            cors: url.get("cors").and_then(auth::cors),
            ..context.plain("aws.lambda.url")
        });
    }
}

/// What the framework adds to the role of a function that polls its source.
fn grant_reading(stack: &mut StackTemplate, role: &Tree, event: &EventDeclaration) {
    let actions: &[&str] = match event.kind.as_str() {
        "aws.sqs" => &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
        "aws.dynamodb" => &[
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:DescribeStream",
            "dynamodb:ListStreams",
        ],
        "aws.kinesis" => &[
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:DescribeStreamSummary",
            "kinesis:ListShards",
        ],
        _ => return,
    };
    if let Some(source) = event.source.clone() {
        role::grant_by_framework(stack, role, actions, source);
    }
}

/// One entry of `events`.
struct Event<'a> {
    service: &'a Service,
    function: &'a Name,
    settings: &'a Tree,
    place: Place,
}

impl Event<'_> {
    fn trigger(&self, stack: &mut StackTemplate, kind: &str) -> Option<EventDeclaration> {
        let settings = self.settings;
        Some(match kind {
            "http" => EventDeclaration {
                source: Some(self.api("apiGateway.restApiId", naming::REST_API)),
                auth: auth::rest(settings),
                route: Some(route(settings)),
                cors: settings.get("cors").and_then(auth::cors),
                ..self.plain("aws.apigw.rest")
            },
            "httpApi" => EventDeclaration {
                source: Some(self.api("httpApi.id", naming::HTTP_API)),
                auth: auth::http_api(self.service, settings),
                route: Some(route(settings)),
                cors: self
                    .service
                    .provider
                    .at("httpApi.cors")
                    .and_then(auth::cors),
                ..self.plain("aws.apigw.http")
            },
            "websocket" => EventDeclaration {
                source: Some(self.api("apiGateway.websocketApiId", naming::WEBSOCKET_API)),
                auth: auth::rest(settings),
                route: Some(Route {
                    method: Name::default(),
                    path: self.named("route").as_name().unwrap_or_default(),
                }),
                ..self.plain("aws.apigw.websocket")
            },
            "s3" => self.s3(stack),
            "sns" => self.sns(stack),
            "sqs" => self.mapping("aws.sqs"),
            "stream" => self.mapping(match settings.get("type").and_then(Tree::as_text) {
                Some("kinesis") => "aws.kinesis",
                Some("dynamodb") => "aws.dynamodb",
                _ => "aws.stream",
            }),
            "kinesis" => self.mapping("aws.kinesis"),
            "msk" | "kafka" => self.mapping("aws.kafka"),
            "activemq" => self.mapping("aws.mq.activemq"),
            "rabbitmq" => self.mapping("aws.mq.rabbitmq"),
            "schedule" => EventDeclaration {
                settings: self.cloudformation(&[("rate", "ScheduleExpression")]),
                ..self.plain("aws.schedule")
            },
            "eventBridge" | "cloudwatchEvent" => self.event_bus(stack),
            "cloudwatchLog" => EventDeclaration {
                source: Some(self.named("logGroup").clone()),
                filter: FilterDeclaration::All,
                settings: self.cloudformation(&[("filter", "FilterPattern")]),
                ..self.plain("aws.logs")
            },
            "iot" => self.plain("aws.iot.rule"),
            "iotFleetProvisioning" => self.plain("aws.iot.provisioning"),
            "alexaSkill" => self.plain("aws.alexa.skill"),
            "alexaSmartHome" => self.plain("aws.alexa.smarthome"),
            "alb" => EventDeclaration {
                source: settings.get("listenerArn").cloned(),
                auth: auth::alb(self.service, settings),
                route: settings.get("conditions").map(alb_route),
                ..self.plain("aws.alb")
            },
            "cognitoUserPool" => self.user_pool(stack),
            "cloudFront" => EventDeclaration {
                auth: AuthDeclaration {
                    kind: crate::stack::AuthDeclarationKind::None,
                    place: None,
                },
                ..self.plain("aws.cloudfront")
            },
            _ => return None,
        })
    }

    fn plain(&self, kind: &'static str) -> EventDeclaration {
        EventDeclaration {
            function: self.function.clone(),
            kind: Name::new_static(kind),
            source: None,
            filter: FilterDeclaration::All,
            auth: AuthDeclaration::not_applicable(),
            route: None,
            cors: None,
            settings: self.cloudformation(&[]),
            place: self.place,
        }
    }

    /// The API that the provider names, else the one that the framework creates.
    fn api(&self, setting: &str, id: &'static str) -> Tree {
        let written = self.service.provider.at(setting);
        written.map_or_else(|| Tree::reference(self.place, id), Tree::clone)
    }

    /// The setting `name`, or the whole settings where only that one is written.
    fn named(&self, name: &str) -> &Tree {
        self.settings.get(name).unwrap_or(self.settings)
    }

    /// The settings in CloudFormation's words: `batchSize` is `BatchSize`, and what has another name is among `renamed`.
    fn cloudformation(&self, renamed: &[(&str, &str)]) -> Tree {
        let fields = self.settings.entries().iter();
        if self.settings.as_intrinsic().is_some() {
            return Tree::null(self.place);
        }
        let fields: Vec<Field> = fields
            .map(|field| {
                let other = renamed.iter().find(|(from, _)| *from == field.key);
                let key = other.map_or_else(
                    || Name::from(naming::upper_first(&field.key)),
                    |(_, to)| Name::new(to),
                );
                Field {
                    key,
                    ..field.clone()
                }
            })
            .collect();
        match fields.as_slice() {
            [] => Tree::null(self.place),
            _ => Tree::new(TreeKind::Map(fields.into()), self.settings.place),
        }
    }

    fn s3(&self, stack: &mut StackTemplate) -> EventDeclaration {
        let bucket = self.named("bucket");
        let is_existing = self.settings.get("existing").and_then(Tree::as_bool) == Some(true);
        let events = self
            .settings
            .get("event")
            .or_else(|| self.settings.get("events"));
        EventDeclaration {
            source: Some(self.bucket(stack, bucket, is_existing)),
            filter: FilterDeclaration::Objects {
                events: events
                    .cloned()
                    .unwrap_or_else(|| Tree::text(self.place, "s3:ObjectCreated:*")),
                rules: rules(self.settings.get("rules"), self.place),
            },
            ..self.plain("aws.s3")
        }
    }

    /// The bucket of an `s3` event: one of the template's own with that name, else one that the framework creates, with the
    /// properties that `provider.s3` gives to it.
    fn bucket(&self, stack: &mut StackTemplate, bucket: &Tree, is_existing: bool) -> Tree {
        let Some(name) = bucket.as_name() else {
            return bucket.clone();
        };
        let configured = self
            .service
            .provider
            .get("s3")
            .and_then(|buckets| buckets.get(&name));
        if let Some(own) = own(stack, "AWS::S3::Bucket", "BucketName", &name) {
            return Tree::reference(bucket.place, own);
        }
        if is_existing {
            return bucket.clone();
        }
        let id = Name::from(naming::bucket(&name));
        let mut properties = Tree::map(bucket.place, [("BucketName", bucket.clone())]);
        for field in configured.map(Tree::entries).unwrap_or_default() {
            let key = match field.key.as_str() {
                "name" => "BucketName".to_owned(),
                other => naming::upper_first(other),
            };
            properties = properties.with(&key, field.value.clone());
        }
        stack.imply(id.clone(), "AWS::S3::Bucket", bucket.place, properties);
        Tree::reference(bucket.place, id)
    }

    fn sns(&self, stack: &mut StackTemplate) -> EventDeclaration {
        let source = match (self.settings.get("arn"), self.settings.get("topicName")) {
            (Some(arn), _) => arn.clone(),
            (None, Some(name)) => self.topic(stack, name),
            (None, None) if self.settings.as_text().is_some_and(|it| !it.contains(':')) => {
                self.topic(stack, self.settings)
            }
            (None, None) => self.settings.clone(),
        };
        let filter = match self.settings.get("filterPolicy") {
            Some(policy) => FilterDeclaration::Patterns {
                patterns: Tree::list(policy.place, [policy.clone()]),
                scope: self
                    .settings
                    .get("filterPolicyScope")
                    .and_then(Tree::as_name)
                    .unwrap_or_else(|| "MessageAttributes".into()),
            },
            None => FilterDeclaration::All,
        };
        EventDeclaration {
            source: Some(source),
            filter,
            ..self.plain("aws.sns")
        }
    }

    fn topic(&self, stack: &mut StackTemplate, name: &Tree) -> Tree {
        let Some(text) = name.as_name() else {
            return name.clone();
        };
        if let Some(own) = own(stack, "AWS::SNS::Topic", "TopicName", &text) {
            return Tree::reference(name.place, own);
        }
        let id = Name::from(naming::topic(&text));
        let properties = Tree::map(name.place, [("TopicName", name.clone())]);
        stack.imply(id.clone(), "AWS::SNS::Topic", name.place, properties);
        Tree::reference(name.place, id)
    }

    /// A source that Lambda polls.
    fn mapping(&self, kind: &'static str) -> EventDeclaration {
        let mut settings = self.cloudformation(&[
            ("arn", "EventSourceArn"),
            ("functionResponseType", "FunctionResponseTypes"),
            ("maximumRecordAgeInSeconds", "MaximumRecordAgeInSeconds"),
            ("batchWindow", "MaximumBatchingWindowInSeconds"),
            ("maximumBatchingWindow", "MaximumBatchingWindowInSeconds"),
        ]);
        if let Some(target) = self.settings.at("destinations.onFailure") {
            let target_arn = target.get("arn").unwrap_or(target).clone();
            let failure = Tree::map(target.place, [("Destination", target_arn)]);
            let config = Tree::map(target.place, [("OnFailure", failure)]);
            settings = settings
                .without("Destinations")
                .with("DestinationConfig", config);
        }
        let filter = match self.settings.get("filterPatterns") {
            Some(patterns) => FilterDeclaration::Patterns {
                patterns: patterns.clone(),
                scope: "Event".into(),
            },
            None => FilterDeclaration::All,
        };
        let source = match self.settings.get("bootstrapServers") {
            Some(_) => self.settings.get("topic"),
            None => Some(self.named("arn")),
        };
        EventDeclaration {
            source: source.cloned(),
            filter,
            settings: settings.without("FilterPatterns"),
            ..self.plain(kind)
        }
    }

    fn event_bus(&self, stack: &StackTemplate) -> EventDeclaration {
        let pattern = self
            .settings
            .get("pattern")
            .or_else(|| self.settings.get("event"));
        let kind = match pattern {
            None if self.settings.get("schedule").is_some() => "aws.schedule",
            _ => "aws.eventbridge.custom",
        };
        let filter = match pattern {
            Some(pattern) => FilterDeclaration::Patterns {
                patterns: Tree::list(self.place, [pattern.clone()]),
                scope: "Event".into(),
            },
            None => FilterDeclaration::All,
        };
        let bus = self.settings.get("eventBus").map(|bus| {
            let name = bus.as_name();
            match name.and_then(|name| own(stack, "AWS::Events::EventBus", "Name", &name)) {
                Some(own) => Tree::reference(bus.place, own),
                None => bus.clone(),
            }
        });
        EventDeclaration {
            source: bus,
            filter,
            settings: self.cloudformation(&[("schedule", "ScheduleExpression")]),
            ..self.plain(kind)
        }
    }

    fn user_pool(&self, stack: &mut StackTemplate) -> EventDeclaration {
        let pool = self.named("pool");
        let is_existing = self.settings.get("existing").and_then(Tree::as_bool) == Some(true);
        let source = match pool.as_name() {
            Some(name) if !is_existing => {
                let id = own(stack, "AWS::Cognito::UserPool", "UserPoolName", &name)
                    .unwrap_or_else(|| naming::user_pool(&name).into());
                let properties = Tree::map(pool.place, [("UserPoolName", pool.clone())]);
                stack.imply(id.clone(), "AWS::Cognito::UserPool", pool.place, properties);
                Tree::reference(pool.place, id)
            }
            _ => pool.clone(),
        };
        EventDeclaration {
            source: Some(source),
            ..self.plain("aws.cognito.userpool")
        }
    }
}

/// The template's own resource of a type, by its logical id or by its physical name.
fn own(stack: &StackTemplate, kind: &str, name_property: &str, name: &Name) -> Option<Name> {
    let own = stack.resources.iter().find(|resource| {
        let physical = resource
            .tree
            .at("Properties")
            .and_then(|properties| properties.get(name_property))
            .and_then(Tree::as_name);
        resource.tree.get("Type").and_then(Tree::as_text) == Some(kind)
            && (resource.logical_id == *name || physical.as_ref() == Some(name))
    });
    own.map(|own| own.logical_id.clone())
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
        Some(text) => match text.trim().split_once(' ') {
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

fn alb_route(conditions: &Tree) -> Route {
    let first = |name: &str| {
        let values = conditions.get(name)?;
        values.items().first()?.as_name()
    };
    Route {
        method: first("method").map_or_else(|| "ANY".into(), |it| it.to_ascii_uppercase().into()),
        path: first("path").unwrap_or_else(|| "*".into()),
    }
}
