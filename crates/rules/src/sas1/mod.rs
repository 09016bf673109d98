//! Event-data injection.

mod injection;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[injection::FAMILY];
