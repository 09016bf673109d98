//! Assignments and what they bind.

use ir::{Expr, ExprKind, Pattern, Stmt, StmtKind};
use ruff_python_ast as ast;

use crate::lowerer::{Lowerer, assign, is_cheap, span_of};

impl Lowerer<'_> {
    /// What assigning to `target` binds or changes.
    pub(crate) fn target(&mut self, target: &ast::Expr) -> Pattern {
        if self.expr_depth >= self.limit {
            self.coarse.get_or_insert(span_of(target));
            return Pattern::Ignore;
        }
        self.expr_depth += 1;
        let pattern = match target {
            ast::Expr::Name(name) if name.id.is_empty() => Pattern::Ignore,
            ast::Expr::Name(name) => self.bind(&name.id, span_of(name)),
            ast::Expr::Tuple(tuple) => self.list_target(&tuple.elts),
            ast::Expr::List(list) => self.list_target(&list.elts),
            ast::Expr::Starred(starred) => self.target(&starred.value),
            ast::Expr::Attribute(_) | ast::Expr::Subscript(_) => Pattern::Place(self.expr(target)),
            // Anything else is a syntax error that the parser recovered from.
            _ => Pattern::Ignore,
        };
        self.expr_depth -= 1;
        pattern
    }

    fn list_target(&mut self, elements: &[ast::Expr]) -> Pattern {
        let mut items = Vec::with_capacity(elements.len());
        let mut rest = None;
        for element in elements {
            match element {
                ast::Expr::Starred(starred) if rest.is_none() => {
                    rest = Some((items.len(), Box::new(self.target(&starred.value))));
                }
                item => items.push(Some(self.target(item))),
            }
        }
        Pattern::List { items, rest }
    }

    pub(crate) fn assignment(&mut self, stmt: &ast::StmtAssign, out: &mut Vec<Stmt>) {
        let span = span_of(stmt);
        let value = self.expr(&stmt.value);
        if let [ast::Expr::Name(name)] = stmt.targets.as_slice() {
            self.name_lambda(&value, &name.id);
        }
        if let [target] = stmt.targets.as_slice() {
            let target = self.target(target);
            return out.push(assign(target, value, span));
        }
        // The value of `a = b = value` is evaluated once and then assigned from left to right.
        let value = if is_cheap(&value) {
            value
        } else {
            let temporary = self.new_temporary();
            let value_span = value.span;
            out.push(assign(
                Pattern::Variable(temporary, value_span),
                value,
                value_span,
            ));
            Expr::new(ExprKind::Variable(temporary), value_span)
        };
        for target in &stmt.targets {
            let target = self.target(target);
            out.push(assign(target, value.clone(), span));
        }
    }

    pub(crate) fn augmented(&mut self, stmt: &ast::StmtAugAssign, out: &mut Vec<Stmt>) {
        let old = self.expr(&stmt.target);
        let value = self.operation(old, stmt.op, &stmt.value, span_of(stmt));
        let target = self.target(&stmt.target);
        out.push(assign(target, value, span_of(stmt)));
    }

    pub(crate) fn annotated(&mut self, stmt: &ast::StmtAnnAssign, out: &mut Vec<Stmt>) {
        let Some(value) = &stmt.value else { return };
        let value = self.expr(value);
        if let ast::Expr::Name(name) = &*stmt.target {
            self.name_lambda(&value, &name.id);
        }
        let target = self.target(&stmt.target);
        out.push(assign(target, value, span_of(stmt)));
    }

    /// `type Name = value`: the alias is a value like any other.
    pub(crate) fn type_alias(&mut self, stmt: &ast::StmtTypeAlias, out: &mut Vec<Stmt>) {
        let value = self.expr(&stmt.value);
        let target = self.target(&stmt.name);
        out.push(assign(target, value, span_of(stmt)));
    }

    pub(crate) fn delete(&mut self, stmt: &ast::StmtDelete, out: &mut Vec<Stmt>) {
        let mut places = Vec::new();
        let mut open: Vec<&ast::Expr> = stmt.targets.iter().rev().collect();
        while let Some(target) = open.pop() {
            match target {
                ast::Expr::Tuple(tuple) => open.extend(tuple.elts.iter().rev()),
                ast::Expr::List(list) => open.extend(list.elts.iter().rev()),
                place => places.push(self.expr(place)),
            }
        }
        out.push(Stmt {
            kind: StmtKind::Delete(places),
            span: span_of(stmt),
        });
    }
}
