//! Inadequate monitoring and logging.

mod no_access_log;
mod no_alarm;
mod no_failure_destination;
mod no_log_retention;
mod no_tracing;
mod request_bodies_logged;
mod security_event_not_logged;
mod sensitive_data_in_logs;
mod serving;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    sensitive_data_in_logs::FAMILY,
    security_event_not_logged::FAMILY,
    request_bodies_logged::FAMILY,
    no_access_log::FAMILY,
    no_tracing::FAMILY,
    no_log_retention::FAMILY,
    no_failure_destination::FAMILY,
    no_alarm::FAMILY,
];
