//! Insecure dependencies.

mod manifests;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[manifests::FAMILY];
