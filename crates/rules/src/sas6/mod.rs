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
use deps::{Ecosystem, Lock, Manifest, modules};
use finding::Finding;
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

/// What is found of each manifest whose packages some function takes along, said of those functions.
fn of_manifests<'a, F: IntoIterator<Item = Finding>>(
    input: &Input<'a>,
    find: impl Fn(&'a Manifest) -> F,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (manifest, functions) in input.takers.manifests() {
        let names = input.model.function_names(&functions);
        let found = find(manifest).into_iter();
        findings.extend(found.map(|finding| finding.functions(names.iter().cloned())));
    }
    findings
}

/// What is found of each lock file of which some function takes packages along, said of those functions.
fn of_locks(input: &Input<'_>, find: impl Fn(&Lock) -> Option<Finding>) -> Vec<Finding> {
    let taken = input.takers.locks().into_iter();
    let found = taken.filter_map(|(lock, functions)| {
        let names = input.model.function_names(&functions);
        Some(find(lock)?.functions(names))
    });
    found.collect()
}

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
