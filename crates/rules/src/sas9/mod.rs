//! Execution-flow manipulation.

mod broad_invoke_permission;
mod bypassable_step;
mod missing_idempotency;
mod unconstrained_upload;
mod unverified_event_origin;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    broad_invoke_permission::FAMILY,
    bypassable_step::FAMILY,
    missing_idempotency::FAMILY,
    unconstrained_upload::FAMILY,
    unverified_event_origin::FAMILY,
];
