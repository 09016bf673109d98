//! Resources that pass on what is written to them to others: a topic to a queue, a bucket to a topic, a bus to a queue.

use app::{Filter, KeyFilter, ResourceId, Value};
use base::{Map, Place};
use knowledge::Step as Part;

use crate::Model;
use crate::channels::Node;
use crate::names::{Target, canonical};

/// A resource that passes on what is written to another: a topic to a queue.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) from: Target,
    pub(crate) envelope: Envelope,
    pub(crate) filter: Filter,
    pub(crate) place: Place,
}

/// What a relay puts around what it passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// Nothing: raw delivery.
    Raw,
    /// `{"Message": …}`.
    Topic,
    /// `{"Records": [{"s3": …}]}`.
    Bucket,
    /// `{"detail": …}`.
    Bus,
}

/// The part of the resource behind a relay that a field of the relayed message is.
pub(crate) fn unwrapped(envelope: Envelope, node: &Node) -> Option<(&'static str, Vec<Part>)> {
    let field = |at: usize| match node.fields.get(at) {
        Some(Part::Field(name)) => Some(name.as_str()),
        _ => None,
    };
    let rest = || node.fields.get(1..).unwrap_or_default().to_vec();
    let is_whole = node.fields.is_empty();
    match envelope {
        Envelope::Raw => Some(("message.body", node.fields.clone())),
        Envelope::Topic if is_whole => Some(("message.body", Vec::new())),
        Envelope::Topic => match field(0)? {
            "Message" => Some(("message.body", rest())),
            "MessageAttributes" => Some(("message.attributes", Vec::new())),
            _ => None,
        },
        Envelope::Bus if is_whole => Some(("event.detail", Vec::new())),
        Envelope::Bus => match field(0)? {
            "detail" => Some(("event.detail", rest())),
            "detail-type" => Some(("event.type", Vec::new())),
            "source" => Some(("event.source", Vec::new())),
            _ => None,
        },
        Envelope::Bucket => {
            let names = ["Records", "s3", "object", "key"];
            let opened = node.fields.iter().filter_map(|step| match step {
                Part::Field(name) if name.parse::<usize>().is_err() => Some(name.as_str()),
                _ => None,
            });
            opened
                .zip(names)
                .all(|(one, other)| one == other)
                .then(|| ("object.key", Vec::new()))
        }
    }
}

impl Model<'_> {
    /// What passes on what is written to it, by the resource that it goes to.
    pub(crate) fn relays(&self) -> Map<ResourceId, Vec<Relay>> {
        let mut relays: Map<ResourceId, Vec<Relay>> = Map::default();
        let mut add = |to: Option<ResourceId>, from: Option<Target>, envelope, filter, place| {
            if let (Some(to), Some(from)) = (to, from) {
                relays.entry(to).or_default().push(Relay {
                    from,
                    envelope,
                    filter,
                    place,
                });
            }
        };
        for (id, resource) in self.application.resources() {
            let properties = &resource.properties;
            let named = |value: Option<&Value>| self.resource_of_text(value?.as_text()?);
            match resource.kind.as_str() {
                "AWS::SNS::Subscription" => {
                    let topic = properties.get("TopicArn").and_then(Value::as_text);
                    let topic = topic.and_then(|topic| {
                        let kind = self.knowledge.resource_type("AWS::SNS::Topic")?;
                        let names = &self.names;
                        names.find(&self.application, kind, resource.stack, &canonical(topic))
                    });
                    let raw = properties.bool_at("RawMessageDelivery");
                    let envelope = match raw.known() {
                        Some(true) => Envelope::Raw,
                        _ => Envelope::Topic,
                    };
                    let scope = properties.text_at("FilterPolicyScope");
                    let filter = match properties.get("FilterPolicy") {
                        Some(policy) => Filter::Patterns {
                            patterns: vec![policy.clone()],
                            scope: scope.known().cloned().unwrap_or("MessageAttributes".into()),
                        },
                        None => Filter::All,
                    };
                    let queue = named(properties.get("Endpoint"));
                    add(queue, topic, envelope, filter, resource.place);
                }
                "AWS::SNS::Topic" => {
                    let subscribed = properties.at("Subscription");
                    for entry in subscribed.known().map(|it| it.items()).unwrap_or_default() {
                        let queue = named(entry.get("Endpoint"));
                        let from = Some(Target::Resource(id));
                        add(queue, from, Envelope::Topic, Filter::All, entry.place);
                    }
                }
                "AWS::S3::Bucket" => {
                    for (list, key) in [
                        ("QueueConfigurations", "Queue"),
                        ("TopicConfigurations", "Topic"),
                    ] {
                        let path = format!("NotificationConfiguration.{list}");
                        let configured = properties.at(&path);
                        for entry in configured.known().map(|it| it.items()).unwrap_or_default() {
                            let to = named(entry.get(key));
                            let from = Some(Target::Resource(id));
                            let rules = entry.at("Filter.S3Key.Rules");
                            let rules = rules.known().map(|rules| KeyFilter::of_rules(rules));
                            let filter = Filter::Objects {
                                events: entry
                                    .text_at("Event")
                                    .known()
                                    .cloned()
                                    .into_iter()
                                    .collect(),
                                keys: rules.unwrap_or_default(),
                            };
                            add(to, from, Envelope::Bucket, filter, entry.place);
                        }
                    }
                }
                "AWS::Events::Rule" => {
                    let Some(pattern) = properties.get("EventPattern") else {
                        continue;
                    };
                    let filter = Filter::Patterns {
                        patterns: vec![pattern.clone()],
                        scope: "Event".into(),
                    };
                    let bus = properties.get("EventBusName").and_then(Value::as_text);
                    let bus = bus.map_or_else(|| "default".to_owned(), canonical);
                    let bus = self
                        .knowledge
                        .resource_type("AWS::Events::EventBus")
                        .and_then(|kind| {
                            self.names
                                .find(&self.application, kind, resource.stack, &bus)
                        });
                    let targets = properties.at("Targets");
                    for target in targets.known().map(|it| it.items()).unwrap_or_default() {
                        let to = named(target.get("Arn"));
                        add(to, bus.clone(), Envelope::Bus, filter.clone(), target.place);
                    }
                }
                _ => {}
            }
        }
        relays
    }
}
