//! Python's scoping: which declaration a name means where it stands.

use base::{Map, Name, Set, Span};
use ir::{Expr, ExprKind, FunctionId, Pattern, VariableId};

use crate::builtins::is_builtin;
use crate::class::ClassBody;
use crate::lowerer::Lowerer;

/// The kinds of scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    Module,
    Function,
    /// Visible in the class body itself only, not in its methods.
    Class,
    /// A comprehension: holds its loop variables; `:=` binds outside of it.
    Comprehension,
}

/// What a name is bound to in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Binding {
    /// A variable.
    Variable(VariableId),
    /// Nothing but this import.
    Import { module: Name, member: Option<Name> },
    /// A field or method of the class whose body this is.
    ClassMember,
}

/// One scope.
pub(crate) struct Scope {
    pub(crate) kind: ScopeKind,
    /// The function that owns its variables.
    pub(crate) function: FunctionId,
    pub(crate) names: Map<Name, Binding>,
    /// Names declared `global` here.
    pub(crate) globals: Set<Name>,
    /// The variable of each exported name; of the module only.
    pub(crate) exported: Map<Name, VariableId>,
    /// What the class has so far; of a class only.
    pub(crate) class: ClassBody,
}

impl Scope {
    pub(crate) fn new(kind: ScopeKind, function: FunctionId) -> Self {
        Self {
            kind,
            function,
            names: Map::default(),
            globals: Set::default(),
            exported: Map::default(),
            class: ClassBody::default(),
        }
    }
}

/// What a name that is read or written means.
enum Resolved {
    Variable(VariableId),
    Import(ExprKind),
    /// A member of the class body being lowered, in the scope with this index.
    Member(usize),
    Unbound,
}

impl Lowerer<'_> {
    /// The value of `name`, read at `span`.
    pub(crate) fn name(&mut self, name: &str, span: Span) -> Expr {
        let kind = match self.resolve(name, self.scopes.len()) {
            Resolved::Variable(variable) => self.variable(variable),
            Resolved::Import(import) => import,
            Resolved::Member(scope) => self.member(scope, name),
            Resolved::Unbound => self.unbound(name),
        };
        Expr::new(kind, span)
    }

    /// `name` as the target of an assignment.
    pub(crate) fn bind(&mut self, name: &str, span: Span) -> Pattern {
        self.bind_below(name, span, self.scopes.len())
    }

    /// `name` as the target of `:=`, which binds outside of comprehensions.
    pub(crate) fn bind_walrus(&mut self, name: &str, span: Span) -> Pattern {
        let comprehensions = self
            .scopes
            .iter()
            .rev()
            .take_while(|scope| scope.kind == ScopeKind::Comprehension)
            .count();
        self.bind_below(name, span, self.scopes.len() - comprehensions)
    }

    fn bind_below(&mut self, name: &str, span: Span, scopes: usize) -> Pattern {
        if let Some(variable) = self.module_variable(name, scopes) {
            return self.bind_variable(variable, span);
        }
        match self.resolve(name, scopes) {
            Resolved::Variable(variable) => self.bind_variable(variable, span),
            _ => Pattern::Place(Expr::new(ExprKind::Global(Name::new(name)), span)),
        }
    }

    /// Binds `variable`, which another function may own (`global`, `nonlocal`).
    pub(crate) fn bind_variable(&mut self, variable: VariableId, span: Span) -> Pattern {
        self.variable(variable);
        Pattern::Variable(variable, span)
    }

    /// The variable that exports `name`, where the innermost of `scopes` is the module's own. An imported name has one
    /// although its uses do not read it.
    fn module_variable(&self, name: &str, scopes: usize) -> Option<VariableId> {
        let scope = self.scopes.get(scopes.checked_sub(1)?)?;
        scope.exported.get(name).copied()
    }

    fn resolve(&self, name: &str, scopes: usize) -> Resolved {
        let mut is_innermost = true;
        for (index, scope) in self.scopes.iter().enumerate().take(scopes).rev() {
            let is_visible = is_innermost || scope.kind != ScopeKind::Class;
            is_innermost = false;
            if !is_visible {
                continue;
            }
            if scope.kind != ScopeKind::Module && scope.globals.contains(name) {
                return self.resolve(name, 1);
            }
            match scope.names.get(name) {
                Some(Binding::Variable(variable)) => return Resolved::Variable(*variable),
                Some(Binding::Import { module, member }) => {
                    return Resolved::Import(ExprKind::Import {
                        module: module.clone(),
                        member: member.clone(),
                    });
                }
                // Before a class member is assigned, its name still means what it means outside.
                Some(Binding::ClassMember) if scope.class.has(name) => {
                    return Resolved::Member(index);
                }
                Some(Binding::ClassMember) | None => {}
            }
        }
        Resolved::Unbound
    }

    /// Reads or writes `variable` in the current function.
    fn variable(&mut self, variable: VariableId) -> ExprKind {
        let function = self.function();
        if let Some(declared) = self.module.variables.get_mut(variable.0 as usize) {
            declared.captured |= declared.owner != function;
        }
        ExprKind::Variable(variable)
    }

    /// A name that no scope binds: a builtin, or what a star import brought.
    fn unbound(&self, name: &str) -> ExprKind {
        match self.module.star_exports.first() {
            Some(module) if !is_builtin(name) => ExprKind::Import {
                module: module.clone(),
                member: Some(Name::new(name)),
            },
            _ => ExprKind::Global(Name::new(name)),
        }
    }
}
