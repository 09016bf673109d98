//! SAS-6: layers out of an account that nobody knows.
//!
//! A layer is code of its publisher that runs in the function. Accounts of AWS and of vendors are data; the application's own are
//! those that its templates name elsewhere.

use crate::family::{Family, Input, Shared};
use crate::words::is_account;
use app::{Application, FunctionId, Text, TextPart, Value, ValueKind};
use base::{Name, Set};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo};

pub(super) const FAMILY: Family = Family {
    rules: || vec![UNKNOWN_ACCOUNT],
    check,
};

const UNKNOWN_ACCOUNT: RuleInfo = RuleInfo {
    name: "sas6/layer-from-unknown-account",
    title: "A layer comes from an account that nobody knows",
    page: include_str!("../../docs/sas6/layer-from-unknown-account.md"),
    cwe: 829,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let application = &input.model.application;
    let mut shared = Shared::default();
    let mut own = None;
    for (id, function) in application.functions() {
        for value in &function.layers {
            let Some(layer) = value.as_text().and_then(Layer::of) else {
                continue;
            };
            let own = own.get_or_insert_with(|| own_accounts(application));
            if is_published(input, &layer.account) || own.contains(&layer.account) {
                continue;
            }
            shared.add(&layer.account, finding(input, id, value, &layer));
        }
    }
    shared.into_findings()
}

fn finding(input: &Input<'_>, function: FunctionId, value: &Value, layer: &Layer) -> Finding {
    let message = format!(
        "The layer `{}` is code from account {}, which is neither a known vendor's nor named elsewhere in the application",
        layer.name, layer.account
    );
    Finding::new(&UNKNOWN_ACCOUNT, value.place, message)
        .score(Impact::Limited, Reach::Tenant)
        .confidence(Confidence::Low)
        .functions([input.model.function_name(function)])
        .fix("Publish a copy of the layer from an account of your own, and name that")
        .subject(format!("{} {}", layer.account, layer.name))
}

fn is_published(input: &Input<'_>, account: &Name) -> bool {
    let mut publishers = input.model.knowledge.layer_publishers.iter();
    publishers.any(|publisher| publisher.accounts.contains(account))
}

/// A layer whose account is written in the template.
struct Layer {
    account: Name,
    name: Name,
}

impl Layer {
    /// `arn:aws:lambda:<region>:<account>:layer:<name>:<version>`
    fn of(text: &Text) -> Option<Self> {
        let arn = written(text);
        let parts: Vec<&str> = arn.split(':').collect();
        let [_, _, "lambda", _, account, "layer", name, ..] = parts.as_slice() else {
            return None;
        };
        (is_account(account) && !is_invented(account)).then(|| Self {
            account: Name::from(*account),
            name: Name::from(*name),
        })
    }
}

/// A text with a mark for each part that is not literal.
fn written(text: &Text) -> String {
    let parts = text.0.iter().map(|part| match part {
        TextPart::Literal(literal) => literal.as_str(),
        _ => "?",
    });
    parts.collect()
}

/// Accounts that documentation invents: one digit twelve times, or digits in their order.
fn is_invented(account: &str) -> bool {
    let digits = account.as_bytes();
    let pairs = || digits.iter().zip(digits.iter().skip(1));
    pairs().all(|(one, next)| one == next)
        || pairs().all(|(one, next)| (one.wrapping_sub(b'0') + 1) % 10 == next.wrapping_sub(b'0'))
}

/// The accounts in the names of anything but layers.
fn own_accounts(application: &Application) -> Set<Name> {
    let mut own = Set::default();
    for (_, resource) in application.resources() {
        collect(&resource.properties, &mut own);
    }
    own
}

fn collect(value: &Value, own: &mut Set<Name>) {
    match &value.kind {
        ValueKind::List(items) => items.iter().for_each(|item| collect(item, own)),
        ValueKind::Map(entries) => entries.iter().for_each(|(_, item)| collect(item, own)),
        ValueKind::Text(text) => {
            let arn = written(text);
            if arn.starts_with("arn:") && !arn.contains(":layer:") {
                own.extend(
                    arn.split(':')
                        .filter(|part| is_account(part))
                        .map(Name::from),
                );
            }
        }
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Unknown(_) => {}
    }
}
