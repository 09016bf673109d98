//! Over-privileged roles.

mod role;
mod unused;
mod wildcard;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[unused::FAMILY, wildcard::FAMILY];
