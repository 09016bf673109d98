//! Functions: declarations, expressions, arrows and methods, and their parameters.

use base::{Name, Span};
use ir::{Expr, ExprKind, FunctionId, Parameter, Pattern, Stmt, StmtKind};
use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, FormalParameter, FormalParameters, Function, TSType,
};
use oxc_span::GetSpan;

use crate::expr::variable_field;
use crate::lowerer::{Lowerer, Opening, span, stmt};
use crate::pattern::simple_name;
use crate::scope::This;
use crate::typescript::{first_parameter_type, type_name};

/// What the surroundings of an expression say about a function that it may be.
#[derive(Clone, Default)]
pub(crate) struct Hint {
    /// The name that it is assigned to.
    pub(crate) name: Option<Name>,
    /// The type of its first parameter, where it has no annotation of its own.
    pub(crate) first_annotation: Option<Name>,
}

impl Hint {
    /// This hint, or what a type written at the function itself says.
    pub(crate) fn or_type(self, written: &TSType<'_>) -> Self {
        let first_annotation = self
            .first_annotation
            .or_else(|| first_parameter_type(written));
        Self {
            first_annotation,
            ..self
        }
    }
}

impl Lowerer<'_> {
    /// A function declaration, without the assignment to its name.
    pub(crate) fn function_declaration(
        &mut self,
        function: &Function<'_>,
        name: Option<Name>,
    ) -> FunctionId {
        self.function(
            function,
            Hint {
                name,
                first_annotation: None,
            },
            Vec::new(),
        )
    }

    /// A function expression. One with a name of its own can call itself by it.
    pub(crate) fn function_expr(&mut self, function: &Function<'_>, hint: Hint) -> FunctionId {
        self.function(function, hint, Vec::new())
    }

    /// A method of an object literal: it always has a receiver.
    pub(crate) fn object_method(
        &mut self,
        function: &Function<'_>,
        name: Option<Name>,
    ) -> FunctionId {
        let id = self.function(
            function,
            Hint {
                name,
                first_annotation: None,
            },
            Vec::new(),
        );
        self.receiver(id);
        id
    }

    fn function(&mut self, function: &Function<'_>, hint: Hint, prologue: Vec<Stmt>) -> FunctionId {
        let own_name = function.id.as_ref().map(|id| Name::new(id.name.as_str()));
        let id = self.open_function(Opening {
            name: own_name.or(hint.name),
            span: span(function.span),
            this: This::Own,
            scope: function.scope_id.get(),
        });
        self.function_parts(id, function, hint.first_annotation, prologue);
        id
    }

    /// Fills in an open function and closes it.
    pub(crate) fn function_parts(
        &mut self,
        id: FunctionId,
        function: &Function<'_>,
        first_annotation: Option<Name>,
        mut body: Vec<Stmt>,
    ) {
        self.parameters(id, &function.params, first_annotation);
        if let Some(lowered) = self.function_mut(id) {
            lowered.is_async = function.r#async;
            lowered.is_generator = function.generator;
        }
        body.extend(self.name_of_itself(id, function));
        body.extend(self.parameter_properties(id, &function.params));
        if let Some(written) = &function.body {
            body.extend(self.statements(&written.statements));
        }
        self.close_function(id, body);
    }

    pub(crate) fn arrow(&mut self, arrow: &ArrowFunctionExpression<'_>, hint: Hint) -> FunctionId {
        let id = self.open_function(Opening {
            name: hint.name,
            span: span(arrow.span),
            this: This::Enclosing,
            scope: arrow.scope_id.get(),
        });
        self.parameters(id, &arrow.params, hint.first_annotation);
        if let Some(lowered) = self.function_mut(id) {
            lowered.is_async = arrow.r#async;
        }
        let body = match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.statements(&body.statements),
            body => match body.as_expression() {
                Some(expr) => {
                    let value = self.expr(expr);
                    vec![stmt(StmtKind::Return(Some(value)), span(expr.span()))]
                }
                None => Vec::new(),
            },
        };
        self.close_function(id, body);
        id
    }

    /// A function expression that calls itself by its own name: the name is a variable in it.
    fn name_of_itself(&mut self, id: FunctionId, function: &Function<'_>) -> Option<Stmt> {
        let name = function.id.as_ref().filter(|_| function.is_expression())?;
        let symbol = name.symbol_id.get()?;
        if self
            .scopes
            .scoping
            .get_resolved_reference_ids(symbol)
            .is_empty()
        {
            return None;
        }
        let place = span(name.span);
        let target = Pattern::Variable(self.declared(name), place);
        let value = Expr::new(ExprKind::Closure(id), place);
        Some(stmt(StmtKind::Assign { target, value }, place))
    }

    fn parameters(
        &mut self,
        id: FunctionId,
        written: &FormalParameters<'_>,
        first_annotation: Option<Name>,
    ) {
        let mut parameters: Vec<_> = written
            .items
            .iter()
            .map(|parameter| self.parameter(parameter))
            .collect();
        if let Some(rest) = &written.rest {
            parameters.push(Parameter {
                name: simple_name(&rest.rest.argument),
                target: self.binding(&rest.rest.argument),
                default: None,
                is_rest: true,
                is_keyword_rest: false,
                annotation: rest
                    .type_annotation
                    .as_ref()
                    .and_then(|it| type_name(&it.type_annotation)),
            });
        }
        if let Some(first) = parameters.first_mut()
            && first.annotation.is_none()
            && !first.is_rest
        {
            first.annotation = first_annotation;
        }
        if let Some(function) = self.function_mut(id) {
            function.parameters = parameters;
        }
    }

    fn parameter(&mut self, parameter: &FormalParameter<'_>) -> Parameter {
        let name = simple_name(&parameter.pattern);
        let annotation = parameter.type_annotation.as_ref();
        Parameter {
            target: self.binding(&parameter.pattern),
            default: parameter
                .initializer
                .as_ref()
                .map(|it| self.named_expr(it, name.clone())),
            name,
            is_rest: false,
            is_keyword_rest: false,
            annotation: annotation.and_then(|it| type_name(&it.type_annotation)),
        }
    }

    /// `constructor(private db: Db)` assigns the parameter to the field of its name.
    fn parameter_properties(
        &mut self,
        id: FunctionId,
        parameters: &FormalParameters<'_>,
    ) -> Vec<Stmt> {
        let mut assignments = Vec::new();
        for parameter in &parameters.items {
            let is_property =
                parameter.accessibility.is_some() || parameter.readonly || parameter.r#override;
            let identifier = parameter.pattern.get_binding_identifier();
            if let Some(identifier) = identifier.filter(|_| is_property) {
                let place = span(parameter.span);
                let variable = self.declared(identifier);
                let receiver = self.receiver(id);
                assignments.push(assign_field(
                    variable_field(receiver, Name::new(identifier.name.as_str()), place),
                    Expr::new(ExprKind::Variable(variable), place),
                    place,
                ));
            }
        }
        assignments
    }
}

/// `place = value`, where the place is a field.
pub(crate) fn assign_field(place: Expr, value: Expr, span: Span) -> Stmt {
    stmt(
        StmtKind::Assign {
            target: Pattern::Place(place),
            value,
        },
        span,
    )
}
