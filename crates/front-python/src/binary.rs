//! Operators. Python's `+`, `%` and `/` also build texts, lists and paths; what they do is told from what their sides are
//! known to be, and where nothing is known, data of both sides flows on.

use base::Span;
use ir::{BinaryOp, Element, Expr, ExprKind, Literal};
use ruff_python_ast as ast;

use crate::lowerer::{Lowerer, span_of};
use crate::number::is_number;

impl Lowerer<'_> {
    /// A binary operation. Chains lean to the left and may be very long, so they are folded in a loop.
    pub(crate) fn binary(&mut self, binary: &ast::ExprBinOp) -> ExprKind {
        let mut chain = vec![binary];
        let mut root = &*binary.left;
        while let ast::Expr::BinOp(inner) = root {
            chain.push(inner);
            root = &inner.left;
        }
        let mut result = self.expr(root);
        let mut room = self.limit.saturating_sub(self.expr_depth);
        for link in chain.into_iter().rev() {
            let span = span_of(link);
            let was_flat = is_flat(&result);
            let stays_flat = was_flat && link.op == ast::Operator::Add;
            if room == 0 && !stays_flat {
                result = self.overflow(result, &link.right, span);
                continue;
            }
            result = self.operation(result, link.op, &link.right, span);
            if !(was_flat && is_flat(&result)) {
                room = room.saturating_sub(1);
            }
        }
        result.kind
    }

    /// `left op right` with `left` already lowered.
    pub(crate) fn operation(
        &mut self,
        left: Expr,
        op: ast::Operator,
        right: &ast::Expr,
        span: Span,
    ) -> Expr {
        if op == ast::Operator::Mod && is_text(&left) {
            return self.percent(left, right, span);
        }
        let right = self.expr(right);
        let kind = match op {
            ast::Operator::Add => add(left, right),
            ast::Operator::Div => divide(left, right),
            ast::Operator::Mod if !is_number(&left) && !is_number(&right) => {
                ExprKind::Unknown(vec![left, right])
            }
            other => arithmetic(binary_op(other), left, right),
        };
        Expr::new(kind, span)
    }

    /// The operands of a chain that is longer than the IR may be deep.
    fn overflow(&mut self, left: Expr, right: &ast::Expr, span: Span) -> Expr {
        self.coarse.get_or_insert(span);
        let right = self.expr(right);
        let kind = match left.kind {
            ExprKind::Unknown(mut operands) => {
                operands.push(right);
                ExprKind::Unknown(operands)
            }
            kind => ExprKind::Unknown(vec![Expr::new(kind, left.span), right]),
        };
        Expr::new(kind, span)
    }

    pub(crate) fn unary(&mut self, unary: &ast::ExprUnaryOp) -> ExprKind {
        let operand = self.expr(&unary.operand);
        let start = span_of(unary).start;
        let zero = || {
            Expr::new(
                ExprKind::Literal(Literal::Number(0.0)),
                Span::new(start, start + 1),
            )
        };
        match (unary.op, operand) {
            (ast::UnaryOp::Not, operand) => ExprKind::Not(Box::new(operand)),
            (
                ast::UnaryOp::USub,
                Expr {
                    kind: ExprKind::Literal(Literal::Number(value)),
                    ..
                },
            ) => ExprKind::Literal(Literal::Number(-value)),
            (ast::UnaryOp::USub, operand) => arithmetic(BinaryOp::Subtract, zero(), operand),
            (ast::UnaryOp::UAdd, operand) => arithmetic(BinaryOp::Add, zero(), operand),
            (ast::UnaryOp::Invert, operand) => arithmetic(BinaryOp::Other, zero(), operand),
        }
    }
}

/// Whether further operands are put beside the ones of `expr`, not around them.
fn is_flat(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Text(_) | ExprKind::List(_))
}

/// Whether `expr` is certainly a text.
fn is_text(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(Literal::Text(_)) => true,
        ExprKind::Text(parts) => parts
            .iter()
            .any(|part| matches!(part.kind, ExprKind::Literal(Literal::Text(_)))),
        _ => false,
    }
}

fn add(left: Expr, right: Expr) -> ExprKind {
    if is_text(&left) || is_text(&right) {
        return joined_text(left, right);
    }
    if is_list(&left) || is_list(&right) {
        let mut elements = into_elements(left);
        elements.extend(into_elements(right));
        return ExprKind::List(elements);
    }
    // Python adds a number to nothing but a number.
    if is_number(&left) || is_number(&right) {
        return arithmetic(BinaryOp::Add, left, right);
    }
    joined_text(left, right)
}

/// `/` also joins the parts of a `pathlib` path.
fn divide(left: Expr, right: Expr) -> ExprKind {
    let are_numbers = is_number(&left) || is_number(&right);
    let op = if are_numbers {
        BinaryOp::Scale
    } else {
        BinaryOp::Divide
    };
    arithmetic(op, left, right)
}

fn arithmetic(op: BinaryOp, left: Expr, right: Expr) -> ExprKind {
    ExprKind::Binary {
        op,
        left: Box::new(left),
        right: Box::new(right),
    }
}

fn joined_text(left: Expr, right: Expr) -> ExprKind {
    let mut parts = into_parts(left);
    parts.extend(into_parts(right));
    ExprKind::Text(parts)
}

/// The parts of a text; any other expression is the only part of itself.
pub(crate) fn into_parts(expr: Expr) -> Vec<Expr> {
    match expr.kind {
        ExprKind::Text(parts) => parts,
        kind => vec![Expr::new(kind, expr.span)],
    }
}

fn is_list(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::List(_) | ExprKind::Comprehension { key: None, .. }
    )
}

fn into_elements(expr: Expr) -> Vec<Element> {
    match expr.kind {
        ExprKind::List(elements) => elements,
        kind => vec![Element::Spread(Expr::new(kind, expr.span))],
    }
}

fn binary_op(op: ast::Operator) -> BinaryOp {
    match op {
        ast::Operator::Add => BinaryOp::Add,
        ast::Operator::Sub => BinaryOp::Subtract,
        ast::Operator::Mult => BinaryOp::Multiply,
        ast::Operator::BitOr => BinaryOp::Or,
        ast::Operator::FloorDiv | ast::Operator::Pow | ast::Operator::LShift => BinaryOp::Scale,
        _ => BinaryOp::Other,
    }
}
