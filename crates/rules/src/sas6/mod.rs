//! Insecure dependencies.

mod called;
mod install_script;
mod layers;
mod lock_files;
mod lookalike;
mod manifests;
mod retired;
mod shipped;
mod takers;
mod vulnerable;

use std::collections::BTreeSet;

use app::FunctionId;
use base::Name;
use deps::{Ecosystem, modules};
use knowledge::Packages;
use link::{Imports, Model};

use crate::family::{Family, Input};

pub use takers::Takers;
pub use vulnerable::VULNERABLE_DEPENDENCY;

pub(crate) const FAMILIES: &[Family] = &[
    install_script::FAMILY,
    layers::FAMILY,
    lock_files::FAMILY,
    lookalike::FAMILY,
    manifests::FAMILY,
    retired::FAMILY,
    shipped::FAMILY,
    vulnerable::FAMILY,
];

/// All that the code of these functions imports; nothing where that of one was not found or is not meant.
fn imports_of(
    model: &Model<'_>,
    functions: &[FunctionId],
    is_meant: impl Fn(&Imports) -> bool,
) -> Option<BTreeSet<Name>> {
    let mut all = BTreeSet::new();
    for function in functions {
        all.extend(model.imports_of(*function).filter(&is_meant)?.foreign);
    }
    Some(all)
}

/// Whether the platform's runtimes bring along what an import loads.
fn is_in_runtime(packages: &Packages, ecosystem: Ecosystem, import: &str) -> bool {
    let mut names = packages.provided.iter().flat_map(|row| row.packages.iter());
    names.any(|name| match name.strip_suffix('*') {
        Some(start) => import.starts_with(start),
        None => modules::is_of(ecosystem, name, import),
    })
}

/// What is known about the packages of a registry.
fn packages<'a>(input: &Input<'a>, ecosystem: Ecosystem) -> &'a Packages {
    input.model.knowledge.packages(ecosystem.as_str())
}
