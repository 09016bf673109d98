//! Handlers that no template names, recognised by their shape or by the framework that they register with.

use std::collections::BTreeSet;

use base::{Name, Place, RelPath};
use ir::{Expr, ExprKind, Language, Module, ModuleId, Program, Visitor};
use knowledge::Knowledge;

/// A handler that no template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untemplated {
    /// Its file.
    pub path: RelPath,
    /// What it is called there: the function, or the framework's application.
    pub symbol: Name,
    /// The function; the file as a whole where a framework calls into it.
    pub place: Place,
}

/// Names of a first parameter that say what it is.
const EVENT_NAMES: [&str; 3] = ["event", "evt", "_event"];

/// Names of an exported function that the platforms' own examples give to a handler.
const HANDLER_NAMES: [&str; 3] = ["handler", "lambda_handler", "lambdaHandler"];

/// Names that a framework's application is often given.
const APPLICATION_NAMES: [&str; 4] = ["app", "application", "api", "server"];

/// Directories of code that is not deployed.
const UNDEPLOYED: [&str; 6] = ["test", "tests", "__tests__", "__mocks__", "spec", "e2e"];

/// Every such handler in the modules that `is_open` admits, in the order of paths.
#[must_use]
pub fn untemplated(
    program: &Program,
    knowledge: &Knowledge,
    is_open: impl Fn(ModuleId, &RelPath) -> bool,
) -> Vec<Untemplated> {
    let frameworks_of = |language: Language| knowledge.language(language.as_str()).frameworks();
    let python = frameworks_of(Language::Python);
    let javascript = frameworks_of(Language::JavaScript);
    let mut found = Vec::new();
    for (id, path, module) in program.modules() {
        let is_deployed = !path.segments().any(|segment| UNDEPLOYED.contains(&segment));
        if !is_deployed || !is_open(id, path) {
            continue;
        }
        let of_language = match module.language {
            Language::Python => &python,
            Language::JavaScript => &javascript,
        };
        let before = found.len();
        found.extend(by_shape(path, module));
        if found.len() == before && registers(module, of_language) {
            found.push(Untemplated {
                path: path.clone(),
                symbol: application_name(module),
                place: Place::new(module.file, base::Span::default()),
            });
        }
    }
    found
}

fn by_shape(path: &RelPath, module: &Module) -> Vec<Untemplated> {
    let mut found = Vec::new();
    for name in exported_names(module) {
        let Some(function) = module
            .functions
            .iter()
            .find(|function| function.name.as_ref() == Some(&name) && function.class.is_none())
        else {
            continue;
        };
        let count = function.parameters.len();
        let first = function
            .parameters
            .first()
            .and_then(|parameter| parameter.name.as_deref())
            .unwrap_or_default();
        let takes_event = match module.language {
            Language::Python => count == 2 && function.parent.is_some(),
            Language::JavaScript => count <= 3,
        };
        let is_named = HANDLER_NAMES.contains(&name.as_str()) && 0 < count;
        if takes_event && (is_named || EVENT_NAMES.contains(&first)) {
            found.push(Untemplated {
                path: path.clone(),
                symbol: name,
                place: Place::new(module.file, function.span),
            });
        }
    }
    found
}

/// Whether the module imports a framework and has something to register with it.
fn registers(module: &Module, frameworks: &BTreeSet<Name>) -> bool {
    let imports = module.imports.iter().any(|import| {
        let package = match module.language {
            Language::Python => import.module.split('.').next().unwrap_or_default(),
            Language::JavaScript => import.module.as_str(),
        };
        frameworks.contains(package)
    });
    let mut registrations = Registrations { any: false };
    if imports {
        module.visit(&mut registrations);
    }
    registrations.any
}

/// Looks for functions that are handed to something: by a decorator, or as an argument.
struct Registrations {
    any: bool,
}

impl Visitor for Registrations {
    fn expression(&mut self, expression: &Expr) {
        self.any |= match &expression.kind {
            ExprKind::Decorated { .. } => true,
            ExprKind::Call(call) => call
                .arguments
                .iter()
                .any(|argument| matches!(argument.value().kind, ExprKind::Closure(_))),
            _ => false,
        };
    }
}

fn application_name(module: &Module) -> Name {
    let exported = exported_names(module);
    APPLICATION_NAMES
        .iter()
        .find(|name| exported.iter().any(|known| known == *name))
        .copied()
        .unwrap_or("app")
        .into()
}

/// The files that are run or used for themselves rather than as a part of another file, in the order of paths.
#[must_use]
pub fn scripts(program: &Program) -> Vec<Untemplated> {
    let imported: BTreeSet<ModuleId> = program
        .modules()
        .flat_map(|(id, path, module)| {
            let roots = [path.parent(), RelPath::root()];
            let imports = module.imports.iter();
            let resolved = imports.filter_map(move |it| program.resolve(id, &it.module, &roots));
            resolved.filter(move |other| *other != id)
        })
        .collect();
    let modules = program.modules();
    modules
        .filter(|(id, path, _)| {
            let is_deployed = !path.segments().any(|it| UNDEPLOYED.contains(&it));
            is_deployed && !imported.contains(id)
        })
        .map(|(_, path, module)| Untemplated {
            path: path.clone(),
            symbol: crate::handlers::EVERYTHING.into(),
            place: Place::new(module.file, base::Span::default()),
        })
        .collect()
}

/// The functions that a module offers to others, sorted.
pub(crate) fn exported_functions(module: &Module) -> Vec<Name> {
    let is_function = |name: &Name| {
        let mut functions = module.functions.iter();
        functions.any(|function| function.name.as_ref() == Some(name) && function.class.is_none())
    };
    let mut names = exported_names(module);
    names.retain(is_function);
    names
}

fn exported_names(module: &ir::Module) -> Vec<Name> {
    let mut names: Vec<Name> = module
        .exports
        .iter()
        .map(|export| export.name.clone())
        .collect();
    if module.exports_object.is_some() {
        names.extend(
            module
                .functions
                .iter()
                .filter_map(|function| function.name.clone()),
        );
    }
    names.sort();
    names.dedup();
    names
}
