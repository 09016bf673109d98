//! Drops a syntax tree without recursion: a chain of fifty thousand `+` is a tree as deep, and its destructor would
//! exhaust the stack.

use std::cell::RefCell;
use std::mem;

use ruff_python_ast::visitor::transformer::{Transformer, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{
    AtomicNodeIndex, Expr, ExprNoneLiteral, Pattern, PatternMatchSingleton, Singleton, Stmt,
    StmtPass, Suite,
};
use ruff_text_size::TextRange;

/// Takes `suite` apart node by node.
pub(crate) fn dismantle(mut suite: Suite) {
    let parts = Parts::default();
    for stmt in &mut suite {
        parts.visit_stmt(stmt);
    }
    while parts.take_one() {}
}

/// Nodes cut out of their parents, waiting for their own children to be cut out.
#[derive(Default)]
struct Parts {
    stmts: RefCell<Vec<Stmt>>,
    exprs: RefCell<Vec<Expr>>,
    patterns: RefCell<Vec<Pattern>>,
}

impl Parts {
    /// Empties one node and drops it; false when none is left.
    fn take_one(&self) -> bool {
        let expr = self.exprs.borrow_mut().pop();
        if let Some(mut expr) = expr {
            walk_expr(self, &mut expr);
            return true;
        }
        let pattern = self.patterns.borrow_mut().pop();
        if let Some(mut pattern) = pattern {
            walk_pattern(self, &mut pattern);
            return true;
        }
        let stmt = self.stmts.borrow_mut().pop();
        if let Some(mut stmt) = stmt {
            walk_stmt(self, &mut stmt);
            return true;
        }
        false
    }
}

impl Transformer for Parts {
    fn visit_stmt(&self, stmt: &mut Stmt) {
        let empty = StmtPass {
            node_index: AtomicNodeIndex::NONE,
            range: TextRange::default(),
        };
        self.stmts
            .borrow_mut()
            .push(mem::replace(stmt, Stmt::Pass(empty)));
    }

    fn visit_expr(&self, expr: &mut Expr) {
        let empty = ExprNoneLiteral {
            node_index: AtomicNodeIndex::NONE,
            range: TextRange::default(),
        };
        self.exprs
            .borrow_mut()
            .push(mem::replace(expr, Expr::NoneLiteral(empty)));
    }

    fn visit_pattern(&self, pattern: &mut Pattern) {
        let empty = PatternMatchSingleton {
            node_index: AtomicNodeIndex::NONE,
            range: TextRange::default(),
            value: Singleton::None,
        };
        self.patterns
            .borrow_mut()
            .push(mem::replace(pattern, Pattern::MatchSingleton(empty)));
    }
}
