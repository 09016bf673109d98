//! NuGet: Semantic Versioning with a fourth number, and labels whose case does not matter.

use std::cmp::Ordering;

use super::semver::identifiers;
use super::{dotted, numbers};

pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (dotted::<4>(one)?, dotted::<4>(other)?);
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
