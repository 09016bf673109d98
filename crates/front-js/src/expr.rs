//! Expressions, except for those with modules of their own: chains of members and calls, operators, functions, JSX.

use base::{Name, Span};
use ir::{Argument, Call, Element, Expr, ExprKind, Literal, Property, PropertyKey, VariableId};
use oxc_ast::ast::{
    ArrayExpression, ArrayExpressionElement, Expression, ImportExpression, NewExpression,
    ObjectExpression, ObjectProperty, ObjectPropertyKind, PropertyKind, SequenceExpression,
    TaggedTemplateExpression, TemplateLiteral,
};
use oxc_span::GetSpan;

use crate::function::Hint;
use crate::lowerer::{Lowerer, boxed, null, span, text, unknown};
use crate::pattern::key_name;

impl Lowerer<'_> {
    /// Lowers an expression.
    pub(crate) fn expr(&mut self, expr: &Expression<'_>) -> Expr {
        self.hinted_expr(expr, Hint::default())
    }

    /// Lowers an expression that gives a function in it the name it is assigned to.
    pub(crate) fn named_expr(&mut self, expr: &Expression<'_>, name: Option<Name>) -> Expr {
        self.hinted_expr(
            expr,
            Hint {
                name,
                first_annotation: None,
            },
        )
    }

    /// Lowers an expression of whose surroundings something is known.
    pub(crate) fn hinted_expr(&mut self, expr: &Expression<'_>, hint: Hint) -> Expr {
        let place = span(expr.span());
        let lowered = self.nested(place, |this| this.any_expr(expr, hint, place));
        lowered.unwrap_or_else(|| unknown(Vec::new(), place))
    }

    pub(crate) fn exprs(&mut self, exprs: &[Expression<'_>]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn any_expr(&mut self, expr: &Expression<'_>, hint: Hint, place: Span) -> Expr {
        let kind = match expr {
            Expression::BooleanLiteral(it) => ExprKind::Literal(Literal::Bool(it.value)),
            Expression::NullLiteral(_) => ExprKind::Literal(Literal::Null),
            Expression::NumericLiteral(it) => ExprKind::Literal(Literal::Number(it.value)),
            Expression::BigIntLiteral(it) => {
                ExprKind::Literal(Literal::Number(it.value.parse().unwrap_or(f64::NAN)))
            }
            Expression::RegExpLiteral(it) => {
                let flags: String = it
                    .regex
                    .flags
                    .to_string()
                    .chars()
                    .filter(|flag| matches!(flag, 'g' | 'm'))
                    .collect();
                let pattern = it.regex.pattern.text.as_str();
                ExprKind::Literal(Literal::Regex(if flags.is_empty() {
                    Name::new(pattern)
                } else {
                    Name::from(format!("(?{flags}){pattern}"))
                }))
            }
            Expression::StringLiteral(it) => return text(it.value.as_str(), place),
            Expression::TemplateLiteral(it) => return self.template(it),
            Expression::Identifier(it) => return self.reference(it, place),
            Expression::Super(_) => ExprKind::Super,
            Expression::ThisExpression(_) => return self.this(place),
            Expression::ArrayExpression(it) => ExprKind::List(self.elements(it)),
            Expression::ObjectExpression(it) => ExprKind::Object(self.properties(it)),
            Expression::ArrowFunctionExpression(it) => ExprKind::Closure(self.arrow(it, hint)),
            Expression::FunctionExpression(it) => ExprKind::Closure(self.function_expr(it, hint)),
            Expression::ClassExpression(it) => return self.class_expr(it, hint),
            Expression::AssignmentExpression(it) => {
                let (target, value) = self.assignment(it);
                ExprKind::Assign {
                    target: Box::new(target),
                    value: Box::new(value),
                }
            }
            Expression::UpdateExpression(it) => {
                let (target, value) = self.update(it);
                ExprKind::Assign {
                    target: Box::new(target),
                    value: Box::new(value),
                }
            }
            Expression::AwaitExpression(it) => ExprKind::Await(Box::new(self.expr(&it.argument))),
            Expression::YieldExpression(it) => ExprKind::Yield(
                it.argument
                    .as_ref()
                    .map(|argument| Box::new(self.expr(argument))),
            ),
            Expression::BinaryExpression(it) => return self.binary(it),
            Expression::LogicalExpression(it) => return self.logical(it),
            Expression::UnaryExpression(it) => return self.unary(it),
            Expression::PrivateInExpression(it) => return self.private_in(it),
            Expression::ConditionalExpression(it) => {
                let test = Box::new(self.expr(&it.test));
                let then = Box::new(self.hinted_expr(&it.consequent, hint.clone()));
                let otherwise = Box::new(self.hinted_expr(&it.alternate, hint));
                ExprKind::Conditional {
                    test,
                    then,
                    otherwise,
                }
            }
            Expression::NewExpression(it) => self.construction(it),
            Expression::ImportExpression(it) => self.dynamic_import(it),
            Expression::SequenceExpression(it) => return self.sequence(it),
            Expression::TaggedTemplateExpression(it) => self.tagged_template(it),
            Expression::ImportMeta(_) => ExprKind::Global(Name::new_static("import.meta")),
            Expression::NewTarget(_) => ExprKind::Unknown(Vec::new()),
            Expression::JSXElement(it) => return self.jsx_element(it),
            Expression::JSXFragment(it) => return self.jsx_fragment(it),
            Expression::ParenthesizedExpression(it) => {
                return self.hinted_expr(&it.expression, hint);
            }
            Expression::TSAsExpression(it) => {
                let hint = hint.or_type(&it.type_annotation);
                return self.hinted_expr(&it.expression, hint);
            }
            Expression::TSSatisfiesExpression(it) => {
                let hint = hint.or_type(&it.type_annotation);
                return self.hinted_expr(&it.expression, hint);
            }
            Expression::TSTypeAssertion(it) => return self.hinted_expr(&it.expression, hint),
            Expression::TSInstantiationExpression(it) => {
                return self.hinted_expr(&it.expression, hint);
            }
            Expression::V8IntrinsicExpression(_) => ExprKind::Unknown(Vec::new()),
            Expression::CallExpression(_)
            | Expression::ChainExpression(_)
            | Expression::TSNonNullExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::StaticMemberExpression(_)
            | Expression::PrivateFieldExpression(_) => return self.chain(expr),
        };
        Expr::new(kind, place)
    }

    fn elements(&mut self, array: &ArrayExpression<'_>) -> Vec<Element> {
        array
            .elements
            .iter()
            .map(|element| match element {
                ArrayExpressionElement::SpreadElement(it) => {
                    Element::Spread(self.expr(&it.argument))
                }
                ArrayExpressionElement::Elision(it) => Element::Item(null(span(it.span))),
                _ => match element.as_expression() {
                    Some(expr) => Element::Item(self.expr(expr)),
                    None => Element::Item(unknown(Vec::new(), span(element.span()))),
                },
            })
            .collect()
    }

    fn properties(&mut self, object: &ObjectExpression<'_>) -> Vec<Property> {
        object
            .properties
            .iter()
            .map(|property| match property {
                ObjectPropertyKind::ObjectProperty(it) => self.property(it),
                ObjectPropertyKind::SpreadProperty(it) => Property::Spread(self.expr(&it.argument)),
            })
            .collect()
    }

    fn property(&mut self, property: &ObjectProperty<'_>) -> Property {
        let place = span(property.value.span());
        let name = key_name(&property.key);
        let key = match &name {
            Some(name) => PropertyKey::Name(name.clone()),
            None => PropertyKey::Computed(match property.key.as_expression() {
                Some(key) => self.expr(key),
                None => unknown(Vec::new(), place),
            }),
        };
        let is_method = property.method || property.kind != PropertyKind::Init;
        let value = match &property.value {
            Expression::FunctionExpression(function) if is_method => {
                let id = self.object_method(function, name);
                Expr::new(ExprKind::Closure(id), place)
            }
            value => self.named_expr(value, name),
        };
        match property.kind {
            PropertyKind::Init => Property::Field(key, value),
            // Reading the field runs the getter.
            PropertyKind::Get => Property::Field(key, call(value, Vec::new(), place)),
            PropertyKind::Set => Property::Spread(unknown(vec![value], place)),
        }
    }

    fn template(&mut self, template: &TemplateLiteral<'_>) -> Expr {
        let place = span(template.span);
        let mut parts = Vec::new();
        for (index, quasi) in template.quasis.iter().enumerate() {
            let piece = quasi.value.cooked.unwrap_or(quasi.value.raw);
            if !piece.is_empty() {
                parts.push(text(piece.as_str(), span(quasi.span)));
            }
            if let Some(expr) = template.expressions.get(index) {
                let value = self.expr(expr);
                push_text(&mut parts, value);
            }
        }
        match template.expressions.is_empty() {
            true => match parts.pop() {
                Some(only) => Expr {
                    span: place,
                    ..only
                },
                None => text("", place),
            },
            false => Expr::new(ExprKind::Text(parts), place),
        }
    }

    fn tagged_template(&mut self, tagged: &TaggedTemplateExpression<'_>) -> ExprKind {
        let callee = self.expr(&tagged.tag);
        let pieces = tagged
            .quasi
            .quasis
            .iter()
            .map(|quasi| {
                let piece = quasi.value.cooked.unwrap_or(quasi.value.raw);
                Element::Item(text(piece.as_str(), span(quasi.span)))
            })
            .collect();
        let pieces = Expr::new(ExprKind::List(pieces), span(tagged.quasi.span));
        let values = self.exprs(&tagged.quasi.expressions);
        let arguments = std::iter::once(pieces)
            .chain(values)
            .map(Argument::Positional)
            .collect();
        ExprKind::Call(Box::new(Call {
            callee,
            arguments,
            is_new: false,
            is_optional: false,
        }))
    }

    fn construction(&mut self, new: &NewExpression<'_>) -> ExprKind {
        let callee = self.expr(&new.callee);
        let arguments = self.arguments(&new.arguments);
        ExprKind::Call(Box::new(Call {
            callee,
            arguments,
            is_new: true,
            is_optional: false,
        }))
    }

    fn dynamic_import(&mut self, import: &ImportExpression<'_>) -> ExprKind {
        match static_text(&import.source) {
            Some(module) => {
                self.note_import(&module, span(import.source.span()));
                ExprKind::Import {
                    module,
                    member: None,
                }
            }
            None => {
                let source = self.expr(&import.source);
                let callee = ExprKind::Global(Name::new_static("import"));
                let callee = Expr::new(callee, span(import.span));
                call(callee, vec![source], span(import.span)).kind
            }
        }
    }

    /// `(0, f)` is how compilers write a call of `f` without a receiver: literals in front are left out.
    fn sequence(&mut self, sequence: &SequenceExpression<'_>) -> Expr {
        let mut exprs = self.exprs(&sequence.expressions);
        let Some(last) = exprs.pop() else {
            return unknown(exprs, span(sequence.span));
        };
        exprs.retain(|expr| !matches!(expr.kind, ExprKind::Literal(_)));
        if exprs.is_empty() {
            return last;
        }
        exprs.push(last);
        Expr::new(ExprKind::Sequence(exprs), span(sequence.span))
    }
}

/// Adds a part to a text; the parts of a text that is itself put together are added one by one.
pub(crate) fn push_text(parts: &mut Vec<Expr>, part: Expr) {
    match part.kind {
        ExprKind::Text(inner) => parts.extend(inner),
        _ => parts.push(part),
    }
}

/// A plain call.
pub(crate) fn call(callee: Expr, arguments: Vec<Expr>, place: Span) -> Expr {
    let arguments = arguments.into_iter().map(Argument::Positional).collect();
    let call = Call {
        callee,
        arguments,
        is_new: false,
        is_optional: false,
    };
    Expr::new(ExprKind::Call(Box::new(call)), place)
}

/// `base.name`.
pub(crate) fn field(base: Expr, name: Name, place: Span) -> Expr {
    Expr::new(
        ExprKind::Field {
            base: Box::new(base),
            name,
        },
        place,
    )
}

/// `base.name` of a variable.
pub(crate) fn variable_field(variable: VariableId, name: Name, place: Span) -> Expr {
    let base = boxed(ExprKind::Variable(variable), place);
    Expr::new(ExprKind::Field { base, name }, place)
}

/// A text that is fully written in the source.
pub(crate) fn static_text(expr: &Expression<'_>) -> Option<Name> {
    match expr {
        Expression::StringLiteral(it) => Some(Name::new(it.value.as_str())),
        Expression::TemplateLiteral(it) if it.expressions.is_empty() => {
            let piece = it.quasis.first()?.value.cooked?;
            Some(Name::new(piece.as_str()))
        }
        _ => None,
    }
}
