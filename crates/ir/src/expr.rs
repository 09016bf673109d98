//! Expressions.

use base::{Name, Span};

use crate::{ClassId, FunctionId, Pattern, VariableId};

/// An expression and where it stands.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its bytes in the module's file.
    pub span: Span,
}

impl Expr {
    /// An expression of `kind` at `span`.
    #[must_use]
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A value written in the source.
    Literal(Literal),
    /// A variable of this or an enclosing function.
    Variable(VariableId),
    /// A name that no scope of the module declares: a builtin or a platform global (`open`, `process`, `JSON`).
    Global(Name),
    /// A module, or one name of it: `require("fs")`, `import os.path`, `from x import y`, a dynamic `import("x")`. For a
    /// default import `member` is `default`; for a whole module (or `import * as`) it is nothing.
    Import {
        /// The module specifier as in [`crate::Import::module`].
        module: Name,
        /// The name taken from it.
        member: Option<Name>,
    },
    /// `base.name`, and `base["name"]` with a literal key.
    Field {
        /// The object.
        base: Box<Expr>,
        /// The field.
        name: Name,
    },
    /// `base[index]` with any other key.
    Index {
        /// The list or map.
        base: Box<Expr>,
        /// The key.
        index: Box<Expr>,
    },
    /// A part of a text or list, `x[1:]`. The bounds are evaluated too.
    Slice {
        /// The text or list.
        base: Box<Expr>,
        /// Where it ends, if that is written.
        end: Option<Box<Expr>>,
        /// The other bounds that are written.
        bounds: Vec<Expr>,
    },
    /// A call or construction.
    Call(Box<Call>),
    /// A text put together from parts in order: template literal, f-string, `%` and `.format` with a literal format, `+`
    /// where a side is not known to be a number. Nested ones are flattened.
    Text(Vec<Expr>),
    /// Arithmetic other than text building; the result is a number, or a set for set operators.
    Binary {
        /// The operator.
        op: BinaryOp,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// A comparison; the result is a truth value. `a < b < c` is two of them under [`ExprKind::And`].
    Compare {
        /// The operator.
        op: CompareOp,
        /// Left side.
        left: Box<Expr>,
        /// Right side.
        right: Box<Expr>,
    },
    /// `not x`, `!x`.
    Not(Box<Expr>),
    /// `a and b`, `a && b`.
    And(Box<Expr>, Box<Expr>),
    /// `a or b`, `a || b`, `a ?? b`.
    Or(Box<Expr>, Box<Expr>),
    /// `test ? then : otherwise`.
    Conditional {
        /// Decides.
        test: Box<Expr>,
        /// Value if true.
        then: Box<Expr>,
        /// Value if false.
        otherwise: Box<Expr>,
    },
    /// An object literal, dictionary, or keyword collection.
    Object(Vec<Property>),
    /// A list, tuple or set literal.
    List(Vec<Element>),
    /// A comprehension or generator expression; the result is a list of `element`, or an object when `key` is given.
    Comprehension {
        /// The loops and conditions, outermost first.
        clauses: Vec<Clause>,
        /// The key of a dictionary comprehension.
        key: Option<Box<Expr>>,
        /// What each round gives.
        element: Box<Expr>,
    },
    /// A function value; its captured variables are the enclosing function's.
    Closure(FunctionId),
    /// A class value.
    Class(ClassId),
    /// `@decorator def f` / `@decorator class C` after evaluation: `decorator` applied to `inner`.
    Decorated {
        /// The decorator expression; a call when it is written with arguments.
        decorator: Box<Expr>,
        /// What it decorates.
        inner: Box<Expr>,
    },
    /// The base class of the enclosing method's class: `super()` and `super`.
    Super,
    /// `await x`.
    Await(Box<Expr>),
    /// `yield x`; the value sent in is unknown.
    Yield(Option<Box<Expr>>),
    /// An assignment inside an expression; its value is the assigned value.
    Assign {
        /// What is assigned.
        target: Box<Pattern>,
        /// The value.
        value: Box<Expr>,
    },
    /// Evaluates all, gives the last.
    Sequence(Vec<Expr>),
    /// Anything else: the result may hold data of every operand.
    Unknown(Vec<Expr>),
}

/// A value written in the source.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// A text with its escapes resolved; also a bytes literal that is UTF-8.
    Text(Name),
    /// A number; integers that fit keep their value exactly up to 2^53.
    Number(f64),
    /// `true`, `False`.
    Bool(bool),
    /// `None`, `null`, `undefined`.
    Null,
    /// A regular expression literal: its pattern, after `(?gm)` where it has these flags.
    Regex(Name),
}

/// Arithmetic operators, as far as analyses tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+` of which a front end knows that both sides are numbers.
    Add,
    /// `*`.
    Multiply,
    /// `|`: also the union of sets and dictionaries.
    Or,
    /// `-`: also the difference of sets.
    Subtract,
    /// `/` of which a front end does not know that it divides numbers: it also joins paths.
    Divide,
    /// Another operator whose result has no limit of its own: `/` of numbers, `**`, `<<`.
    Scale,
    /// Every other.
    Other,
}

/// Comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`, `===`, `is`.
    Equal,
    /// `!=`, `!==`, `is not`.
    NotEqual,
    /// `in`: for JavaScript, the left side is a key of the right.
    In,
    /// `not in`.
    NotIn,
    /// `<`, `<=`.
    Less,
    /// `>`, `>=`.
    Greater,
    /// `instanceof`.
    InstanceOf,
}

/// A call: `callee(arguments)`, `new callee(arguments)`.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is called; a method call has a [`ExprKind::Field`] here, whose base is the receiver. A tagged template is a call
    /// of its tag with the pieces and values.
    pub callee: Expr,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
    /// `new`.
    pub is_new: bool,
    /// `a?.b()`: nothing happens when the receiver is null.
    pub is_optional: bool,
}

/// One argument.
#[derive(Clone, Debug)]
pub enum Argument {
    /// By position.
    Positional(Expr),
    /// By name (`f(x=1)`).
    Named(Name, Expr),
    /// `*xs`, `...xs`: the elements of a list.
    Spread(Expr),
    /// `**kw`: the fields of an object.
    NamedSpread(Expr),
}

impl Argument {
    /// The value expression, whatever the form.
    #[must_use]
    pub fn value(&self) -> &Expr {
        match self {
            Self::Positional(expr)
            | Self::Named(_, expr)
            | Self::Spread(expr)
            | Self::NamedSpread(expr) => expr,
        }
    }
}

/// One part of an object literal.
#[derive(Clone, Debug)]
pub enum Property {
    /// `key: value`.
    Field(PropertyKey, Expr),
    /// `...object`, `**mapping`.
    Spread(Expr),
}

/// The key of an object literal's field.
#[derive(Clone, Debug)]
pub enum PropertyKey {
    /// Known in the source.
    Name(Name),
    /// `[expression]: value`, or a dictionary key that is not a literal.
    Computed(Expr),
}

/// One part of a list literal.
#[derive(Clone, Debug)]
pub enum Element {
    /// One value.
    Item(Expr),
    /// `...list`.
    Spread(Expr),
}

/// One `for … in … if …` of a comprehension.
#[derive(Clone, Debug)]
pub struct Clause {
    /// What each element is bound to.
    pub target: Pattern,
    /// What is iterated.
    pub iterable: Expr,
    /// The conditions that follow.
    pub conditions: Vec<Expr>,
}
