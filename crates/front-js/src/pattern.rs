//! What declarations, parameters and assignments bind.

use base::{Name, Span};
use ir::{Expr, ExprKind, Pattern, PatternProperty};
use oxc_ast::ast::{
    ArrayAssignmentTarget, ArrayPattern, AssignmentTarget, AssignmentTargetMaybeDefault,
    AssignmentTargetProperty, BindingPattern, ObjectAssignmentTarget, ObjectPattern, PropertyKey,
};
use oxc_span::GetSpan;

use crate::lowerer::{Lowerer, span};

impl Lowerer<'_> {
    /// A pattern that declares.
    pub(crate) fn binding(&mut self, pattern: &BindingPattern<'_>) -> Pattern {
        let place = span(pattern.span());
        let lowered = self.nested(place, |this| match pattern {
            BindingPattern::BindingIdentifier(identifier) => {
                Pattern::Variable(this.declared(identifier), place)
            }
            BindingPattern::ObjectPattern(object) => this.object_binding(object),
            BindingPattern::ArrayPattern(array) => this.array_binding(array),
            BindingPattern::AssignmentPattern(assignment) => {
                let inner = this.binding(&assignment.left);
                let name = simple_name(&assignment.left);
                let default = this.named_expr(&assignment.right, name);
                Pattern::Default(Box::new(inner), Box::new(default))
            }
        });
        lowered.unwrap_or(Pattern::Ignore)
    }

    fn object_binding(&mut self, object: &ObjectPattern<'_>) -> Pattern {
        let properties = object
            .properties
            .iter()
            .map(|property| PatternProperty {
                key: key_name(&property.key),
                value: self.binding(&property.value),
                span: span(property.span),
            })
            .collect();
        let rest = object
            .rest
            .as_ref()
            .map(|rest| Box::new(self.binding(&rest.argument)));
        Pattern::Object { properties, rest }
    }

    fn array_binding(&mut self, array: &ArrayPattern<'_>) -> Pattern {
        let items: Vec<_> = array
            .elements
            .iter()
            .map(|element| element.as_ref().map(|element| self.binding(element)))
            .collect();
        let rest = array
            .rest
            .as_ref()
            .map(|rest| (items.len(), Box::new(self.binding(&rest.argument))));
        Pattern::List { items, rest }
    }

    /// A pattern that assigns.
    pub(crate) fn target(&mut self, target: &AssignmentTarget<'_>) -> Pattern {
        let place = span(target.span());
        let lowered = self.nested(place, |this| match target {
            AssignmentTarget::ObjectAssignmentTarget(object) => this.object_target(object),
            AssignmentTarget::ArrayAssignmentTarget(array) => this.array_target(array),
            AssignmentTarget::AssignmentTargetIdentifier(identifier) => {
                this.reference_target(identifier, place)
            }
            AssignmentTarget::TSAsExpression(it) => this.place(&it.expression),
            AssignmentTarget::TSSatisfiesExpression(it) => this.place(&it.expression),
            AssignmentTarget::TSNonNullExpression(it) => this.place(&it.expression),
            AssignmentTarget::TSTypeAssertion(it) => this.place(&it.expression),
            _ => match target.as_member_expression() {
                Some(member) => {
                    let lowered = this.member(member);
                    as_place(lowered)
                }
                None => Pattern::Ignore,
            },
        });
        lowered.unwrap_or(Pattern::Ignore)
    }

    /// An expression as what is assigned.
    pub(crate) fn place(&mut self, expr: &oxc_ast::ast::Expression<'_>) -> Pattern {
        let lowered = self.expr(expr);
        as_place(lowered)
    }

    fn object_target(&mut self, object: &ObjectAssignmentTarget<'_>) -> Pattern {
        let properties = object
            .properties
            .iter()
            .map(|property| match property {
                AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(it) => {
                    let place = span(it.binding.span);
                    let target = self.reference_target(&it.binding, place);
                    let value = match &it.init {
                        Some(default) => {
                            let name = Some(Name::new(it.binding.name.as_str()));
                            let default = self.named_expr(default, name);
                            Pattern::Default(Box::new(target), Box::new(default))
                        }
                        None => target,
                    };
                    let key = Some(Name::new(it.binding.name.as_str()));
                    PatternProperty {
                        key,
                        value,
                        span: span(it.span),
                    }
                }
                AssignmentTargetProperty::AssignmentTargetPropertyProperty(it) => PatternProperty {
                    key: key_name(&it.name),
                    value: self.target_or_default(&it.binding),
                    span: span(it.span),
                },
            })
            .collect();
        let rest = object
            .rest
            .as_ref()
            .map(|rest| Box::new(self.target(&rest.target)));
        Pattern::Object { properties, rest }
    }

    fn array_target(&mut self, array: &ArrayAssignmentTarget<'_>) -> Pattern {
        let items: Vec<_> = array
            .elements
            .iter()
            .map(|element| {
                element
                    .as_ref()
                    .map(|element| self.target_or_default(element))
            })
            .collect();
        let rest = array
            .rest
            .as_ref()
            .map(|rest| (items.len(), Box::new(self.target(&rest.target))));
        Pattern::List { items, rest }
    }

    fn target_or_default(&mut self, target: &AssignmentTargetMaybeDefault<'_>) -> Pattern {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(it) => {
                let inner = self.target(&it.binding);
                let default = self.expr(&it.init);
                Pattern::Default(Box::new(inner), Box::new(default))
            }
            _ => match target.as_assignment_target() {
                Some(target) => self.target(target),
                None => Pattern::Ignore,
            },
        }
    }
}

/// A lowered expression as what is assigned.
pub(crate) fn as_place(expr: Expr) -> Pattern {
    match expr.kind {
        ExprKind::Variable(id) => Pattern::Variable(id, expr.span),
        ExprKind::Field { .. } | ExprKind::Index { .. } | ExprKind::Global(_) => {
            Pattern::Place(expr)
        }
        _ => Pattern::Ignore,
    }
}

/// The place that a pattern assigns, as the expression that reads it.
pub(crate) fn as_value(pattern: &Pattern, place: Span) -> Expr {
    match pattern {
        Pattern::Variable(id, span) => Expr::new(ExprKind::Variable(*id), *span),
        Pattern::Place(expr) => expr.clone(),
        _ => Expr::new(ExprKind::Unknown(Vec::new()), place),
    }
}

/// The name of a key that the source spells out; private names keep their `#`.
pub(crate) fn key_name(key: &PropertyKey<'_>) -> Option<Name> {
    match key {
        PropertyKey::PrivateIdentifier(it) => Some(Name::new(format!("#{}", it.name))),
        _ => key.static_name().map(Name::new),
    }
}

/// The name that a pattern gives to a function that is bound to it.
pub(crate) fn simple_name(pattern: &BindingPattern<'_>) -> Option<Name> {
    match pattern {
        BindingPattern::BindingIdentifier(it) => Some(Name::new(it.name.as_str())),
        _ => None,
    }
}
