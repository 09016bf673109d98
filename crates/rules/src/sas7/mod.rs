//! Insecure secrets storage.
//!
//! One secret is reported once: in the environment of a function where that is where it is written, else in the template, else
//! in the file that holds it.

mod answers;
mod code;
mod environment;
mod files;
mod history;
mod leaks;
mod outputs;
mod parameters;
mod resources;

use crate::family::{Family, Input};
use app::FunctionId;
use base::{FileId, Place};
use detect::{Secret, SecretKind};
use finding::{Finding, Impact, Reach, RuleInfo};
use link::Model;

pub(crate) const FAMILIES: &[Family] = &[
    answers::FAMILY,
    code::FAMILY,
    environment::FAMILY,
    files::FAMILY,
    history::FAMILY,
    leaks::FAMILY,
    outputs::FAMILY,
    parameters::FAMILY,
    resources::FAMILY,
];

/// A finding about a secret that stands in a file. Never holds the secret itself.
fn finding(
    model: &Model<'_>,
    rule: &RuleInfo,
    file: FileId,
    secret: &Secret,
    is_example: bool,
    functions: &[FunctionId],
) -> Finding {
    let (impact, reach) = weight(secret, is_example);
    let what = describe(secret);
    let subject = match &secret.kind {
        SecretKind::Format { name, .. } => name.to_string(),
        SecretKind::Named { name } => name.to_string(),
    };
    Finding::new(rule, Place::new(file, secret.span), what)
        .score(impact, reach)
        .functions(model.function_names(functions))
        .subject(format!("{subject}:{}", secret.shown))
        .secret(secret.digest())
}

/// The secrets that were found in a file.
fn secrets_in<'a>(input: &Input<'a>, file: FileId) -> &'a [Secret] {
    let known = input.secrets.binary_search_by_key(&file, |it| it.file);
    let known = known.ok().and_then(|index| input.secrets.get(index));
    known.map_or(&[], |it| it.secrets.as_slice())
}

/// The secret in words, with its mask: `GitHub token ghp_…4f is written out`.
fn describe(secret: &Secret) -> String {
    let shown = &secret.shown;
    match &secret.kind {
        SecretKind::Format { title, .. } => format!("{title} `{shown}` is written out"),
        SecretKind::Named { name } => format!("`{name}` is written out as `{shown}`"),
    }
}

/// How much a secret opens, and to whom: whoever may read the repository is taken for a signed-in user.
fn weight(secret: &Secret, is_example: bool) -> (Impact, Reach) {
    if is_example {
        return (Impact::Limited, Reach::Tenant);
    }
    match &secret.kind {
        SecretKind::Format { is_test: true, .. } => (Impact::Limited, Reach::Tenant),
        SecretKind::Format { name, .. } => match name.as_str() {
            // Names an account but opens nothing without its other half.
            "aws-access-key-id" => (Impact::Limited, Reach::Tenant),
            // May be meant for browsers, or be expired.
            "google-api-key" | "json-web-token" => (Impact::Limited, Reach::Authenticated),
            _ => (Impact::Serious, Reach::Authenticated),
        },
        SecretKind::Named { .. } => (Impact::Serious, Reach::Tenant),
    }
}
