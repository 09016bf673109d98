//! What the YAML and the JSON reader share: counting against the budget, duplicate keys, diagnostics.

use base::{Budget, Code, Diagnostic, Diagnostics, FileId, Name, Place, RelPath, Span};
use indexmap::IndexMap;
use indexmap::map::Entry as Slot;

use crate::{Entry, Node};

/// The reading of a document ends early: a limit is reached, or the text cannot be understood any further. The cause is
/// already among the diagnostics.
pub(crate) struct Stop;

/// Counts nodes and gathers diagnostics of one document.
pub(crate) struct Collector<'a> {
    file: FileId,
    path: &'a RelPath,
    budget: &'a Budget,
    n_nodes: u32,
    pub(crate) diagnostics: Diagnostics,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(file: FileId, path: &'a RelPath, budget: &'a Budget) -> Self {
        Self {
            file,
            path,
            budget,
            n_nodes: 0,
            diagnostics: Diagnostics::new(),
        }
    }

    /// Counts `n_nodes` more nodes.
    pub(crate) fn count(&mut self, n_nodes: u32, span: Span) -> Result<(), Stop> {
        self.n_nodes = self.n_nodes.saturating_add(n_nodes);
        if self.n_nodes <= self.budget.document_nodes {
            return Ok(());
        }
        let limit = self.budget.document_nodes;
        self.report(Code::BudgetExceeded, span, format!(
            "the document has more than {limit} values once its aliases are expanded, so the rest of it is skipped; split the file"
        ));
        Err(Stop)
    }

    /// Checks that a value may stand `depth` levels deep.
    pub(crate) fn check_depth(&mut self, depth: u32, span: Span) -> Result<(), Stop> {
        if depth <= self.budget.depth {
            return Ok(());
        }
        let limit = self.budget.depth;
        self.report(Code::BudgetExceeded, span, format!(
            "the document is nested deeper than {limit} levels, so the rest of it is skipped; flatten it"
        ));
        Err(Stop)
    }

    pub(crate) fn malformed(&mut self, span: Span, message: String) {
        self.report(Code::MalformedDocument, span, message);
    }

    fn report(&mut self, code: Code, span: Span, message: String) {
        self.diagnostics.push(Diagnostic {
            path: self.path.clone(),
            place: Some(Place::new(self.file, span)),
            code,
            message,
        });
    }
}

/// The fields of a map that is being read.
#[derive(Default)]
pub(crate) struct Fields(IndexMap<Name, Entry>);

impl Fields {
    /// Adds a field. The last value of a key that stands twice wins, and the second one is reported.
    pub(crate) fn insert(
        &mut self,
        key: Name,
        key_span: Span,
        value: Node,
        collector: &mut Collector<'_>,
    ) {
        match self.0.entry(key.clone()) {
            Slot::Vacant(slot) => {
                slot.insert(Entry {
                    key,
                    key_span,
                    value,
                });
            }
            Slot::Occupied(mut slot) => {
                collector.malformed(key_span, format!(
                    "the key `{key}` stands twice in the same map, and the last value is used; remove one of them"
                ));
                slot.insert(Entry {
                    key,
                    key_span,
                    value,
                });
            }
        }
    }

    /// Adds a field unless the key is there already.
    pub(crate) fn insert_missing(&mut self, entry: &Entry) {
        if !self.0.contains_key(&entry.key) {
            self.0.insert(entry.key.clone(), entry.clone());
        }
    }

    pub(crate) fn into_entries(self) -> std::sync::Arc<[Entry]> {
        self.0.into_values().collect()
    }
}
