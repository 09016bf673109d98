//! Semantic Versioning 2.0, with what npm and Go write beside it: a leading `v`, parts left out.

use std::cmp::Ordering;

use super::{dotted, is_number, numbers};

pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (Version::parse(one)?, Version::parse(other)?);
    let mut order = Ordering::Equal;
    for (part, with) in one.parts.iter().zip(other.parts) {
        order = order.then_with(|| numbers(part, with));
    }
    Some(order.then_with(|| prereleases(one.prerelease, other.prerelease)))
}

struct Version<'a> {
    parts: [&'a str; 3],
    prerelease: Option<&'a str>,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim_start_matches(['v', '=', ' ']);
        let (parts, prerelease) = dotted(text)?;
        Some(Self { parts, prerelease })
    }
}

/// A version before a release is lower than it; identifiers are compared one by one, numbers below words.
fn prereleases(one: Option<&str>, other: Option<&str>) -> Ordering {
    let (one, other) = match (one, other) {
        (None, None) => return Ordering::Equal,
        (None, Some(_)) => return Ordering::Greater,
        (Some(_), None) => return Ordering::Less,
        (Some(one), Some(other)) => (one, other),
    };
    identifiers(one, other)
}

/// The order of dotted identifiers.
pub(super) fn identifiers(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.split('.'), other.split('.'));
    loop {
        let order = match (one.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(one), Some(other)) => match (is_number(one), is_number(other)) {
                (true, true) => numbers(one, other),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => one.cmp(other),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}
