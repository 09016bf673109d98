//! SAS-2: a token of the caller that is believed without a check of its signature, or after a check that anybody passes.

use app::AuthKind;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{MarkFact, Origin};
use link::{Analysis, Model};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/unverified-token",
    title: "A token is believed without verifying it",
    page: include_str!("../../docs/sas2/unverified-token.md"),
    cwe: 347,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        for misuse in &analysis.facts.misuses {
            let Some(flaw) = flaw(model, analysis, misuse) else {
                continue;
            };
            let code = model.code_name(misuse.function);
            let reach = analysis
                .functions
                .iter()
                .map(|id| model.exposure(*id))
                .max();
            findings.push(
                Finding::new(&INFO, misuse.place, format!("`{code}` {}", flaw.what))
                    .score(flaw.impact, reach.unwrap_or(Reach::Tenant))
                    .confidence(Confidence::Medium)
                    .functions(model.function_names(&analysis.functions))
                    .step(StepKind::Sink, misuse.place, format!("`{}` {}", misuse.path, flaw.consequence))
                    .fix("Verify the token with the issuer's key and a fixed algorithm before reading it")
                    .subject(format!("{code}:{}", misuse.path)),
            );
        }
    }
    findings
}

struct Flaw {
    impact: Impact,
    what: &'static str,
    consequence: &'static str,
}

fn flaw(model: &Model<'_>, analysis: &Analysis, misuse: &MarkFact) -> Option<Flaw> {
    let is = |word: &str| model.knowledge.kind(word) == Some(misuse.kind);
    if is("weak-token-algorithm") {
        return Some(Flaw {
            impact: Impact::Serious,
            what: "accepts tokens that nobody signed",
            consequence: "takes the algorithm `none`",
        });
    }
    if is("unchecked-token-claims") {
        return Some(Flaw {
            impact: Impact::Limited,
            what: "accepts tokens that have expired",
            consequence: "does not look at the time of expiry",
        });
    }
    let is_trusted =
        verifies_elsewhere(model, analysis) || is_verified_by_platform(model, analysis);
    (is("unverified-token") && !is_trusted && comes_from_caller(analysis, misuse)).then_some(Flaw {
        impact: Impact::Serious,
        what: "believes a token without verifying its signature",
        consequence: "only decodes it: anybody can write one",
    })
}

/// The code verifies tokens as well; decoding is for what comes before, such as finding the key.
fn verifies_elsewhere(model: &Model<'_>, analysis: &Analysis) -> bool {
    let checks = model.knowledge.kind("security-check");
    let mut marks = analysis.facts.marks.iter();
    marks.any(|mark| Some(mark.kind) == checks)
}

/// The platform has verified the caller before the function runs, on every way to it.
fn is_verified_by_platform(model: &Model<'_>, analysis: &Analysis) -> bool {
    let triggers: Vec<_> = analysis
        .functions
        .iter()
        .flat_map(|function| model.application.triggers_of(*function))
        .collect();
    !triggers.is_empty()
        && triggers.iter().all(|trigger| {
            matches!(
                trigger.auth.kind,
                AuthKind::Token { .. } | AuthKind::Function { .. } | AuthKind::Unknown(_)
            )
        })
}

/// The token is the caller's, rather than one that an identity provider has just answered with.
fn comes_from_caller(analysis: &Analysis, misuse: &MarkFact) -> bool {
    let Some(token) = misuse.arguments.first() else {
        return false;
    };
    let labels = token.value.taint.labels().iter();
    labels
        .filter_map(|label| analysis.facts.source(label.source))
        .any(|source| matches!(source.origin, Origin::Event { .. } | Origin::Secret(_)))
}
