//! Over-privileged roles.

mod missing;
mod role;
mod shared_role;
mod unused;
mod wildcard;
mod words;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    missing::FAMILY,
    shared_role::FAMILY,
    unused::FAMILY,
    wildcard::FAMILY,
];
