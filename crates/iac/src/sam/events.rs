//! The `Events` of a function.

use app::Route;
use base::{Name, Place};

use super::{Sam, api, kind_of};
use crate::stack::{AuthDeclaration, EventDeclaration, FilterDeclaration, ResourceDeclaration};
use crate::tree::Tree;

impl Sam<'_> {
    /// Adds the triggers that a function declares, and gives the managed policies that SAM adds to its role for them.
    pub(super) fn events(
        &mut self,
        function: &ResourceDeclaration,
        properties: &Tree,
        declared: &[ResourceDeclaration],
    ) -> Vec<&'static str> {
        let mut managed = Vec::new();
        let written = properties.get("Events").map(Tree::entries);
        for field in written.unwrap_or_default() {
            let kind = field.value.get("Type").and_then(Tree::as_text);
            let kind = kind.unwrap_or_default();
            let settings = field.value.get("Properties").cloned();
            let event = Event {
                function: &function.logical_id,
                settings: &settings.unwrap_or_else(|| Tree::null(field.value.place)),
                place: field.key_place,
            };
            match self.event(&event, kind, declared) {
                Some(trigger) => {
                    managed.extend(policy_for(&trigger.kind));
                    self.stack.events.push(trigger);
                }
                None => self.report(
                    field.key_place,
                    format!(
                        "the event type `{kind}` is not known, so its trigger is missing from the model"
                    ),
                ),
            }
        }
        managed.dedup();
        managed
    }

    fn event(
        &self,
        event: &Event<'_>,
        kind: &str,
        declared: &[ResourceDeclaration],
    ) -> Option<EventDeclaration> {
        Some(match kind {
            "Api" => self.route(event, "RestApiId", api::REST_API, "aws.apigw.rest"),
            "HttpApi" => self.route(event, "ApiId", api::HTTP_API, "aws.apigw.http"),
            "S3" => EventDeclaration {
                source: event.get("Bucket"),
                filter: FilterDeclaration::Objects {
                    events: event
                        .get("Events")
                        .unwrap_or_else(|| Tree::null(event.place)),
                    rules: event
                        .settings
                        .at("Filter.S3Key.Rules")
                        .cloned()
                        .unwrap_or_else(|| Tree::null(event.place)),
                },
                ..event.plain("aws.s3")
            },
            "SNS" => sns(event),
            "SQS" => event.mapping("aws.sqs", "Queue"),
            "DynamoDB" => event.mapping("aws.dynamodb", "Stream"),
            "Kinesis" => event.mapping("aws.kinesis", "Stream"),
            "MSK" => event.mapping("aws.kafka", "Stream"),
            "SelfManagedKafka" => event.mapping("aws.kafka", "Topics"),
            "DocumentDB" => event.mapping("aws.documentdb", "Cluster"),
            "MQ" => event.mapping(broker_kind(event, declared), "Broker"),
            "Schedule" | "ScheduleV2" => EventDeclaration {
                settings: event.settings.renamed("Schedule", "ScheduleExpression"),
                ..event.plain("aws.schedule")
            },
            "EventBridgeRule" | "CloudWatchEvent" => EventDeclaration {
                source: event.get("EventBusName"),
                filter: match event.get("Pattern") {
                    Some(pattern) => FilterDeclaration::Patterns {
                        patterns: Tree::list(event.place, [pattern]),
                        scope: "Event".into(),
                    },
                    None => FilterDeclaration::All,
                },
                ..event.plain("aws.eventbridge.custom")
            },
            "CloudWatchLogs" => EventDeclaration {
                source: event.get("LogGroupName"),
                ..event.plain("aws.logs")
            },
            "IoTRule" => event.plain("aws.iot.rule"),
            "AlexaSkill" => event.plain("aws.alexa.skill"),
            "Cognito" => EventDeclaration {
                source: event.get("UserPool"),
                ..event.plain("aws.cognito.userpool")
            },
            _ => return None,
        })
    }

    fn route(
        &self,
        event: &Event<'_>,
        property: &str,
        implied: &'static str,
        kind: &'static str,
    ) -> EventDeclaration {
        let settings = event.settings;
        let source = api::of_route(settings, property, implied, event.place);
        let method = settings.get("Method").and_then(Tree::as_name);
        let path = settings.get("Path").and_then(Tree::as_name);
        EventDeclaration {
            auth: self.route_auth(settings, &source),
            cors: self.route_cors(&source),
            route: Some(Route {
                method: method
                    .map_or_else(|| "ANY".into(), |method| method.to_ascii_uppercase().into()),
                path: path.unwrap_or_else(|| "$default".into()),
            }),
            source: Some(source),
            ..event.plain(kind)
        }
    }
}

/// One entry of `Events`.
struct Event<'a> {
    function: &'a Name,
    settings: &'a Tree,
    place: Place,
}

impl Event<'_> {
    fn get(&self, name: &str) -> Option<Tree> {
        self.settings.get(name).cloned()
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
            settings: self.settings.clone(),
            place: self.place,
        }
    }

    /// A source that Lambda polls.
    fn mapping(&self, kind: &'static str, source: &str) -> EventDeclaration {
        let filters = self.settings.at("FilterCriteria.Filters");
        EventDeclaration {
            // A cluster outside of AWS is named by the topics that are read from it.
            source: self.get(source).map(|source| match source.items() {
                [first, ..] if source.is_list() => first.clone(),
                _ => source,
            }),
            filter: match filters {
                Some(filters) => FilterDeclaration::Patterns {
                    patterns: Tree::list(
                        filters.place,
                        filters
                            .items()
                            .iter()
                            .filter_map(|filter| filter.get("Pattern").cloned())
                            .collect::<Vec<_>>(),
                    ),
                    scope: "Event".into(),
                },
                None => FilterDeclaration::All,
            },
            ..self.plain(kind)
        }
    }
}

/// A topic, or the queue that SAM puts between the topic and the function.
fn sns(event: &Event<'_>) -> EventDeclaration {
    let by_queue = event
        .settings
        .get("SqsSubscription")
        .filter(|queue| queue.as_bool() != Some(false));
    if let Some(queue) = by_queue {
        return EventDeclaration {
            source: queue.get("QueueArn").cloned(),
            ..event.plain("aws.sqs")
        };
    }
    let scope = event.settings.get("FilterPolicyScope");
    EventDeclaration {
        source: event.get("Topic"),
        filter: match event.get("FilterPolicy") {
            Some(policy) => FilterDeclaration::Patterns {
                patterns: Tree::list(event.place, [policy]),
                scope: scope
                    .and_then(Tree::as_name)
                    .unwrap_or_else(|| "MessageAttributes".into()),
            },
            None => FilterDeclaration::All,
        },
        ..event.plain("aws.sns")
    }
}

/// Which of the two engines a broker runs: what it is, or what its event source says of itself.
fn broker_kind(event: &Event<'_>, declared: &[ResourceDeclaration]) -> &'static str {
    let id = event.settings.get("Broker").and_then(Tree::referenced_id);
    let broker = declared
        .iter()
        .find(|resource| Some(resource.logical_id.as_str()) == id)
        .filter(|resource| kind_of(resource) == "AWS::AmazonMQ::Broker");
    let engine = broker
        .and_then(|broker| broker.tree.at("Properties.EngineType"))
        .and_then(Tree::as_text);
    let accesses = event.settings.get("SourceAccessConfigurations");
    let has_host = accesses
        .map(Tree::items)
        .unwrap_or_default()
        .iter()
        .any(|access| access.get("Type").and_then(Tree::as_text) == Some("VIRTUAL_HOST"));
    if has_host || engine.is_some_and(|engine| engine.eq_ignore_ascii_case("rabbitmq")) {
        "aws.mq.rabbitmq"
    } else {
        "aws.mq.activemq"
    }
}

/// The managed policy that lets a function poll a kind of source.
fn policy_for(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "aws.sqs" => "AWSLambdaSQSQueueExecutionRole",
        "aws.dynamodb" => "AWSLambdaDynamoDBExecutionRole",
        "aws.kinesis" => "AWSLambdaKinesisExecutionRole",
        "aws.kafka" => "AWSLambdaMSKExecutionRole",
        _ => return None,
    })
}
