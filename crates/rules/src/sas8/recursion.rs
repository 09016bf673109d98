//! SAS-8: functions that write to the channel that invokes them, by themselves or in a circle with others.

use std::collections::VecDeque;

use crate::family::{Family, Input};
use app::{FunctionId, Trigger};
use base::Map;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::Origin;
use knowledge::{Relation, Step};
use link::{Delivery, Model};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/recursive-trigger",
    title: "Functions write to the channels that invoke them",
    page: include_str!("../../docs/sas8/recursive-trigger.md"),
    cwe: 674,
};

/// How many functions one circle may have.
const LONGEST: usize = 6;

/// Which function's writes certainly invoke which.
type Legs = Map<FunctionId, Vec<Delivery>>;

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut legs = Legs::default();
    for leg in model.deliveries() {
        if leg.is_certain && !asks_before(model, &leg) {
            legs.entry(leg.from).or_default().push(leg);
        }
    }
    let functions = model.application.functions().map(|(id, _)| id);
    let circles = functions.flat_map(|id| {
        let mut circles = alone(&legs, id);
        circles.extend(with_others(&legs, id));
        circles
    });
    circles
        .filter_map(|circle| finding(model, &circle))
        .collect()
}

fn legs_of(legs: &Legs, from: FunctionId) -> &[Delivery] {
    legs.get(&from).map(Vec::as_slice).unwrap_or_default()
}

/// The ways on which a function invokes itself, one for each of its triggers. One that calls itself by name knows that it does.
fn alone(legs: &Legs, id: FunctionId) -> Vec<Vec<&Delivery>> {
    let mut circles: Vec<Vec<&Delivery>> = Vec::new();
    for leg in legs_of(legs, id) {
        let is_new = |other: &Vec<&Delivery>| other.iter().all(|it| it.trigger != leg.trigger);
        if leg.to == id && leg.trigger.is_some() && circles.iter().all(is_new) {
            circles.push(vec![leg]);
        }
    }
    circles
}

/// The shortest circle through a function and others, none of which comes before it: each circle is found once.
fn with_others(legs: &Legs, start: FunctionId) -> Option<Vec<&Delivery>> {
    let mut reached_by: Map<FunctionId, &Delivery> = Map::default();
    let mut open = VecDeque::from([(start, 1)]);
    while let Some((from, length)) = open.pop_front() {
        for leg in legs_of(legs, from) {
            if leg.to == start && from != start {
                return Some(way_back(&reached_by, start, leg));
            }
            let is_new = start < leg.to && !reached_by.contains_key(&leg.to);
            if is_new && length < LONGEST {
                reached_by.insert(leg.to, leg);
                open.push_back((leg.to, length + 1));
            }
        }
    }
    None
}

fn way_back<'a>(
    reached_by: &Map<FunctionId, &'a Delivery>,
    start: FunctionId,
    last: &'a Delivery,
) -> Vec<&'a Delivery> {
    let mut circle = vec![last];
    let mut at = last.from;
    while at != start
        && let Some(leg) = reached_by.get(&at)
    {
        circle.push(leg);
        at = leg.from;
    }
    circle.reverse();
    circle
}

fn trigger<'a>(model: &'a Model<'_>, leg: &Delivery) -> Option<&'a Trigger> {
    let at = leg.trigger?;
    model.application.triggers.get(at as usize)
}

/// Whether the function that is invoked asks something about what the channel brings: it may be how it knows its own writes
/// and stops.
fn asks_before(model: &Model<'_>, leg: &Delivery) -> bool {
    let Some(event) = trigger(model, leg).and_then(|it| model.knowledge.event(&it.kind)) else {
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
    model.analyses_of(leg.to).any(|analysis| {
        let facts = &analysis.facts;
        let asked = facts.asked.iter().filter_map(|id| facts.source(*id));
        let mut asked = asked.filter_map(|source| match &source.origin {
            Origin::Event { path, .. } => Some(path),
            _ => None,
        });
        asked.any(|path| is_of_channel(path)) || facts.tests.iter().any(|test| is_name(&test.path))
    })
}

/// Whether Lambda's own loop detection stops it after about sixteen rounds, where it is not switched off.
fn is_stopped(model: &Model<'_>, circle: &[&Delivery]) -> bool {
    circle.iter().all(|leg| {
        trigger(model, leg)
            .is_none_or(|it| matches!(it.kind.as_str(), "aws.s3" | "aws.sqs" | "aws.sns"))
    })
}

/// What is wrong with a circle; nothing where functions only call each other, which they may do until they are done.
fn finding(model: &Model<'_>, circle: &[&Delivery]) -> Option<Finding> {
    let first = circle.first()?;
    let triggers: Vec<&Trigger> = circle
        .iter()
        .filter_map(|leg| trigger(model, leg))
        .collect();
    if triggers.is_empty() {
        return None;
    }
    let (impact, end) = if is_stopped(model, circle) {
        (
            Impact::Limited,
            "until Lambda's loop detection stops it after about 16 rounds",
        )
    } else {
        (Impact::Serious, "and nothing stops it")
    };
    let reach = triggers.iter().map(|it| model.exposure_of(it)).max();
    let functions: Vec<FunctionId> = circle.iter().map(|leg| leg.from).collect();
    let message = format!("{}: each run starts the next, {end}", told(model, circle));
    let mut finding = Finding::new(&INFO, first.place, message)
        .score(impact, reach.unwrap_or(Reach::Tenant).max(Reach::Tenant))
        .functions(model.function_names(&functions))
        .fix("Write to another resource, or to what the trigger's filter leaves out")
        .subject(subject(model, circle));
    if 1 < circle.len() {
        finding = finding.confidence(Confidence::Medium);
    }
    for leg in circle {
        let name = model.resource_label(leg.through);
        let writes = match leg.trigger {
            Some(_) => format!("`{}` writes to `{name}`", leg.by),
            None => format!("`{}` invokes `{name}`", leg.by),
        };
        finding = finding.step(StepKind::Channel, leg.place, writes);
        if let Some(trigger) = trigger(model, leg) {
            let invoked = model.function_name(leg.to);
            let invokes = format!("what is written to `{name}` invokes `{invoked}`");
            finding = finding.step(StepKind::Trigger, trigger.place, invokes);
        }
    }
    Some(finding)
}

/// The circle in words.
fn told(model: &Model<'_>, circle: &[&Delivery]) -> String {
    if let [leg] = circle {
        let name = model.resource_label(leg.through);
        return format!(
            "`{}` writes to `{name}`, which invokes the function again",
            leg.by
        );
    }
    let mut told = String::new();
    for (at, leg) in circle.iter().enumerate() {
        let name = |id| match model.application.function(id) {
            Some(function) => function.name.clone(),
            None => base::Name::default(),
        };
        told.push_str(&match at {
            0 => format!("`{}` writes", name(leg.from)),
            _ => ", which writes".to_owned(),
        });
        told.push_str(&format!(
            " to `{}`, which invokes `{}`",
            model.resource_label(leg.through),
            name(leg.to)
        ));
    }
    told + " again"
}

fn subject(model: &Model<'_>, circle: &[&Delivery]) -> String {
    let legs = circle.iter().map(|leg| {
        let name = model.resource_label(leg.through);
        format!("{}:{name}", leg.by)
    });
    legs.collect::<Vec<_>>().join(" ")
}
