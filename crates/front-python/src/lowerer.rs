//! The state of one lowering: the module that grows, the scopes that are open, and how deep the walk is.

use base::{FileId, Name, Span};
use ir::{
    Export, Expr, ExprKind, Function, FunctionId, Language, Module, Pattern, Stmt, StmtKind,
    Variable, VariableId,
};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::bind::Collector;
use crate::scope::{Binding, Scope, ScopeKind};

/// Lowers the statements of one file.
pub(crate) struct Lowerer<'a> {
    pub(crate) text: &'a str,
    /// Deepest nesting of expressions, and of statements.
    pub(crate) limit: u32,
    pub(crate) module: Module,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) frames: Vec<Frame>,
    /// Statements that an expression needs to run before its own statement.
    pub(crate) pending: Vec<Stmt>,
    pub(crate) expr_depth: u32,
    pub(crate) stmt_depth: u32,
    /// The first expression that was too deep to lower as it stands.
    pub(crate) coarse: Option<Span>,
    temporaries: u32,
    /// Whether the file may bind names inside expressions, which costs a second look at each of them.
    pub(crate) has_walrus: bool,
}

/// A function whose body is being lowered.
pub(crate) struct Frame {
    pub(crate) function: FunctionId,
    pub(crate) is_generator: bool,
    /// For each open loop, whether a `break` leaves it.
    pub(crate) loops: Vec<bool>,
}

/// What [`Lowerer::finish`] gives.
pub(crate) struct Finished {
    pub(crate) module: Module,
    pub(crate) coarse: Option<Span>,
}

impl<'a> Lowerer<'a> {
    pub(crate) fn new(file: FileId, text: &'a str, limit: u32) -> Self {
        let top_level = empty_function(None, Span::new(0, text.len() as u32));
        Self {
            text,
            limit,
            module: Module {
                file,
                language: Language::Python,
                functions: vec![top_level],
                classes: Vec::new(),
                variables: Vec::new(),
                exports: Vec::new(),
                exports_object: None,
                star_exports: Vec::new(),
                imports: Vec::new(),
            },
            scopes: Vec::new(),
            frames: Vec::new(),
            pending: Vec::new(),
            expr_depth: 0,
            stmt_depth: 0,
            coarse: None,
            temporaries: 0,
            has_walrus: text.contains(":="),
        }
    }

    /// Lowers the top level of the file into the module's first function.
    pub(crate) fn module_body(&mut self, body: &[ast::Stmt]) {
        let mut names = Collector::new(self.has_walrus);
        names.body(body);
        if self.text.contains("global") {
            names.globals_below(body);
        }
        let stars = std::mem::take(&mut names.stars);
        self.module.star_exports.extend(stars);
        let function = FunctionId(0);
        self.scopes.push(Scope::new(ScopeKind::Module, function));
        self.declare(names);
        let (body, _) = self.function_body(function, |lowerer| lowerer.block(body));
        if let Some(top_level) = self.module.functions.first_mut() {
            top_level.body = body;
        }
        self.scopes.pop();
    }

    /// The finished module.
    pub(crate) fn finish(self) -> Finished {
        Finished {
            module: self.module,
            coarse: self.coarse,
        }
    }

    /// Declares in the innermost scope what `names` were collected from its body.
    pub(crate) fn declare(&mut self, names: Collector<'_>) {
        let Some(scope) = self.scopes.last_mut() else {
            return;
        };
        let owner = scope.function;
        let is_module = scope.kind == ScopeKind::Module;
        scope
            .globals
            .extend(names.globals.into_iter().map(Name::new));
        for (name, binding) in names.entries {
            let needs_variable = is_module || matches!(binding, Binding::Variable(_));
            if !needs_variable {
                scope.names.insert(Name::new(name), binding);
                continue;
            }
            let variable = VariableId(self.module.variables.len() as u32);
            let name = Name::new(name);
            self.module.variables.push(Variable {
                name: name.clone(),
                owner,
                captured: false,
            });
            if is_module {
                self.module.exports.push(Export {
                    name: name.clone(),
                    variable,
                });
                scope.exported.insert(name.clone(), variable);
            }
            let binding = match binding {
                Binding::Variable(_) => Binding::Variable(variable),
                other => other,
            };
            scope.names.insert(name, binding);
        }
    }

    /// Runs `lower` as the body of `function`; also tells whether it yields.
    pub(crate) fn function_body<T>(
        &mut self,
        function: FunctionId,
        lower: impl FnOnce(&mut Self) -> T,
    ) -> (T, bool) {
        self.frames.push(Frame {
            function,
            is_generator: false,
            loops: Vec::new(),
        });
        let body = lower(self);
        let is_generator = self.frames.pop().is_some_and(|frame| frame.is_generator);
        (body, is_generator)
    }

    /// The function whose body is being lowered.
    pub(crate) fn function(&self) -> FunctionId {
        self.frames
            .last()
            .map_or(FunctionId(0), |frame| frame.function)
    }

    /// Reserves an index for a function inside the current one.
    pub(crate) fn new_function(&mut self, span: Span) -> FunctionId {
        let id = FunctionId(self.module.functions.len() as u32);
        self.module
            .functions
            .push(empty_function(Some(self.function()), span));
        id
    }

    /// A variable of the current function.
    pub(crate) fn new_variable(&mut self, name: Name) -> VariableId {
        let id = VariableId(self.module.variables.len() as u32);
        self.module.variables.push(Variable {
            name,
            owner: self.function(),
            captured: false,
        });
        id
    }

    /// A variable that the source does not name.
    pub(crate) fn new_temporary(&mut self) -> VariableId {
        self.temporaries += 1;
        self.new_variable(Name::new(format!("%{}", self.temporaries)))
    }

    /// Two expressions for one evaluation of `expr`: the first evaluates it, the second gives the value again.
    pub(crate) fn share(&mut self, expr: Expr) -> (Expr, Expr) {
        if is_cheap(&expr) {
            return (expr.clone(), expr);
        }
        let span = expr.span;
        let temporary = self.new_temporary();
        let assign = ExprKind::Assign {
            target: Box::new(Pattern::Variable(temporary, span)),
            value: Box::new(expr),
        };
        (
            Expr::new(assign, span),
            Expr::new(ExprKind::Variable(temporary), span),
        )
    }

    /// Statements for the whole of `body`.
    pub(crate) fn block(&mut self, body: &[ast::Stmt]) -> Vec<Stmt> {
        let mut out = Vec::with_capacity(body.len());
        self.block_into(body, &mut out);
        out
    }

    /// Appends the statements of `body` to `out`.
    pub(crate) fn block_into(&mut self, body: &[ast::Stmt], out: &mut Vec<Stmt>) {
        // The scan refuses such depth; only a tree recovered from broken source can still have it.
        if self.stmt_depth > 2 * self.limit {
            if let Some(first) = body.first() {
                self.coarse.get_or_insert(span_of(first));
            }
            return;
        }
        self.stmt_depth += 1;
        for stmt in body {
            self.stmt(stmt, out);
        }
        self.stmt_depth -= 1;
    }
}

/// Whether `expr` can be written twice: evaluating it again costs nothing, changes nothing and takes little room.
pub(crate) fn is_cheap(expr: &Expr) -> bool {
    let mut inner = expr;
    for _ in 0..4 {
        match &inner.kind {
            ExprKind::Literal(_)
            | ExprKind::Variable(_)
            | ExprKind::Global(_)
            | ExprKind::Import { .. } => return true,
            ExprKind::Field { base, .. } => inner = base,
            _ => return false,
        }
    }
    false
}

/// The bytes of a syntax node.
pub(crate) fn span_of(node: &impl Ranged) -> Span {
    let range = node.range();
    Span::new(range.start().to_u32(), range.end().to_u32())
}

/// `target = value`.
pub(crate) fn assign(target: Pattern, value: Expr, span: Span) -> Stmt {
    Stmt {
        kind: StmtKind::Assign { target, value },
        span,
    }
}

fn empty_function(parent: Option<FunctionId>, span: Span) -> Function {
    Function {
        name: None,
        span,
        parent,
        class: None,
        receiver: None,
        parameters: Vec::new(),
        is_async: false,
        is_generator: false,
        decorators: Vec::new(),
        body: Vec::new(),
    }
}
