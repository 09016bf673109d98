//! Which functions take the packages of a manifest or a lock file along.

use app::{Code, FunctionId};
use base::{RelPath, Set};

use deps::{Bundle, Inventory};
use link::Model;

/// Answers for one project.
pub(super) struct Takers<'a> {
    model: &'a Model<'a>,
    /// The modules that hold handlers.
    handlers: Vec<&'a RelPath>,
}

impl<'a> Takers<'a> {
    pub(super) fn new(model: &'a Model<'a>) -> Self {
        let analyses = model.analyses.iter();
        let places = analyses.filter_map(|analysis| analysis.handler);
        let files: Set<_> = places.map(|place| place.file).collect();
        let modules = model.program.modules();
        let handlers = modules.filter(|(_, _, module)| files.contains(&module.file));
        Self {
            model,
            handlers: handlers.map(|(_, path, _)| path).collect(),
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
        let taking = functions.filter(|(_, function)| match function.code.known() {
            Some(Code::Directory(root) | Code::Image(Some(root))) => {
                self.is_of_handlers(&folder, root) || folder != *root && is_nearest(root)
            }
            Some(Code::Inline(_) | Code::Image(None)) | None => false,
        });
        taking.map(|(id, _)| id).collect()
    }

    /// The functions that ship a bundle.
    pub(super) fn of_bundle(&self, inventory: &Inventory, bundle: &Bundle) -> Vec<FunctionId> {
        let manifest = bundle.manifest.and_then(|at| inventory.manifests.get(at));
        let lock = bundle.lock.and_then(|at| inventory.locks.get(at));
        let path = manifest
            .map(|it| &it.path)
            .or_else(|| lock.map(|it| &it.path));
        let bundles = inventory.bundles.iter();
        let folders: Vec<RelPath> = bundles
            .filter(|other| other.ecosystem == bundle.ecosystem)
            .map(|other| other.folder.clone())
            .collect();
        path.map_or_else(Vec::new, |path| self.of(path, &folders))
    }

    /// Whether a file in a code root is that of its handlers: in the root itself, or beside code below it. A web page's own
    /// packages somewhere below are not deployed with the functions.
    fn is_of_handlers(&self, folder: &RelPath, root: &RelPath) -> bool {
        if folder == root {
            return true;
        }
        folder.is_within(root) && self.handlers.iter().any(|path| path.is_within(folder))
    }
}
