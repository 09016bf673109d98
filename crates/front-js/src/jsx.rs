//! JSX. An element is unknown over its attributes and children, except where it sets raw HTML: that is kept visible as a call
//! of `jsx` with the attributes as an object.

use base::{Name, Span};
use ir::{Expr, ExprKind, Property, PropertyKey};
use oxc_ast::ast::{
    JSXAttribute, JSXAttributeItem, JSXAttributeName, JSXAttributeValue, JSXChild, JSXElement,
    JSXElementName, JSXExpression, JSXFragment, JSXMemberExpressionObject, JSXOpeningElement,
};

use crate::expr::call;
use crate::lowerer::{Lowerer, null, span, text, unknown};

/// The attribute that puts its value into the page without escaping it.
const RAW_HTML: &str = "dangerouslySetInnerHTML";

impl Lowerer<'_> {
    pub(crate) fn jsx_element(&mut self, element: &JSXElement<'_>) -> Expr {
        let place = span(element.span);
        let lowered = self.nested(place, |this| {
            let opening = &element.opening_element;
            let mut operands = Vec::new();
            operands.extend(this.jsx_component(&opening.name));
            if sets_raw_html(opening) {
                operands.push(this.jsx_call(opening, place));
            } else {
                for attribute in &opening.attributes {
                    operands.extend(this.jsx_attribute_operand(attribute));
                }
            }
            this.jsx_children(&element.children, &mut operands);
            operands
        });
        unknown(lowered.unwrap_or_default(), place)
    }

    pub(crate) fn jsx_fragment(&mut self, fragment: &JSXFragment<'_>) -> Expr {
        let place = span(fragment.span);
        let lowered = self.nested(place, |this| {
            let mut operands = Vec::new();
            this.jsx_children(&fragment.children, &mut operands);
            operands
        });
        unknown(lowered.unwrap_or_default(), place)
    }

    /// The component that an element names; nothing for the elements of HTML.
    fn jsx_component(&mut self, name: &JSXElementName<'_>) -> Option<Expr> {
        match name {
            JSXElementName::IdentifierReference(it) => Some(self.reference(it, span(it.span))),
            JSXElementName::ThisExpression(it) => Some(self.this(span(it.span))),
            JSXElementName::MemberExpression(it) => {
                let mut object = &it.object;
                while let JSXMemberExpressionObject::MemberExpression(it) = object {
                    object = &it.object;
                }
                match object {
                    JSXMemberExpressionObject::IdentifierReference(it) => {
                        Some(self.reference(it, span(it.span)))
                    }
                    _ => Some(self.this(span(it.span))),
                }
            }
            JSXElementName::Identifier(_) | JSXElementName::NamespacedName(_) => None,
        }
    }

    fn jsx_call(&mut self, opening: &JSXOpeningElement<'_>, place: Span) -> Expr {
        let attributes = opening
            .attributes
            .iter()
            .map(|attribute| match attribute {
                JSXAttributeItem::Attribute(it) => {
                    let value = self.jsx_attribute_value(it);
                    let value = value.unwrap_or_else(|| null(span(it.span)));
                    Property::Field(PropertyKey::Name(attribute_name(it)), value)
                }
                JSXAttributeItem::SpreadAttribute(it) => Property::Spread(self.expr(&it.argument)),
            })
            .collect();
        let attributes = Expr::new(ExprKind::Object(attributes), span(opening.span));
        let callee = Expr::new(
            ExprKind::Global(Name::new_static("jsx")),
            span(opening.span),
        );
        call(callee, vec![attributes], place)
    }

    fn jsx_attribute_operand(&mut self, attribute: &JSXAttributeItem<'_>) -> Option<Expr> {
        match attribute {
            JSXAttributeItem::Attribute(it) => self.jsx_attribute_value(it),
            JSXAttributeItem::SpreadAttribute(it) => Some(self.expr(&it.argument)),
        }
    }

    fn jsx_attribute_value(&mut self, attribute: &JSXAttribute<'_>) -> Option<Expr> {
        match attribute.value.as_ref()? {
            JSXAttributeValue::StringLiteral(it) => Some(text(it.value.as_str(), span(it.span))),
            JSXAttributeValue::ExpressionContainer(it) => self.jsx_expression(&it.expression),
            JSXAttributeValue::Element(it) => Some(self.jsx_element(it)),
            JSXAttributeValue::Fragment(it) => Some(self.jsx_fragment(it)),
        }
    }

    fn jsx_expression(&mut self, expression: &JSXExpression<'_>) -> Option<Expr> {
        expression.as_expression().map(|expr| self.expr(expr))
    }

    fn jsx_children(&mut self, children: &[JSXChild<'_>], operands: &mut Vec<Expr>) {
        for child in children {
            match child {
                JSXChild::Text(_) => {}
                JSXChild::Element(it) => operands.push(self.jsx_element(it)),
                JSXChild::Fragment(it) => operands.push(self.jsx_fragment(it)),
                JSXChild::ExpressionContainer(it) => {
                    operands.extend(self.jsx_expression(&it.expression));
                }
                JSXChild::Spread(it) => operands.push(self.expr(&it.expression)),
            }
        }
    }
}

fn attribute_name(attribute: &JSXAttribute<'_>) -> Name {
    match &attribute.name {
        JSXAttributeName::Identifier(it) => Name::new(it.name.as_str()),
        JSXAttributeName::NamespacedName(it) => {
            Name::new(format!("{}:{}", it.namespace.name, it.name.name))
        }
    }
}

fn sets_raw_html(opening: &JSXOpeningElement<'_>) -> bool {
    opening.attributes.iter().any(|attribute| match attribute {
        JSXAttributeItem::Attribute(it) => attribute_name(it) == RAW_HTML,
        JSXAttributeItem::SpreadAttribute(_) => false,
    })
}
