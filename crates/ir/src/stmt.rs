//! Statements and the patterns that assignments bind.

use base::{Name, Span};

use crate::{Expr, VariableId};

/// A statement and where it stands.
#[derive(Clone, Debug)]
pub struct Stmt {
    /// What it is.
    pub kind: StmtKind,
    /// Its bytes in the module's file.
    pub span: Span,
}

/// The kinds of statement.
#[derive(Clone, Debug)]
pub enum StmtKind {
    /// An expression for its effect. Declarations of functions and classes are assignments of a
    /// [`crate::ExprKind::Closure`] or [`crate::ExprKind::Class`], hoisted to the start of their scope where the language
    /// does so.
    Expr(Expr),
    /// `target = value`. `a += b` is written out as an assignment of [`crate::ExprKind::Text`] or
    /// [`crate::ExprKind::Binary`] over the old value.
    Assign {
        /// What is bound or changed.
        target: Pattern,
        /// The value.
        value: Expr,
    },
    /// `del x`, `delete o.x`.
    Delete(Vec<Expr>),
    /// Two-way branch.
    If {
        /// Decides.
        test: Expr,
        /// If true.
        then: Vec<Stmt>,
        /// If false; empty where nothing is written.
        otherwise: Vec<Stmt>,
    },
    /// `while`, `do … while` (the body runs first when `body_first`), C-style `for` (its initialiser stands before, its
    /// update at the end of the body).
    While {
        /// Continues while true; a missing condition is a literal `true`.
        test: Expr,
        /// The body.
        body: Vec<Stmt>,
        /// The body runs before the first test.
        body_first: bool,
    },
    /// `for x in xs`, `for (const x of xs)`; `for (k in o)` iterates keys.
    ForEach {
        /// What each element is bound to.
        target: Pattern,
        /// What is iterated.
        iterable: Expr,
        /// The elements are the keys of an object, not its values.
        over_keys: bool,
        /// The body.
        body: Vec<Stmt>,
    },
    /// `switch`, `match`. Cases are tried in order.
    Switch {
        /// What is compared.
        subject: Expr,
        /// The alternatives.
        cases: Vec<Case>,
    },
    /// `try`.
    Try {
        /// What may fail.
        body: Vec<Stmt>,
        /// `catch`, `except`.
        handlers: Vec<Handler>,
        /// Python's `else`: runs after a body that did not fail.
        otherwise: Vec<Stmt>,
        /// `finally`.
        finally: Vec<Stmt>,
    },
    /// `with context as target`, `using`.
    With {
        /// The context manager.
        context: Expr,
        /// What is bound.
        target: Option<Pattern>,
        /// The body.
        body: Vec<Stmt>,
    },
    /// A block that binds nothing of its own; also what a labelled statement becomes.
    Block(Vec<Stmt>),
    /// `return`.
    Return(Option<Expr>),
    /// `raise`, `throw`.
    Throw(Option<Expr>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
}

/// One alternative of a [`StmtKind::Switch`].
#[derive(Clone, Debug)]
pub struct Case {
    /// Values the subject is equal to; empty for `default` and patterns that match anything.
    pub tests: Vec<Expr>,
    /// Variables that a structural pattern binds to (a part of) the subject.
    pub bindings: Option<Pattern>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// Control runs on into the next case when the body does not break.
    pub falls_through: bool,
}

/// One `catch` or `except`.
#[derive(Clone, Debug)]
pub struct Handler {
    /// Exception types; empty for a bare one and for every JavaScript `catch`.
    pub types: Vec<Expr>,
    /// The variable that holds the exception.
    pub binding: Option<Pattern>,
    /// Its statements.
    pub body: Vec<Stmt>,
    /// The whole clause.
    pub span: Span,
}

/// What an assignment, parameter or loop binds.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// A variable.
    Variable(VariableId, Span),
    /// A field or element: [`crate::ExprKind::Field`], [`crate::ExprKind::Index`] or [`crate::ExprKind::Slice`]; or a
    /// [`crate::ExprKind::Global`] that is assigned.
    Place(Expr),
    /// `{a, b: c = 1, ...rest}`.
    Object {
        /// The named parts.
        properties: Vec<PatternProperty>,
        /// What is left.
        rest: Option<Box<Pattern>>,
    },
    /// `[a, , b]`, `a, *b = …`.
    List {
        /// By position; nothing for a hole.
        items: Vec<Option<Pattern>>,
        /// Which position takes all that is left, with its pattern.
        rest: Option<(usize, Box<Pattern>)>,
    },
    /// `pattern = default`.
    Default(Box<Pattern>, Box<Expr>),
    /// Binds nothing (`_` in a match, an unsupported form).
    Ignore,
}

/// One named part of an object pattern.
#[derive(Clone, Debug)]
pub struct PatternProperty {
    /// The field read; nothing when the key is computed.
    pub key: Option<Name>,
    /// What it is bound to.
    pub value: Pattern,
    /// Where.
    pub span: Span,
}
