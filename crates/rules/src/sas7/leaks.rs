//! SAS-7: secrets that leave the function by code: in the address of a request, in the text of an exception, to chats and
//! collections of errors, and the whole environment to another system.

use crate::credentials::{is_credential, secret_variable, stored};
use crate::family::{Family, Input};
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Atom, Facts, Origin, SinkFact, Value};
use link::{Analysis, Model};

pub(super) const FAMILY: Family = Family {
    rules: || LEAKS.iter().map(|leak| leak.info).collect(),
    check,
};

/// A place where secrets must not get to.
struct Leak {
    info: RuleInfo,
    /// Kinds of sinks, words of `knowledge/kinds.toml`.
    kinds: &'static [&'static str],
    impact: Impact,
    verb: &'static str,
    /// What becomes of the secret, after its name.
    goes: &'static str,
    fix: &'static str,
}

const LEAKS: [Leak; 3] = [
    Leak {
        info: RuleInfo {
            name: "sas7/secret-in-url",
            title: "A secret goes into the address of a request",
            page: include_str!("../../docs/sas7/secret-in-url.md"),
            cwe: 598,
        },
        kinds: &["address", "query"],
        impact: Impact::Limited,
        verb: "puts",
        goes: "into the query of a request's address",
        fix: "Send it in a header, such as `Authorization`, where the other side takes one",
    },
    Leak {
        info: RuleInfo {
            name: "sas7/secret-in-error",
            title: "A secret goes into the text of an exception",
            page: include_str!("../../docs/sas7/secret-in-error.md"),
            cwe: 209,
        },
        kinds: &["error-text"],
        impact: Impact::Limited,
        verb: "puts",
        goes: "into the text of an exception, which ends in logs and answers",
        fix: "Say in the text what failed and which secret was used by its name, not its value",
    },
    Leak {
        info: RuleInfo {
            name: "sas7/secret-to-third-party",
            title: "Secrets are sent to others than those who they are for",
            page: include_str!("../../docs/sas7/secret-to-third-party.md"),
            cwe: 201,
        },
        kinds: &["told", "sent"],
        impact: Impact::Serious,
        verb: "sends",
        goes: "to where many people read it",
        fix: "Send the fields that are needed, by name, and no secret among them",
    },
];

/// What a sink gives away, and where it was read.
enum Secret {
    Stored(Place),
    Variable(Name),
    Environment(Place),
}

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings: Vec<Finding> = Vec::new();
    for leak in &LEAKS {
        for kind in leak.kinds {
            let Some(id) = model.knowledge.kind(kind) else {
                continue;
            };
            for analysis in &model.analyses {
                let sinks = analysis.facts.sinks.iter().filter(|sink| sink.kind == id);
                for sink in sinks {
                    if let Some(secret) = given(model, analysis, sink, kind) {
                        let finding = finding(model, analysis, leak, sink, &secret);
                        let is_new = !findings.iter().any(|known| {
                            known.rule == finding.rule && known.place == finding.place
                        });
                        findings.extend(is_new.then_some(finding));
                    }
                }
            }
        }
    }
    findings
}

/// The secret that a sink of this kind gives away.
fn given(model: &Model<'_>, analysis: &Analysis, sink: &SinkFact, kind: &str) -> Option<Secret> {
    let facts = &analysis.facts;
    let places = &model.knowledge.secrets.places;
    let stored = || {
        let mut labels = sink.labels.iter();
        labels.find_map(|label| stored(places, facts, *label))
    };
    let variable = || secret_variable(model, facts, &sink.value.environment_variables()).cloned();
    match kind {
        "address" => match in_query(model, facts, &sink.value)? {
            Held::Variable(name) => Some(Secret::Variable(name)),
            Held::Unknown => stored().map(Secret::Stored),
        },
        // A request may well carry the secret that its receiver knows; nobody needs the whole environment.
        "sent" => environment(analysis, sink).map(Secret::Environment),
        _ => stored()
            .map(Secret::Stored)
            .or_else(|| variable().map(Secret::Variable))
            .or_else(|| environment(analysis, sink).map(Secret::Environment)),
    }
}

fn environment(analysis: &Analysis, sink: &SinkFact) -> Option<Place> {
    let sources = sink.labels.iter();
    let mut sources = sources.filter_map(|label| analysis.facts.source(label.source));
    let source = sources.find(|source| source.origin == Origin::Environment)?;
    Some(source.place)
}

/// What stands in the query of an address.
#[derive(Debug, PartialEq, Eq)]
enum Held {
    /// An environment variable with a secret.
    Variable(Name),
    /// Something that is computed.
    Unknown,
}

/// What of a secret may stand in the query of an address: behind the question mark, and, where several things are computed, as
/// the value of a parameter that is called like one.
fn in_query(model: &Model<'_>, facts: &Facts, address: &Value) -> Option<Held> {
    let atoms = address.atoms()?;
    let n_unknown = atoms.iter().filter(|atom| **atom == Atom::Any).count();
    let mut known = String::new();
    for atom in &atoms {
        let is_query = known.contains('?');
        match atom {
            Atom::Literal(text) => known.push_str(text),
            Atom::Environment(name)
                if is_query
                    && secret_variable(model, facts, std::slice::from_ref(name)).is_some() =>
            {
                return Some(Held::Variable(name.clone()));
            }
            Atom::Any if is_query && (n_unknown == 1 || is_for_secret(&known)) => {
                return Some(Held::Unknown);
            }
            Atom::Environment(_) | Atom::Any | Atom::Fixed => known.push('*'),
        }
    }
    None
}

/// Whether an address up to here ends in the name of a parameter for a secret: `…?key=`.
fn is_for_secret(address: &str) -> bool {
    let name = address
        .strip_suffix('=')
        .and_then(|it| it.rsplit(['?', '&']).next());
    name.is_some_and(|name| name == "key" || name == "appid" || is_credential(name))
}

fn finding(
    model: &Model<'_>,
    analysis: &Analysis,
    leak: &Leak,
    sink: &SinkFact,
    secret: &Secret,
) -> Finding {
    let code = model.code_name(sink.function);
    let (what, subject, from) = match secret {
        Secret::Stored(from) => ("a stored secret".to_owned(), "stored", *from),
        Secret::Variable(name) => (
            format!("the environment variable `{name}`"),
            name.as_str(),
            sink.input,
        ),
        Secret::Environment(from) => ("all environment variables".to_owned(), "environment", *from),
    };
    let goes = match secret {
        Secret::Environment(_) => "to another system, with the credentials of the function's role",
        _ => leak.goes,
    };
    Finding::new(
        &leak.info,
        sink.place,
        format!("`{code}` {} {what} {goes}", leak.verb),
    )
    .score(leak.impact, Reach::Tenant)
    .confidence(Confidence::Medium)
    .functions(model.function_names(&analysis.functions))
    .step(StepKind::Source, from, "the secret is read")
    .step(
        StepKind::Sink,
        sink.place,
        format!("`{}` takes it", sink.path),
    )
    .fix(leak.fix)
    .subject(format!("{code}:{subject}"))
}
