//! Broken authentication.

mod unauthenticated_endpoint;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[unauthenticated_endpoint::FAMILY];
