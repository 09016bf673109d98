//! SAS-10: what an answer or a log says about the inside: stack traces, texts of exceptions, the environment and secrets in it.

use base::Place;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Label, Origin};
use link::{Analysis, Model, Response};

use crate::credentials::secret_variable;
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![STACK, MESSAGE, ENVIRONMENT],
    check,
};

const STACK: RuleInfo = RuleInfo {
    name: "sas10/stack-trace-to-client",
    title: "A stack trace is sent to the caller",
    page: include_str!("../../docs/sas10/stack-trace-to-client.md"),
    cwe: 209,
};

const MESSAGE: RuleInfo = RuleInfo {
    name: "sas10/exception-message-to-client",
    title: "The text of an exception is sent to the caller",
    page: include_str!("../../docs/sas10/exception-message-to-client.md"),
    cwe: 209,
};

const ENVIRONMENT: RuleInfo = RuleInfo {
    name: "sas10/environment-dump",
    title: "The environment, or a secret in it, is sent or logged",
    page: include_str!("../../docs/sas10/environment-dump.md"),
    cwe: 526,
};

/// The worst thing that each answer gives away, and environments in logs.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let sent = input
        .responses
        .iter()
        .filter_map(|answer| in_answer(model, answer));
    let logged = model
        .analyses
        .iter()
        .flat_map(|analysis| in_logs(model, analysis));
    sent.chain(logged).collect()
}

fn in_answer(model: &Model<'_>, answer: &Response<'_>) -> Option<Finding> {
    let kind = model.knowledge.kind("response")?;
    let open = || {
        answer
            .labels
            .iter()
            .filter(move |label| !label.clears.contains(kind))
    };
    let of = |wanted: &Origin| open().find_map(|label| place_of(answer.analysis, *label, wanted));
    let code = model.code_name(answer.function);
    let (rule, impact, from, message, fix) = if let Some(from) = of(&Origin::Environment) {
        (
            &ENVIRONMENT,
            Impact::Serious,
            from,
            format!("`{code}` sends all environment variables to the caller"),
            "Send the values that the caller needs, by name",
        )
    } else if let Some(variable) = secret_variable(model, &answer.analysis.facts, &answer.variables)
    {
        (
            &ENVIRONMENT,
            Impact::Serious,
            answer.place,
            format!("`{code}` sends the environment variable `{variable}` to the caller"),
            "Leave the secret out of the answer",
        )
    } else if let Some(from) = of(&Origin::Stack) {
        (
            &STACK,
            Impact::Limited,
            from,
            format!("`{code}` sends a stack trace to the caller"),
            "Log the exception, and answer with a constant text and an id to find it by",
        )
    } else {
        (
            &MESSAGE,
            Impact::Hygiene,
            of(&Origin::Exception)?,
            format!("`{code}` sends the text of an exception to the caller"),
            "Log the exception, and answer with a constant text",
        )
    };
    let reach = reach(model, answer.analysis);
    Some(
        Finding::new(rule, answer.place, message)
            .score(impact, reach)
            .confidence(Confidence::Medium)
            .functions(model.function_names(&answer.analysis.functions))
            .step(StepKind::Source, from, "is taken from here")
            .step(StepKind::Sink, answer.place, "goes into the answer")
            .fix(fix)
            .subject(code),
    )
}

fn in_logs(model: &Model<'_>, analysis: &Analysis) -> Vec<Finding> {
    let Some(kind) = model.knowledge.kind("logged") else {
        return Vec::new();
    };
    let sinks = analysis.facts.sinks.iter().filter(|sink| sink.kind == kind);
    sinks
        .filter_map(|sink| {
            let from = sink
                .labels
                .iter()
                .find_map(|label| place_of(analysis, *label, &Origin::Environment))?;
            let code = model.code_name(sink.function);
            Some(
                Finding::new(
                    &ENVIRONMENT,
                    sink.place,
                    format!("`{code}` writes all environment variables, credentials of the function among them, to its log"),
                )
                .score(Impact::Serious, Reach::Tenant)
                .functions(model.function_names(&analysis.functions))
                .step(StepKind::Source, from, "is taken from here")
                .step(StepKind::Sink, sink.place, format!("`{}` logs it", sink.path))
                .fix("Log the values that are needed, by name")
                .subject(format!("{code}:{}", sink.path)),
            )
        })
        .collect()
}

fn place_of(analysis: &Analysis, label: Label, wanted: &Origin) -> Option<Place> {
    let source = analysis.facts.source(label.source)?;
    (source.origin == *wanted).then_some(source.place)
}

/// The easiest way to any function that runs the code.
fn reach(model: &Model<'_>, analysis: &Analysis) -> Reach {
    let functions = analysis.functions.iter();
    functions
        .map(|function| model.exposure(*function))
        .max()
        .unwrap_or(Reach::Tenant)
}
