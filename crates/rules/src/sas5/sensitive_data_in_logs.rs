//! SAS-5: credentials, and whole requests that hold them, in log lines.

use app::{AuthKind, FunctionId};
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Label, Origin};
use knowledge::{DefaultWho, Step};
use link::{Analysis, Model};

use crate::credentials::{credential, personal, secret_variable, stored};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/sensitive-data-in-logs",
    title: "Credentials are written to the log",
    page: include_str!("../../docs/sas5/sensitive-data-in-logs.md"),
    cwe: 532,
};

/// What a log line gives away, the worst last.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Leak {
    /// A request that may hold credentials.
    Request(&'static str),
    /// A request of callers who show credentials.
    SignedRequest(&'static str),
    /// What nobody but its owner may know: numbers of cards, accounts and documents.
    Personal(Name),
    /// A credential.
    Credential(Name),
}

/// The worst line of each function of the code.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        let mut worst: Vec<(ir::GlobalFunctionId, Leak, Place, Place)> = Vec::new();
        for (function, leak, from, place) in leaks(model, analysis) {
            match worst.iter_mut().find(|(known, ..)| *known == function) {
                Some(known) if known.1 < leak => *known = (function, leak, from, place),
                Some(_) => {}
                None => worst.push((function, leak, from, place)),
            }
        }
        for (function, leak, from, place) in worst {
            findings.push(finding(model, analysis, function, &leak, from, place));
        }
    }
    findings
}

fn leaks(
    model: &Model<'_>,
    analysis: &Analysis,
) -> Vec<(ir::GlobalFunctionId, Leak, Place, Place)> {
    let Some(kind) = model.knowledge.kind("logged") else {
        return Vec::new();
    };
    let facts = &analysis.facts;
    let mut leaks = Vec::new();
    for sink in facts.sinks.iter().filter(|sink| sink.kind == kind) {
        let variables = sink.value.environment_variables();
        leaks.extend(secret_variable(model, facts, &variables).map(|variable| {
            let leak = Leak::Credential(variable.clone());
            (sink.function, leak, sink.input, sink.place)
        }));
        for label in &sink.labels {
            let Some(source) = facts.source(label.source) else {
                continue;
            };
            let is_stored = matches!(&source.origin, Origin::Secret(name) if name.is_empty());
            // Of what is made of a stored secret, its length or its hash, most gives nothing away.
            if is_stored && stored(&model.knowledge.secrets.places, facts, *label).is_none() {
                continue;
            }
            let leak = credential(facts, *label)
                .map(Leak::Credential)
                .or_else(|| personal(facts, *label).map(Leak::Personal))
                .or_else(|| request(model, analysis, *label));
            leaks.extend(leak.map(|leak| (sink.function, leak, source.place, sink.place)));
        }
    }
    for mark in facts.marks.iter().filter(|mark| mark.kind == kind) {
        leaks.extend(
            whole_request(model, analysis, "the whole event")
                .map(|leak| (mark.function, leak, mark.place, mark.place)),
        );
    }
    leaks
}

/// A whole request, or all of its headers.
fn request(model: &Model<'_>, analysis: &Analysis, label: Label) -> Option<Leak> {
    let source = analysis.facts.source(label.source)?;
    let Origin::Event { path, .. } = &source.origin else {
        return None;
    };
    let what = match path.as_ref() {
        [] => "the whole event",
        [Step::Field(name)] if name == "headers" || name == "multiValueHeaders" => {
            "all headers of the request"
        }
        _ => return None,
    };
    whole_request(model, analysis, what)
}

/// Events other than requests hold no credentials of callers.
fn whole_request(model: &Model<'_>, analysis: &Analysis, what: &'static str) -> Option<Leak> {
    let auths = analysis
        .functions
        .iter()
        .flat_map(|id| requests_of(model, *id))
        .collect::<Vec<_>>();
    if auths.is_empty() {
        return None;
    }
    let is_signed = auths
        .iter()
        .any(|auth| !matches!(auth, AuthKind::None | AuthKind::NotApplicable));
    let reads_credential = analysis.facts.sources.iter().any(|source| {
        matches!(&source.origin, Origin::Event { path, .. }
            if matches!(path.as_ref(), [.., Step::Field(name)] if crate::credentials::is_credential(name)))
    });
    Some(if is_signed || reads_credential {
        Leak::SignedRequest(what)
    } else {
        Leak::Request(what)
    })
}

/// Who may call, for each trigger of the function that passes on requests.
fn requests_of<'m>(model: &'m Model<'_>, function: FunctionId) -> Vec<&'m AuthKind> {
    let triggers = model.application.triggers_of(function);
    triggers
        .filter(|trigger| {
            trigger.kind.ends_with(".authorizer")
                || model.knowledge.event(&trigger.kind).is_some_and(|event| {
                    event.answers_http || event.default_who == DefaultWho::Caller
                })
        })
        .map(|trigger| &trigger.auth.kind)
        .collect()
}

fn finding(
    model: &Model<'_>,
    analysis: &Analysis,
    function: ir::GlobalFunctionId,
    leak: &Leak,
    from: Place,
    place: Place,
) -> Finding {
    let code = model.code_name(function);
    let (impact, message, subject) = match leak {
        Leak::Credential(name) => (
            Impact::Serious,
            format!("`{code}` writes the credential `{name}` to its log"),
            name.to_string(),
        ),
        Leak::Personal(name) => (
            Impact::Limited,
            format!("`{code}` writes `{name}`, which belongs to a person, to its log"),
            name.to_string(),
        ),
        Leak::SignedRequest(what) => (
            Impact::Limited,
            format!("`{code}` writes {what} to its log, with the credentials of its callers"),
            (*what).to_owned(),
        ),
        Leak::Request(what) => (
            Impact::Hygiene,
            format!("`{code}` writes {what} to its log, with whatever callers send"),
            (*what).to_owned(),
        ),
    };
    Finding::new(&INFO, place, message)
        .score(impact, Reach::Tenant)
        .confidence(Confidence::Medium)
        .functions(model.function_names(&analysis.functions))
        .step(StepKind::Source, from, "is read here")
        .step(StepKind::Sink, place, "goes into a log line")
        .fix("Log the fields that are needed, by name")
        .subject(format!("{code}:{subject}"))
}
