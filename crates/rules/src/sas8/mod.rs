//! Denial of service and of wallet.

mod amount;
mod concurrency;
mod network;
mod payload;
mod recursion;
mod regex;
mod retries;
mod throttling;
mod timeout;
mod wallet;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[
    timeout::FAMILY,
    concurrency::FAMILY,
    throttling::FAMILY,
    payload::FAMILY,
    amount::FAMILY,
    regex::FAMILY,
    recursion::FAMILY,
    retries::FAMILY,
    network::FAMILY,
    wallet::FAMILY,
];
