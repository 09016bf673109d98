//! The language-neutral form of handler code: what every front end lowers to and the only code that analyses see.
//!
//! It is a small expression tree, not bytecode: structured statements (so that an early `return` or a guard is visible as
//! such), expressions with a place each, and variables already resolved to their declaration. A construct that a front end
//! does not know lowers to [`ExprKind::Unknown`] over its operands, so that data still flows through it.
//!
//! The crate knows no language and no cloud.

mod dump;
mod expr;
mod module;
mod program;
mod stmt;
mod visit;

pub use dump::dump;
pub use expr::{
    Argument, BinaryOp, Call, Clause, CompareOp, Element, Expr, ExprKind, Literal, Property,
    PropertyKey,
};
pub use module::{
    Class, ClassId, Export, Function, FunctionId, Import, Language, Method, MethodKind, Module,
    Parameter, Variable, VariableId,
};
pub use program::{GlobalFunctionId, ModuleId, Program};
pub use stmt::{Case, Handler, Pattern, PatternProperty, Stmt, StmtKind};
pub use visit::Visitor;
