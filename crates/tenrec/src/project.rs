//! What every verb asks its question of: a project, read into one model, one stage after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};

use app::Dialect;
use base::{
    Budget, Code as DiagnosticCode, Diagnostic, Diagnostics, Entry, FileId, RelPath, System,
};
use ir::{Module, Program};
use knowledge::Knowledge;
use link::Model;
use rayon::prelude::*;

use crate::ignores::{self, Ignore};
use crate::{aliases, inline, unread, untemplated};

/// A project as it was understood.
#[derive(Debug)]
pub struct Project<'k> {
    /// The application with its code.
    pub model: Model<'k>,
    /// What could not be read or was left out, and why, in the order of paths.
    pub diagnostics: Diagnostics,
    /// The inline ignores of the code, in the order of files.
    pub ignores: Vec<Ignore>,
    /// The files that templates consist of.
    pub templates: Vec<RelPath>,
    /// How much was read.
    pub statistics: Statistics,
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statistics {
    /// Files listed.
    pub files: usize,
    /// Code files read.
    pub code_files: usize,
    /// Stacks found.
    pub stacks: usize,
    /// Bytes of code.
    pub bytes: u64,
}

/// Which code that no template names is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untemplated {
    /// Handlers, told by their shape or framework.
    Handlers,
    /// Where there is no template at all, scripts and modules without a handler as well.
    Scripts,
}

impl<'k> Project<'k> {
    /// Reads templates and code, and follows data through them.
    #[must_use]
    pub fn read(system: &dyn System, knowledge: &'k Knowledge, budget: &Budget) -> Self {
        Self::read_with(system, knowledge, budget, Untemplated::Handlers)
    }

    /// The same with this code that no template names.
    #[must_use]
    pub fn read_with(
        system: &dyn System,
        knowledge: &'k Knowledge,
        budget: &Budget,
        untemplated: Untemplated,
    ) -> Self {
        let (read, code) = rayon::join(|| iac::read(system, budget), || code(system, budget));
        let mut application = read.application;
        let mut diagnostics = read.diagnostics;
        diagnostics.extend_from_slice(system.problems());
        diagnostics.extend(code.diagnostics);
        let inline = inline::read(system, budget, &mut application, parsed);
        diagnostics.extend(inline.diagnostics);
        let mut modules = code.modules;
        modules.extend(inline.modules);
        let mut program = Program::new(modules);
        aliases::add(&mut program, system, budget, &mut diagnostics);
        let has_template = !application.stacks.is_empty();
        untemplated::add(&mut application, &program, knowledge, &mut diagnostics);
        if untemplated == Untemplated::Scripts && !has_template {
            untemplated::add_scripts(&mut application, &program);
        }
        let stacks = application.stacks.iter();
        let statistics = Statistics {
            files: system.files().len(),
            code_files: program.modules().count(),
            stacks: stacks.filter(|it| it.dialect != Dialect::None).count(),
            bytes: code.bytes,
        };
        let mut model = Model::build(application, program, knowledge, budget);
        diagnostics.append(&mut model.diagnostics);
        diagnostics.extend(unread::roles(&model.application));
        diagnostics.sort();
        diagnostics.dedup();
        Self {
            model,
            diagnostics,
            ignores: code.ignores,
            templates: read.project_files,
            statistics,
        }
    }
}

/// What code files gave.
#[derive(Default)]
struct Lowered {
    /// Those that could be read.
    modules: Vec<(RelPath, Module)>,
    /// What could not.
    diagnostics: Diagnostics,
    ignores: Vec<Ignore>,
    bytes: u64,
}

/// Reads and lowers all code files, in parallel.
fn code(system: &dyn System, budget: &Budget) -> Lowered {
    let files = system.files().par_iter().enumerate();
    let files: Vec<Lowered> = files
        .filter(|(_, entry)| is_code(&entry.path))
        .map(|(index, entry)| lower(system, budget, FileId(index as u32), entry))
        .collect();
    let mut all = Lowered::default();
    for file in files {
        all.modules.extend(file.modules);
        all.diagnostics.extend(file.diagnostics);
        all.ignores.extend(file.ignores);
        all.bytes += file.bytes;
    }
    all
}

/// Whether a file may be scanned on its own: code, or what may be a template.
#[must_use]
pub fn is_scanned(path: &RelPath) -> bool {
    is_code(path) || matches!(path.extension(), "yml" | "yaml" | "json" | "template")
}

pub(crate) fn is_code(path: &RelPath) -> bool {
    let is_declaration = path.as_str().ends_with(".d.ts");
    matches!(
        path.extension(),
        "py" | "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx"
    ) && !is_declaration
}

fn lower(system: &dyn System, budget: &Budget, file: FileId, entry: &Entry) -> Lowered {
    let Entry { path, size } = entry;
    let skipped = |code, message: String| Lowered {
        diagnostics: vec![Diagnostic {
            path: path.clone(),
            place: None,
            code,
            message,
        }],
        ..Lowered::default()
    };
    if budget.code_bytes < *size {
        let message = format!(
            "the file has {size} bytes, more than the {} that are analysed",
            budget.code_bytes
        );
        return skipped(DiagnosticCode::BudgetExceeded, message);
    }
    let text = match system.read(path) {
        Ok(text) => text,
        Err(error) => {
            return skipped(
                DiagnosticCode::UnreadableFile,
                format!("{error}, so it is skipped"),
            );
        }
    };
    match parsed(file, path, &text, budget) {
        Some((module, diagnostics)) => Lowered {
            modules: vec![(path.clone(), module)],
            diagnostics,
            ignores: ignores::parse(file, path, &text),
            bytes: text.len() as u64,
        },
        None => skipped(
            DiagnosticCode::Internal,
            "the file could not be analysed; please report it".to_owned(),
        ),
    }
}

/// The module that a text is; nothing where a parser gives up, which must not take the scan with it.
fn parsed(
    file: FileId,
    path: &RelPath,
    text: &str,
    budget: &Budget,
) -> Option<(Module, Diagnostics)> {
    let lowered = catch_unwind(AssertUnwindSafe(|| match path.extension() {
        "py" => {
            let lowered = front_python::lower(file, path, text, budget);
            (lowered.module, lowered.diagnostics)
        }
        _ => {
            let lowered = front_js::lower(file, path, text, budget);
            (lowered.module, lowered.diagnostics)
        }
    }));
    lowered.ok()
}
