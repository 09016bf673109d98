//! Whether code calls what an advisory names: the function of a package that is vulnerable.
//!
//! A call that is found is proof that the vulnerability is within reach. One that is not proves nothing: the package may call it
//! itself, or code that is reached in a way that is not followed.

use crate::family::Input;
use app::FunctionId;
use base::{Map, Name, Place, Span};
use deps::{Package, modules};
use ir::{Expr, ExprKind, Module, Pattern, Stmt, StmtKind, VariableId, Visitor};

/// The first call, in any module that these functions run, of something that the package's advisories name, and how it is written.
pub(super) fn first(
    input: &Input<'_>,
    package: &Package,
    functions: &[FunctionId],
) -> Option<(Place, String)> {
    let advisories = package.vulnerabilities.iter();
    let symbols = advisories.flat_map(|it| &it.advisory.symbols);
    let symbols: Vec<&str> = symbols.filter_map(|symbol| last_part(symbol)).collect();
    if symbols.is_empty() {
        return None;
    }
    let analyses = functions.iter().flat_map(|it| input.model.analyses_of(*it));
    let entered = analyses.flat_map(|analysis| &analysis.facts.functions);
    let mut entered: Vec<_> = entered.map(|function| function.module).collect();
    entered.sort_unstable();
    entered.dedup();
    entered.into_iter().find_map(|id| {
        let module = input.model.program.module(id)?;
        let (span, path) = call_in(module, package, &symbols)?;
        Some((Place::new(module.file, span), path))
    })
}

fn call_in(module: &Module, package: &Package, symbols: &[&str]) -> Option<(Span, String)> {
    let is_imported = module
        .imports
        .iter()
        .any(|import| modules::is_of(package.ecosystem, &package.name, &import.module));
    if !is_imported {
        return None;
    }
    let mut names = Names::default();
    module.visit(&mut names);
    let mut calls = Calls {
        package,
        symbols,
        names,
        found: None,
    };
    module.visit(&mut calls);
    calls.found
}

/// The function's own name in `(package).module.function`, `Type::method`.
fn last_part(symbol: &str) -> Option<&str> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let mut words = symbol.split(|letter| !is_word(letter));
    words.rfind(|word| !word.is_empty())
}

/// What is imported, and the name of it that is meant.
type Imported = (Name, Option<Name>);

/// Variables that hold a module or a part of one: `const _ = require("lodash")`.
#[derive(Default)]
struct Names {
    imported: Map<VariableId, Imported>,
}

impl Names {
    /// What an expression takes from a module, with the last name on the way.
    fn of(&self, expression: &Expr) -> Option<Imported> {
        match &expression.kind {
            ExprKind::Import { module, member } => Some((module.clone(), member.clone())),
            ExprKind::Variable(variable) => self.imported.get(variable).cloned(),
            ExprKind::Field { base, name } => {
                let (module, _) = self.of(base)?;
                Some((module, Some(name.clone())))
            }
            _ => None,
        }
    }
}

impl Visitor for Names {
    fn statement(&mut self, statement: &Stmt) {
        let StmtKind::Assign { target, value } = &statement.kind else {
            return;
        };
        let Some((module, member)) = self.of(value) else {
            return;
        };
        match target {
            Pattern::Variable(variable, _) => {
                self.imported.insert(*variable, (module, member));
            }
            Pattern::Object { properties, .. } => {
                for property in properties {
                    if let Pattern::Variable(variable, _) = &property.value {
                        let part = (module.clone(), property.key.clone());
                        self.imported.insert(*variable, part);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Looks for the first call.
struct Calls<'a> {
    package: &'a Package,
    symbols: &'a [&'a str],
    names: Names,
    found: Option<(Span, String)>,
}

impl Visitor for Calls<'_> {
    fn expression(&mut self, expression: &Expr) {
        let ExprKind::Call(call) = &expression.kind else {
            return;
        };
        if self.found.is_some() {
            return;
        }
        let Some((module, Some(name))) = self.names.of(&call.callee) else {
            return;
        };
        let is_meant = self.symbols.contains(&name.as_str())
            && modules::is_of(self.package.ecosystem, &self.package.name, &module);
        if is_meant {
            self.found = Some((expression.span, format!("{module}.{name}")));
        }
    }
}
