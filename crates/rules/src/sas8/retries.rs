//! SAS-8: messages that no function can work on, tried again without end.

use crate::family::{Family, Input, Shared};
use app::{Prop, Resource, Trigger};
use finding::{Finding, Impact, RuleInfo, StepKind};
use link::Model;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/retry-storm",
    title: "A message that fails is tried again without end",
    page: include_str!("../../docs/sas8/retry-storm.md"),
    cwe: 834,
};

/// Settings any of which ends the retries of a batch from a stream, or keeps what failed.
const ENDS: [&str; 4] = [
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
];

fn check(input: &Input<'_>) -> Vec<Finding> {
    let triggers = input.model.application.triggers.iter();
    // A queue that feeds several functions is one queue.
    let mut findings = Shared::default();
    for finding in
        triggers.filter_map(|trigger| queue(input, trigger).or_else(|| stream(input, trigger)))
    {
        let queue = finding.subject.clone();
        findings.add(&queue, finding);
    }
    findings.into_findings()
}

/// The queue of the project that a trigger's messages come from.
pub(super) fn queue_of<'m>(model: &'m Model<'_>, trigger: &Trigger) -> Option<&'m Resource> {
    if trigger.kind != "aws.sqs" {
        return None;
    }
    let resource = model.resource_of_text(trigger.source.known()?)?;
    let resource = model.application.resource(resource)?;
    (resource.kind == "AWS::SQS::Queue").then_some(resource)
}

fn queue(input: &Input<'_>, trigger: &Trigger) -> Option<Finding> {
    let model = input.model;
    let queue = queue_of(model, trigger)?;
    if !queue.properties.at("RedrivePolicy").is_absent() {
        return None;
    }
    let name = &queue.logical_id;
    let message = format!(
        "Queue `{name}` has no dead-letter queue: a message that fails is delivered again until it expires, after four days by default"
    );
    Some(
        Finding::new(&INFO, queue.place, message)
            .score(Impact::Limited, model.exposure_of(trigger))
            .functions([model.function_name(trigger.function)])
            .step(
                StepKind::Trigger,
                trigger.place,
                format!("`{name}` feeds the function"),
            )
            .fix(
                "Give the queue a `RedrivePolicy` with a dead-letter queue and a `maxReceiveCount`",
            )
            .subject(name.to_string()),
    )
}

fn stream(input: &Input<'_>, trigger: &Trigger) -> Option<Finding> {
    let model = input.model;
    if !matches!(trigger.kind.as_str(), "aws.kinesis" | "aws.dynamodb") {
        return None;
    }
    let is_endless = |name: &str| match trigger.settings.at(name) {
        Prop::Absent => true,
        Prop::Known(value, _) => value.as_name().as_deref() == Some("-1"),
        Prop::Unknown(_) => false,
    };
    // The Serverless Framework calls the destination so.
    let has_destinations = !trigger.settings.at("Destinations").is_absent();
    if has_destinations || !ENDS.iter().all(|name| is_endless(name)) {
        return None;
    }
    let source = trigger.source.known()?;
    let name = match model.resource_of_text(source) {
        Some(resource) => model.resource_label(resource),
        None => "the stream".to_owned(),
    };
    let message = format!(
        "A record of `{name}` that fails holds up its shard and is tried again until it expires: neither attempts nor age are limited"
    );
    Some(
        Finding::new(&INFO, trigger.place, message)
            .score(Impact::Limited, model.exposure_of(trigger))
            .functions([model.function_name(trigger.function)])
            .fix("Set `MaximumRetryAttempts`, `BisectBatchOnFunctionError` and an on-failure destination")
            .subject(name),
    )
}
