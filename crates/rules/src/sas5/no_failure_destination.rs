//! SAS-5: events that are lost without a trace when their function fails.

use app::{FunctionId, ResourceId, StackId};
use base::{Map, Set};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use link::Model;

use super::serving::{names, serving};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/no-failure-destination",
    title: "Events whose function fails are lost",
    page: include_str!("../../docs/sas5/no-failure-destination.md"),
    cwe: 778,
};

/// Triggers that do not wait for their function: after two more attempts the platform throws the event away. (Those that read
/// from queues and streams keep what fails; `sas8/retry-storm` asks for how long.) Schedules fire again by themselves.
const ASYNCHRONOUS: [&str; 9] = [
    "aws.s3",
    "aws.s3.eventbridge",
    "aws.sns",
    "aws.eventbridge.custom",
    "aws.eventbridge.aws",
    "aws.iot.rule",
    "aws.codecommit",
    "aws.ses",
    "aws.logs",
];

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let application = &model.application;
    let triggers = application
        .triggers
        .iter()
        .filter(|trigger| ASYNCHRONOUS.contains(&trigger.kind.as_str()));
    let mut asynchronous: Map<FunctionId, &app::Trigger> = Map::default();
    for trigger in triggers {
        asynchronous.entry(trigger.function).or_insert(trigger);
    }
    let unclear = unclear_stacks(model);
    let mut findings = Vec::new();
    for serving in serving(model) {
        if unclear.contains(&serving.stack) {
            continue;
        }
        let losing: Vec<FunctionId> = serving
            .that(application, |function| {
                function.failure_destination.is_absent()
            })
            .into_iter()
            .filter(|id| asynchronous.contains_key(id))
            .collect();
        let Some(first) = losing.first().and_then(|id| application.function(*id)) else {
            continue;
        };
        let mut finding = Finding::new(
            &INFO,
            first.place,
            format!(
                "Events that make {} fail are lost: there is no dead-letter queue and no destination for failures",
                names(application, &losing)
            ),
        )
        .score(Impact::Limited, Reach::Tenant)
        .functions(model.function_names(&losing))
        .fix("Give the functions an on-failure destination or a dead-letter queue, and an alarm on what arrives there")
        .subject("failures");
        for id in &losing {
            if let Some(trigger) = asynchronous.get(id) {
                finding = finding.step(
                    StepKind::Trigger,
                    trigger.place,
                    "the event is delivered without waiting for the function",
                );
            }
        }
        findings.push(finding);
    }
    findings
}

/// The stacks that send the failures of a function somewhere, without saying of which.
fn unclear_stacks(model: &Model<'_>) -> Set<StackId> {
    let application = &model.application;
    let functions: Set<ResourceId> = application
        .functions()
        .filter_map(|(_, function)| function.resource)
        .collect();
    let configurations = application.resources_of("AWS::Lambda::EventInvokeConfig");
    configurations
        .filter(|(_, configuration)| {
            let name = configuration.properties.get("FunctionName");
            let target = name.and_then(|name| model.resource_of_text(name.as_text()?));
            !target.is_some_and(|target| functions.contains(&target))
        })
        .map(|(_, configuration)| configuration.stack)
        .collect()
}
