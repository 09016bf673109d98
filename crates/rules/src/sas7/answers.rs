//! SAS-7: stored secrets that are sent to the caller.

use crate::credentials::stored;
use crate::family::{Family, Input};
use base::Place;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use link::Response;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas7/secret-in-answer",
    title: "A stored secret is sent to the caller",
    page: include_str!("../../docs/sas7/secret-in-answer.md"),
    cwe: 200,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let Some(kind) = model.knowledge.kind("response") else {
        return Vec::new();
    };
    let answers = input.responses.iter();
    answers
        .filter_map(|answer| {
            let facts = &answer.analysis.facts;
            let open = answer
                .labels
                .iter()
                .filter(|label| !label.clears.contains(kind));
            let places = &model.knowledge.secrets.places;
            let from = open
                .filter_map(|label| stored(places, facts, *label))
                .next()?;
            Some(finding(input, answer, from))
        })
        .collect()
}

fn finding(input: &Input<'_>, answer: &Response<'_>, from: Place) -> Finding {
    let model = input.model;
    let code = model.code_name(answer.function);
    let functions = &answer.analysis.functions;
    let reach = functions.iter().map(|id| model.exposure(*id)).max();
    let message = format!("`{code}` sends a stored secret to the caller");
    Finding::new(&INFO, answer.place, message)
        .score(Impact::Serious, reach.unwrap_or(Reach::Tenant))
        .confidence(Confidence::Medium)
        .functions(model.function_names(functions))
        .step(StepKind::Source, from, "the secret is read")
        .step(StepKind::Sink, answer.place, "goes into the answer")
        .fix("Answer with what the caller needs; do here what needs the secret")
        .subject(code)
}
