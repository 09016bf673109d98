//! Format strings: f-strings and template strings.

use base::Span;
use ir::{Argument, Call, Expr, ExprKind};
use ruff_python_ast as ast;

use crate::binary::into_parts;
use crate::expr::text_literal;
use crate::lowerer::{Lowerer, span_of};
use crate::number::numeric_format;

impl Lowerer<'_> {
    /// An f-string: its literal pieces and values in order.
    pub(crate) fn f_string(&mut self, string: &ast::ExprFString) -> ExprKind {
        let mut parts = Vec::new();
        for part in &string.value {
            match part {
                ast::FStringPart::Literal(literal) => {
                    parts.push(Expr::new(text_literal(literal), span_of(literal)));
                }
                ast::FStringPart::FString(string) => self.elements(&string.elements, &mut parts),
            }
        }
        match parts.as_slice() {
            [] => text_literal(""),
            _ => ExprKind::Text(parts),
        }
    }

    /// A template string is not a text but an object that keeps its pieces apart.
    pub(crate) fn t_string(&mut self, string: &ast::ExprTString) -> ExprKind {
        let mut parts = Vec::new();
        for string in &string.value {
            self.elements(&string.elements, &mut parts);
        }
        ExprKind::Unknown(parts)
    }

    fn elements(&mut self, elements: &ast::InterpolatedStringElements, parts: &mut Vec<Expr>) {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(literal) => {
                    parts.push(Expr::new(text_literal(literal), span_of(literal)));
                }
                ast::InterpolatedStringElement::Interpolation(field) => self.field(field, parts),
            }
        }
    }

    fn field(&mut self, field: &ast::InterpolatedElement, parts: &mut Vec<Expr>) {
        let span = span_of(field);
        if let Some(debug) = &field.debug_text {
            parts.push(Expr::new(text_literal(debug.as_str()), span));
        }
        let value = self.expr(&field.expression);
        let Some(spec) = &field.format_spec else {
            return parts.extend(into_parts(value));
        };
        let written = span_of(&**spec).of(self.text);
        match numeric_format(written.strip_prefix(':').unwrap_or(written)) {
            Some(builtin) if field.conversion == ast::ConversionFlag::None => {
                parts.push(converted(builtin, value))
            }
            _ => parts.extend(into_parts(value)),
        }
        // A computed width or precision is evaluated, and what it holds can end up in the text.
        for inner in spec.elements.interpolations() {
            self.field(inner, parts);
        }
    }
}

/// `builtin(value)`: what a format that only takes numbers does to its value.
pub(crate) fn converted(builtin: &'static str, value: Expr) -> Expr {
    let span = value.span;
    let callee = Expr::new(
        ExprKind::Global(base::Name::new_static(builtin)),
        Span::new(span.start, span.start),
    );
    let arguments = vec![Argument::Positional(value)];
    let call = Call {
        callee,
        arguments,
        is_new: false,
        is_optional: false,
    };
    Expr::new(ExprKind::Call(Box::new(call)), span)
}
