//! Inadequate monitoring and logging.

mod security_event_not_logged;
mod sensitive_data_in_logs;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    sensitive_data_in_logs::FAMILY,
    security_event_not_logged::FAMILY,
];
