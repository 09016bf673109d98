//! NuGet: Semantic Versioning with a fourth number, and labels whose case does not matter.

use std::cmp::Ordering;

use super::semver::identifiers;
use super::{is_number, numbers};

pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (parse(one)?, parse(other)?);
    let mut order = Ordering::Equal;
    for (part, with) in one.0.iter().zip(other.0) {
        order = order.then_with(|| numbers(part, with));
    }
    Some(order.then_with(|| match (one.1, other.1) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(one), Some(other)) => {
            identifiers(&one.to_ascii_lowercase(), &other.to_ascii_lowercase())
        }
    }))
}

fn parse(text: &str) -> Option<([&str; 4], Option<&str>)> {
    let (text, _metadata) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, label) = match text.split_once('-') {
        Some((numbers, label)) => (numbers, Some(label)),
        None => (text, None),
    };
    let mut parts = ["0"; 4];
    let mut written = numbers.split('.');
    for (at, slot) in parts.iter_mut().enumerate() {
        match written.next() {
            Some(part) if is_number(part) => *slot = part,
            None if 0 < at => {}
            _ => return None,
        }
    }
    written.next().is_none().then_some((parts, label))
}
