//! Handlers that no template names, recognised by their shape or by the framework that they register with.

use std::collections::BTreeSet;

use base::{Name, Place, RelPath};
use ir::{Expr, ExprKind, FunctionId, Language, Module, ModuleId, Program, Visitor};
use knowledge::Knowledge;

use crate::offers::{Offer, offers};

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
        } else if found.len() == before {
            found.extend(by_name(path, module));
        }
    }
    found
}

/// What a module exports under a handler's name without a function of its own: `export const handler = withClients(main)`.
fn by_name(path: &RelPath, module: &Module) -> Option<Untemplated> {
    let is_export = |offer: &Offer| {
        HANDLER_NAMES.contains(&offer.name.as_str())
            && offer.functions.is_empty()
            && module.language == Language::JavaScript
    };
    let offer = offers(module).into_iter().find(is_export)?;
    Some(Untemplated {
        path: path.clone(),
        symbol: offer.name,
        place: Place::new(module.file, base::Span::default()),
    })
}

fn by_shape(path: &RelPath, module: &Module) -> Vec<Untemplated> {
    let offers = offers(module);
    let mut handlers: Vec<(&Offer, FunctionId)> = offers
        .iter()
        .filter_map(|offer| {
            let mut functions = offer.functions.iter().copied();
            let handler = functions.find(|id| is_handler(module, &offer.name, *id))?;
            Some((offer, handler))
        })
        .collect();
    // A function is one handler, under the name that says so most; one that others wrap is theirs.
    handlers.sort_by_key(|(offer, function)| {
        let name = offer.name.as_str();
        let own = module.function(*function).and_then(|it| it.name.as_deref());
        let is_meant = HANDLER_NAMES.contains(&name);
        (!offer.is_wrapped, !is_meant, own != Some(name), name)
    });
    let mut taken = BTreeSet::new();
    handlers.retain(|(offer, function)| taken.insert(*function) || offer.is_wrapped);
    handlers.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    let handlers = handlers.into_iter().filter_map(|(offer, function)| {
        Some(Untemplated {
            path: path.clone(),
            symbol: offer.name.clone(),
            place: Place::new(module.file, module.function(function)?.span),
        })
    });
    handlers.collect()
}

/// Whether a function that a module gives to others under this name looks like a handler.
fn is_handler(module: &Module, name: &str, function: FunctionId) -> bool {
    let Some(function) = module.function(function) else {
        return false;
    };
    let parameters = &function.parameters;
    let first = parameters.first().and_then(|it| it.name.as_deref());
    let takes_event = match module.language {
        Language::Python => parameters.len() == 2,
        Language::JavaScript => parameters.len() <= 3,
    };
    let is_named = HANDLER_NAMES.contains(&name) && !parameters.is_empty();
    takes_event && (is_named || first.is_some_and(|it| EVENT_NAMES.contains(&it)))
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
    let offers = offers(module);
    APPLICATION_NAMES
        .iter()
        .find(|name| offers.iter().any(|offer| offer.name == **name))
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
