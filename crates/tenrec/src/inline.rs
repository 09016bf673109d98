//! Handlers that are written inside of templates: their text as a module of its own, whose places are those of the template.

use app::{Application, Code, Prop};
use base::{
    Budget, Code as DiagnosticCode, Diagnostic, Diagnostics, FileId, Place, RelPath, System,
};
use ir::Module;

/// What is read of the inline code of an application.
pub(crate) struct Inline {
    /// The modules, each at a path below its template's that no file can have.
    pub(crate) modules: Vec<(RelPath, Module)>,
    /// What could not be read.
    pub(crate) diagnostics: Diagnostics,
}

/// Reads all inline code, and lets its functions name the directory that its module stands for.
pub(crate) fn read(
    system: &dyn System,
    budget: &Budget,
    application: &mut Application,
    lower: impl Fn(FileId, &RelPath, &str, &Budget) -> Option<(Module, Diagnostics)>,
) -> Inline {
    let mut inline = Inline {
        modules: Vec::new(),
        diagnostics: Diagnostics::new(),
    };
    for function in &mut application.functions {
        let Prop::Known(Code::Inline(_), place) = function.code else {
            continue;
        };
        let Some(template) = system.files().get(place.file.0 as usize) else {
            continue;
        };
        let path = &template.path;
        let runtime = function.runtime.known().map(|it| it.as_str());
        let language = runtime.and_then(|runtime| {
            [
                ("python", Language::Python),
                ("nodejs", Language::JavaScript),
            ]
            .into_iter()
            .find(|(name, _)| runtime.starts_with(name))
        });
        let Some((_, language)) = language else {
            continue;
        };
        let handler = function.handler.known().map_or("", |it| it.as_str());
        if !handler.starts_with("index.") {
            inline.diagnostics.push(Diagnostic {
                path: path.clone(),
                place: Some(place),
                code: DiagnosticCode::HandlerNotFound,
                message: format!(
                    "inline code stands in a file called `index`, which the handler `{handler}` does not name, so it is \
                     not analysed"
                ),
            });
            continue;
        }
        let source = system
            .read(path)
            .ok()
            .and_then(|text| source(&text, place, language));
        let directory = path.join(&function.name).ok();
        let module = directory
            .as_ref()
            .and_then(|directory| directory.join(language.file()).ok());
        let (Some(source), Some(directory), Some(module)) = (source, directory, module) else {
            inline.diagnostics.push(Diagnostic {
                path: path.clone(),
                place: Some(place),
                code: DiagnosticCode::UnknownConstruct,
                message: format!(
                    "the code of `{}` is not written as a block (`|`), so it is not analysed",
                    function.name
                ),
            });
            continue;
        };
        let Some((lowered, problems)) = lower(place.file, &module, &source, budget) else {
            continue;
        };
        let problems = problems.into_iter().map(|problem| Diagnostic {
            path: path.clone(),
            ..problem
        });
        inline.diagnostics.extend(problems);
        inline.modules.push((module, lowered));
        function.code = Prop::Known(Code::Directory(directory), place);
    }
    inline
}

#[derive(Clone, Copy)]
enum Language {
    Python,
    JavaScript,
}

impl Language {
    /// Lambda puts inline code into a file of this name.
    fn file(self) -> &'static str {
        match self {
            Self::Python => "index.py",
            Self::JavaScript => "index.js",
        }
    }
}

/// The template with everything but the block at `place` blanked, so that offsets stay what they are. A block of Python is
/// indented as a whole, which stands under an `if` on the line that opens the block.
fn source(template: &str, place: Place, language: Language) -> Option<String> {
    const OPENING: &str = "if 1:";
    let start = place.span.start as usize;
    let opening = template.get(..start)?.trim_end().len();
    let line = template.get(..opening)?.rfind('\n').map_or(0, |it| it + 1);
    let header = template.get(line..opening)?.split_whitespace().last()?;
    let content = opening + template.get(opening..)?.find('\n')? + 1;
    let code = template.get(content..place.span.end as usize)?;
    if !header.starts_with('|') || opening < line + OPENING.len() {
        return None;
    }
    let mut source = String::with_capacity(place.span.end as usize);
    for byte in template.get(..content)?.bytes() {
        source.push(if byte == b'\n' { '\n' } else { ' ' });
    }
    match language {
        Language::Python => source.replace_range(line..line + OPENING.len(), OPENING),
        // A comment, so that the blanks do not count as nesting.
        Language::JavaScript => {
            source.replace_range(opening - 2..opening, "*/");
            source.replace_range(..2, "/*");
        }
    }
    source.push_str(code);
    Some(source)
}
