//! Variables: from the parser's symbols, resolved by scope, to the variables of the IR, each owned by one function.

use base::{Map, Name, Span};
use ir::{Expr, ExprKind, FunctionId, Pattern, Variable, VariableId};
use oxc_ast::ast::{BindingIdentifier, IdentifierReference};
use oxc_semantic::{Scoping, SymbolId};
use oxc_syntax::scope::ScopeId;

use crate::lowerer::{Lowerer, null};

/// What a symbol of the source stands for.
#[derive(Clone)]
pub(crate) enum Binding {
    /// A variable of the module.
    Variable(VariableId),
    /// A name bound by an `import`, which is written out where it is used.
    Import { module: Name, member: Option<Name> },
}

/// What `this` means in a function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum This {
    /// The exports of a CommonJS module.
    Module,
    /// A receiver of its own.
    Own,
    /// That of the enclosing function: arrow functions.
    Enclosing,
    /// The class whose static parts are being evaluated, where it has a name.
    Class(Option<VariableId>),
}

/// One open function.
pub(crate) struct Frame {
    pub(crate) function: FunctionId,
    pub(crate) this: This,
}

/// Which variables exist and which functions are open.
pub(crate) struct Scopes<'s> {
    pub(crate) scoping: &'s Scoping,
    bindings: Map<SymbolId, Binding>,
    functions: Map<ScopeId, FunctionId>,
    frames: Vec<Frame>,
    /// Variables of the module that no declaration makes: `client = new S3()`.
    implied: Map<Name, VariableId>,
    /// How often `this` was lowered so far.
    pub(crate) uses_of_this: u32,
}

impl<'s> Scopes<'s> {
    pub(crate) fn new(scoping: &'s Scoping) -> Self {
        Self {
            scoping,
            bindings: Map::default(),
            functions: Map::default(),
            frames: Vec::new(),
            implied: Map::default(),
            uses_of_this: 0,
        }
    }

    pub(crate) fn enter(&mut self, frame: Frame, scope: Option<ScopeId>) {
        if let Some(scope) = scope {
            self.functions.insert(scope, frame.function);
        }
        self.frames.push(frame);
    }

    pub(crate) fn leave(&mut self) {
        self.frames.pop();
    }

    /// The innermost open function.
    pub(crate) fn current_function(&self) -> Option<FunctionId> {
        self.frames.last().map(|frame| frame.function)
    }

    /// Changes what `this` means in the innermost open function; gives what it meant before.
    pub(crate) fn replace_this(&mut self, this: This) -> Option<This> {
        let frame = self.frames.last_mut()?;
        Some(std::mem::replace(&mut frame.this, this))
    }

    pub(crate) fn bind(&mut self, symbol: SymbolId, binding: Binding) {
        self.bindings.insert(symbol, binding);
    }

    /// The function whose activation holds what `symbol` declares.
    fn owner(&self, symbol: SymbolId) -> FunctionId {
        let scope = self.scoping.symbol_scope_id(symbol);
        self.scoping
            .scope_ancestors(scope)
            .find_map(|scope| self.functions.get(&scope).copied())
            .unwrap_or(FunctionId(0))
    }
}

impl Lowerer<'_> {
    /// The expression that a use of a name stands for.
    pub(crate) fn reference(&mut self, identifier: &IdentifierReference<'_>, place: Span) -> Expr {
        let kind = match self.resolve(identifier) {
            Some(Binding::Variable(id)) => ExprKind::Variable(id),
            Some(Binding::Import { module, member }) => ExprKind::Import { module, member },
            None => match identifier.name.as_str() {
                "undefined" => return null(place),
                "exports" => ExprKind::Variable(self.exports_object()),
                name => match self.scopes.implied.get(name).copied() {
                    Some(id) => {
                        self.touch(id);
                        ExprKind::Variable(id)
                    }
                    None => ExprKind::Global(Name::new(name)),
                },
            },
        };
        Expr::new(kind, place)
    }

    /// What assigning to a name binds.
    pub(crate) fn reference_target(
        &mut self,
        identifier: &IdentifierReference<'_>,
        place: Span,
    ) -> Pattern {
        match self.reference(identifier, place) {
            Expr {
                kind: ExprKind::Variable(id),
                span,
            } => Pattern::Variable(id, span),
            Expr {
                kind: ExprKind::Global(name),
                span,
            } => {
                let id = self.new_variable(name.clone(), FunctionId(0));
                self.scopes.implied.insert(name, id);
                self.touch(id);
                Pattern::Variable(id, span)
            }
            _ => Pattern::Ignore,
        }
    }

    /// What a name is bound to; nothing for the names that the module does not declare.
    pub(crate) fn resolve(&mut self, identifier: &IdentifierReference<'_>) -> Option<Binding> {
        let reference = identifier.reference_id.get()?;
        let symbol = self.scopes.scoping.get_reference(reference).symbol_id()?;
        Some(self.symbol(symbol))
    }

    /// The variable that a declaration declares.
    pub(crate) fn declared(&mut self, identifier: &BindingIdentifier<'_>) -> VariableId {
        let symbol = identifier.symbol_id.get();
        match symbol.map(|symbol| self.symbol(symbol)) {
            Some(Binding::Variable(id)) => id,
            // Only an erroneous program declares a name twice, once by an import, or leaves a symbol out.
            _ => self.temporary(identifier.name.as_str()),
        }
    }

    /// What `symbol` stands for; makes its variable when it is met first.
    pub(crate) fn symbol(&mut self, symbol: SymbolId) -> Binding {
        let binding = match self.scopes.bindings.get(&symbol) {
            Some(binding) => binding.clone(),
            None => {
                let name = Name::new(self.scopes.scoping.symbol_name(symbol));
                let owner = self.scopes.owner(symbol);
                let binding = Binding::Variable(self.new_variable(name, owner));
                self.scopes.bind(symbol, binding.clone());
                binding
            }
        };
        if let Binding::Variable(id) = &binding {
            self.touch(*id);
        }
        binding
    }

    /// The value of `this` here.
    pub(crate) fn this(&mut self, place: Span) -> Expr {
        self.scopes.uses_of_this += 1;
        let frame = self
            .scopes
            .frames
            .iter()
            .rev()
            .find(|frame| frame.this != This::Enclosing);
        let (function, this) =
            frame.map_or((FunctionId(0), This::Module), |it| (it.function, it.this));
        let variable = match this {
            This::Own => Some(self.receiver(function)),
            This::Class(variable) => variable,
            This::Module if self.is_esm => return null(place),
            This::Module | This::Enclosing => Some(self.exports_object()),
        };
        match variable {
            Some(id) => {
                self.touch(id);
                Expr::new(ExprKind::Variable(id), place)
            }
            None => Expr::new(ExprKind::Unknown(Vec::new()), place),
        }
    }

    /// The receiver variable of `function`.
    pub(crate) fn receiver(&mut self, function: FunctionId) -> VariableId {
        let known = self.module.function(function).and_then(|it| it.receiver);
        known.unwrap_or_else(|| {
            let id = self.new_variable(Name::new_static("this"), function);
            if let Some(function) = self.function_mut(function) {
                function.receiver = Some(id);
            }
            id
        })
    }

    /// The variable that holds the exports of a CommonJS module.
    pub(crate) fn exports_object(&mut self) -> VariableId {
        let id = self.module.exports_object.unwrap_or_else(|| {
            let id = self.new_variable(Name::new_static("exports"), FunctionId(0));
            self.module.exports_object = Some(id);
            id
        });
        self.touch(id);
        id
    }

    /// A variable of the current function that the source does not name.
    pub(crate) fn temporary(&mut self, purpose: &str) -> VariableId {
        let owner = self.scopes.current_function().unwrap_or(FunctionId(0));
        self.new_variable(Name::new(format!("%{purpose}")), owner)
    }

    fn new_variable(&mut self, name: Name, owner: FunctionId) -> VariableId {
        let id = VariableId(self.module.variables.len() as u32);
        self.module.variables.push(Variable {
            name,
            owner,
            captured: false,
        });
        id
    }

    /// Notes that the current function reads or writes the variable.
    fn touch(&mut self, id: VariableId) {
        let current = self.scopes.current_function();
        if let Some(variable) = self.module.variables.get_mut(id.0 as usize) {
            variable.captured |= current != Some(variable.owner);
        }
    }
}
