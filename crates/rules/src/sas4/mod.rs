//! Over-privileged roles.

mod all_but;
mod condition;
mod deputy;
mod document;
mod effect;
mod enough;
mod escalation;
mod exposure;
mod missing;
mod role;
mod shared_role;
mod trust;
mod unused;
mod wildcard;
mod written;

use crate::family::Family;
use crate::words;

pub(crate) const FAMILIES: &[Family] = &[
    all_but::FAMILY,
    condition::FAMILY,
    deputy::FAMILY,
    document::FAMILY,
    effect::FAMILY,
    escalation::FAMILY,
    exposure::FAMILY,
    missing::FAMILY,
    shared_role::FAMILY,
    trust::FAMILY,
    unused::FAMILY,
    wildcard::FAMILY,
];
