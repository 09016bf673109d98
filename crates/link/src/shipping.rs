//! Which functions take which folders of the project along: as their code, or as content of their layers.

use app::{Application, Code, Function, FunctionId, Text, Value};
use base::{Map, RelPath};

use crate::Model;

/// The functions by the folders that they take along.
#[derive(Debug, Default)]
pub(crate) struct Shipping {
    as_code: Map<RelPath, Vec<FunctionId>>,
    as_layer: Map<RelPath, Vec<FunctionId>>,
}

impl Shipping {
    pub(crate) fn new(application: &Application) -> Self {
        let mut shipping = Self::default();
        for (id, function) in application.functions() {
            if let Some(Code::Directory(root) | Code::Image(Some(root))) = function.code.known() {
                shipping.as_code.entry(root.clone()).or_default().push(id);
            }
            for folder in layer_folders(application, function) {
                shipping.as_layer.entry(folder).or_default().push(id);
            }
        }
        shipping
    }
}

/// The folders of the project whose content a function's layers are.
fn layer_folders(application: &Application, function: &Function) -> Vec<RelPath> {
    let layers = function.layers.iter().filter_map(Value::as_text);
    let folders = layers.flat_map(Text::resources).filter_map(|id| {
        let layer = application.resource(id)?;
        let written = layer.properties.text_at("Content");
        let template = &application.stack(layer.stack)?.path;
        template.parent().join(written.known()?).ok()
    });
    folders.collect()
}

impl Model<'_> {
    /// The functions whose code root, or a layer, holds a file, so that packaging takes it along where nothing excludes it.
    #[must_use]
    pub fn functions_shipping(&self, path: &RelPath) -> Vec<FunctionId> {
        let shipping = &self.shipping;
        let mut functions = above(&shipping.as_code, path);
        functions.extend(above(&shipping.as_layer, path));
        functions.sort_unstable();
        functions.dedup();
        functions
    }

    /// The functions of which a layer holds a file or folder.
    #[must_use]
    pub fn functions_layered_with(&self, path: &RelPath) -> Vec<FunctionId> {
        above(&self.shipping.as_layer, path)
    }
}

/// Those of a path and of the folders above it.
fn above(by_folder: &Map<RelPath, Vec<FunctionId>>, path: &RelPath) -> Vec<FunctionId> {
    let folders = path.upwards();
    let functions = folders.filter_map(|folder| by_folder.get(&folder));
    functions.flatten().copied().collect()
}
