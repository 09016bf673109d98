//! Questions about one function that many rules ask.

use app::{Code, FunctionId, Text, Value};
use base::{Name, RelPath};
use flow::{CallFact, Label};
use knowledge::Operation;

use crate::reach::labels_in;
use crate::{Analysis, Model};

impl Model<'_> {
    /// What was found out about the code of a function: its handler first, then the handlers it registers with a framework.
    pub fn analyses_of(&self, function: FunctionId) -> impl Iterator<Item = &Analysis> {
        let indexes = self.by_function.get(function.0 as usize);
        indexes
            .into_iter()
            .flatten()
            .filter_map(|index| self.analyses.get(*index as usize))
    }

    /// The calls that perform an operation when the function runs.
    pub fn calls_of(&self, function: FunctionId) -> impl Iterator<Item = &CallFact> {
        self.analyses_of(function)
            .flat_map(|analysis| &analysis.facts.calls)
    }

    /// The outside data that a call is given.
    #[must_use]
    pub fn outside_in(&self, call: &CallFact) -> Vec<Label> {
        let values = call.parameters.iter();
        values.flat_map(|(_, value)| labels_in(value)).collect()
    }

    /// The operations that the function performs, with the calls that do.
    pub fn operations_of(
        &self,
        function: FunctionId,
    ) -> impl Iterator<Item = (&Operation, &CallFact)> {
        self.calls_of(function)
            .filter_map(|call| Some((self.operation(call)?, call)))
    }

    /// Whether the function's code was found and followed to its end, so that what is not there proves something.
    #[must_use]
    pub fn is_fully_seen(&self, function: FunctionId) -> bool {
        let mut analyses = self.analyses_of(function).peekable();
        analyses.peek().is_some()
            && analyses.all(|analysis| {
                analysis.handler.is_some()
                    && !analysis.facts.is_incomplete
                    && analysis.facts.opaque_calls.is_empty()
            })
    }

    /// The folders of the project whose content a function's layers are.
    #[must_use]
    pub fn layer_folders(&self, function: FunctionId) -> Vec<RelPath> {
        let function = self.application.function(function);
        let layers = function.into_iter().flat_map(|it| &it.layers);
        let resources = layers.filter_map(Value::as_text).flat_map(Text::resources);
        let folders = resources.filter_map(|id| {
            let layer = self.application.resource(id)?;
            let written = layer.properties.text_at("Content");
            let template = &self.application.stack(layer.stack)?.path;
            template.parent().join(written.known()?).ok()
        });
        folders.collect()
    }

    /// The functions whose code root, or a layer, holds a file, so that packaging takes it along where nothing excludes it.
    pub fn functions_shipping(&self, path: &RelPath) -> impl Iterator<Item = FunctionId> {
        self.application
            .functions()
            .filter(|(id, function)| {
                let is_in_code = match function.code.known() {
                    Some(Code::Directory(root) | Code::Image(Some(root))) => path.is_within(root),
                    Some(Code::Inline(_) | Code::Image(None)) | None => false,
                };
                let mut layers = self.layer_folders(*id).into_iter();
                is_in_code || layers.any(|root| path.is_within(&root))
            })
            .map(|(id, _)| id)
    }

    /// Names of functions as findings hold them.
    #[must_use]
    pub fn function_names(&self, functions: &[FunctionId]) -> Vec<Name> {
        functions.iter().map(|id| self.function_name(*id)).collect()
    }
}
