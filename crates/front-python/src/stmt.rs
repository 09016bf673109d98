//! Statements: dispatch, and the simple ones. Compound statements are in [`crate::control`].

use base::{Name, Span};
use ir::{Argument, Call, Element, Expr, ExprKind, Stmt, StmtKind};
use ruff_python_ast as ast;

use crate::lowerer::{Lowerer, is_cheap, span_of};
use crate::scope::ScopeKind;

impl Lowerer<'_> {
    /// Appends what `stmt` does to `out`.
    pub(crate) fn stmt(&mut self, stmt: &ast::Stmt, out: &mut Vec<Stmt>) {
        let in_class = self
            .scopes
            .last()
            .is_some_and(|scope| scope.kind == ScopeKind::Class);
        if in_class && self.class_member(stmt, out) {
            return;
        }
        let span = span_of(stmt);
        match stmt {
            ast::Stmt::FunctionDef(def) => self.function_def(def, out),
            ast::Stmt::ClassDef(def) => self.class_def(def, out),
            ast::Stmt::Assign(assign) => self.assignment(assign, out),
            ast::Stmt::AugAssign(assign) => self.augmented(assign, out),
            ast::Stmt::AnnAssign(assign) => self.annotated(assign, out),
            ast::Stmt::TypeAlias(alias) => self.type_alias(alias, out),
            ast::Stmt::Delete(delete) => self.delete(delete, out),
            ast::Stmt::Expr(expr) => self.expr_stmt(&expr.value, span, out),
            ast::Stmt::If(stmt) => self.if_stmt(stmt, out),
            ast::Stmt::For(stmt) => self.for_stmt(stmt, out),
            ast::Stmt::While(stmt) => self.while_stmt(stmt, out),
            ast::Stmt::With(stmt) => self.with_stmt(stmt, out),
            ast::Stmt::Try(stmt) => self.try_stmt(stmt, out),
            ast::Stmt::Match(stmt) => self.match_stmt(stmt, out),
            ast::Stmt::Return(stmt) => {
                let value = stmt.value.as_deref().map(|value| self.expr(value));
                out.push(Stmt {
                    kind: StmtKind::Return(value),
                    span,
                });
            }
            ast::Stmt::Raise(stmt) => self.raise(stmt, out),
            ast::Stmt::Assert(stmt) => self.assert(stmt, out),
            ast::Stmt::Import(import) => self.import(import, out),
            ast::Stmt::ImportFrom(import) => self.import_from(import, out),
            ast::Stmt::Break(_) => {
                if let Some(is_left) = self
                    .frames
                    .last_mut()
                    .and_then(|frame| frame.loops.last_mut())
                {
                    *is_left = true;
                }
                out.push(Stmt {
                    kind: StmtKind::Break,
                    span,
                });
            }
            ast::Stmt::Continue(_) => out.push(Stmt {
                kind: StmtKind::Continue,
                span,
            }),
            ast::Stmt::Global(_) | ast::Stmt::Nonlocal(_) | ast::Stmt::Pass(_) => {}
            ast::Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn expr_stmt(&mut self, value: &ast::Expr, span: Span, out: &mut Vec<Stmt>) {
        // A literal does nothing; as a docstring it would only take room.
        if value.is_literal_expr() {
            return;
        }
        let kind = match print_chevron(value) {
            Some((stream, values)) => self.python2_print(stream, values, span),
            None => self.expr(value),
        };
        out.push(Stmt {
            kind: StmtKind::Expr(kind),
            span,
        });
    }

    /// `print >>stream, values` of Python 2, which Python 3 reads as a tuple.
    fn python2_print(&mut self, stream: &ast::ExprBinOp, values: &[ast::Expr], span: Span) -> Expr {
        let callee = self.expr(&stream.left);
        let mut arguments: Vec<Argument> = self
            .exprs(values)
            .into_iter()
            .map(Argument::Positional)
            .collect();
        arguments.push(Argument::Named(
            Name::new_static("file"),
            self.expr(&stream.right),
        ));
        let call = Call {
            callee,
            arguments,
            is_new: false,
            is_optional: false,
        };
        Expr::new(ExprKind::Call(Box::new(call)), span)
    }

    fn raise(&mut self, stmt: &ast::StmtRaise, out: &mut Vec<Stmt>) {
        let span = span_of(stmt);
        let exception = stmt.exc.as_deref().map(|exception| self.expr(exception));
        if let Some(cause) = &stmt.cause {
            let cause = self.expr(cause);
            if !is_cheap(&cause) {
                let span = cause.span;
                out.push(Stmt {
                    kind: StmtKind::Expr(cause),
                    span,
                });
            }
        }
        out.push(Stmt {
            kind: StmtKind::Throw(exception),
            span,
        });
    }

    /// `assert test, message` throws `AssertionError(message)` when the test fails.
    fn assert(&mut self, stmt: &ast::StmtAssert, out: &mut Vec<Stmt>) {
        let span = span_of(stmt);
        let test = self.expr(&stmt.test);
        let arguments = match &stmt.msg {
            Some(message) => vec![Argument::Positional(self.expr(message))],
            None => Vec::new(),
        };
        let callee = Expr::new(ExprKind::Global(Name::new_static("AssertionError")), span);
        let call = Call {
            callee,
            arguments,
            is_new: false,
            is_optional: false,
        };
        let error = Expr::new(ExprKind::Call(Box::new(call)), span);
        let test_span = test.span;
        let kind = StmtKind::If {
            test: Expr::new(ExprKind::Not(Box::new(test)), test_span),
            then: vec![Stmt {
                kind: StmtKind::Throw(Some(error)),
                span,
            }],
            otherwise: Vec::new(),
        };
        out.push(Stmt { kind, span });
    }
}

/// The operation `print >> stream` that starts the tuple `value`, and the values after it.
fn print_chevron(value: &ast::Expr) -> Option<(&ast::ExprBinOp, &[ast::Expr])> {
    let (first, values): (_, &[ast::Expr]) = match value {
        ast::Expr::Tuple(tuple) => tuple.elts.split_first()?,
        single => (single, &[]),
    };
    match first {
        ast::Expr::BinOp(shift) if shift.op == ast::Operator::RShift => {
            let is_print = matches!(&*shift.left, ast::Expr::Name(name) if name.id == "print");
            is_print.then_some((shift, values))
        }
        _ => None,
    }
}

/// The values of a list literal, where it holds nothing else.
pub(crate) fn items_of(expr: Expr) -> Vec<Expr> {
    let span = expr.span;
    match expr.kind {
        ExprKind::List(elements) => elements
            .into_iter()
            .map(|element| match element {
                Element::Item(item) => item,
                Element::Spread(list) => Expr::new(ExprKind::Unknown(vec![list]), span),
            })
            .collect(),
        kind => vec![Expr::new(kind, span)],
    }
}
