//! SAS-2: buckets, queues, topics and buses that anyone may write to and that feed a function.

use crate::family::{Family, Input};
use crate::grants::covers;
use crate::sas3::{Block, block};
use app::{ResourceId, Trigger};
use base::{Map, Name, Place};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/public-trigger-resource",
    title: "Anyone may write to what invokes a function",
    page: include_str!("../../docs/sas2/public-trigger-resource.md"),
    cwe: 306,
};

/// The action that brings in an event, by type of resource.
const WRITES: [(&str, &str); 4] = [
    ("AWS::S3::Bucket", "s3:PutObject"),
    ("AWS::SQS::Queue", "sqs:SendMessage"),
    ("AWS::SNS::Topic", "sns:Publish"),
    ("AWS::Events::EventBus", "events:PutEvents"),
];

/// Whether a resource is the source of a trigger.
pub(crate) fn feeds_function(input: &Input<'_>, resource: ResourceId) -> bool {
    let mut triggers = input.model.application.triggers.iter();
    triggers.any(|trigger| source_of(input, trigger) == Some(resource))
}

fn source_of(input: &Input<'_>, trigger: &Trigger) -> Option<ResourceId> {
    input.model.resource_of_text(trigger.source.known()?)
}

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    let mut fed: Map<ResourceId, Vec<&Trigger>> = Map::default();
    for trigger in &model.application.triggers {
        if let Some(source) = source_of(input, trigger) {
            fed.entry(source).or_default().push(trigger);
        }
    }
    for (id, resource) in model.application.resources() {
        let Some((_, action)) = WRITES.iter().find(|(kind, _)| *kind == resource.kind) else {
            continue;
        };
        let triggers = fed.get(&id).map_or(&[] as &[_], Vec::as_slice);
        let (Some(first), Some(open)) = (triggers.first(), opening(input, id, action)) else {
            continue;
        };
        let mut functions: Vec<Name> = triggers
            .iter()
            .map(|trigger| model.function_name(trigger.function))
            .collect();
        functions.dedup();
        let name = &resource.logical_id;
        findings.push(
            Finding::new(
                &INFO,
                open.place,
                format!(
                    "Anyone may write to `{name}`, which invokes `{}`",
                    functions.join("`, `")
                ),
            )
            .score(Impact::Serious, Reach::Anonymous)
            .confidence(open.confidence)
            .functions(functions)
            .step(
                StepKind::Config,
                open.place,
                format!("everyone may `{action}`, and no condition says who"),
            )
            .step(
                StepKind::Trigger,
                first.place,
                format!("what is written to `{name}` invokes the function"),
            )
            .fix(format!("Name the principals that may write to `{name}`"))
            .subject(name.clone()),
        );
    }
    findings
}

struct Opening {
    place: Place,
    confidence: Confidence,
}

/// What lets everyone write to a resource: a statement of its policy, or for buckets the access list.
fn opening(input: &Input<'_>, id: ResourceId, action: &str) -> Option<Opening> {
    let application = &input.model.application;
    let properties = &application.resource(id)?.properties;
    let by_policy = input
        .model
        .application
        .policies_of(id)
        .flat_map(|policy| policy.grants_for_anyone())
        .find(|grant| covers(grant, action))
        .map(|grant| (grant.place, ["BlockPublicPolicy", "RestrictPublicBuckets"]));
    let list = properties.text_at("AccessControl");
    let by_list = list
        .known()
        .filter(|list| *list == "PublicReadWrite")
        .and(list.place())
        .map(|place| (place, ["BlockPublicAcls", "IgnorePublicAcls"]));
    let (place, settings) = by_policy.or(by_list)?;
    let is_bucket = application.resource(id)?.kind == "AWS::S3::Bucket";
    let confidence = match block(properties, settings) {
        _ if !is_bucket => Confidence::High,
        Block::Written => return None,
        Block::Default => Confidence::Medium,
        Block::Open => Confidence::High,
    };
    Some(Opening { place, confidence })
}
