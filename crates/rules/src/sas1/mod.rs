//! Event-data injection.

mod argument_injection;
mod html_injection;
mod injection;
mod log_injection;
mod open_redirect;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    injection::FAMILY,
    argument_injection::FAMILY,
    html_injection::FAMILY,
    log_injection::FAMILY,
    open_redirect::FAMILY,
];
