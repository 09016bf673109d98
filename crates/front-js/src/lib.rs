//! JavaScript and TypeScript to the language-neutral IR.
//!
//! Text comes from the caller, who has read a code file of the project; the [`ir::Module`] goes to the flow analysis. Parsing
//! and scopes are oxc's work, and no other crate names oxc. The crate knows no template, no cloud and no danger.
//!
//! Lowering never fails: what cannot be read gives a diagnostic, and what could be read is in the module.

mod chain;
mod class;
mod expr;
mod function;
mod jsx;
mod lowerer;
mod module;
mod operator;
mod parse;
mod pattern;
mod scan;
mod scope;
mod stmt;
mod typescript;

use base::{Budget, Diagnostics, FileId, RelPath};

/// A lowered file.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// What could be read of it.
    pub module: ir::Module,
    /// What could not: at most one [`base::Code::SyntaxError`], the first, and one [`base::Code::BudgetExceeded`].
    pub diagnostics: Diagnostics,
}

/// Lowers the file at `path`, whose ending decides between JavaScript and TypeScript. Spans in the module are bytes of `text`.
#[must_use]
pub fn lower(file: FileId, path: &RelPath, text: &str, budget: &Budget) -> Lowered {
    parse::lower(file, path, text, budget)
}

/// Parses `text`, which must be trusted, and does nothing with it: what the time of a scan is measured against. Gives the
/// number of statements at the top level.
#[must_use]
pub fn parse_only(path: &RelPath, text: &str) -> usize {
    parse::statements(path, text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lowered(text: &str) -> Lowered {
        let path = RelPath::new("a.ts").unwrap();
        lower(FileId(0), &path, text, &Budget::default())
    }

    #[test]
    fn a_handler_reads_as_what_it_does() {
        let module = lowered(
            "const cp = require('child_process');\nexports.handler = async (event) => cp.exec(`ls ${event.name}`);\n",
        )
        .module;
        let text = ir::dump(&module);
        assert!(text.contains("child_process"), "{text}");
        assert!(module.exports_object.is_some());
    }

    #[test]
    fn hostile_nesting_is_refused_with_a_diagnostic() {
        for text in [
            "[".repeat(100_000),
            "!".repeat(100_000),
            "(".repeat(50_000),
            "`${".repeat(20_000),
        ] {
            assert!(!lowered(&text).diagnostics.is_empty());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_lowered_without_panic(text in "[a-z(){}\\[\\]`$'\"=>;,.!+\\-/ \n]{0,60}") {
            lowered(&text);
        }
    }
}
