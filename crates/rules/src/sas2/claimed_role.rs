//! SAS-2: what callers may do, decided by what they say of themselves.

use base::Name;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{ComparisonFact, Constant, Note, Origin, Shape};
use knowledge::{RouteWords, Step};
use link::{Analysis, Model};

use super::checks;
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/claimed-role",
    title: "Callers say themselves what they may do",
    page: include_str!("../../docs/sas2/claimed-role.md"),
    cwe: 807,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let words = &model.knowledge.routes;
    // `role == "admin" or role == "owner"` is one check.
    let checks = checks(model, |analysis, comparison| {
        claim_compared(words, analysis, comparison)
    });
    let checks = checks.into_iter();
    checks
        .map(|(analysis, comparison, name)| finding(model, analysis, comparison, &name))
        .collect()
}

/// The name under which the caller says what is compared.
fn claim_compared(
    words: &RouteWords,
    analysis: &Analysis,
    comparison: &ComparisonFact,
) -> Option<Name> {
    let is_written = match &comparison.other.shape {
        Shape::Constant(Constant::Text(text) | Constant::Number(text)) => !text.is_empty(),
        Shape::Constant(Constant::Bool(_)) => true,
        _ => false,
    };
    if !is_written {
        return None;
    }
    comparison.labels.iter().find_map(|label| {
        let source = analysis.facts.source(label.source)?;
        claim(words, &source.origin).or_else(|| {
            let Origin::Event { path, .. } = &source.origin else {
                return None;
            };
            // The body, whose fields have the names that they are kept under.
            matches!(path.as_ref(), [Step::Field(body), ..] if body == "body").then_some(())?;
            let mut way = analysis.facts.way(*label).into_iter();
            way.find_map(|step| match &step.note {
                Note::Assigned(name) if is_boast(words, name) => Some(name.clone()),
                _ => None,
            })
        })
    })
}

/// The name under which a part of a request says what its sender may do.
pub(super) fn claim(words: &RouteWords, origin: &Origin) -> Option<Name> {
    let Origin::Event { path, .. } = origin else {
        return None;
    };
    let [Step::Field(holder), .., Step::Field(name)] = path.as_ref() else {
        return None;
    };
    let plain = name.to_ascii_lowercase().replace(['-', '_'], "");
    let is_about_caller = words.about_caller.contains(holder);
    let is_claim = is_about_caller
        && words
            .claims
            .iter()
            .any(|word| plain.ends_with(word.as_str()));
    (is_claim || is_boast(words, name)).then(|| name.clone())
}

/// Whether what has this name can be nothing but what its sender says of themselves, wherever it stands.
fn is_boast(words: &RouteWords, name: &str) -> bool {
    let plain = name.to_ascii_lowercase().replace(['-', '_'], "");
    words.boasts.iter().any(|word| *word == plain)
}

fn finding(
    model: &Model<'_>,
    analysis: &Analysis,
    comparison: &ComparisonFact,
    name: &str,
) -> Finding {
    let code = model.code_name(comparison.function);
    let reach = analysis
        .functions
        .iter()
        .map(|id| model.exposure(*id))
        .max();
    let message =
        format!("`{code}` decides by `{name}`, which callers write themselves, what they may do");
    Finding::new(&INFO, comparison.place, message)
        .score(Impact::Serious, reach.unwrap_or(Reach::Tenant))
        .confidence(Confidence::Medium)
        .functions(model.function_names(&analysis.functions))
        .step(
            StepKind::Sink,
            comparison.place,
            "decides what the caller may do",
        )
        .fix("Take the caller's role from a verified token, or from what the authorizer says in `requestContext.authorizer`")
        .subject(format!("{code}:{name}"))
}
