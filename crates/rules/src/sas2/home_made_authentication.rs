//! SAS-2: passwords, tokens and signatures that the code compares by itself.

use base::Name;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Atom, ComparisonFact, Constant, Label, Origin, Shape};
use link::{Analysis, Model};

use super::checks;
use crate::credentials::{credential, is_password, is_secret_variable};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/home-made-authentication",
    title: "A credential is compared by hand",
    page: include_str!("../../docs/sas2/home-made-authentication.md"),
    cwe: 208,
};

/// What a credential is compared with.
#[derive(Clone, PartialEq)]
enum Other {
    /// A text in the code.
    Written,
    /// A variable of the environment.
    Variable(Name),
    /// Something from a store of secrets.
    Secret,
    /// A stored record.
    Record,
    /// A signature that was computed.
    Signature,
}

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    // `token == "a" or token == "b"` is one check.
    let checks = checks(model, |analysis, comparison| {
        credential_compared(model, analysis, comparison)
    });
    let checks = checks.into_iter();
    checks
        .map(|(analysis, comparison, (name, other))| {
            finding(model, analysis, comparison, &name, &other)
        })
        .collect()
}

/// The credential of the caller that is compared, and with what.
fn credential_compared(
    model: &Model<'_>,
    analysis: &Analysis,
    comparison: &ComparisonFact,
) -> Option<(Name, Other)> {
    let facts = &analysis.facts;
    let outside = comparison.labels.iter().copied().find(|label| {
        facts
            .source(label.source)
            .is_some_and(|source| matches!(source.origin, Origin::Event { .. } | Origin::Secret(_)))
    })?;
    let name = credential(facts, outside).map(|name| Name::from(format!("`{name}`")));
    let other = &comparison.other;
    let stored =
        other
            .taint
            .labels()
            .iter()
            .find_map(|label| match &facts.source(label.source)?.origin {
                Origin::Secret(_) => Some(Other::Secret),
                Origin::Call { .. } => Some(Other::Record),
                _ => None,
            });
    match (&other.shape, stored) {
        (_, Some(Other::Secret)) => {
            Some((name.unwrap_or_else(|| "a credential".into()), Other::Secret))
        }
        (_, Some(Other::Record)) => Some((
            name.filter(|name| is_password(name.trim_matches('`')))?,
            Other::Record,
        )),
        (Shape::Text(atoms), _) => {
            let variable = atoms.iter().find_map(|atom| match atom {
                Atom::Environment(variable) if is_secret_variable(variable) => {
                    Some(variable.clone())
                }
                _ => None,
            })?;
            Some((
                name.unwrap_or_else(|| "a credential".into()),
                Other::Variable(variable),
            ))
        }
        (Shape::Constant(Constant::Text(text)), _) => {
            let is_secret = 4 <= text.len()
                && !NO_CREDENTIALS.contains(&text.as_str())
                && !is_no_credential_any_more(model, outside);
            is_secret.then_some(())?;
            Some((name?, Other::Written))
        }
        (Shape::Api(api), _) if is_signature(&api.path) => Some((
            name.unwrap_or_else(|| "a signature".into()),
            Other::Signature,
        )),
        _ => None,
    }
}

/// What is compared with a header that says how, rather than with what, the caller wants to be let in, or that nothing came.
const NO_CREDENTIALS: [&str; 9] = [
    "undefined",
    "null",
    "None",
    "Bearer",
    "bearer",
    "Basic",
    "basic",
    "Digest",
    "Token",
];

/// Whether something read the credential that the data comes from: the claims of a token are none.
fn is_no_credential_any_more(model: &Model<'_>, outside: Label) -> bool {
    let logged = model.knowledge.kind("logged");
    logged.is_some_and(|logged| outside.clears.contains(logged))
}

fn is_signature(path: &str) -> bool {
    path.contains("createHmac()") || path.contains("hmac.new()")
}

fn finding(
    model: &Model<'_>,
    analysis: &Analysis,
    comparison: &ComparisonFact,
    name: &str,
    other: &Other,
) -> Finding {
    let code = model.code_name(comparison.function);
    let (with, impact, fix) = match other {
        Other::Written => (
            "a text in the code".to_owned(),
            Impact::Serious,
            "Let an authorizer or identity provider check callers; take the secret out of the code",
        ),
        Other::Variable(variable) => (
            format!("the environment variable `{variable}`"),
            Impact::Limited,
            "Let an authorizer check callers, or compare in constant time",
        ),
        Other::Secret => (
            "a stored secret".to_owned(),
            Impact::Limited,
            "Let an authorizer check callers, or compare in constant time",
        ),
        Other::Record => (
            "a stored record, in plain text".to_owned(),
            Impact::Serious,
            "Store passwords as salted hashes and let a password library compare them",
        ),
        Other::Signature => (
            "a computed signature, in a time that depends on how much of it is right".to_owned(),
            Impact::Hygiene,
            "Compare in constant time: `hmac.compare_digest`, `crypto.timingSafeEqual`",
        ),
    };
    let reach = analysis
        .functions
        .iter()
        .map(|id| model.exposure(*id))
        .max();
    Finding::new(
        &INFO,
        comparison.place,
        format!("`{code}` compares {name} by hand with {with}"),
    )
    .score(impact, reach.unwrap_or(Reach::Tenant))
    .confidence(Confidence::Medium)
    .functions(model.function_names(&analysis.functions))
    .step(
        StepKind::Sink,
        comparison.place,
        "decides whether the caller is let in",
    )
    .fix(fix)
    .subject(format!("{code}:{name}"))
}
