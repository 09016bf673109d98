//! SAS-4: conditions that can never be met, or never fail, as they are written: keys that nobody knows, operators that nobody
//! knows, and operators that compare another type than the key's or the value's.

use std::net::IpAddr;

use app::{Effect, Value};
use base::Name;
use finding::{Finding, RuleInfo, StepKind};
use knowledge::{Catalogue, ConditionKey, KeyKind};
use privilege::matched;

use super::written::{self, Written};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas4/ineffective-condition",
    title: "A condition of a policy compares what is not there",
    page: include_str!("../../docs/sas4/ineffective-condition.md"),
    cwe: 1173,
};

/// The operators without what may stand before and after them, and the types of keys that they compare.
const OPERATORS: &[(&str, &[KeyKind])] = {
    use KeyKind::{Address, Arn, Bool, Date, Number, Text};
    const ANY: &[KeyKind] = &[Text, Arn, Bool, Number, Date, Address];
    // Numbers, dates and truth values have one spelling as a text more often than not; an address with its range has many.
    const TEXTS: &[KeyKind] = &[Text, Arn, Bool, Number, Date];
    const ARNS: &[KeyKind] = &[Text, Arn];
    const NUMBERS: &[KeyKind] = &[Number, Date];
    &[
        ("StringEquals", TEXTS),
        ("StringNotEquals", TEXTS),
        ("StringEqualsIgnoreCase", TEXTS),
        ("StringNotEqualsIgnoreCase", TEXTS),
        ("StringLike", TEXTS),
        ("StringNotLike", TEXTS),
        ("NumericEquals", NUMBERS),
        ("NumericNotEquals", NUMBERS),
        ("NumericLessThan", NUMBERS),
        ("NumericLessThanEquals", NUMBERS),
        ("NumericGreaterThan", NUMBERS),
        ("NumericGreaterThanEquals", NUMBERS),
        ("DateEquals", &[Date]),
        ("DateNotEquals", &[Date]),
        ("DateLessThan", &[Date]),
        ("DateLessThanEquals", &[Date]),
        ("DateGreaterThan", &[Date]),
        ("DateGreaterThanEquals", &[Date]),
        ("Bool", &[Bool]),
        ("BinaryEquals", ANY),
        ("IpAddress", &[Address]),
        ("NotIpAddress", &[Address]),
        ("ArnEquals", ARNS),
        ("ArnLike", ARNS),
        ("ArnNotEquals", ARNS),
        ("ArnNotLike", ARNS),
        ("Null", ANY),
    ]
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let written = written::all(input.model);
    written.flat_map(|it| conditions(&it)).collect()
}

fn conditions(written: &Written<'_>) -> Vec<Finding> {
    let Some(condition) = &written.grant.condition else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (operator, keys) in condition.entries() {
        for (key, value) in keys.entries() {
            let Some((what, fix)) = problem(written, operator, key, value) else {
                continue;
            };
            findings.push(
                Finding::new(
                    &INFO,
                    value.place,
                    format!(
                        "A condition of `{}` is never what it says: {what}",
                        written.role
                    ),
                )
                .step(
                    StepKind::Config,
                    value.place,
                    format!("`{operator}` of `{key}`"),
                )
                .fix(fix)
                .subject(format!("{operator}:{key}")),
            );
        }
    }
    findings
}

/// What is wrong with a condition, and how it is mended.
fn problem(
    written: &Written<'_>,
    operator: &str,
    key: &str,
    value: &Value,
) -> Option<(String, String)> {
    let plain = plain(operator);
    let known = OPERATORS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(plain));
    let known = known.filter(|(name, _)| is_taken_with(name, operator));
    let Some((name, kinds)) = known else {
        let what = format!("there is no operator `{operator}`");
        return Some((what, "Write an operator that exists".to_owned()));
    };
    if let Some((compared, is_one)) = compared(name, kinds)
        && let Some(other) = value.items().iter().find_map(|it| no_such(it, is_one))
    {
        let what = format!("`{operator}` compares {compared}, and `{other}` is none");
        let fix = match compared {
            TRUTH_VALUES => "Write `true` or `false`".to_owned(),
            compared => format!("Write {compared}, or compare with another operator"),
        };
        return Some((what, fix));
    }
    let known = match of_key(written, key) {
        Key::Known(known) => known,
        Key::Unknown(what) => return Some((what, "Write a key that exists".to_owned())),
        Key::NotOfActions => {
            let demands = plain == operator && *name != "Null" && !name.contains("Not");
            return demands.then(|| {
                (
                    format!("none of the statement's actions knows the key `{key}`, so that it is never met"),
                    "Write a key that the actions know, or remove it".to_owned(),
                )
            });
        }
        Key::NotToBeTold => return None,
    };
    if !kinds.contains(&known.kind) {
        let noun = noun(known.kind);
        return Some((
            format!("`{operator}` does not compare `{key}`, which is {noun}"),
            format!("Compare `{key}` with an operator for {noun}"),
        ));
    }
    let is_met_by_nothing = written.grant.effect == Effect::Allow
        && !known.is_list
        && operator.to_ascii_lowercase().starts_with("forallvalues:");
    is_met_by_nothing.then(|| {
        (
            format!("`{operator}` is met by requests without `{key}`, which has one value at most"),
            format!("Write `{plain}`"),
        )
    })
}

/// Whether what stands before and after the operator is taken with it: `Null` asks itself whether the key is there.
fn is_taken_with(name: &str, operator: &str) -> bool {
    const SETS: [&str; 2] = ["ForAllValues", "ForAnyValue"];
    let (set, rest) = match operator.split_once(':') {
        Some((set, rest)) => (Some(set), rest),
        None => (None, operator),
    };
    let is_set = set.is_none_or(|set| SETS.iter().any(|it| set.eq_ignore_ascii_case(it)));
    is_set && (name != "Null" || rest.len() == name.len())
}

const TRUTH_VALUES: &str = "truth values";

/// Whether a text is one of the values that an operator compares.
type IsOne = fn(&str) -> bool;

/// What an operator compares, and whether a text is such a value; nothing for operators that take any text.
fn compared(name: &str, kinds: &[KeyKind]) -> Option<(&'static str, IsOne)> {
    Some(match kinds {
        _ if matches!(name, "Bool" | "Null") => (TRUTH_VALUES, is_truth_value),
        [KeyKind::Number, KeyKind::Date] => ("numbers", |text| text.parse::<f64>().is_ok()),
        [KeyKind::Date] => ("dates", is_date),
        [KeyKind::Address] => ("addresses", is_address),
        [KeyKind::Text, KeyKind::Arn] => ("ARNs", |text| {
            text.starts_with("arn:") || text.contains(['*', '?'])
        }),
        _ => return None,
    })
}

fn is_truth_value(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

/// A date of ISO 8601, or seconds.
fn is_date(text: &str) -> bool {
    let starts_with_year = text.len() >= 4 && text.chars().take(4).all(|c| c.is_ascii_digit());
    starts_with_year
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || "-:TZ.+".contains(c))
}

/// An address with or without the length of its range.
fn is_address(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    let longest = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= longest)
}

/// A value that is none of those that are compared, where it is known.
fn no_such(value: &Value, is_one: IsOne) -> Option<Name> {
    let text = value.as_name()?;
    let is_open = text.contains("${") || text.contains("{{");
    (!is_open && !is_one(&text)).then_some(text)
}

/// `StringLike` of `ForAnyValue:StringLikeIfExists`.
fn plain(operator: &str) -> &str {
    let operator = operator.rsplit(':').next().unwrap_or_default();
    let end = operator.len().saturating_sub("IfExists".len());
    match operator.get(end..) {
        Some(suffix) if suffix.eq_ignore_ascii_case("IfExists") => {
            operator.get(..end).unwrap_or_default()
        }
        _ => operator,
    }
}

enum Key {
    Known(ConditionKey),
    Unknown(String),
    /// It exists, and none of the statement's actions brings it along.
    NotOfActions,
    /// Of an identity provider, or of a service that the catalogue does not know.
    NotToBeTold,
}

fn of_key(written: &Written<'_>, key: &str) -> Key {
    let is_key = |it: &&ConditionKey| it.is_written(key);
    if let Some(known) = Catalogue::global_keys().iter().find(is_key) {
        return Key::Known(*known);
    }
    let Some((prefix, _)) = key.split_once(':') else {
        return Key::Unknown(format!("the key `{key}` has no service before a colon"));
    };
    let prefix = prefix.to_ascii_lowercase();
    let patterns: Vec<Option<Name>> = written
        .grant
        .actions
        .iter()
        .map(|(action, _)| action.literal())
        .collect();
    let actions: Vec<_> = patterns
        .iter()
        .flatten()
        .flat_map(|it| matched(it))
        .collect();
    let of_actions = actions
        .iter()
        .flat_map(|(service, action)| service.keys_of(action));
    if let Some(known) = of_actions.into_iter().find(is_key) {
        return Key::Known(*known);
    }
    let own = Catalogue::of(&prefix);
    let services = own
        .into_iter()
        .chain(actions.iter().map(|(service, _)| *service));
    if services
        .flat_map(|service| &service.keys)
        .any(|it| it.is_written(key))
    {
        let is_told = !actions.is_empty()
            && patterns
                .iter()
                .all(|it| it.as_deref().is_some_and(|it| it != "*"));
        return if is_told {
            Key::NotOfActions
        } else {
            Key::NotToBeTold
        };
    }
    if own.is_none() && prefix != "aws" {
        return Key::NotToBeTold;
    }
    Key::Unknown(format!("there is no key `{key}`"))
}

fn noun(kind: KeyKind) -> &'static str {
    match kind {
        KeyKind::Text => "a text",
        KeyKind::Arn => "an ARN",
        KeyKind::Bool => "a truth value",
        KeyKind::Number => "a number",
        KeyKind::Date => "a date",
        KeyKind::Address => "an address",
    }
}
