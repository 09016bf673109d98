//! Insecure dependencies.

mod manifests;
mod takers;
mod vulnerable;

use app::FunctionId;
use deps::{Ecosystem, Inventory};
use link::Model;

use crate::family::Family;

pub use vulnerable::VULNERABLE_DEPENDENCY;

pub(crate) const FAMILIES: &[Family] = &[manifests::FAMILY, vulnerable::FAMILY];

/// For each bundle of the inventory, the functions that ship it.
#[must_use]
pub fn shipping(model: &Model<'_>, inventory: &Inventory) -> Vec<Vec<FunctionId>> {
    let takers = takers::Takers::new(model);
    let bundles = inventory.bundles.iter();
    bundles
        .map(|bundle| takers.of_bundle(inventory, bundle))
        .collect()
}

/// Whether the platform's runtimes bring along what an import loads.
fn is_in_runtime(ecosystem: Ecosystem, import: &str) -> bool {
    const PYTHON: [&str; 9] = [
        "awslambdaric",
        "boto3",
        "botocore",
        "dateutil",
        "jmespath",
        "s3transfer",
        "simplejson",
        "six",
        "urllib3",
    ];
    let first = import.split('.').next().unwrap_or_default();
    match ecosystem {
        Ecosystem::PyPI => PYTHON.contains(&first),
        Ecosystem::Npm => import.starts_with("@aws-sdk/"),
        _ => false,
    }
}
