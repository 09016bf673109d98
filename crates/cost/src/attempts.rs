//! How often one event invokes a function that fails each time.

use app::{Prop, Resource, Trigger};
use link::Model;

use crate::function::FunctionCost;

/// How long a queue keeps a message where its template does not say, in seconds.
const RETENTION: f64 = 345_600.0;
/// How long a queue hides a message from others where its template does not say, in seconds.
const VISIBILITY: f64 = 30.0;
/// How long a stream keeps a record where nothing else is said, in seconds.
const RECORD_AGE: f64 = 86_400.0;

/// How often the function is invoked for one event of a trigger, its first attempt included.
pub(crate) fn of(model: &Model<'_>, trigger: &Trigger, cost: &FunctionCost) -> f64 {
    match trigger.kind.as_str() {
        "aws.sqs" => receives(queue(model, trigger)),
        "aws.kinesis" | "aws.dynamodb" => records(trigger, cost),
        kind => {
            let event = model.knowledge.event(kind);
            if event.is_some_and(|event| event.at_least_once) {
                1.0 + retries(model, cost)
            } else {
                1.0
            }
        }
    }
}

fn queue<'m>(model: &'m Model<'_>, trigger: &Trigger) -> Option<&'m Resource> {
    let resource = model.resource_of_text(trigger.source.known()?)?;
    model.application.resource(resource)
}

/// A message is received until it is moved to the dead-letter queue, or expires. One for a queue of which nothing is known.
fn receives(queue: Option<&Resource>) -> f64 {
    let Some(queue) = queue else { return 1.0 };
    let number = |path: &str| queue.properties.number_at(path);
    match queue.properties.at("RedrivePolicy") {
        Prop::Known(..) => number("RedrivePolicy.maxReceiveCount")
            .known()
            .copied()
            .unwrap_or(1.0),
        Prop::Absent => {
            let or = |written: Prop<f64>, default: f64| match written {
                Prop::Known(number, _) => number,
                Prop::Absent | Prop::Unknown(_) => default,
            };
            let kept = or(number("MessageRetentionPeriod"), RETENTION);
            let hidden = or(number("VisibilityTimeout"), VISIBILITY);
            (kept / hidden.max(1.0)).max(1.0).floor()
        }
        Prop::Unknown(_) => 1.0,
    }
}

/// A batch of records holds up its shard and is tried again until attempts or age end it.
fn records(trigger: &Trigger, cost: &FunctionCost) -> f64 {
    let attempts = trigger.settings.number_at("MaximumRetryAttempts");
    match attempts {
        Prop::Known(attempts, _) if 0.0 <= attempts => 1.0 + attempts,
        Prop::Known(..) | Prop::Absent => {
            let age = trigger.settings.number_at("MaximumRecordAgeInSeconds");
            let age = age.known().copied().filter(|age| 0.0 < *age);
            (age.unwrap_or(RECORD_AGE) / cost.timeout.max(1.0))
                .max(1.0)
                .floor()
        }
        Prop::Unknown(_) => 1.0,
    }
}

fn retries(model: &Model<'_>, cost: &FunctionCost) -> f64 {
    let function = model.application.function(cost.id);
    match function.map(|function| &function.retries) {
        Some(Prop::Known(retries, _)) => *retries,
        Some(Prop::Absent) => model.knowledge.function_platform.retries,
        Some(Prop::Unknown(_)) | None => 0.0,
    }
}
