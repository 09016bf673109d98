//! Broken authentication.

mod claimed_role;
mod guests;
mod home_made_authentication;
mod iot_policy;
mod open_authorizer;
mod open_route;
mod password_hash;
mod password_policy;
mod permissive_cors;
mod public_trigger;
mod unverified_token;

use crate::family::Family;

pub(crate) use public_trigger::feeds_function;

pub(crate) const FAMILIES: &[Family] = &[
    guests::FAMILY,
    iot_policy::FAMILY,
    open_route::FAMILY,
    open_authorizer::FAMILY,
    claimed_role::FAMILY,
    permissive_cors::FAMILY,
    password_hash::FAMILY,
    password_policy::FAMILY,
    public_trigger::FAMILY,
    unverified_token::FAMILY,
    home_made_authentication::FAMILY,
];
