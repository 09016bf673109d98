//! Broken authentication.

mod home_made_authentication;
mod unauthenticated_endpoint;
mod unverified_token;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    unauthenticated_endpoint::FAMILY,
    unverified_token::FAMILY,
    home_made_authentication::FAMILY,
];
