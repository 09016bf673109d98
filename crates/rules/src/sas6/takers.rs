//! Which functions take the packages of a manifest or a lock file along.

use std::collections::{BTreeMap, BTreeSet};

use app::{Code, FunctionId};
use base::{Map, RelPath};

use deps::{Bundle, Ecosystem, Inventory, Lock, Manifest, ManifestKind};
use link::Model;

/// Whether a manifest is that of the program that describes the infrastructure. In Python nothing of it is deployed; in JavaScript
/// the functions' packages stand in the same one.
fn is_of_infrastructure(model: &Model<'_>, manifest: &Manifest) -> bool {
    let ecosystem = manifest.ecosystem();
    let known = &model.knowledge.packages(ecosystem.as_str()).bundlers;
    ecosystem == Ecosystem::PyPI
        && manifest
            .requirements
            .iter()
            .any(|it| known.has(&ecosystem.normal_name(&it.name)))
}

/// Answers for one project.
pub(super) struct Takers<'a> {
    model: &'a Model<'a>,
    /// The modules that hold the handlers of each function, by their ids.
    handlers: Vec<Vec<&'a RelPath>>,
    /// The folders of the layers of each function, by their ids.
    layers: Vec<Vec<RelPath>>,
}

impl<'a> Takers<'a> {
    pub(super) fn new(model: &'a Model<'a>) -> Self {
        let modules = model.program.modules();
        let paths: Map<_, _> = modules
            .map(|(_, path, module)| (module.file, path))
            .collect();
        let handlers = model.application.functions().map(|(id, _)| {
            let places = model
                .analyses_of(id)
                .filter_map(|analysis| analysis.handler);
            places
                .filter_map(|place| paths.get(&place.file).copied())
                .collect()
        });
        let functions = model.application.functions();
        Self {
            model,
            handlers: handlers.collect(),
            layers: functions.map(|(id, _)| model.layer_folders(id)).collect(),
        }
    }

    /// The functions that take along what a file of packages names: it lies in their code root, or is the nearest of its kind
    /// above it. `folders` are those that hold files of its kind.
    pub(super) fn of(&self, path: &RelPath, folders: &[RelPath]) -> Vec<FunctionId> {
        let folder = path.parent();
        if detect::is_example(path) {
            return Vec::new();
        }
        let is_nearest = |root: &RelPath| {
            root.is_within(&folder)
                && !folders.iter().any(|between| {
                    *between != folder && between.is_within(&folder) && root.is_within(between)
                })
        };
        let functions = self.model.application.functions();
        let taking = functions.filter(|(id, function)| match function.code.known() {
            _ if self.is_in_layer(*id, &folder) => true,
            Some(Code::Directory(root) | Code::Image(Some(root))) => {
                self.is_of_handler(*id, &folder, root) || folder != *root && is_nearest(root)
            }
            Some(Code::Inline(_) | Code::Image(None)) | None => false,
        });
        taking.map(|(id, _)| id).collect()
    }

    /// The manifests whose packages some function takes along, with those functions.
    pub(super) fn manifests(
        &self,
        inventory: &'a Inventory,
    ) -> Vec<(&'a Manifest, Vec<FunctionId>)> {
        let mut taken = Vec::new();
        let mut folders: BTreeMap<ManifestKind, Vec<RelPath>> = BTreeMap::new();
        for manifest in &inventory.manifests {
            let of_kind = folders.entry(manifest.kind).or_default();
            of_kind.push(manifest.path.parent());
        }
        for manifest in &inventory.manifests {
            let folders = folders.get(&manifest.kind).map_or(&[][..], Vec::as_slice);
            let is_of_tool = is_of_infrastructure(self.model, manifest);
            let mut functions = self.of(&manifest.path, folders);
            functions.retain(|id| !is_of_tool && self.is_in_language_of(*id, manifest.ecosystem()));
            if !functions.is_empty() {
                taken.push((manifest, functions));
            }
        }
        taken
    }

    /// The lock files of which some function takes packages along, with those functions.
    pub(super) fn locks(&self, inventory: &'a Inventory) -> Vec<(&'a Lock, Vec<FunctionId>)> {
        let mut by_lock: BTreeMap<usize, BTreeSet<FunctionId>> = BTreeMap::new();
        for bundle in &inventory.bundles {
            if let Some(lock) = bundle.lock {
                let functions = self.of_bundle(inventory, bundle);
                by_lock.entry(lock).or_default().extend(functions);
            }
        }
        let taken = by_lock
            .into_iter()
            .filter(|(_, functions)| !functions.is_empty());
        let taken = taken.filter_map(|(lock, functions)| {
            let functions = functions.into_iter().collect();
            Some((inventory.locks.get(lock)?, functions))
        });
        taken.collect()
    }

    /// The functions that ship a bundle.
    pub(super) fn of_bundle(&self, inventory: &Inventory, bundle: &Bundle) -> Vec<FunctionId> {
        let manifest = bundle.manifest.and_then(|at| inventory.manifests.get(at));
        let lock = bundle.lock.and_then(|at| inventory.locks.get(at));
        let path = manifest
            .map(|it| &it.path)
            .or_else(|| lock.map(|it| &it.path));
        if let Some(Lock { path, .. }) = lock.filter(|it| it.kind.is_installed()) {
            let is_meant = !detect::is_example(path);
            let functions = self.model.functions_shipping(path);
            return functions.filter(|_| is_meant).collect();
        }
        let bundles = inventory.bundles.iter();
        let folders: Vec<RelPath> = bundles
            .filter(|other| other.ecosystem == bundle.ecosystem)
            .map(|other| other.folder.clone())
            .collect();
        path.map_or_else(Vec::new, |path| self.of(path, &folders))
    }

    /// Whether the code of a function may load packages of a registry. Where a template says what is deployed, they are there
    /// whether it can or not.
    fn is_in_language_of(&self, function: FunctionId, ecosystem: Ecosystem) -> bool {
        let has_template = self
            .model
            .application
            .function(function)
            .is_some_and(|function| function.resource.is_some());
        let mut handlers = self.handlers.get(function.0 as usize).into_iter().flatten();
        has_template
            || handlers.any(|path| match ecosystem {
                Ecosystem::PyPI => path.extension() == "py",
                Ecosystem::Npm => path.extension() != "py",
                _ => true,
            })
    }

    fn is_in_layer(&self, function: FunctionId, folder: &RelPath) -> bool {
        let mut layers = self.layers.get(function.0 as usize).into_iter().flatten();
        layers.any(|root| folder.is_within(root))
    }

    /// Whether a file in a code root is that of a function's handler: in the root itself, or between it and the handler. A web
    /// page's own packages somewhere below, or those of another function, are not deployed with it.
    fn is_of_handler(&self, function: FunctionId, folder: &RelPath, root: &RelPath) -> bool {
        if folder == root {
            return true;
        }
        let mut handlers = self.handlers.get(function.0 as usize).into_iter().flatten();
        folder.is_within(root) && handlers.any(|path| path.is_within(folder))
    }
}
