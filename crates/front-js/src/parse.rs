//! Running the parser on text that may be hostile: what is nested too deeply is refused before the recursive parser sees it,
//! and what is deep but acceptable runs on a thread whose stack is large enough.

use base::{Budget, Code, Diagnostic, FileId, Place, RelPath, Span};
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use crate::Lowered;
use crate::lowerer::{Lowerer, empty_module};
use crate::scan::{self, Shape};

/// Levels of recursion that fit the stack of any thread.
const LEVELS_INLINE: usize = 48;

/// Stack for one level of the parser's, the scope builder's or the lowering's recursion, in bytes.
const BYTES_PER_LEVEL: usize = 24 << 10;

/// Stack for one link of a left-associative chain, which only the scope builder walks by recursion.
const BYTES_PER_LINK: usize = 1 << 10;

/// The largest stack that is asked for; the system provides only what is used of it.
const MAX_STACK: usize = 1 << 30;

pub(crate) fn lower(file: FileId, path: &RelPath, text: &str, budget: &Budget) -> Lowered {
    let shape = scan::shape(text);
    let levels = shape.levels as usize;
    let stack = (2 << 20) + levels * BYTES_PER_LEVEL + shape.links as usize * BYTES_PER_LINK;
    if budget.depth < shape.depth || MAX_STACK < stack {
        return refused(file, path, shape, budget);
    }
    if levels <= LEVELS_INLINE && (shape.links as usize) <= 8 * LEVELS_INLINE {
        return parse_and_lower(file, path, text, budget);
    }
    let work = || parse_and_lower(file, path, text, budget);
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, work);
        match worker.map(|worker| worker.join()) {
            Ok(Ok(lowered)) => lowered,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => refused(file, path, shape, budget),
        }
    })
}

/// Parses `text` and gives the number of its top-level statements.
pub(crate) fn statements(path: &RelPath, text: &str) -> usize {
    let allocator = Allocator::default();
    parse(&allocator, path, text).program.body.len()
}

fn parse<'a>(allocator: &'a Allocator, path: &RelPath, text: &'a str) -> ParserReturn<'a> {
    let options = ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    };
    Parser::new(allocator, text, source_type(path))
        .with_options(options)
        .parse()
}

fn parse_and_lower(file: FileId, path: &RelPath, text: &str, budget: &Budget) -> Lowered {
    let allocator = Allocator::default();
    let parsed = parse(&allocator, path, text);
    let mut diagnostics = Vec::new();
    if let Some(error) = parsed.diagnostics.errors().next() {
        let span = error.labels.first().map(|label| {
            let start = label.offset();
            Span::new(start, start + label.len())
        });
        diagnostics.push(Diagnostic {
            path: path.clone(),
            place: span.map(|span| Place::new(file, span)),
            code: Code::SyntaxError,
            message: match parsed.panicked {
                true => format!("syntax error, the file is not analysed: {}", error.message),
                false => format!(
                    "syntax error, what could be parsed is used: {}",
                    error.message
                ),
            },
        });
    }
    let scoping = SemanticBuilder::new()
        .build(&parsed.program)
        .semantic
        .into_scoping();
    let mut lowerer = Lowerer::new(file, &scoping, 2 * budget.depth);
    lowerer.program(&parsed.program);
    if let Some(span) = lowerer.too_deep {
        diagnostics.push(Diagnostic {
            path: path.clone(),
            place: Some(Place::new(file, span)),
            code: Code::BudgetExceeded,
            message: "code is nested too deeply here; what is inside is not analysed".to_owned(),
        });
    }
    Lowered {
        module: lowerer.module,
        diagnostics,
    }
}

/// An empty module for a file that is not parsed.
fn refused(file: FileId, path: &RelPath, shape: Shape, budget: &Budget) -> Lowered {
    let diagnostic = Diagnostic {
        path: path.clone(),
        place: Some(Place::new(file, Span::new(shape.deepest, shape.deepest))),
        code: Code::BudgetExceeded,
        message: format!(
            "code is nested more than {} levels deep; the file is not analysed",
            budget.depth
        ),
    };
    Lowered {
        module: empty_module(file),
        diagnostics: vec![diagnostic],
    }
}

/// The dialect that a file's ending stands for; JavaScript where it says nothing.
fn source_type(path: &RelPath) -> SourceType {
    match path.extension() {
        "ts" if path.stem().ends_with(".d") => SourceType::d_ts(),
        "ts" => SourceType::ts().with_unambiguous(true),
        "mts" => SourceType::ts(),
        "cts" => SourceType::ts().with_commonjs(true),
        "tsx" => SourceType::tsx().with_unambiguous(true),
        "mjs" => SourceType::mjs().with_jsx(true),
        "cjs" => SourceType::cjs().with_jsx(true),
        _ => SourceType::unambiguous().with_jsx(true),
    }
}
