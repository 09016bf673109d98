//! Broken authentication.

mod guests;
mod home_made_authentication;
mod iot_policy;
mod open_route;
mod password_hash;
mod permissive_cors;
mod public_trigger;
mod unverified_token;

use crate::family::Family;

pub(crate) use public_trigger::feeds_function;

pub(crate) const FAMILIES: &[Family] = &[
    guests::FAMILY,
    iot_policy::FAMILY,
    open_route::FAMILY,
    permissive_cors::FAMILY,
    password_hash::FAMILY,
    public_trigger::FAMILY,
    unverified_token::FAMILY,
    home_made_authentication::FAMILY,
];
