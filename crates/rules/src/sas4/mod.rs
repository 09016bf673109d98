//! Over-privileged roles.

mod wildcard;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[wildcard::FAMILY];
