//! SAS-9: a handler that changes something with what an event says, can be invoked by more than one kind of caller, and never
//! looks at what tells them apart.

use app::{FunctionId, Trigger};
use base::Place;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{CallFact, Label, Origin};
use knowledge::{Access, Event, Step, Trust};
use link::{Analysis, Model};

use super::broad_invoke_permission::{account_let_in, opens_to};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas9/unverified-event-origin",
    title: "A handler acts on an event without asking where it is from",
    page: include_str!("../../docs/sas9/unverified-event-origin.md"),
    cwe: 346,
};

/// A second way to a handler, beside the one that it was written for.
struct SecondWay {
    /// Who comes on it, as the message says.
    what: String,
    place: Place,
    impact: Impact,
    reach: Reach,
}

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for (id, _) in model.application.functions() {
        let triggers: Vec<&Trigger> = model.application.triggers_of(id).collect();
        if triggers.is_empty() {
            continue;
        }
        // A framework's routes are chosen by what the event is.
        let analyses = model
            .analyses_of(id)
            .filter(|analysis| analysis.route.is_none() && !asks_for_origin(model, analysis));
        for analysis in analyses {
            let Some((call, way)) = acts(model, id, &triggers, analysis) else {
                continue;
            };
            findings.push(finding(model, id, call, &way));
            break;
        }
    }
    findings
}

/// Whether the code decides on a part of the event that is not the sender's to choose, or on which parts it has.
fn asks_for_origin(model: &Model<'_>, analysis: &Analysis) -> bool {
    let kinds = || {
        let names = analysis.events.iter();
        names.filter_map(|kind| model.knowledge.event(kind))
    };
    let tests = analysis.facts.tests.iter().filter(|test| test.seed == 0);
    tests
        .into_iter()
        .any(|test| !kinds().all(|event| is_outside(event, &test.path)))
}

/// The first call that changes something with event data that a second kind of caller decides as well.
fn acts<'m>(
    model: &'m Model<'_>,
    function: FunctionId,
    triggers: &[&Trigger],
    analysis: &'m Analysis,
) -> Option<(&'m CallFact, SecondWay)> {
    let open = open_permission(model, function);
    let changing = analysis.facts.calls.iter().filter(|call| {
        let operation = model.operation(call);
        operation.is_some_and(|operation| operation.access != Access::Read)
    });
    for call in changing {
        let paths: Vec<&[Step]> = model
            .outside_in(call)
            .into_iter()
            .filter_map(|label| event_path(analysis, label))
            .collect();
        if paths.is_empty() {
            continue;
        }
        let way = open
            .as_ref()
            .map(|(who, place, impact, reach)| SecondWay {
                what: format!("{who} may invoke it"),
                place: *place,
                impact: *impact,
                reach: *reach,
            })
            .or_else(|| {
                paths
                    .iter()
                    .find_map(|path| second_trigger(model, triggers, path))
            });
        if let Some(way) = way {
            return Some((call, way));
        }
    }
    None
}

fn event_path(analysis: &Analysis, label: Label) -> Option<&[Step]> {
    match &analysis.facts.source(label.source)?.origin {
        Origin::Event { seed: 0, path } => Some(path),
        _ => None,
    }
}

/// What lets others than the trigger's source invoke the function.
fn open_permission(
    model: &Model<'_>,
    function: FunctionId,
) -> Option<(String, Place, Impact, Reach)> {
    let resource = model.application.function(function)?.resource?;
    let policies = model.application.policies_of(resource);
    let mut grants = policies.flat_map(|policy| &policy.grants);
    grants.find_map(|grant| {
        let account = || {
            let account = account_let_in(grant)?;
            Some((
                format!("account `{account}`"),
                Impact::Limited,
                Reach::Tenant,
            ))
        };
        let (who, impact, reach) = opens_to(grant).or_else(account)?;
        Some((who, grant.place, impact, reach))
    })
}

/// A trigger of another kind, open to others than the first, whose events have the same field.
fn second_trigger(model: &Model<'_>, triggers: &[&Trigger], path: &[Step]) -> Option<SecondWay> {
    let carriers = triggers.iter().filter(|trigger| {
        let event = model.knowledge.event(&trigger.kind);
        event.is_some_and(|event| is_outside(event, path))
    });
    let mut carriers: Vec<(&Trigger, &Event, Reach)> = carriers
        .filter_map(|trigger| {
            let event = model.knowledge.event(&trigger.kind)?;
            Some((*trigger, event, model.exposure_of(trigger)))
        })
        .collect();
    carriers.sort_by_key(|(_, _, reach)| *reach);
    let (closed, open) = (carriers.first()?, carriers.last()?);
    if closed.0.kind == open.0.kind || closed.2 == open.2 {
        return None;
    }
    Some(SecondWay {
        what: format!(
            "it answers \"{}\" as well as \"{}\", which is open to fewer",
            open.1.title, closed.1.title
        ),
        place: open.0.place,
        impact: Impact::Serious,
        reach: open.2,
    })
}

/// Whether the sender of such an event decides what is at the path.
fn is_outside(event: &Event, path: &[Step]) -> bool {
    // What was parsed from a field is as good as the field.
    let whole = path.split(|step| *step == Step::Deep).next();
    let field = whole.and_then(|path| event.field(path));
    field.is_some_and(|field| field.trust == Trust::Outside)
}

fn finding(model: &Model<'_>, function: FunctionId, call: &CallFact, way: &SecondWay) -> Finding {
    let name = model.function_name(function);
    Finding::new(
        &INFO,
        call.place,
        format!(
            "`{name}` passes event data to `{}` without a look at where the event is from: {}",
            call.path, way.what
        ),
    )
    .score(way.impact, way.reach)
    .confidence(Confidence::Medium)
    .functions([name.clone()])
    .step(StepKind::Config, way.place, way.what.clone())
    .step(StepKind::Sink, call.place, format!("`{}` changes something with what the event says", call.path))
    .fix("Name the one source that may invoke the function, or compare a field that the platform sets with it before anything is changed")
    .subject(name)
}
