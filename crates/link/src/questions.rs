//! Questions about one function that many rules ask.

use app::FunctionId;
use base::Name;
use flow::{CallFact, Label};
use knowledge::Operation;

use crate::labels::labels_in;
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

    /// Names of functions as findings hold them.
    #[must_use]
    pub fn function_names(&self, functions: &[FunctionId]) -> Vec<Name> {
        functions.iter().map(|id| self.function_name(*id)).collect()
    }
}
