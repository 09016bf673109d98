//! SAS-9: a handler that may see an event twice and does something that must not be done twice.

use app::FunctionId;
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use flow::{CallFact, Value};
use link::{Analysis, Model};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas9/missing-idempotency",
    title: "An event that arrives twice is handled twice",
    page: include_str!("../../docs/sas9/missing-idempotency.md"),
    cwe: 837,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for (id, _) in model.application.functions() {
        let trigger = model.application.triggers_of(id).find(|trigger| {
            let event = model.knowledge.event(&trigger.kind);
            event.is_some_and(|event| event.at_least_once) && trigger.kind != "aws.schedule"
        });
        let Some(trigger) = trigger else { continue };
        if is_protected(model, id) {
            continue;
        }
        for analysis in model.analyses_of(id) {
            let Some(effect) = effect(model, analysis) else {
                continue;
            };
            findings.push(
                Finding::new(
                    &INFO,
                    effect.place,
                    format!(
                        "`{}` {} each time an event is delivered, and events can be delivered twice",
                        model.function_name(id),
                        effect.what
                    ),
                )
                .score(effect.impact, model.exposure_of(trigger))
                .confidence(Confidence::Medium)
                .functions([model.function_name(id)])
                .step(StepKind::Trigger, trigger.place, "delivers each event at least once")
                .step(StepKind::Sink, effect.place, format!("`{}` is not the same done twice", effect.path))
                .fix("Remember the ids of handled events with a conditional write, or use an idempotency key")
                .subject(effect.path.to_string()),
            );
        }
    }
    findings
}

/// Something that must not be done twice.
struct Effect {
    what: &'static str,
    impact: Impact,
    path: Name,
    place: Place,
}

fn effect(model: &Model<'_>, analysis: &Analysis) -> Option<Effect> {
    let payments = model.knowledge.kind("payment");
    let marks = analysis.facts.marks.iter();
    let payment = marks
        .filter(|mark| Some(mark.kind) == payments)
        .map(|mark| Effect {
            what: "moves money",
            impact: Impact::Serious,
            path: mark.path.clone(),
            place: mark.place,
        });
    let counts = analysis.facts.calls.iter().filter(|call| {
        let is_update = model
            .operation(call)
            .is_some_and(|operation| operation.name == "UpdateItem");
        is_update && parameter(call, "UpdateExpression").is_some_and(counts)
    });
    let counts = counts.map(|call| Effect {
        what: "adds to a number",
        impact: Impact::Limited,
        path: call.path.clone(),
        place: call.place,
    });
    payment.chain(counts).next()
}

/// The handler, or a write that it makes first, tells an event that was handled already.
fn is_protected(model: &Model<'_>, function: FunctionId) -> bool {
    let protections = model.knowledge.kind("idempotency");
    model.analyses_of(function).any(|analysis| {
        let marks = analysis.facts.marks.iter();
        marks
            .map(|mark| Some(mark.kind))
            .any(|kind| kind == protections)
            || analysis.facts.calls.iter().any(|call| {
                parameter(call, "ConditionExpression").is_some()
                    || parameter(call, "ClientRequestToken").is_some()
                    || model.operation(call).is_some_and(|operation| {
                        !call.is_complete && operation.name == "TransactWriteItems"
                    })
            })
    })
}

fn parameter<'c>(call: &'c CallFact, name: &str) -> Option<&'c Value> {
    let mut parameters = call.parameters.iter();
    parameters
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

/// Whether an update expression is relative to what is stored: `ADD n :one`, `SET n = n + :one`.
fn counts(expression: &Value) -> bool {
    let Some(text) = expression.as_text() else {
        return false;
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let adds = words.iter().any(|word| word.eq_ignore_ascii_case("ADD"));
    let sides: Vec<&str> = text.split('=').collect();
    let relative = sides.windows(2).any(|pair| {
        let [before, value] = pair else {
            return false;
        };
        let target = before.split_whitespace().last().unwrap_or_default();
        !target.is_empty() && value.contains(['+', '-']) && value.contains(target)
    });
    adds || relative
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_updates_count() {
        let table = [
            ("ADD hits :one", true),
            ("SET balance = balance - :amount", true),
            ("set #n = if_not_exists(#n, :zero) + :one", true),
            ("SET address = :address", false),
            ("SET total = :a", false),
        ];
        for (expression, expected) in table {
            assert_eq!(counts(&Value::text(expression)), expected, "{expression}");
        }
    }
}
