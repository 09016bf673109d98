//! Branches, loops, `with` and `try`.

use base::Span;
use ir::{Case, Expr, ExprKind, Handler, Literal, Pattern, Stmt, StmtKind};
use ruff_python_ast as ast;

use crate::lowerer::{Lowerer, assign, span_of};
use crate::stmt::items_of;

impl Lowerer<'_> {
    pub(crate) fn if_stmt(&mut self, stmt: &ast::StmtIf, out: &mut Vec<Stmt>) {
        let test = self.expr(&stmt.test);
        let then = self.block(&stmt.body);
        let otherwise = self.elif(&stmt.elif_else_clauses);
        out.push(Stmt {
            kind: StmtKind::If {
                test,
                then,
                otherwise,
            },
            span: span_of(stmt),
        });
    }

    /// What runs when no test before `clauses` was true: one `if` inside the other, as far as the IR may be deep.
    fn elif(&mut self, clauses: &[ast::ElifElseClause]) -> Vec<Stmt> {
        let Some((clause, rest)) = clauses.split_first() else {
            return Vec::new();
        };
        let Some(test) = &clause.test else {
            return self.block(&clause.body);
        };
        let span = span_of(clause).cover(rest.last().map_or(span_of(clause), span_of));
        if self.stmt_depth >= self.limit {
            return vec![self.elif_switch(clauses, span)];
        }
        let test = self.expr(test);
        let then = self.block(&clause.body);
        self.stmt_depth += 1;
        let otherwise = self.elif(rest);
        self.stmt_depth -= 1;
        vec![Stmt {
            kind: StmtKind::If {
                test,
                then,
                otherwise,
            },
            span,
        }]
    }

    /// A chain of `elif` as one flat statement: the first case that is true is taken.
    fn elif_switch(&mut self, clauses: &[ast::ElifElseClause], span: Span) -> Stmt {
        let subject = Expr::new(
            ExprKind::Literal(Literal::Bool(true)),
            Span::new(span.start, span.start),
        );
        let mut cases = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let tests = clause.test.iter().map(|test| self.expr(test)).collect();
            let body = self.block(&clause.body);
            cases.push(Case {
                tests,
                bindings: None,
                body,
                falls_through: false,
            });
        }
        Stmt {
            kind: StmtKind::Switch { subject, cases },
            span,
        }
    }

    pub(crate) fn for_stmt(&mut self, stmt: &ast::StmtFor, out: &mut Vec<Stmt>) {
        let iterable = self.expr(&stmt.iter);
        let target = self.target(&stmt.target);
        let (body, is_left) = self.loop_body(&stmt.body);
        let kind = StmtKind::ForEach {
            target,
            iterable,
            over_keys: false,
            body,
        };
        out.push(Stmt {
            kind,
            span: span_of(stmt),
        });
        self.loop_else(&stmt.orelse, is_left, out);
    }

    pub(crate) fn while_stmt(&mut self, stmt: &ast::StmtWhile, out: &mut Vec<Stmt>) {
        let test = self.expr(&stmt.test);
        let (body, is_left) = self.loop_body(&stmt.body);
        let kind = StmtKind::While {
            test,
            body,
            body_first: false,
        };
        out.push(Stmt {
            kind,
            span: span_of(stmt),
        });
        self.loop_else(&stmt.orelse, is_left, out);
    }

    /// The body of a loop, and whether a `break` leaves it.
    fn loop_body(&mut self, body: &[ast::Stmt]) -> (Vec<Stmt>, bool) {
        if let Some(frame) = self.frames.last_mut() {
            frame.loops.push(false);
        }
        let body = self.block(body);
        let is_left = self
            .frames
            .last_mut()
            .and_then(|frame| frame.loops.pop())
            .unwrap_or_default();
        (body, is_left)
    }

    /// The `else` of a loop runs when no `break` left it. Which of the two happens is unknown, and code after a loop whose
    /// `else` returns must not become unreachable.
    fn loop_else(&mut self, body: &[ast::Stmt], is_left: bool, out: &mut Vec<Stmt>) {
        let (Some(first), Some(last)) = (body.first(), body.last()) else {
            return;
        };
        if !is_left {
            return self.block_into(body, out);
        }
        let span = span_of(first).cover(span_of(last));
        let test = Expr::new(
            ExprKind::Unknown(Vec::new()),
            Span::new(span.start, span.start),
        );
        let then = self.block(body);
        out.push(Stmt {
            kind: StmtKind::If {
                test,
                then,
                otherwise: Vec::new(),
            },
            span,
        });
    }

    pub(crate) fn with_stmt(&mut self, stmt: &ast::StmtWith, out: &mut Vec<Stmt>) {
        let whole = span_of(stmt);
        let mut items = Vec::with_capacity(stmt.items.len());
        for item in &stmt.items {
            let context = self.expr(&item.context_expr);
            let target = item
                .optional_vars
                .as_deref()
                .map(|target| self.target(target));
            items.push((context, target, Span::new(span_of(item).start, whole.end)));
        }
        let nested = items.split_off(items.len().min(1));
        let room = self.limit.saturating_sub(self.stmt_depth) as usize;
        let flat = nested.len().saturating_sub(room);
        // More managers than the IR may be deep: the innermost are entered one after the other.
        let mut nested = nested;
        let mut body = Vec::new();
        for (context, target, span) in nested.split_off(nested.len() - flat) {
            self.coarse.get_or_insert(span);
            let value = Expr::new(ExprKind::Unknown(vec![context]), span);
            body.push(assign(target.unwrap_or(Pattern::Ignore), value, span));
        }
        let depth = nested.len() as u32;
        self.stmt_depth += depth;
        self.block_into(&stmt.body, &mut body);
        self.stmt_depth -= depth;
        for (context, target, span) in nested.into_iter().rev() {
            body = vec![Stmt {
                kind: StmtKind::With {
                    context,
                    target,
                    body,
                },
                span,
            }];
        }
        match items.pop() {
            Some((context, target, _)) => {
                out.push(Stmt {
                    kind: StmtKind::With {
                        context,
                        target,
                        body,
                    },
                    span: whole,
                });
            }
            None => out.append(&mut body),
        }
    }

    pub(crate) fn try_stmt(&mut self, stmt: &ast::StmtTry, out: &mut Vec<Stmt>) {
        let body = self.block(&stmt.body);
        let mut handlers = Vec::with_capacity(stmt.handlers.len());
        for handler in &stmt.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            let types = match &handler.type_ {
                Some(types) => items_of(self.expr(types)),
                None => Vec::new(),
            };
            let binding = handler
                .name
                .as_ref()
                .map(|name| self.bind(name, span_of(name)));
            let body = self.block(&handler.body);
            handlers.push(Handler {
                types,
                binding,
                body,
                span: span_of(handler),
            });
        }
        let otherwise = self.block(&stmt.orelse);
        let finally = self.block(&stmt.finalbody);
        out.push(Stmt {
            kind: StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            },
            span: span_of(stmt),
        });
    }
}
