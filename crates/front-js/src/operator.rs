//! Operators, assignments and updates. Left-associative ones are walked in a loop, since generated code joins thousands of
//! pieces in one expression.

use base::{Name, Span};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, Literal, Pattern};
use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, BinaryExpression, Expression, LogicalExpression,
    PrivateInExpression, SimpleAssignmentTarget, UnaryExpression, UpdateExpression,
};
use oxc_syntax::operator::{
    AssignmentOperator, BinaryOperator, LogicalOperator, UnaryOperator, UpdateOperator,
};

use crate::chain::Spine;
use crate::expr::{call, push_text};
use crate::lowerer::{Lowerer, boxed, null, span, text, unknown};
use crate::pattern::{as_place, as_value};

impl Lowerer<'_> {
    pub(crate) fn binary(&mut self, binary: &BinaryExpression<'_>) -> Expr {
        let mut steps = vec![(binary.operator, &binary.right, span(binary.span))];
        let mut base = &binary.left;
        while let Expression::BinaryExpression(it) = base {
            steps.push((it.operator, &it.right, span(it.span)));
            base = &it.left;
        }
        let mut is_number = is_number(base);
        let mut spine = Spine::new(self.expr(base));
        for (operator, right, place) in steps.into_iter().rev() {
            let value = self.expr(right);
            let are_numbers = is_number && self::is_number(right);
            spine.grow(self, |_, left| {
                combine(operator, left, value, are_numbers, place)
            });
            is_number = match operator {
                BinaryOperator::Addition => are_numbers,
                _ => arithmetic(operator).is_some(),
            };
        }
        spine.finish()
    }

    pub(crate) fn logical(&mut self, logical: &LogicalExpression<'_>) -> Expr {
        let mut steps = vec![(logical.operator, &logical.right, span(logical.span))];
        let mut base = &logical.left;
        while let Expression::LogicalExpression(it) = base {
            steps.push((it.operator, &it.right, span(it.span)));
            base = &it.left;
        }
        let mut spine = Spine::new(self.expr(base));
        for (operator, right, place) in steps.into_iter().rev() {
            let right = self.expr(right);
            spine.grow(self, |_, left| {
                Expr::new(logical_kind(operator, left, right), place)
            });
        }
        spine.finish()
    }

    pub(crate) fn unary(&mut self, unary: &UnaryExpression<'_>) -> Expr {
        let place = span(unary.span);
        let operand = self.expr(&unary.argument);
        let kind = match unary.operator {
            UnaryOperator::LogicalNot => ExprKind::Not(Box::new(operand)),
            UnaryOperator::Typeof => {
                let callee = Expr::new(ExprKind::Global(Name::new_static("typeof")), place);
                return call(callee, vec![operand], place);
            }
            UnaryOperator::Void => ExprKind::Sequence(vec![operand, null(place)]),
            UnaryOperator::Delete => ExprKind::Unknown(vec![operand]),
            UnaryOperator::UnaryNegation => match operand.kind {
                ExprKind::Literal(Literal::Number(number)) => {
                    ExprKind::Literal(Literal::Number(-number))
                }
                _ => from_zero(BinaryOp::Subtract, operand, place),
            },
            UnaryOperator::UnaryPlus => from_zero(BinaryOp::Add, operand, place),
            UnaryOperator::BitwiseNot => from_zero(BinaryOp::Other, operand, place),
        };
        Expr::new(kind, place)
    }

    pub(crate) fn private_in(&mut self, expr: &PrivateInExpression<'_>) -> Expr {
        let name = text(&format!("#{}", expr.left.name), span(expr.left.span));
        let right = Box::new(self.expr(&expr.right));
        let kind = ExprKind::Compare {
            op: CompareOp::In,
            left: Box::new(name),
            right,
        };
        Expr::new(kind, span(expr.span))
    }

    /// What an assignment binds, and to what: `a += b` is written out as `a = a + b`.
    pub(crate) fn assignment(&mut self, assignment: &AssignmentExpression<'_>) -> (Pattern, Expr) {
        let place = span(assignment.span);
        let target = self.target(&assignment.left);
        let name = target_name(&assignment.left);
        let right = self.named_expr(&assignment.right, name);
        let operator = assignment.operator;
        let old = |target: &Pattern| as_value(target, place);
        let value = if operator == AssignmentOperator::Assign {
            right
        } else if let Some(logical) = operator.to_logical_operator() {
            Expr::new(logical_kind(logical, old(&target), right), place)
        } else if let Some(binary) = operator.to_binary_operator() {
            combine(binary, old(&target), right, false, place)
        } else {
            unknown(vec![old(&target), right], place)
        };
        (target, value)
    }

    /// `i++` as `i = i + 1`.
    pub(crate) fn update(&mut self, update: &UpdateExpression<'_>) -> (Pattern, Expr) {
        let place = span(update.span);
        let target = self.simple_target(&update.argument);
        let op = match update.operator {
            UpdateOperator::Increment => BinaryOp::Add,
            UpdateOperator::Decrement => BinaryOp::Subtract,
        };
        let left = Box::new(as_value(&target, place));
        let right = boxed(ExprKind::Literal(Literal::Number(1.0)), place);
        (
            target,
            Expr::new(ExprKind::Binary { op, left, right }, place),
        )
    }

    fn simple_target(&mut self, target: &SimpleAssignmentTarget<'_>) -> Pattern {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(it) => {
                self.reference_target(it, span(it.span))
            }
            SimpleAssignmentTarget::TSAsExpression(it) => self.place(&it.expression),
            SimpleAssignmentTarget::TSSatisfiesExpression(it) => self.place(&it.expression),
            SimpleAssignmentTarget::TSNonNullExpression(it) => self.place(&it.expression),
            SimpleAssignmentTarget::TSTypeAssertion(it) => self.place(&it.expression),
            _ => match target.as_member_expression() {
                Some(member) => {
                    let member = self.member(member);
                    as_place(member)
                }
                None => Pattern::Ignore,
            },
        }
    }
}

/// `left operator right`; `are_numbers` says that both sides are known to be numbers.
fn combine(
    operator: BinaryOperator,
    left: Expr,
    right: Expr,
    are_numbers: bool,
    place: Span,
) -> Expr {
    if operator == BinaryOperator::Addition && !are_numbers {
        let mut parts = match left.kind {
            ExprKind::Text(parts) => parts,
            _ => vec![left],
        };
        push_text(&mut parts, right);
        return Expr::new(ExprKind::Text(parts), place);
    }
    let (left, right) = (Box::new(left), Box::new(right));
    let compare = match operator {
        BinaryOperator::Equality | BinaryOperator::StrictEquality => Some(CompareOp::Equal),
        BinaryOperator::Inequality | BinaryOperator::StrictInequality => Some(CompareOp::NotEqual),
        BinaryOperator::LessThan | BinaryOperator::LessEqualThan => Some(CompareOp::Less),
        BinaryOperator::GreaterThan | BinaryOperator::GreaterEqualThan => Some(CompareOp::Greater),
        BinaryOperator::In => Some(CompareOp::In),
        BinaryOperator::Instanceof => Some(CompareOp::InstanceOf),
        _ => None,
    };
    let kind = match compare {
        Some(op) => ExprKind::Compare { op, left, right },
        None => {
            let op = arithmetic(operator).unwrap_or(BinaryOp::Other);
            ExprKind::Binary { op, left, right }
        }
    };
    Expr::new(kind, place)
}

fn logical_kind(operator: LogicalOperator, left: Expr, right: Expr) -> ExprKind {
    let (left, right) = (Box::new(left), Box::new(right));
    match operator {
        LogicalOperator::And => ExprKind::And(left, right),
        LogicalOperator::Or | LogicalOperator::Coalesce => ExprKind::Or(left, right),
    }
}

/// The operators whose result is always a number, and `+`, of which the operands decide.
fn arithmetic(operator: BinaryOperator) -> Option<BinaryOp> {
    match operator {
        BinaryOperator::Addition => Some(BinaryOp::Add),
        BinaryOperator::Subtraction => Some(BinaryOp::Subtract),
        BinaryOperator::Multiplication => Some(BinaryOp::Multiply),
        BinaryOperator::BitwiseOR => Some(BinaryOp::Or),
        BinaryOperator::Division | BinaryOperator::Exponential | BinaryOperator::ShiftLeft => {
            Some(BinaryOp::Scale)
        }
        BinaryOperator::Remainder
        | BinaryOperator::ShiftRight
        | BinaryOperator::ShiftRightZeroFill
        | BinaryOperator::BitwiseXOR
        | BinaryOperator::BitwiseAnd => Some(BinaryOp::Other),
        _ => None,
    }
}

/// A unary operator whose result is a number, as one over zero.
fn from_zero(op: BinaryOp, operand: Expr, place: Span) -> ExprKind {
    let left = boxed(ExprKind::Literal(Literal::Number(0.0)), place);
    ExprKind::Binary {
        op,
        left,
        right: Box::new(operand),
    }
}

/// Whether an expression is a number whatever its variables hold.
fn is_number(expr: &Expression<'_>) -> bool {
    match expr {
        Expression::NumericLiteral(_) | Expression::UpdateExpression(_) => true,
        Expression::UnaryExpression(it) => matches!(
            it.operator,
            UnaryOperator::UnaryPlus | UnaryOperator::UnaryNegation | UnaryOperator::BitwiseNot
        ),
        // A sum below an operator other than `+` is in brackets, whose nesting is bounded.
        Expression::BinaryExpression(it) => match it.operator {
            BinaryOperator::Addition => false,
            operator => arithmetic(operator).is_some(),
        },
        Expression::StaticMemberExpression(it) => it.property.name == "length",
        Expression::CallExpression(it) => match &it.callee {
            Expression::Identifier(it) => {
                matches!(it.name.as_str(), "Number" | "parseInt" | "parseFloat")
            }
            Expression::StaticMemberExpression(it) => match &it.object {
                Expression::Identifier(object) => match object.name.as_str() {
                    "Math" => true,
                    "Number" => it.property.name.starts_with("parse"),
                    "Date" => it.property.name == "now",
                    _ => false,
                },
                _ => it.property.name == "getTime",
            },
            _ => false,
        },
        _ => false,
    }
}

/// The name that an assignment gives to a function on its right.
fn target_name(target: &AssignmentTarget<'_>) -> Option<Name> {
    match target {
        AssignmentTarget::AssignmentTargetIdentifier(it) => Some(Name::new(it.name.as_str())),
        AssignmentTarget::StaticMemberExpression(it) => Some(Name::new(it.property.name.as_str())),
        _ => None,
    }
}
