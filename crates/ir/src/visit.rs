//! Walks over a module's code, for questions that need no execution.

use crate::{
    Argument, Case, Clause, Element, Expr, ExprKind, Function, Module, Pattern, Property,
    PropertyKey, Stmt, StmtKind,
};

/// What is done at each statement and expression. A method that is not given does nothing; what lies inside is visited after.
pub trait Visitor {
    /// At a statement.
    fn statement(&mut self, _statement: &Stmt) {}
    /// At an expression.
    fn expression(&mut self, _expression: &Expr) {}
    /// At a pattern that values are bound to.
    fn pattern(&mut self, _pattern: &Pattern) {}
}

impl Module {
    /// Visits all code of the module in source order of its functions.
    pub fn visit(&self, visitor: &mut dyn Visitor) {
        for function in &self.functions {
            self::function(function, visitor);
        }
        for class in &self.classes {
            expressions(&class.bases, visitor);
            for (_, value, _) in &class.fields {
                expression(value, visitor);
            }
            for (_, types) in &class.declared {
                expressions(types, visitor);
            }
        }
    }
}

fn function(function: &Function, visitor: &mut dyn Visitor) {
    for parameter in &function.parameters {
        pattern(&parameter.target, visitor);
        expressions(&parameter.default, visitor);
    }
    expressions(&function.decorators, visitor);
    statements(&function.body, visitor);
}

fn statements(statements: &[Stmt], visitor: &mut dyn Visitor) {
    for one in statements {
        statement(one, visitor);
    }
}

fn expressions<'a>(expressions: impl IntoIterator<Item = &'a Expr>, visitor: &mut dyn Visitor) {
    for one in expressions {
        expression(one, visitor);
    }
}

fn statement(statement: &Stmt, visitor: &mut dyn Visitor) {
    visitor.statement(statement);
    match &statement.kind {
        StmtKind::Expr(value) => expression(value, visitor),
        StmtKind::Assign { target, value } => {
            pattern(target, visitor);
            expression(value, visitor);
        }
        StmtKind::Delete(values) => expressions(values, visitor),
        StmtKind::If {
            test,
            then,
            otherwise,
        } => {
            expression(test, visitor);
            statements(then, visitor);
            statements(otherwise, visitor);
        }
        StmtKind::While { test, body, .. } => {
            expression(test, visitor);
            statements(body, visitor);
        }
        StmtKind::ForEach {
            target,
            iterable,
            body,
            ..
        } => {
            pattern(target, visitor);
            expression(iterable, visitor);
            statements(body, visitor);
        }
        StmtKind::Switch { subject, cases } => {
            expression(subject, visitor);
            for Case { tests, body, .. } in cases {
                expressions(tests, visitor);
                statements(body, visitor);
            }
        }
        StmtKind::Try {
            body,
            handlers,
            otherwise,
            finally,
        } => {
            statements(body, visitor);
            for handler in handlers {
                statements(&handler.body, visitor);
            }
            statements(otherwise, visitor);
            statements(finally, visitor);
        }
        StmtKind::With {
            context,
            target,
            body,
        } => {
            expression(context, visitor);
            if let Some(target) = target {
                pattern(target, visitor);
            }
            statements(body, visitor);
        }
        StmtKind::Block(body) => statements(body, visitor),
        StmtKind::Return(value) | StmtKind::Throw(value) => expressions(value, visitor),
        StmtKind::Break | StmtKind::Continue => {}
    }
}

fn pattern(bound: &Pattern, visitor: &mut dyn Visitor) {
    visitor.pattern(bound);
    match bound {
        Pattern::Place(place) => expression(place, visitor),
        Pattern::Object { properties, rest } => {
            for property in properties {
                pattern(&property.value, visitor);
            }
            if let Some(rest) = rest {
                pattern(rest, visitor);
            }
        }
        Pattern::List { items, rest } => {
            for item in items.iter().flatten() {
                pattern(item, visitor);
            }
            if let Some((_, rest)) = rest {
                pattern(rest, visitor);
            }
        }
        Pattern::Default(inner, default) => {
            pattern(inner, visitor);
            expression(default, visitor);
        }
        Pattern::Variable(..) | Pattern::Ignore => {}
    }
}

fn expression(expr: &Expr, visitor: &mut dyn Visitor) {
    visitor.expression(expr);
    match &expr.kind {
        ExprKind::Field { base, .. } => expression(base, visitor),
        ExprKind::Index { base, index } => {
            expression(base, visitor);
            expression(index, visitor);
        }
        ExprKind::Slice { base, end, bounds } => {
            expression(base, visitor);
            expressions(end.as_deref(), visitor);
            expressions(bounds, visitor);
        }
        ExprKind::Call(call) => {
            expression(&call.callee, visitor);
            expressions(call.arguments.iter().map(Argument::value), visitor);
        }
        ExprKind::Text(parts) | ExprKind::Sequence(parts) | ExprKind::Unknown(parts) => {
            expressions(parts, visitor);
        }
        ExprKind::Binary { left, right, .. } | ExprKind::Compare { left, right, .. } => {
            expression(left, visitor);
            expression(right, visitor);
        }
        ExprKind::And(left, right) | ExprKind::Or(left, right) => {
            expression(left, visitor);
            expression(right, visitor);
        }
        ExprKind::Not(inner) | ExprKind::Await(inner) => expression(inner, visitor),
        ExprKind::Yield(inner) => expressions(inner.as_deref(), visitor),
        ExprKind::Conditional {
            test,
            then,
            otherwise,
        } => {
            expression(test, visitor);
            expression(then, visitor);
            expression(otherwise, visitor);
        }
        ExprKind::Object(properties) => {
            for property in properties {
                match property {
                    Property::Field(PropertyKey::Computed(key), value) => {
                        expression(key, visitor);
                        expression(value, visitor);
                    }
                    Property::Field(PropertyKey::Name(_), value) | Property::Spread(value) => {
                        expression(value, visitor);
                    }
                }
            }
        }
        ExprKind::List(elements) => {
            for Element::Item(value) | Element::Spread(value) in elements {
                expression(value, visitor);
            }
        }
        ExprKind::Comprehension {
            clauses,
            key,
            element,
        } => {
            for Clause {
                target,
                iterable,
                conditions,
            } in clauses
            {
                pattern(target, visitor);
                expression(iterable, visitor);
                expressions(conditions, visitor);
            }
            expressions(key.as_deref(), visitor);
            expression(element, visitor);
        }
        ExprKind::Decorated { decorator, inner } => {
            expression(decorator, visitor);
            expression(inner, visitor);
        }
        ExprKind::Assign { target, value } => {
            pattern(target, visitor);
            expression(value, visitor);
        }
        ExprKind::Literal(_)
        | ExprKind::Variable(_)
        | ExprKind::Global(_)
        | ExprKind::Import { .. }
        | ExprKind::Closure(_)
        | ExprKind::Class(_)
        | ExprKind::Super => {}
    }
}
