//! SAS-8: constant regular expressions that outside data keeps busy.

use std::collections::hash_map::Entry;

use crate::family::{Family, Input};
use base::Map;
use finding::{Finding, Impact, RuleInfo, StepKind};
use flow::{MatchedPattern, Origin};
use ir::Language;
use knowledge::Step;
use link::{Flow, Model};
use redos::{Call, Flavor, Growth, Verdict, Vulnerability};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/catastrophic-regex",
    title: "Event data can keep a regular expression busy",
    page: include_str!("../../docs/sas8/catastrophic-regex.md"),
    cwe: 1333,
};

/// Parts of events that platforms keep to a few kilobytes: what stands in the head of a request, and names of things.
const SHORT: [&str; 14] = [
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "rawPath",
    "rawQueryString",
    "path",
    "cookies",
    "requestContext",
    "key",
    "routeKey",
    "httpMethod",
    "resource",
];

/// Repetitions in the attack that the evidence shows, where the steps double and where they do not.
const SHOWN: (usize, usize) = (30, 30_000);

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    // The same pattern is used in many places.
    let mut judged: Map<(MatchedPattern, Call), Option<Vulnerability>> = Map::default();
    let mut found = Vec::new();
    for flow in model.flows("regex-subject") {
        let Some(pattern) = flow.sink.pattern.clone() else {
            continue;
        };
        let call = call(&flow.sink.path);
        let weakness = match judged.entry((pattern.clone(), call)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(weakness(&pattern, call)),
        };
        if let Some(weakness) = weakness {
            found.push(finding(model, flow, &pattern, weakness));
        }
    }
    found
}

fn flavor(language: Language) -> Flavor {
    match language {
        Language::Python => Flavor::Python,
        Language::JavaScript => Flavor::JavaScript,
    }
}

/// How much of the text a call matches; nothing but Python's names say less than all of it.
fn call(path: &str) -> Call {
    match path.rsplit('.').next() {
        Some("fullmatch") => Call::Full,
        Some("match") if path.starts_with("re.") || path.starts_with("regex.") => Call::Prefix,
        _ => Call::Search,
    }
}

fn weakness(pattern: &MatchedPattern, call: Call) -> Option<Vulnerability> {
    let flavor = flavor(pattern.language);
    let verdict = redos::analyze(&pattern.text, flavor, &pattern.flags, call);
    match verdict {
        Ok(Verdict::Vulnerable(found)) => Some(*found),
        _ => None,
    }
}

fn finding(
    model: &Model<'_>,
    flow: Flow<'_>,
    pattern: &MatchedPattern,
    weakness: &Vulnerability,
) -> Finding {
    let flavor = flavor(pattern.language);
    let function = model.code_name(flow.sink.function);
    let (grows, times) = match weakness.growth {
        Growth::Exponential => ("doubles with every few characters of".to_owned(), SHOWN.0),
        Growth::Polynomial(degree) => {
            let grows = format!("grows with the power of {degree} of the length of");
            (grows, SHOWN.1)
        }
    };
    // The square of a few thousand is soon done with.
    let impact = match weakness.growth {
        Growth::Exponential => Impact::Limited,
        Growth::Polynomial(2) => Impact::Hygiene,
        Growth::Polynomial(_) if is_short(&flow) => Impact::Hygiene,
        Growth::Polynomial(_) => Impact::Limited,
    };
    let message = format!(
        "The time that `{}` takes in `{function}` {grows} event data",
        pattern.text
    );
    let mut finding = Finding::new(&INFO, flow.sink.place, message)
        .score(impact, flow.reached.who)
        .confidence(flow.reached.confidence())
        .functions(model.function_names(&flow.functions))
        .fix(weakness.advice(flavor))
        .subject(format!("{function}:{}", pattern.text));
    finding.evidence = flow.reached.evidence;
    let counted = weakness.samples.last().map_or_else(String::new, |sample| {
        format!(
            ", which took {} steps at {} characters",
            sample.steps, sample.length
        )
    });
    let attack = weakness.attack.expression(flavor, times);
    finding.step(
        StepKind::Sink,
        flow.sink.place,
        format!("it is matched: the attack is `{attack}`{counted}"),
    )
}

/// Whether all of the data stands where the platform keeps it short.
fn is_short(flow: &Flow<'_>) -> bool {
    let facts = &flow.analysis.facts;
    let labels = flow.sink.labels.iter();
    let mut sources = labels.map(|label| facts.source(label.source));
    sources.all(|source| match source.map(|source| &source.origin) {
        Some(Origin::Event { path, .. }) => path.iter().any(|step| match step {
            Step::Field(name) => SHORT.contains(&name.as_str()),
            _ => false,
        }),
        _ => false,
    })
}
