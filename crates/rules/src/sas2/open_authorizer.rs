//! SAS-2: authorizers that let callers in when their check fails, or that check nothing.

use base::Place;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Origin, ReturnFact};
use knowledge::Step;
use link::{Analysis, Model};

use crate::authorizers::{authorizers, is_of, says_yes};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/open-authorizer",
    title: "An authorizer lets in whom it should turn away",
    page: include_str!("../../docs/sas2/open-authorizer.md"),
    cwe: 636,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let authorizers = authorizers(model);
    let of_authorizers = model.analyses.iter();
    of_authorizers
        .filter(|analysis| is_of(&authorizers, analysis))
        .filter_map(|analysis| {
            let failing = fails_open(analysis).map(|(answer, clause)| {
                finding(
                    model,
                    analysis,
                    answer,
                    "lets callers in when its check throws",
                )
                .step(StepKind::Step, clause, "whatever is thrown ends here")
            });
            let blind = || {
                let answer = asks_nothing(model, analysis)?;
                Some(finding(
                    model,
                    analysis,
                    answer,
                    "lets every caller in and looks at nothing",
                ))
            };
            let found = failing.or_else(blind)?;
            let place = found.place;
            Some(found.step(StepKind::Sink, place, "this answer lets the caller in"))
        })
        .collect()
}

/// An answer that lets the caller in, inside a clause that catches.
fn fails_open(analysis: &Analysis) -> Option<(&ReturnFact, Place)> {
    let facts = &analysis.facts;
    let mut returns = facts.returns.iter().filter(|it| is_let_in(it));
    returns.find_map(|answer| {
        let mut clauses = facts.catches.iter();
        let clause = clauses.find(|clause| {
            clause.place.file == answer.place.file && clause.place.span.contains(answer.place.span)
        })?;
        Some((answer, clause.place))
    })
}

/// The answer of an authorizer that reads nothing of the request and has no other one.
fn asks_nothing<'a>(model: &Model<'_>, analysis: &'a Analysis) -> Option<&'a ReturnFact> {
    let facts = &analysis.facts;
    let is_seen = !facts.is_incomplete
        && analysis.functions.iter().all(|it| model.is_fully_seen(*it))
        && facts.tests.is_empty()
        && facts
            .marks
            .iter()
            .all(|mark| !checks(model).contains(&Some(mark.kind)));
    let reads = facts
        .sources
        .iter()
        .any(|source| is_about_caller(&source.origin));
    let first = facts.returns.first()?;
    (is_seen && !reads && facts.returns.iter().all(is_let_in)).then_some(first)
}

/// Whether data says anything of the caller, rather than which route is called.
fn is_about_caller(origin: &Origin) -> bool {
    match origin {
        Origin::Event { path, .. } => !matches!(
            path.as_ref(),
            [Step::Field(name)] if name == "methodArn" || name == "routeArn"
        ),
        Origin::Secret(_) => true,
        _ => false,
    }
}

fn checks(model: &Model<'_>) -> [Option<knowledge::KindId>; 2] {
    ["security-check", "caller-check"].map(|kind| model.knowledge.kind(kind))
}

fn is_let_in(answer: &ReturnFact) -> bool {
    !answer.is_failure && says_yes(&answer.value)
}

fn finding(model: &Model<'_>, analysis: &Analysis, answer: &ReturnFact, what: &str) -> Finding {
    let code = model.code_name(answer.function);
    Finding::new(
        &INFO,
        answer.place,
        format!("The authorizer `{code}` {what}"),
    )
    .score(Impact::Serious, Reach::Anonymous)
    .confidence(Confidence::Medium)
    .functions(model.function_names(&analysis.functions))
    .fix("Deny by default, and let in only whose token was verified")
    .subject(code)
}
