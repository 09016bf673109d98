//! Gathers the stacks of a project and the diagnostics about them, then builds the application out of them.

use app::Application;
use base::{Budget, Code, Diagnostic, Diagnostics, FileId, Map, Place, RelPath, Set, System};
use doc::Document;

use crate::stack::StackTemplate;

/// The project that is read: its files, numbered, and the limits that hold for them.
#[derive(Clone, Copy)]
pub struct Project<'a> {
    /// All file access.
    pub system: &'a dyn System,
    /// The numbers of the files.
    pub files: &'a Files,
    /// Limits.
    pub budget: &'a Budget,
}

/// The numbers of the project's files: their index in the order of [`System::files`].
#[derive(Clone, Debug, Default)]
pub struct Files {
    ids: Map<RelPath, FileId>,
}

impl Files {
    /// Numbers the files that `system` lists.
    #[must_use]
    pub fn new(system: &dyn System) -> Self {
        let numbered = system.files().iter().zip(0..);
        Self {
            ids: numbered
                .map(|(entry, index)| (entry.path.clone(), FileId(index)))
                .collect(),
        }
    }

    /// The number of a listed file.
    #[must_use]
    pub fn id(&self, path: &RelPath) -> Option<FileId> {
        self.ids.get(path).copied()
    }
}

/// What reading the templates gave.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// All stacks, linked.
    pub application: Application,
    /// What could not be read or resolved.
    pub diagnostics: Diagnostics,
    /// Every file that is a template or is drawn in by one, sorted.
    pub project_files: Vec<RelPath>,
}

/// Gathers stacks and diagnostics.
#[derive(Default)]
pub struct Builder {
    pub(crate) stacks: Vec<StackTemplate>,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) project_files: Vec<RelPath>,
    /// Files whose content became part of a template that names them.
    pub(crate) parts: Set<RelPath>,
}

impl Builder {
    /// Adds one stack.
    pub fn add(&mut self, stack: StackTemplate) {
        self.stacks.push(stack);
    }

    /// Adds what other files gave.
    pub(crate) fn append(&mut self, other: Self) {
        self.stacks.extend(other.stacks);
        self.diagnostics.extend(other.diagnostics);
        self.project_files.extend(other.project_files);
        self.parts.extend(other.parts);
    }

    /// Forgets the stacks that are a part of another, whose files look like templates of their own.
    pub(crate) fn drop_parts(&mut self) {
        let Self { stacks, parts, .. } = self;
        stacks.retain(|stack| !parts.contains(&stack.path));
    }

    /// Notes that `path` is part of a template.
    pub fn uses(&mut self, path: &RelPath) {
        self.project_files.push(path.clone());
    }

    /// Reports something that could not be read or resolved.
    pub fn report(
        &mut self,
        code: Code,
        path: &RelPath,
        place: Option<Place>,
        message: impl Into<String>,
    ) {
        self.diagnostics.push(Diagnostic {
            path: path.clone(),
            place,
            code,
            message: message.into(),
        });
    }
}

impl Project<'_> {
    /// Reads and parses a YAML or JSON file, by its extension. Diagnostics go to `builder`; nothing is returned for a file
    /// that is not listed or cannot be read.
    pub fn document(&self, path: &RelPath, builder: &mut Builder) -> Option<(FileId, Document)> {
        let Some(file) = self.files.id(path) else {
            builder.report(
                Code::MissingFile,
                path,
                None,
                "the file does not exist or is excluded from the scan",
            );
            return None;
        };
        let text = match self.system.read(path) {
            Ok(text) => text,
            Err(error) => {
                builder.report(
                    Code::UnreadableFile,
                    path,
                    None,
                    format!("{error}, so it is skipped"),
                );
                return None;
            }
        };
        let mut document = self.parse(file, path, &text);
        builder.uses(path);
        builder.diagnostics.append(&mut document.diagnostics);
        Some((file, document))
    }

    /// Parses a text as YAML or JSON, by the extension of its path. JSON in a file called `.yml` is YAML as well.
    #[must_use]
    pub fn parse(&self, file: FileId, path: &RelPath, text: &str) -> Document {
        match path.extension() {
            "json" | "asl" => doc::parse_json(file, path, text, self.budget),
            _ => doc::parse_yaml(file, path, text, self.budget),
        }
    }
}
