//! Which functions take the packages of a manifest or a lock file along.

use std::collections::{BTreeMap, BTreeSet};

use app::{Code, FunctionId};
use base::{Map, RelPath, Set};
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
#[derive(Debug)]
pub struct Takers<'a> {
    model: &'a Model<'a>,
    inventory: &'a Inventory,
    /// The modules that hold the handlers of each function, by their ids.
    handlers: Vec<Vec<&'a RelPath>>,
    /// For each folder, the functions whose code root lies in it, or whose handler does in their code root.
    near: Map<RelPath, Vec<FunctionId>>,
    /// The folders that hold manifests of each kind.
    of_kinds: BTreeMap<ManifestKind, Set<RelPath>>,
    /// The folders that hold bundles of each registry.
    of_registries: BTreeMap<Ecosystem, Set<RelPath>>,
}

impl<'a> Takers<'a> {
    /// Those of a project's functions.
    #[must_use]
    pub fn new(model: &'a Model<'a>, inventory: &'a Inventory) -> Self {
        let handlers = model.application.functions().map(|(id, _)| {
            let modules = model
                .analyses_of(id)
                .filter_map(|analysis| model.program.of_file(analysis.handler?.file));
            modules
                .filter_map(|module| model.program.path(module))
                .collect()
        });
        let mut takers = Self {
            model,
            inventory,
            handlers: handlers.collect(),
            near: Map::default(),
            of_kinds: BTreeMap::new(),
            of_registries: BTreeMap::new(),
        };
        takers.note_near();
        for manifest in &inventory.manifests {
            let folders = takers.of_kinds.entry(manifest.kind).or_default();
            folders.insert(manifest.path.parent());
        }
        for bundle in &inventory.bundles {
            let folders = takers.of_registries.entry(bundle.ecosystem).or_default();
            folders.insert(bundle.folder.clone());
        }
        takers
    }

    fn note_near(&mut self) {
        for (id, function) in self.model.application.functions() {
            let Some(Code::Directory(root) | Code::Image(Some(root))) = function.code.known()
            else {
                continue;
            };
            let mut folders: Vec<RelPath> = root.upwards().collect();
            let handlers = self.handlers.get(id.0 as usize).into_iter().flatten();
            for handler in handlers.filter(|handler| handler.is_within(root)) {
                let inside = handler.parent();
                folders.extend(inside.upwards().take_while(|folder| folder != root));
            }
            folders.sort();
            folders.dedup();
            for folder in folders {
                self.near.entry(folder).or_default().push(id);
            }
        }
    }

    /// The functions that take along what a file of packages names: it lies in a layer of theirs, in their code root, or is the
    /// nearest of its kind above it. `folders` are those that hold files of its kind.
    fn of(&self, path: &RelPath, folders: Option<&Set<RelPath>>) -> Vec<FunctionId> {
        let folder = path.parent();
        if detect::is_example(path) {
            return Vec::new();
        }
        let is_nearest = |root: &RelPath| {
            let mut between = root.upwards().take_while(|between| *between != folder);
            root.is_within(&folder)
                && !between.any(|between| folders.is_some_and(|all| all.contains(&between)))
        };
        let is_taking = |id: &FunctionId| {
            let function = self.model.application.function(*id);
            match function.and_then(|function| function.code.known()) {
                Some(Code::Directory(root) | Code::Image(Some(root))) => {
                    self.is_of_handler(*id, &folder, root) || folder != *root && is_nearest(root)
                }
                Some(Code::Inline(_) | Code::Image(None)) | None => false,
            }
        };
        let near = self.near.get(&folder).into_iter().flatten().copied();
        let mut functions: Vec<FunctionId> = near.filter(is_taking).collect();
        functions.extend(self.model.functions_layered_with(&folder));
        functions.sort_unstable();
        functions.dedup();
        functions
    }

    /// The manifests whose packages some function takes along, with those functions.
    pub(super) fn manifests(&self) -> Vec<(&'a Manifest, Vec<FunctionId>)> {
        let mut taken = Vec::new();
        for manifest in &self.inventory.manifests {
            let folders = self.of_kinds.get(&manifest.kind);
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
    pub(super) fn locks(&self) -> Vec<(&'a Lock, Vec<FunctionId>)> {
        let mut by_lock: BTreeMap<usize, BTreeSet<FunctionId>> = BTreeMap::new();
        for bundle in &self.inventory.bundles {
            if let Some(lock) = bundle.lock {
                let functions = self.of_bundle(bundle);
                by_lock.entry(lock).or_default().extend(functions);
            }
        }
        let taken = by_lock
            .into_iter()
            .filter(|(_, functions)| !functions.is_empty());
        let taken = taken.filter_map(|(lock, functions)| {
            let functions = functions.into_iter().collect();
            Some((self.inventory.locks.get(lock)?, functions))
        });
        taken.collect()
    }

    /// For each bundle of the inventory, the functions that ship it.
    #[must_use]
    pub fn shipping(&self) -> Vec<Vec<FunctionId>> {
        let bundles = self.inventory.bundles.iter();
        bundles.map(|bundle| self.of_bundle(bundle)).collect()
    }

    /// The functions that ship a bundle.
    pub(super) fn of_bundle(&self, bundle: &Bundle) -> Vec<FunctionId> {
        let inventory = self.inventory;
        let manifest = bundle.manifest.and_then(|at| inventory.manifests.get(at));
        let lock = bundle.lock.and_then(|at| inventory.locks.get(at));
        let path = manifest
            .map(|it| &it.path)
            .or_else(|| lock.map(|it| &it.path));
        if let Some(Lock { path, .. }) = lock.filter(|it| it.kind.is_installed()) {
            return match detect::is_example(path) {
                true => Vec::new(),
                false => self.model.functions_shipping(path),
            };
        }
        let folders = self.of_registries.get(&bundle.ecosystem);
        path.map_or_else(Vec::new, |path| self.of(path, folders))
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
