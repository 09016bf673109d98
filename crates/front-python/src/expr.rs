//! Expressions.

use base::{Name, Span};
use ir::{Argument, Call, CompareOp, Element, Expr, ExprKind, Literal, Property, PropertyKey};
use ruff_python_ast as ast;
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};

use crate::lowerer::{Lowerer, span_of};
use crate::number;

/// The expressions directly inside `expr`, in source order.
pub(crate) fn children(expr: &ast::Expr) -> Vec<&ast::Expr> {
    let mut children = Children(Vec::new());
    source_order::walk_expr(&mut children, expr);
    children.0
}

struct Children<'a>(Vec<&'a ast::Expr>);

impl<'a> SourceOrderVisitor<'a> for Children<'a> {
    fn visit_expr(&mut self, expr: &'a ast::Expr) {
        self.0.push(expr);
    }
}

impl Lowerer<'_> {
    /// The value of `expr`.
    pub(crate) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        if self.expr_depth >= self.limit {
            return self.coarse(expr);
        }
        self.expr_depth += 1;
        let kind = self.kind(expr);
        self.expr_depth -= 1;
        Expr::new(kind, span_of(expr))
    }

    pub(crate) fn boxed(&mut self, expr: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    pub(crate) fn exprs<'e>(
        &mut self,
        exprs: impl IntoIterator<Item = &'e ast::Expr>,
    ) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    /// An expression that is too deep for the analyses: something that any name in it may have gone into.
    pub(crate) fn coarse(&mut self, expr: &ast::Expr) -> Expr {
        let span = span_of(expr);
        self.coarse.get_or_insert(span);
        let mut operands = Vec::new();
        let mut open = vec![expr];
        while let Some(expr) = open.pop() {
            match expr {
                ast::Expr::Name(name) => operands.push(self.name(&name.id, span_of(name))),
                other => open.extend(children(other).into_iter().rev()),
            }
        }
        Expr::new(ExprKind::Unknown(operands), span)
    }

    fn kind(&mut self, expr: &ast::Expr) -> ExprKind {
        match expr {
            ast::Expr::Name(name) => self.name(&name.id, span_of(name)).kind,
            ast::Expr::Attribute(attribute) => ExprKind::Field {
                base: self.boxed(&attribute.value),
                name: Name::new(&attribute.attr),
            },
            ast::Expr::Call(call) => self.call(call),
            ast::Expr::Subscript(subscript) => self.subscript(subscript),
            ast::Expr::StringLiteral(literal) => text_literal(literal.value.to_str()),
            ast::Expr::BytesLiteral(literal) => bytes_literal(&literal.value),
            ast::Expr::NumberLiteral(literal) => number::literal(&literal.value),
            ast::Expr::BooleanLiteral(literal) => ExprKind::Literal(Literal::Bool(literal.value)),
            ast::Expr::NoneLiteral(_) | ast::Expr::EllipsisLiteral(_) => {
                ExprKind::Literal(Literal::Null)
            }
            ast::Expr::FString(string) => self.f_string(string),
            ast::Expr::TString(string) => self.t_string(string),
            ast::Expr::BinOp(binary) => self.binary(binary),
            ast::Expr::BoolOp(bool_op) => self.bool_op(bool_op),
            ast::Expr::UnaryOp(unary) => self.unary(unary),
            ast::Expr::Compare(compare) => self.compare(compare),
            ast::Expr::If(conditional) => ExprKind::Conditional {
                test: self.boxed(&conditional.test),
                then: self.boxed(&conditional.body),
                otherwise: self.boxed(&conditional.orelse),
            },
            ast::Expr::Dict(dict) => self.dict(dict),
            ast::Expr::List(list) => self.list(&list.elts),
            ast::Expr::Tuple(tuple) => self.list(&tuple.elts),
            ast::Expr::Set(set) => self.list(&set.elts),
            ast::Expr::ListComp(comp) => self.comprehension(&comp.generators, None, &comp.elt),
            ast::Expr::SetComp(comp) => self.comprehension(&comp.generators, None, &comp.elt),
            ast::Expr::Generator(comp) => self.comprehension(&comp.generators, None, &comp.elt),
            ast::Expr::DictComp(comp) => {
                self.comprehension(&comp.generators, comp.key.as_deref(), &comp.value)
            }
            ast::Expr::Lambda(lambda) => self.lambda(lambda),
            ast::Expr::Named(named) => self.named(named),
            ast::Expr::Await(awaited) => ExprKind::Await(self.boxed(&awaited.value)),
            ast::Expr::Yield(yielded) => self.yielded(yielded.value.as_deref()),
            ast::Expr::YieldFrom(yielded) => self.yield_from(yielded),
            ast::Expr::Starred(starred) => self.expr(&starred.value).kind,
            ast::Expr::Slice(slice) => {
                ExprKind::Unknown(self.bounds(slice, slice.upper.as_deref()))
            }
            ast::Expr::IpyEscapeCommand(_) => ExprKind::Unknown(Vec::new()),
        }
    }

    fn call(&mut self, call: &ast::ExprCall) -> ExprKind {
        if let Some(text) = self.format_call(call) {
            return text;
        }
        let callee = self.expr(&call.func);
        if matches!(&callee.kind, ExprKind::Global(name) if name == "super") {
            return ExprKind::Super;
        }
        let arguments = self.arguments(&call.arguments);
        ExprKind::Call(Box::new(Call {
            callee,
            arguments,
            is_new: false,
            is_optional: false,
        }))
    }

    /// The arguments of a call, in source order.
    pub(crate) fn arguments(&mut self, arguments: &ast::Arguments) -> Vec<Argument> {
        let lower = |argument: ast::ArgOrKeyword<'_>| match argument {
            ast::ArgOrKeyword::Arg(ast::Expr::Starred(starred)) => {
                Argument::Spread(self.expr(&starred.value))
            }
            ast::ArgOrKeyword::Arg(value) => Argument::Positional(self.expr(value)),
            ast::ArgOrKeyword::Keyword(keyword) => match &keyword.arg {
                Some(name) => Argument::Named(Name::new(name), self.expr(&keyword.value)),
                None => Argument::NamedSpread(self.expr(&keyword.value)),
            },
        };
        arguments.iter_source_order().map(lower).collect()
    }

    fn subscript(&mut self, subscript: &ast::ExprSubscript) -> ExprKind {
        let base = self.boxed(&subscript.value);
        match &*subscript.slice {
            ast::Expr::StringLiteral(key) => ExprKind::Field {
                base,
                name: Name::new(key.value.to_str()),
            },
            ast::Expr::Slice(slice) => ExprKind::Slice {
                base,
                end: slice.upper.as_deref().map(|end| self.boxed(end)),
                bounds: self.bounds(slice, None),
            },
            index => ExprKind::Index {
                base,
                index: self.boxed(index),
            },
        }
    }

    fn bounds(&mut self, slice: &ast::ExprSlice, end: Option<&ast::Expr>) -> Vec<Expr> {
        let written = [slice.lower.as_deref(), end, slice.step.as_deref()];
        self.exprs(written.into_iter().flatten())
    }

    fn dict(&mut self, dict: &ast::ExprDict) -> ExprKind {
        let lower = |item: &ast::DictItem| match &item.key {
            Some(ast::Expr::StringLiteral(key)) => Property::Field(
                PropertyKey::Name(Name::new(key.value.to_str())),
                self.expr(&item.value),
            ),
            Some(key) => {
                let key = PropertyKey::Computed(self.expr(key));
                Property::Field(key, self.expr(&item.value))
            }
            None => Property::Spread(self.expr(&item.value)),
        };
        ExprKind::Object(dict.items.iter().map(lower).collect())
    }

    fn list(&mut self, elements: &[ast::Expr]) -> ExprKind {
        let lower = |element: &ast::Expr| match element {
            ast::Expr::Starred(starred) => Element::Spread(self.expr(&starred.value)),
            item => Element::Item(self.expr(item)),
        };
        ExprKind::List(elements.iter().map(lower).collect())
    }

    fn bool_op(&mut self, bool_op: &ast::ExprBoolOp) -> ExprKind {
        let values = self.exprs(&bool_op.values);
        match bool_op.op {
            ast::BoolOp::And => balanced(values, ExprKind::And),
            ast::BoolOp::Or => balanced(values, ExprKind::Or),
        }
    }

    /// `a < b < c` compares `a < b` and `b < c`, and evaluates `b` once.
    fn compare(&mut self, compare: &ast::ExprCompare) -> ExprKind {
        let mut left = self.expr(&compare.left);
        let mut comparisons = Vec::with_capacity(compare.ops.len());
        let count = compare.comparators.len();
        for (index, (op, right)) in compare.ops.iter().zip(&compare.comparators).enumerate() {
            let right = self.expr(right);
            let (right, next) = if index + 1 < count {
                let (first, again) = self.share(right);
                (first, Some(again))
            } else {
                (right, None)
            };
            let span = left.span.cover(right.span);
            let kind = ExprKind::Compare {
                op: compare_op(*op),
                left: Box::new(left),
                right: Box::new(right),
            };
            comparisons.push(Expr::new(kind, span));
            match next {
                Some(next) => left = next,
                None => break,
            }
        }
        balanced(comparisons, ExprKind::And)
    }

    fn named(&mut self, named: &ast::ExprNamed) -> ExprKind {
        let value = self.boxed(&named.value);
        let target = match &*named.target {
            ast::Expr::Name(name) => self.bind_walrus(&name.id, span_of(name)),
            other => self.target(other),
        };
        ExprKind::Assign {
            target: Box::new(target),
            value,
        }
    }

    fn yielded(&mut self, value: Option<&ast::Expr>) -> ExprKind {
        self.mark_generator();
        ExprKind::Yield(value.map(|value| self.boxed(value)))
    }

    /// `yield from xs` yields what is in `xs`.
    fn yield_from(&mut self, yielded: &ast::ExprYieldFrom) -> ExprKind {
        self.mark_generator();
        let iterable = self.expr(&yielded.value);
        let span = iterable.span;
        ExprKind::Yield(Some(Box::new(Expr::new(
            ExprKind::Unknown(vec![iterable]),
            span,
        ))))
    }

    fn mark_generator(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.is_generator = true;
        }
    }
}

/// A text literal.
pub(crate) fn text_literal(text: &str) -> ExprKind {
    ExprKind::Literal(Literal::Text(Name::new(text)))
}

fn bytes_literal(value: &ast::BytesLiteralValue) -> ExprKind {
    let bytes: Vec<u8> = value.bytes().collect();
    match std::str::from_utf8(&bytes) {
        Ok(text) => text_literal(text),
        Err(_) => ExprKind::Unknown(Vec::new()),
    }
}

fn compare_op(op: ast::CmpOp) -> CompareOp {
    match op {
        ast::CmpOp::Eq | ast::CmpOp::Is => CompareOp::Equal,
        ast::CmpOp::NotEq | ast::CmpOp::IsNot => CompareOp::NotEqual,
        ast::CmpOp::Lt | ast::CmpOp::LtE => CompareOp::Less,
        ast::CmpOp::Gt | ast::CmpOp::GtE => CompareOp::Greater,
        ast::CmpOp::In => CompareOp::In,
        ast::CmpOp::NotIn => CompareOp::NotIn,
    }
}

/// Joins `operands` in order with an associative operator, as a tree whose depth is the logarithm of their number.
fn balanced(mut operands: Vec<Expr>, join: fn(Box<Expr>, Box<Expr>) -> ExprKind) -> ExprKind {
    if operands.len() < 2 {
        return operands
            .pop()
            .map_or(ExprKind::Unknown(Vec::new()), |only| only.kind);
    }
    let right = operands.split_off(operands.len() / 2);
    join(
        Box::new(joined(operands, join)),
        Box::new(joined(right, join)),
    )
}

fn joined(operands: Vec<Expr>, join: fn(Box<Expr>, Box<Expr>) -> ExprKind) -> Expr {
    let span = covering(&operands);
    Expr::new(balanced(operands, join), span)
}

/// The bytes from the first of `exprs` to the last.
pub(crate) fn covering(exprs: &[Expr]) -> Span {
    match (exprs.first(), exprs.last()) {
        (Some(first), Some(last)) => first.span.cover(last.span),
        _ => Span::default(),
    }
}
