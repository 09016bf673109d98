//! What each folder of a project brings along when it is deployed: the manifest in it, the lock file that pins it, and of that
//! the packages that are installed for production.

use std::io::{Read, Seek};

use base::RelPath;

use crate::osv::{Index, IndexError};
use crate::{Ecosystem, Inventory, Lock, LockKind, Manifest, ManifestKind, Origin, Package};

/// What one folder brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The folder.
    pub folder: RelPath,
    /// The registry of its packages.
    pub ecosystem: Ecosystem,
    /// Index of its manifest, where one is read.
    pub manifest: Option<usize>,
    /// Index of the lock file that pins it.
    pub lock: Option<usize>,
    /// The packages of the lock file that are deployed, ascending; none of the project's own.
    pub packages: Vec<u32>,
}

/// Finds the bundles of all manifests, and of lock files that stand without one.
pub(crate) fn find(inventory: &mut Inventory) {
    let bundles = of(inventory);
    for bundle in &bundles {
        let lock = bundle.lock.and_then(|lock| inventory.locks.get_mut(lock));
        let manifest = bundle.manifest.and_then(|it| inventory.manifests.get(it));
        if let (Some(lock), Some(manifest)) = (lock, manifest) {
            // A lock file that names no projects leaves it to their manifests what is asked for.
            for at in asked(lock, manifest) {
                if let Some(package) = lock.packages.get_mut(at as usize) {
                    package.is_direct = true;
                }
            }
        }
    }
    inventory.bundles = bundles;
}

fn of(inventory: &Inventory) -> Vec<Bundle> {
    let manifests = inventory.manifests.iter().enumerate();
    let mut bundles: Vec<Bundle> = manifests
        .map(|(at, manifest)| {
            let lock = lock_of(inventory, manifest);
            let packages = lock
                .and_then(|lock| inventory.locks.get(lock))
                .map(|lock| deployed(lock, manifest));
            Bundle {
                folder: manifest.path.parent(),
                ecosystem: manifest.ecosystem(),
                manifest: Some(at),
                lock,
                packages: packages.unwrap_or_default(),
            }
        })
        .collect();
    for (at, lock) in inventory.locks.iter().enumerate() {
        let folder = lock.path.parent();
        let ecosystem = lock.kind.ecosystem();
        let is_taken = bundles
            .iter()
            .any(|bundle| bundle.lock == Some(at) && bundle.folder == folder);
        if !is_taken {
            bundles.push(Bundle {
                folder,
                ecosystem,
                manifest: None,
                lock: Some(at),
                packages: foreign(lock, all(lock)),
            });
        }
    }
    bundles.sort_by(|one, other| {
        (&one.folder, one.ecosystem, one.manifest, one.lock).cmp(&(
            &other.folder,
            other.ecosystem,
            other.manifest,
            other.lock,
        ))
    });
    bundles
}

fn lock_of(inventory: &Inventory, manifest: &Manifest) -> Option<usize> {
    let path = match manifest.kind {
        ManifestKind::Requirements => &manifest.path,
        _ => manifest.lock.as_ref()?,
    };
    inventory
        .locks
        .binary_search_by(|lock| lock.path.cmp(path))
        .ok()
}

/// The packages of a lock file that the project of this manifest is deployed with.
fn deployed(lock: &Lock, manifest: &Manifest) -> Vec<u32> {
    if lock.kind == LockKind::Requirements {
        return all(lock);
    }
    let folder = manifest.path.parent();
    let importer = lock.importers.iter().find(|importer| {
        let at = lock.path.parent().join(importer.folder.as_str());
        at.is_ok_and(|at| at == folder)
    });
    let from: Vec<u32> = match importer {
        Some(importer) => {
            let wants = importer.wants.iter().filter(|want| !want.is_dev);
            wants.filter_map(|want| want.gets).collect()
        }
        None => asked(lock, manifest),
    };
    // `Pipfile.lock`, and a `pylock.toml` that another tool has exported, do not say what needs what.
    let is_flat = lock.packages.iter().all(|package| package.needs.is_empty());
    if is_flat && importer.is_none() && manifest.ecosystem() == Ecosystem::PyPI {
        return foreign(lock, all(lock));
    }
    let packages = match (importer, from.is_empty()) {
        // A lock file that says nothing about its projects, and of which the manifest finds nothing.
        (None, true) if lock.path.parent() == folder => all(lock),
        _ => lock.closure(from),
    };
    foreign(lock, packages)
}

/// The packages of a lock file that a manifest names.
fn asked(lock: &Lock, manifest: &Manifest) -> Vec<u32> {
    let wants = manifest.requirements.iter();
    wants
        .filter_map(|want| lock.find(&want.name, &want.text))
        .collect()
}

/// Everything in a lock file that is not for work on the project.
fn all(lock: &Lock) -> Vec<u32> {
    let packages = lock.packages.iter().zip(0..);
    packages
        .filter(|(package, _)| !package.is_dev)
        .map(|(_, at)| at)
        .collect()
}

fn foreign(lock: &Lock, packages: Vec<u32>) -> Vec<u32> {
    let is_foreign = |at: &u32| {
        let package = lock.packages.get(*at as usize);
        package.is_some_and(|package| package.origin != Origin::Local)
    };
    packages.into_iter().filter(is_foreign).collect()
}

impl Inventory {
    /// Looks up what is known to be wrong with each package.
    ///
    /// # Errors
    /// When the index cannot be read or is damaged.
    pub fn look_up<R: Read + Seek>(&mut self, index: &Index<R>) -> Result<(), IndexError> {
        let packages = self.locks.iter_mut().flat_map(|lock| &mut lock.packages);
        let foreign = packages
            .filter(|package| package.origin == Origin::Registry && !package.version.is_empty());
        for package in foreign {
            package.vulnerabilities =
                index.vulnerabilities(package.ecosystem, &package.name, &package.version)?;
        }
        Ok(())
    }

    /// The bundles of one folder.
    #[must_use]
    pub fn bundles_in(&self, folder: &RelPath) -> &[Bundle] {
        let start = self.bundles.partition_point(|it| it.folder < *folder);
        let from = self.bundles.get(start..).unwrap_or_default();
        let end = from.partition_point(|it| it.folder == *folder);
        from.get(..end).unwrap_or_default()
    }

    /// The packages that a bundle deploys, in the order of its lock file.
    pub fn packages<'a>(&'a self, bundle: &'a Bundle) -> impl Iterator<Item = &'a Package> {
        let lock = bundle.lock.and_then(|lock| self.locks.get(lock));
        let packages = bundle.packages.iter();
        packages.filter_map(move |at| lock?.packages.get(*at as usize))
    }
}
