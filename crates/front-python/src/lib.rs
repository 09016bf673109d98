//! Python 3 → IR: parses one code file with ruff's parser and lowers what it gives to [`ir::Module`].
//!
//! The only crate that names ruff. A file goes through three stages: `scan` refuses nesting that would exhaust the stack,
//! the recovering parser reads what it can, and `Lowerer` walks the syntax tree once, scope by scope. Nothing fails: what
//! could not be read is a diagnostic, and the rest of the file is lowered all the same.

mod annotation;
mod assign;
mod binary;
mod bind;
mod builtins;
mod class;
mod comprehension;
mod control;
mod dismantle;
mod expr;
mod format;
mod function;
mod import;
mod lowerer;
mod number;
mod pattern;
mod scan;
mod scope;
mod stmt;
mod text;

use base::{Budget, Code, Diagnostic, Diagnostics, FileId, Place, RelPath, Span};
use ruff_python_ast::ModModule;
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};

use crate::lowerer::{Lowerer, span_of};

/// What became of one Python file.
#[derive(Debug)]
pub struct Lowered {
    /// The module; empty where the file was refused as a whole.
    pub module: ir::Module,
    /// What could not be read: the first syntax error, and limits that were reached.
    pub diagnostics: Diagnostics,
}

/// Lowers the Python file `path` with the content `text`. Never fails: see [`Lowered::diagnostics`].
#[must_use]
pub fn lower(file: FileId, path: &RelPath, text: &str, budget: &Budget) -> Lowered {
    let report = |code, span, message| Diagnostic {
        path: path.clone(),
        place: Some(Place::new(file, span)),
        code,
        message,
    };
    let refuse = |span, message| Lowered {
        module: Lowerer::new(file, text, budget.depth).finish().module,
        diagnostics: vec![report(Code::BudgetExceeded, span, message)],
    };
    if text.len() as u64 > budget.code_bytes {
        let message = format!(
            "the file is larger than {} bytes and was not analysed",
            budget.code_bytes
        );
        return refuse(Span::default(), message);
    }
    let scan = scan::scan(text, budget.depth);
    if let Some(at) = scan.too_deep {
        let message = format!(
            "the code is nested deeper than {} levels and was not analysed",
            budget.depth
        );
        return refuse(Span::new(at, at + 1), message);
    }
    let Some(parsed) = parse(text) else {
        return refuse(
            Span::default(),
            "the parser gave no module, so the file was not analysed".to_owned(),
        );
    };

    let mut diagnostics = Diagnostics::new();
    if let Some(error) = parsed.errors().first() {
        let message = format!(
            "Python syntax error: {}; what could be parsed is used",
            error.error
        );
        diagnostics.push(report(Code::SyntaxError, span_of(&error.location), message));
    }
    let is_suspicious = scan.has_long_chain || parsed.has_invalid_syntax();
    let mut lowerer = Lowerer::new(file, text, budget.depth);
    lowerer.module_body(parsed.suite());
    let finished = lowerer.finish();
    if let Some(span) = finished.coarse {
        let message = format!(
            "an expression is deeper than {} levels and is read only roughly",
            budget.depth
        );
        diagnostics.push(report(Code::BudgetExceeded, span, message));
    }
    if is_suspicious {
        dismantle::dismantle(parsed.into_suite());
    }
    Lowered {
        module: finished.module,
        diagnostics,
    }
}

/// Parses `text`, which must be trusted, and does nothing with it: what the time of a scan is measured against. Gives the
/// number of statements at the top level.
#[must_use]
pub fn parse_only(text: &str) -> usize {
    parse(text).map_or(0, |parsed| parsed.suite().len())
}

/// The syntax tree of `text`, as far as it could be parsed.
fn parse(text: &str) -> Option<Parsed<ModModule>> {
    parse_unchecked(text, ParseOptions::from(Mode::Module)).try_into_module()
}
