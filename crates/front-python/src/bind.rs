//! The first pass over a scope: which names its body binds, and how. Python makes a name local to a function when it is
//! assigned anywhere in it, so this must be known before the first use is lowered.

use base::{Map, Name, Set};
use ir::VariableId;
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{Expr, Identifier, Parameters, Pattern, Stmt, StmtImport, StmtImportFrom};

use crate::expr::children;
use crate::import;
use crate::scope::Binding;

/// Stands for a variable that is not declared yet.
const UNDECLARED: VariableId = VariableId(u32::MAX);

/// The names that one scope binds, in the order in which they first stand in the source.
pub(crate) struct Collector<'a> {
    pub(crate) entries: Vec<(&'a str, Binding)>,
    index: Map<&'a str, usize>,
    pub(crate) globals: Set<&'a str>,
    nonlocals: Set<&'a str>,
    /// Modules of `from x import *`.
    pub(crate) stars: Vec<Name>,
    has_walrus: bool,
}

impl<'a> Collector<'a> {
    /// `has_walrus`: whether expressions must be searched for `:=`.
    pub(crate) fn new(has_walrus: bool) -> Self {
        Self {
            entries: Vec::new(),
            index: Map::default(),
            globals: Set::default(),
            nonlocals: Set::default(),
            stars: Vec::new(),
            has_walrus,
        }
    }

    /// Binds the parameters of a function.
    pub(crate) fn parameters(&mut self, parameters: &'a Parameters) {
        for parameter in parameters {
            self.variable(parameter.name());
        }
    }

    /// Binds what the statements of `body` bind, in all their blocks.
    pub(crate) fn body(&mut self, body: &'a [Stmt]) {
        self.declarations(body);
        for stmt in body {
            self.stmt(stmt);
        }
    }

    /// Binds what the body of a class binds: plain members stay members, what is computed in blocks becomes variables.
    pub(crate) fn class_body(&mut self, body: &'a [Stmt]) {
        self.declarations(body);
        for stmt in body {
            match stmt {
                Stmt::Assign(assign) => match assign.targets.as_slice() {
                    [Expr::Name(target)] => self.member(&target.id),
                    _ => self.stmt(stmt),
                },
                Stmt::AnnAssign(assign) => match &*assign.target {
                    Expr::Name(target) => self.member(&target.id),
                    _ => self.stmt(stmt),
                },
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                _ => self.stmt(stmt),
            }
        }
        for name in class_definitions(body) {
            self.add(name, Binding::ClassMember, |_| {});
        }
    }

    /// Binds the loop variables of a comprehension.
    pub(crate) fn target(&mut self, target: &'a Expr) {
        let mut open = vec![target];
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Name(name) => self.variable(&name.id),
                Expr::Tuple(tuple) => open.extend(tuple.elts.iter().rev()),
                Expr::List(list) => open.extend(list.elts.iter().rev()),
                Expr::Starred(starred) => open.push(&starred.value),
                _ => {}
            }
        }
    }

    /// Binds in the module what functions below declare `global`.
    pub(crate) fn globals_below(&mut self, body: &'a [Stmt]) {
        let mut open = vec![body];
        while let Some(body) = open.pop() {
            for stmt in body {
                if let Stmt::Global(global) = stmt {
                    global.names.iter().for_each(|name| self.variable(name));
                }
                match stmt {
                    Stmt::FunctionDef(function) => open.push(&function.body),
                    Stmt::ClassDef(class) => open.push(&class.body),
                    _ => open.extend(blocks(stmt)),
                }
            }
        }
    }

    /// Takes in `global` and `nonlocal` first, because they rule over every binding of the scope.
    fn declarations(&mut self, body: &'a [Stmt]) {
        let mut open = vec![body];
        while let Some(body) = open.pop() {
            for stmt in body {
                match stmt {
                    Stmt::Global(global) => self
                        .globals
                        .extend(global.names.iter().map(Identifier::as_str)),
                    Stmt::Nonlocal(nonlocal) => {
                        self.nonlocals
                            .extend(nonlocal.names.iter().map(Identifier::as_str));
                    }
                    _ => open.extend(blocks(stmt)),
                }
            }
        }
    }

    fn stmt(&mut self, root: &'a Stmt) {
        let mut open = vec![root];
        while let Some(stmt) = open.pop() {
            if self.has_walrus {
                self.walruses(stmt);
            }
            match stmt {
                Stmt::FunctionDef(function) => self.variable(&function.name),
                Stmt::ClassDef(class) => self.variable(&class.name),
                Stmt::Assign(assign) => {
                    assign.targets.iter().for_each(|target| self.target(target))
                }
                Stmt::AugAssign(assign) => self.target(&assign.target),
                Stmt::AnnAssign(assign) => self.target(&assign.target),
                Stmt::TypeAlias(alias) => self.target(&alias.name),
                Stmt::For(stmt) => self.target(&stmt.target),
                Stmt::Delete(delete) => {
                    delete.targets.iter().for_each(|target| self.target(target))
                }
                Stmt::With(with) => {
                    for target in with
                        .items
                        .iter()
                        .filter_map(|item| item.optional_vars.as_deref())
                    {
                        self.target(target);
                    }
                }
                Stmt::Try(stmt) => {
                    for handler in &stmt.handlers {
                        let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                        if let Some(name) = &handler.name {
                            self.variable(name);
                        }
                    }
                }
                Stmt::Match(stmt) => stmt
                    .cases
                    .iter()
                    .for_each(|case| self.pattern(&case.pattern)),
                Stmt::Import(import) => self.import(import),
                Stmt::ImportFrom(import) => self.import_from(import),
                _ => {}
            }
            let nested: Vec<&'a [Stmt]> = blocks(stmt).collect();
            open.extend(nested.iter().rev().flat_map(|block| block.iter().rev()));
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern) {
        let mut open = vec![pattern];
        while let Some(pattern) = open.pop() {
            match pattern {
                Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
                Pattern::MatchSequence(sequence) => open.extend(sequence.patterns.iter().rev()),
                Pattern::MatchMapping(mapping) => {
                    open.extend(mapping.patterns.iter().rev());
                    mapping.rest.iter().for_each(|name| self.variable(name));
                }
                Pattern::MatchClass(class) => {
                    open.extend(
                        class
                            .arguments
                            .keywords
                            .iter()
                            .rev()
                            .map(|keyword| &keyword.pattern),
                    );
                    open.extend(class.arguments.patterns.iter().rev());
                }
                Pattern::MatchStar(star) => star.name.iter().for_each(|name| self.variable(name)),
                Pattern::MatchAs(alias) => {
                    open.extend(alias.pattern.as_deref());
                    alias.name.iter().for_each(|name| self.variable(name));
                }
                Pattern::MatchOr(or) => open.extend(or.patterns.iter().rev()),
            }
        }
    }

    fn import(&mut self, import: &'a StmtImport) {
        for alias in &import.names {
            let (name, module) = import::bound_module(alias);
            self.imported(name, Name::new(module), None);
        }
    }

    fn import_from(&mut self, import: &'a StmtImportFrom) {
        let module = import::specifier(import);
        for alias in &import.names {
            if alias.name.as_str() == "*" {
                self.stars.push(module.clone());
                continue;
            }
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            self.imported(name, module.clone(), Some(Name::new(&alias.name)));
        }
    }

    fn imported(&mut self, name: &'a str, module: Name, member: Option<Name>) {
        let binding = Binding::Import { module, member };
        let same = binding.clone();
        self.add(name, binding, |existing| {
            if *existing != same {
                *existing = Binding::Variable(UNDECLARED);
            }
        });
    }

    fn variable(&mut self, name: &'a str) {
        let variable = Binding::Variable(UNDECLARED);
        self.add(name, variable, |existing| {
            *existing = Binding::Variable(UNDECLARED)
        });
    }

    /// A class member that is assigned twice is computed step by step, so it becomes a variable.
    fn member(&mut self, name: &'a str) {
        self.add(name, Binding::ClassMember, |existing| {
            *existing = Binding::Variable(UNDECLARED)
        });
    }

    fn add(&mut self, name: &'a str, binding: Binding, merge: impl FnOnce(&mut Binding)) {
        // The parser leaves an empty name where it had to invent one.
        if name.is_empty() || self.globals.contains(name) || self.nonlocals.contains(name) {
            return;
        }
        match self
            .index
            .get(name)
            .and_then(|index| self.entries.get_mut(*index))
        {
            Some((_, existing)) => merge(existing),
            None => {
                self.index.insert(name, self.entries.len());
                self.entries.push((name, binding));
            }
        }
    }

    /// Binds what `:=` binds in the expressions of one statement; those of lambdas are theirs.
    fn walruses(&mut self, stmt: &'a Stmt) {
        let mut own = OwnExprs(Vec::new());
        source_order::walk_stmt(&mut own, stmt);
        own.0.into_iter().for_each(|expr| self.walruses_of(expr));
    }

    /// Binds what `:=` binds in `expr`, comprehensions included.
    pub(crate) fn walruses_of(&mut self, expr: &'a Expr) {
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            match expr {
                Expr::Lambda(_) => {}
                Expr::Named(named) => {
                    self.target(&named.target);
                    open.push(&named.value);
                }
                other => open.extend(children(other)),
            }
        }
    }
}

/// Collects the expressions of a statement without those of the statements inside it.
struct OwnExprs<'a>(Vec<&'a Expr>);

impl<'a> SourceOrderVisitor<'a> for OwnExprs<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.0.push(expr);
    }

    fn visit_body(&mut self, _body: &'a [Stmt]) {}
}

/// The blocks of a compound statement that belong to the same scope.
fn blocks(stmt: &Stmt) -> impl Iterator<Item = &[Stmt]> {
    let mut blocks: [&[Stmt]; 3] = [&[], &[], &[]];
    let mut more: Vec<&[Stmt]> = Vec::new();
    match stmt {
        Stmt::For(stmt) => blocks = [&stmt.body, &stmt.orelse, &[]],
        Stmt::While(stmt) => blocks = [&stmt.body, &stmt.orelse, &[]],
        Stmt::With(stmt) => blocks = [&stmt.body, &[], &[]],
        Stmt::If(stmt) => {
            blocks = [&stmt.body, &[], &[]];
            more.extend(stmt.elif_else_clauses.iter().map(|clause| &*clause.body));
        }
        Stmt::Try(stmt) => {
            blocks = [&stmt.body, &[], &[]];
            more.extend(stmt.handlers.iter().map(|handler| {
                let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                &*handler.body
            }));
            more.extend([&*stmt.orelse, &*stmt.finalbody]);
        }
        Stmt::Match(stmt) => more.extend(stmt.cases.iter().map(|case| &*case.body)),
        _ => {}
    }
    blocks
        .into_iter()
        .chain(more)
        .filter(|block| !block.is_empty())
}

/// The functions and classes that a class body defines, also inside its `if` and `try` blocks.
fn class_definitions(body: &[Stmt]) -> Vec<&str> {
    let mut names = Vec::new();
    let mut open = vec![body];
    while let Some(body) = open.pop() {
        for stmt in body {
            match stmt {
                Stmt::FunctionDef(function) => names.push(function.name.as_str()),
                Stmt::ClassDef(class) => names.push(class.name.as_str()),
                _ => open.extend(blocks(stmt)),
            }
        }
    }
    names
}
