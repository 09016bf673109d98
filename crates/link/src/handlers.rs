//! From a function's `handler` setting to the code that runs, and the analyses of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::{Code, Function, FunctionId, Platform};
use base::{Budget, Code as DiagnosticCode, Diagnostic, Name, Place, RelPath};
use flow::{EntryPoint, HandlerRef};
use ir::{Language, Module, ModuleId, Program};

use crate::offers::offers;
use crate::{Analysis, Model, kinds};

/// One handler to analyse, with the functions deployed with it.
pub(crate) struct Entry {
    functions: Vec<FunctionId>,
    module: ModuleId,
    symbol: Name,
    events: Vec<Name>,
    root: RelPath,
}

/// The event kind of a handler of whose triggers nothing is known.
const ANY_EVENT: &str = "any";

/// Finds every function's handler; functions with the same handler and the same kinds of event share an entry.
pub(crate) fn entries(model: &mut Model<'_>) -> Vec<Entry> {
    let mut entries: BTreeMap<(ModuleId, Name, Vec<Name>, RelPath), Vec<FunctionId>> =
        BTreeMap::new();
    let mut diagnostics = Vec::new();
    for (id, function) in model.application.functions() {
        let Platform::AwsLambda = function.platform;
        let (Some(handler), Some(Code::Directory(root) | Code::Image(Some(root)))) =
            (function.handler.known(), function.code.known())
        else {
            continue;
        };
        match recognised(model, function).or_else(|| find(&model.program, root, function, handler))
        {
            Some((module, symbol)) => {
                entries
                    .entry((module, symbol, events_of(model, id), root.clone()))
                    .or_default()
                    .push(id);
            }
            None => {
                let runtime = function
                    .runtime
                    .known()
                    .map(Name::as_str)
                    .unwrap_or_default();
                diagnostics.push(not_found(root, handler, runtime, function.place, model, id));
            }
        }
    }
    model.diagnostics.extend(diagnostics);
    entries
        .into_iter()
        .map(|((module, symbol, events, root), functions)| Entry {
            functions,
            module,
            symbol,
            events,
            root,
        })
        .collect()
}

/// The kinds of event that the function's triggers bring.
fn events_of(model: &Model<'_>, function: FunctionId) -> Vec<Name> {
    let mut events: Vec<Name> = model
        .application
        .triggers_of(function)
        .map(|trigger| trigger.kind.clone())
        .collect();
    events.sort();
    events.dedup();
    events.retain(|kind| model.knowledge.event(kind).is_some());
    if events.is_empty() {
        let has_template = model
            .application
            .function(function)
            .is_some_and(|function| function.resource.is_some());
        events.push(if has_template {
            "aws.lambda.direct".into()
        } else {
            ANY_EVENT.into()
        });
    }
    events
}

/// The symbol that stands for all that a file does when it is run or used.
pub(crate) const EVERYTHING: &str = "*";

/// Directories into which build steps write what they make of the sources.
const BUILT: [&str; 6] = ["dist", "build", "lib", "out", ".build", ".webpack"];

/// The module and the symbol of a handler that no template names, in the file in which it was recognised.
fn recognised(model: &Model<'_>, function: &Function) -> Option<(ModuleId, Name)> {
    if function.resource.is_some() {
        return None;
    }
    let module = model.program.of_file(function.place.file)?;
    let handler = function.handler.known()?;
    let stem = model.program.path(module)?.stem();
    let symbol = handler.strip_prefix(stem)?.strip_prefix('.')?;
    Some((module, symbol.into()))
}

/// The module and the symbol that a handler setting names: `src/api/users.create`, `package.module.function`; of a built file
/// that is not in the project, its source's.
fn find(
    program: &Program,
    root: &RelPath,
    function: &Function,
    handler: &str,
) -> Option<(ModuleId, Name)> {
    let runtime = function.runtime.known();
    let language = match runtime {
        Some(runtime) if runtime.starts_with("nodejs") => Language::JavaScript,
        _ => Language::Python,
    };
    find_written(program, root, language, handler).or_else(|| {
        let whole = root.join(handler).ok()?;
        let segments: Vec<&str> = whole.segments().collect();
        let built = segments
            .iter()
            .position(|segment| BUILT.contains(segment))?;
        let (above, below) = (segments.get(..built)?, segments.get(built + 1..)?.join("/"));
        let directory = RelPath::new(&above.join("/")).ok()?;
        ["src/", ""].iter().find_map(|sources| {
            find_written(program, &directory, language, &format!("{sources}{below}"))
        })
    })
}

/// The module and the symbol of a handler setting as it is written; where files of two languages have the name, of the given one.
fn find_written(
    program: &Program,
    root: &RelPath,
    language: Language,
    handler: &str,
) -> Option<(ModuleId, Name)> {
    let from_file = handler.rfind('/').map_or(0, |slash| slash + 1);
    let file = handler.get(from_file..)?;
    let dots = file
        .match_indices('.')
        .map(|(dot, _)| from_file + dot)
        .collect::<Vec<_>>();
    // The file's name may hold dots itself (`app.prod.handler`), so the shortest symbol is tried first.
    dots.iter().rev().find_map(|dot| {
        let (path, symbol) = (handler.get(..*dot)?, handler.get(dot + 1..)?);
        let found = match language {
            Language::Python => program
                .find_python(root, path)
                .or_else(|| program.find_javascript(root, path)),
            Language::JavaScript => program
                .find_javascript(root, path)
                .or_else(|| program.find_python(root, path)),
        };
        let module =
            found.filter(|module| !symbol.is_empty() && program.module(*module).is_some())?;
        Some((module, Name::from(symbol)))
    })
}

fn not_found(
    root: &RelPath,
    handler: &str,
    runtime: &str,
    place: Place,
    model: &Model<'_>,
    id: FunctionId,
) -> Diagnostic {
    let stack = model
        .application
        .function(id)
        .and_then(|function| model.application.stack(function.stack));
    let path = stack.map_or_else(RelPath::root, |stack| stack.path.clone());
    let is_read =
        runtime.is_empty() || runtime.starts_with("python") || runtime.starts_with("nodejs");
    let (code, message) = if is_read {
        let file = handler.rsplit_once('.').map_or(handler, |(file, _)| file);
        let place = if root.as_str().is_empty() {
            String::new()
        } else {
            format!("{root}/")
        };
        let tried = format!("`{place}{file}` with .py, .js, .mjs, .cjs, .ts and .tsx");
        (
            DiagnosticCode::HandlerNotFound,
            format!(
                "the handler `{handler}` was not found among the files that are scanned; tried {tried}"
            ),
        )
    } else {
        (
            DiagnosticCode::UnsupportedLanguage,
            format!(
                "the handler `{handler}` runs on `{runtime}`, whose language is not analysed; its settings are"
            ),
        )
    };
    Diagnostic {
        path,
        place: Some(place),
        code,
        message,
    }
}

/// Follows data through one handler, and through the handlers that it registers with a framework.
pub(crate) fn analyse(model: &Model<'_>, entry: &Entry, budget: &Budget) -> Vec<Analysis> {
    if entry.symbol == EVERYTHING {
        return everything(model, entry, budget);
    }
    let roots: Arc<[RelPath]> = Arc::new([entry.root.clone()]);
    let start = EntryPoint {
        handler: HandlerRef::Export(entry.module, entry.symbol.clone()),
        events: entry.events.clone(),
        roots: Arc::clone(&roots),
    };
    let mut facts = flow::analyse(&model.program, model.knowledge, &start, budget);
    let mut events = entry.events.clone();
    if events == [ANY_EVENT] {
        let told = kinds::told(model, &facts);
        if !told.is_empty() {
            let start = EntryPoint {
                events: told.clone(),
                ..start
            };
            facts = flow::analyse(&model.program, model.knowledge, &start, budget);
            events = told;
        }
    }
    let registered: Vec<_> = facts.entries.clone();
    let handler = facts.handler.and_then(|id| {
        let module = model.program.module(id.module)?;
        Some(Place::new(module.file, module.function(id.function)?.span))
    });
    let mut analyses = vec![Analysis {
        functions: entry.functions.clone(),
        handler,
        events,
        route: None,
        facts,
    }];
    for (index, registration) in registered.iter().enumerate() {
        let start = EntryPoint {
            handler: HandlerRef::Registered(entry.module, index as u32),
            events: vec![registration.event.clone()],
            roots: Arc::clone(&roots),
        };
        analyses.push(Analysis {
            functions: entry.functions.clone(),
            handler: Some(registration.place),
            events: start.events.clone(),
            route: registration.route.clone(),
            facts: flow::analyse(&model.program, model.knowledge, &start, budget),
        });
    }
    analyses
}

/// What to say of an entry whose handler is no function that the analysis could enter.
pub(crate) fn not_followed(
    model: &Model<'_>,
    entry: &Entry,
    analyses: &[Analysis],
) -> Option<Diagnostic> {
    let is_entered = 1 < analyses.len()
        || entry.symbol == EVERYTHING
        || analyses.iter().any(|analysis| analysis.handler.is_some());
    if is_entered {
        return None;
    }
    let function = model.application.function(*entry.functions.first()?)?;
    let path = model.program.path(entry.module)?;
    let symbol = &entry.symbol;
    let what = if is_offered(model.program.module(entry.module)?, symbol) {
        format!(
            "what `{symbol}` of {path} is could not be followed, so what it does is not analysed"
        )
    } else {
        format!("{path} offers no `{symbol}`")
    };
    let others = match entry.functions.len() {
        0 | 1 => String::new(),
        several => format!(" ({} functions have this handler)", several),
    };
    let stack = model.application.stack(function.stack);
    Some(Diagnostic {
        path: stack.map_or_else(RelPath::root, |stack| stack.path.clone()),
        place: Some(function.place),
        code: DiagnosticCode::HandlerNotFound,
        message: format!(
            "the handler of `{}` was not found: {what}{others}",
            function.name
        ),
    })
}

/// Whether a file gives a name to others, as far as can be told without running it.
fn is_offered(module: &Module, symbol: &str) -> bool {
    let first = symbol.split('.').next().unwrap_or_default();
    module.exports_object.is_some()
        || !module.star_exports.is_empty()
        || module.exports.iter().any(|export| export.name == first)
}

/// Follows data through the top level of a file and through each function that it offers.
fn everything(model: &Model<'_>, entry: &Entry, budget: &Budget) -> Vec<Analysis> {
    let roots: Arc<[RelPath]> = Arc::new([entry.root.clone()]);
    let Some(module) = model.program.module(entry.module) else {
        return Vec::new();
    };
    let offered = offers(module).into_iter();
    let offered = offered.filter(|offer| !offer.functions.is_empty());
    let offered = offered.map(|offer| HandlerRef::Export(entry.module, offer.name));
    let handlers = std::iter::once(HandlerRef::Module(entry.module)).chain(offered);
    let analysis = |handler| Analysis {
        functions: entry.functions.clone(),
        handler: Some(Place::new(module.file, base::Span::default())),
        events: entry.events.clone(),
        route: None,
        facts: flow::analyse(
            &model.program,
            model.knowledge,
            &EntryPoint {
                handler,
                events: entry.events.clone(),
                roots: Arc::clone(&roots),
            },
            budget,
        ),
    };
    handlers.map(analysis).collect()
}
