//! Over-privileged roles.

mod escalation;
mod exposure;
mod missing;
mod reach;
mod role;
mod shared_role;
mod unused;
mod wildcard;
mod words;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    escalation::FAMILY,
    exposure::FAMILY,
    missing::FAMILY,
    shared_role::FAMILY,
    unused::FAMILY,
    wildcard::FAMILY,
];
