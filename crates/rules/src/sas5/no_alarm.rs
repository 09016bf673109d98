//! SAS-5: stacks that nobody is told about when they fail.

use app::{Resource, Stack, Value, ValueKind};
use base::Set;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo};

use super::serving::{names, serving};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/no-alarm",
    title: "No alarm tells when functions fail",
    page: include_str!("../../docs/sas5/no-alarm.md"),
    cwe: 778,
};

/// Words in the names of plugins that add alarms.
const PLUGINS: [&str; 4] = ["alert", "alarm", "slic-watch", "canary-deployments"];

/// The platform's metrics that move when functions fail or are throttled; metrics of a team's own count as well.
const TELLING: [&str; 6] = [
    "AWS/Lambda",
    "AWS/ApiGateway",
    "AWS/Events",
    "AWS/SQS",
    "AWS/SNS",
    "AWS/States",
];

/// One finding for each stack whose functions no alarm covers, of its own or of a stack above or beside it.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let application = &model.application;
    let with_functions: Set<_> = application
        .functions()
        .map(|(_, function)| function.stack)
        .collect();
    let mut alarmed = Set::default();
    let mut above: Vec<&Stack> = Vec::new();
    let mut is_beside = false;
    for (_, resource) in application.resources() {
        if !alarms(resource) {
            continue;
        }
        is_beside |= !with_functions.contains(&resource.stack);
        if alarmed.insert(resource.stack) {
            above.extend(application.stack(resource.stack));
        }
    }
    let mut findings = Vec::new();
    for serving in serving(model) {
        let Some(stack) = application.stack(serving.stack) else {
            continue;
        };
        let is_covered = is_beside
            || alarmed.contains(&serving.stack)
            || above
                .iter()
                .any(|other| stack.path.is_within(&other.path.parent()))
            || serving.is_watched(application, &PLUGINS);
        let Some(place) = stack.place.filter(|_| !is_covered) else {
            continue;
        };
        findings.push(
            Finding::new(
                &INFO,
                place,
                format!(
                    "Nobody is told of errors and throttling of {}: the stack has no alarm",
                    names(application, &serving.functions)
                ),
            )
            .score(Impact::Hygiene, Reach::Operator)
            .confidence(Confidence::Medium)
            .functions(model.function_names(&serving.functions))
            .fix("Add an alarm on the metrics `Errors` and `Throttles` of the functions that tells somebody")
            .subject("alarm"),
        );
    }
    findings
}

/// Whether a resource is an alarm that tells of failing functions, or may be or hold one.
fn alarms(resource: &Resource) -> bool {
    let is_remote = |property: &str| {
        let address = resource.properties.text_at(property);
        address
            .known()
            .is_none_or(|address| address.contains("://"))
    };
    match resource.kind.as_str() {
        "AWS::CloudWatch::Alarm" => is_telling(&resource.properties),
        "AWS::CloudWatch::CompositeAlarm" => true,
        "AWS::CloudFormation::Stack" => is_remote("TemplateURL"),
        "AWS::Serverless::Application" => is_remote("Location"),
        _ => false,
    }
}

fn is_telling(alarm: &Value) -> bool {
    let own = alarm.get("Namespace");
    let combined = alarm.get("Metrics").map(Value::items).unwrap_or_default();
    let combined = combined.iter().map(|metric| {
        metric
            .get("MetricStat")
            .and_then(|it| it.get("Metric")?.get("Namespace"))
    });
    own.map(Some)
        .into_iter()
        .chain(combined)
        .flatten()
        .any(|namespace| match &namespace.kind {
            ValueKind::Text(text) => text
                .literal()
                .is_none_or(|name| !name.starts_with("AWS/") || TELLING.contains(&name.as_str())),
            _ => true,
        })
        || alarm.has_unknown()
}
