//! What a project says that it depends on: its manifests, with the place of each requirement, and the lock files that pin them.
//!
//! Read through [`base::System`]; usable alone. Version syntax is that of each ecosystem, by its kept crates. Nothing is
//! resolved and nothing is fetched: a requirement is what is written.

mod inventory;
mod locks;
mod npm;
mod pyproject;
mod python;

pub use inventory::{Inventory, Manifest, ManifestKind, Requirement, Specifier, Transport};

use base::{Budget, Diagnostics, FileId, System};

/// Reads all manifests of a project, in the order of their paths.
#[must_use]
pub fn read(system: &dyn System, budget: &Budget) -> (Inventory, Diagnostics) {
    let mut inventory = Inventory::default();
    let mut diagnostics = Diagnostics::new();
    let files = system.files();
    for (entry, index) in files.iter().zip(0..) {
        let Some(kind) = ManifestKind::of(&entry.path) else {
            continue;
        };
        if budget.template_bytes < entry.size {
            continue;
        }
        let Ok(text) = system.read(&entry.path) else {
            continue;
        };
        let file = FileId(index);
        let path = &entry.path;
        let requirements = match kind {
            ManifestKind::PackageJson => npm::read(file, path, &text, budget, &mut diagnostics),
            ManifestKind::Requirements => Some(python::read(file, &text)),
            ManifestKind::Pipfile => pyproject::pipfile(file, &text),
            ManifestKind::Pyproject => pyproject::read(file, &text),
        };
        if let Some(requirements) = requirements {
            inventory.manifests.push(Manifest {
                kind,
                path: path.clone(),
                file,
                lock: locks::of(kind, path, files),
                requirements,
            });
        }
    }
    (inventory, diagnostics)
}
