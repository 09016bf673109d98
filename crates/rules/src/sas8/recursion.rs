//! SAS-8: functions that write to the channel that invokes them.

use crate::family::{Family, Input};
use app::{Filter, FunctionId, KeyFilter, ResourceId, Text, Trigger};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Atom, CallFact, Origin};
use knowledge::{Access, Operation, Relation, Step};
use link::Model;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/recursive-trigger",
    title: "A function writes to the channel that invokes it",
    page: include_str!("../../docs/sas8/recursive-trigger.md"),
    cwe: 674,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for trigger in &model.application.triggers {
        let source = trigger.source.known();
        let Some(source) = source.and_then(|source| model.resource_of_text(source)) else {
            continue;
        };
        let function = trigger.function;
        let back = model.operations_of(function).find(|(operation, call)| {
            operation.access == Access::Write
                && !operation.writes.is_empty()
                && model.resource_of(function, call) == Some(source)
                && comes_back(trigger, operation, call)
        });
        let back = back.filter(|_| !asks_before(model, trigger));
        if let Some((_, call)) = back {
            findings.push(finding(input, trigger, function, source, call));
        }
    }
    findings
}

/// Whether the function asks something about what the channel brings: it may be how it knows its own writes and stops.
fn asks_before(model: &Model<'_>, trigger: &Trigger) -> bool {
    let Some(event) = model.knowledge.event(&trigger.kind) else {
        return false;
    };
    let is_of_channel = |path: &[Step]| {
        event
            .fields
            .iter()
            .filter(|field| field.channel.is_some())
            .any(|field| matches!(field.path.relation(path), Relation::Here(_)))
    };
    let is_name =
        |path: &[Step]| matches!(path.last(), Some(Step::Field(name)) if name == "eventName");
    let analyses = model.analyses.iter();
    let mut analyses = analyses.filter(|it| it.functions.contains(&trigger.function));
    analyses.any(|analysis| {
        let facts = &analysis.facts;
        let asked = facts.asked.iter().filter_map(|id| facts.source(*id));
        let mut asked = asked.filter_map(|source| match &source.origin {
            Origin::Event { path, .. } => Some(path),
            _ => None,
        });
        asked.any(|path| is_of_channel(path)) || facts.tests.iter().any(|test| is_name(&test.path))
    })
}

/// Whether what the call writes passes the trigger's filter for certain.
fn comes_back(trigger: &Trigger, operation: &Operation, call: &CallFact) -> bool {
    match &trigger.filter {
        Filter::All => true,
        Filter::Objects { events, keys } => {
            let on_creation = events.iter().any(|event| {
                event.contains("ObjectCreated:*")
                    || event.contains(&format!("ObjectCreated:{}", created_by(&operation.name)))
            });
            on_creation && passes(keys, operation, call)
        }
        Filter::Patterns { .. } | Filter::Unknown(_) => false,
    }
}

/// S3's word for how an operation creates an object.
fn created_by(operation: &str) -> &'static str {
    match operation {
        "CopyObject" => "Copy",
        "CompleteMultipartUpload" => "CompleteMultipartUpload",
        _ => "Put",
    }
}

/// Whether the key of the written object passes the key filter whatever its unknown parts are.
fn passes(keys: &KeyFilter, operation: &Operation, call: &CallFact) -> bool {
    if keys.prefix.is_none() && keys.suffix.is_none() {
        return true;
    }
    let key = operation.resource.as_ref().and_then(|resource| {
        let name = resource.key.as_ref()?;
        let (_, value) = call.parameters.iter().find(|(given, _)| given == name)?;
        value.atoms()
    });
    let Some(atoms) = key else { return false };
    let starts = |wanted: &str| match atoms.first() {
        Some(Atom::Literal(start)) => start.starts_with(wanted),
        _ => wanted.is_empty(),
    };
    let ends = |wanted: &str| match atoms.last() {
        Some(Atom::Literal(end)) => end.ends_with(wanted),
        _ => wanted.is_empty(),
    };
    let holds = |side: &Option<Text>, test: &dyn Fn(&str) -> bool| match side {
        None => true,
        Some(text) => text.literal().is_some_and(|wanted| test(&wanted)),
    };
    holds(&keys.prefix, &starts) && holds(&keys.suffix, &ends)
}

fn finding(
    input: &Input<'_>,
    trigger: &Trigger,
    function: FunctionId,
    source: ResourceId,
    call: &CallFact,
) -> Finding {
    let model = input.model;
    let name = model.resource_label(source);
    // Lambda's own loop detection stops these after about sixteen rounds, where it is not switched off.
    let is_stopped = matches!(trigger.kind.as_str(), "aws.s3" | "aws.sqs" | "aws.sns");
    let (impact, end) = if is_stopped {
        (
            Impact::Limited,
            "until Lambda's loop detection stops it after about 16 rounds",
        )
    } else {
        (Impact::Serious, "and nothing stops it")
    };
    let message = format!(
        "`{}` writes to `{name}`, which invokes the function again: each run starts the next, {end}",
        call.path
    );
    Finding::new(&INFO, call.place, message)
        .score(impact, model.exposure_of(trigger).max(Reach::Tenant))
        .functions([model.function_name(function)])
        .step(
            StepKind::Trigger,
            trigger.place,
            format!("what is written to `{name}` invokes the function"),
        )
        .step(
            StepKind::Channel,
            call.place,
            format!("`{}` writes to `{name}`", call.path),
        )
        .fix("Write to another resource, or to a prefix that the trigger's filter leaves out")
        .subject(format!("{}:{name}", call.path))
}
