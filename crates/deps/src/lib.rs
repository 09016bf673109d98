//! What a project depends on: manifests with the place of each requirement, lock files with every package that an installation
//! brings along, which of them each folder deploys, and what is known to be bad about them.
//!
//! Read through [`base::System`]; usable alone. Version syntax is that of each ecosystem, by its kept crates where there is one.
//! Nothing is resolved and nothing is fetched: a requirement is what is written.

mod bundle;
mod installed;
mod inventory;
mod lock;
mod locks;
pub mod modules;
pub mod names;
mod npm;
pub mod osv;
mod package;
mod pyproject;
mod python;
mod satisfies;
pub mod sbom;
pub mod version;

pub use bundle::Bundle;
pub use inventory::{Inventory, Manifest, ManifestKind, Requirement, Script, Specifier, Transport};
pub use lock::{Importer, Lock, LockKind, Want};
pub use package::{Ecosystem, Origin, Package};

use base::{Budget, Code, Diagnostic, Diagnostics, Entry, FileId, ReadError, System};
use rayon::prelude::*;

use inventory::Written;
use lock::Source;

/// Reads all manifests and lock files of a project, in the order of their paths.
#[must_use]
pub fn read(system: &dyn System, budget: &Budget) -> (Inventory, Diagnostics) {
    let files: Vec<Found> = system
        .files()
        .par_iter()
        .enumerate()
        .filter_map(|(index, entry)| file(system, budget, FileId(index as u32), entry))
        .collect();
    let mut inventory = Inventory::default();
    let mut diagnostics = Diagnostics::new();
    for found in files {
        inventory.manifests.extend(found.manifest);
        inventory.locks.extend(found.locks);
        diagnostics.extend(found.diagnostics);
    }
    bundle::find(&mut inventory);
    (inventory, diagnostics)
}

/// What one file holds.
#[derive(Default)]
struct Found {
    manifest: Option<Manifest>,
    locks: Vec<Lock>,
    diagnostics: Diagnostics,
}

fn file(system: &dyn System, budget: &Budget, file: FileId, entry: &Entry) -> Option<Found> {
    let path = &entry.path;
    if archive::is_archive(path.file_name()) {
        let (locks, diagnostics) = installed::in_archive(system, file, entry);
        return Some(Found {
            locks,
            diagnostics,
            ..Found::default()
        });
    }
    let (kind, lock_kind) = (ManifestKind::of(path), LockKind::of(path));
    let is_record = installed::is_record(path.as_str());
    if kind.is_none() && lock_kind.is_none() && !is_record {
        return None;
    }
    let skipped = |code, message| Found {
        diagnostics: vec![Diagnostic {
            path: path.clone(),
            place: None,
            code,
            message,
        }],
        ..Found::default()
    };
    if budget.template_bytes < entry.size {
        let message = format!(
            "the file has {} bytes, more than the {} that are read, so its packages are not known",
            entry.size, budget.template_bytes
        );
        return Some(skipped(Code::BudgetExceeded, message));
    }
    let text = match system.read(path) {
        Ok(text) => text,
        Err(ReadError::Missing) => return None,
        Err(error) => {
            return Some(skipped(
                Code::UnreadableFile,
                format!("{error}, so its packages are not known"),
            ));
        }
    };
    let source = Source {
        file,
        path,
        text: &text,
        budget,
    };
    let mut found = Found::default();
    if let Some(kind) = lock_kind {
        let lock = lock::read(kind, &source, system, &mut found.diagnostics);
        found.locks.push(lock);
    }
    if let Some(kind) = kind {
        let written = match kind {
            ManifestKind::PackageJson => {
                npm::read(file, path, &text, budget, &mut found.diagnostics)
            }
            ManifestKind::Requirements => Some(Written::of(python::read(file, &text))),
            ManifestKind::Pipfile => pyproject::pipfile(file, &text),
            ManifestKind::Pyproject => pyproject::read(file, &text),
        };
        found.manifest = written.map(|written| Manifest {
            kind,
            path: path.clone(),
            file,
            lock: locks::of(kind, path, system.files()),
            requirements: written.requirements,
            development: written.development,
            scripts: written.scripts,
            has_overrides: written.has_overrides,
        });
        if kind == ManifestKind::Requirements {
            let mut lock = Lock::new(LockKind::Requirements, &source);
            python::pins(&mut lock, system);
            found.locks.push(lock);
        }
    }
    if is_record {
        found.locks.extend(installed::of_record(&source));
    }
    Some(found)
}
