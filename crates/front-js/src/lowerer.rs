//! The state of lowering one file: the module under construction, the functions that are open, and the limits.

use base::{FileId, Name, Span};
use ir::{Expr, ExprKind, Function, FunctionId, Language, Literal, Module, Stmt, StmtKind};
use oxc_ast::ast::Program;
use oxc_semantic::Scoping;
use oxc_syntax::scope::ScopeId;

use crate::scope::{Frame, Scopes, This};

/// Lowers one parsed file. The methods are spread over the modules of this crate by topic.
pub(crate) struct Lowerer<'s> {
    pub(crate) module: Module,
    pub(crate) scopes: Scopes<'s>,
    /// Whether the file is an ES module, where the top-level `this` is undefined.
    pub(crate) is_esm: bool,
    depth: u32,
    max_depth: u32,
    /// The first construct that was nested too deeply to be lowered.
    pub(crate) too_deep: Option<Span>,
}

/// What a new function is.
pub(crate) struct Opening {
    pub(crate) name: Option<Name>,
    pub(crate) span: Span,
    pub(crate) this: This,
    pub(crate) scope: Option<ScopeId>,
}

impl<'s> Lowerer<'s> {
    pub(crate) fn new(file: FileId, scoping: &'s Scoping, max_depth: u32) -> Self {
        Self {
            module: empty_module(file),
            scopes: Scopes::new(scoping),
            is_esm: false,
            depth: 0,
            max_depth,
            too_deep: None,
        }
    }

    /// Lowers the whole file.
    pub(crate) fn program(&mut self, program: &Program<'_>) {
        self.is_esm = program.source_type.is_module();
        let id = self.open_function(Opening {
            name: None,
            span: span(program.span),
            this: This::Module,
            scope: program.scope_id.get(),
        });
        self.bind_imports(&program.body);
        let body = self.statements(&program.body);
        self.close_function(id, body);
    }

    /// Reserves a function and makes it the current one.
    pub(crate) fn open_function(&mut self, opening: Opening) -> FunctionId {
        let id = FunctionId(self.module.functions.len() as u32);
        self.module.functions.push(Function {
            name: opening.name,
            span: opening.span,
            parent: self.scopes.current_function(),
            class: None,
            receiver: None,
            parameters: Vec::new(),
            is_async: false,
            is_generator: false,
            decorators: Vec::new(),
            body: Vec::new(),
        });
        self.scopes.enter(
            Frame {
                function: id,
                this: opening.this,
            },
            opening.scope,
        );
        id
    }

    /// Gives the function its body and returns to the one around it.
    pub(crate) fn close_function(&mut self, id: FunctionId, body: Vec<Stmt>) {
        self.scopes.leave();
        if let Some(function) = self.function_mut(id) {
            function.body = body;
        }
    }

    pub(crate) fn function_mut(&mut self, id: FunctionId) -> Option<&mut Function> {
        self.module.functions.get_mut(id.0 as usize)
    }

    /// Runs `lower` one level deeper; gives nothing, and remembers where, once the nesting is too deep.
    pub(crate) fn nested<T>(
        &mut self,
        place: Span,
        lower: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.max_depth <= self.depth {
            self.too_deep.get_or_insert(place);
            return None;
        }
        self.depth += 1;
        let lowered = lower(self);
        self.depth -= 1;
        Some(lowered)
    }
}

/// A module without code.
pub(crate) fn empty_module(file: FileId) -> Module {
    Module {
        file,
        language: Language::JavaScript,
        functions: Vec::new(),
        classes: Vec::new(),
        variables: Vec::new(),
        exports: Vec::new(),
        exports_object: None,
        star_exports: Vec::new(),
        imports: Vec::new(),
    }
}

/// The parser's span as ours: both count UTF-8 bytes from the start of the file.
pub(crate) fn span(span: oxc_span::Span) -> Span {
    Span::new(span.start, span.end)
}

pub(crate) fn boxed(kind: ExprKind, span: Span) -> Box<Expr> {
    Box::new(Expr::new(kind, span))
}

pub(crate) fn text(value: &str, span: Span) -> Expr {
    Expr::new(ExprKind::Literal(Literal::Text(Name::new(value))), span)
}

pub(crate) fn null(span: Span) -> Expr {
    Expr::new(ExprKind::Literal(Literal::Null), span)
}

pub(crate) fn unknown(operands: Vec<Expr>, span: Span) -> Expr {
    Expr::new(ExprKind::Unknown(operands), span)
}

pub(crate) fn stmt(kind: StmtKind, span: Span) -> Stmt {
    Stmt { kind, span }
}
