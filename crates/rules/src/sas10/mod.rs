//! Verbose errors.

mod debug_mode;
mod details;
mod swallowed_exception;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    details::FAMILY,
    debug_mode::FAMILY,
    swallowed_exception::FAMILY,
];
