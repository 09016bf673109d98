//! Insecure deployment configuration.

mod end_of_life_runtime;
mod open_policy;
mod protection;
mod public_acl;
mod public_bucket;
mod public_database;
mod tls_verification;
mod transport;
mod weak_tls;

use crate::family::Family;

pub(crate) use public_bucket::{Block, block};

pub(crate) const FAMILIES: &[Family] = &[
    end_of_life_runtime::FAMILY,
    open_policy::FAMILY,
    protection::FAMILY,
    public_acl::FAMILY,
    public_bucket::FAMILY,
    public_database::FAMILY,
    tls_verification::FAMILY,
    transport::FAMILY,
    weak_tls::FAMILY,
];
