//! Insecure dependencies.

mod manifests;
mod takers;
mod vulnerable;

use deps::Ecosystem;

use crate::family::Family;

pub(crate) const FAMILIES: &[Family] = &[manifests::FAMILY, vulnerable::FAMILY];

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
