//! Functions and lambdas: their scope, parameters and decorators.

use base::{Name, Span};
use ir::{
    Call, ClassId, Expr, ExprKind, FunctionId, Parameter, Pattern, Stmt, StmtKind, VariableId,
};
use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use crate::bind::Collector;
use crate::lowerer::{Lowerer, assign, span_of};
use crate::scope::{Scope, ScopeKind};

/// How a function belongs to a class.
#[derive(Clone, Copy)]
pub(crate) struct Membership {
    pub(crate) class: ClassId,
    /// Its first parameter is the instance or the class.
    pub(crate) has_receiver: bool,
}

impl Lowerer<'_> {
    /// A `def` outside of a class body: an assignment of the function to its name.
    pub(crate) fn function_def(&mut self, def: &ast::StmtFunctionDef, out: &mut Vec<Stmt>) {
        // Decorators are evaluated before the function exists, but applied from the innermost out.
        let decorators = self.exprs(
            def.decorator_list
                .iter()
                .map(|decorator| &decorator.expression),
        );
        let function = self.function_of(def, None, &[]);
        let whole = span_of(def);
        let name_span = span_of(&def.name);
        let value = Expr::new(ExprKind::Closure(function), whole);
        let value = self.decorated(decorators, value);
        let target = self.bind(&def.name, name_span);
        out.push(assign(target, value, whole));
    }

    /// `decorators` applied to `inner`, the last one first.
    pub(crate) fn decorated(&mut self, decorators: Vec<Expr>, inner: Expr) -> Expr {
        let span = inner.span;
        let room = self.limit as usize;
        if decorators.len() > room {
            self.coarse.get_or_insert(span);
        }
        decorators
            .into_iter()
            .rev()
            .take(room)
            .fold(inner, |inner, decorator| {
                let kind = ExprKind::Decorated {
                    decorator: Box::new(decorator),
                    inner: Box::new(inner),
                };
                Expr::new(kind, span)
            })
    }

    /// Lowers the function of a `def`. `decorators` are those that a method keeps.
    pub(crate) fn function_of(
        &mut self,
        def: &ast::StmtFunctionDef,
        membership: Option<Membership>,
        decorators: &[&ast::Expr],
    ) -> FunctionId {
        let id = self.new_function(span_of(def));
        let ((decorators, defaults), _) = self.function_body(id, |lowerer| {
            (
                lowerer.exprs(decorators.iter().copied()),
                lowerer.defaults(&def.parameters),
            )
        });
        let mut names = Collector::new(self.has_walrus);
        names.parameters(&def.parameters);
        names.body(&def.body);
        self.scopes.push(Scope::new(ScopeKind::Function, id));
        self.declare(names);
        let ((receiver, parameters, body), is_generator) = self.function_body(id, |lowerer| {
            let mut parameters = lowerer.parameters(&def.parameters, defaults);
            let is_method = membership.is_some_and(|membership| membership.has_receiver);
            let receiver = if is_method {
                take_receiver(&def.parameters, &mut parameters)
            } else {
                None
            };
            (receiver, parameters, lowerer.block(&def.body))
        });
        self.scopes.pop();
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            function.name = Some(Name::new(&def.name));
            function.class = membership.map(|membership| membership.class);
            function.receiver = receiver;
            function.parameters = parameters;
            function.is_async = def.is_async;
            function.is_generator = is_generator;
            function.decorators = decorators;
            function.body = body;
        }
        id
    }

    pub(crate) fn lambda(&mut self, lambda: &ast::ExprLambda) -> ExprKind {
        let id = self.new_function(span_of(lambda));
        let parameters = lambda.parameters.as_deref();
        let (defaults, _) = self.function_body(id, |lowerer| {
            parameters
                .map(|parameters| lowerer.defaults(parameters))
                .unwrap_or_default()
        });
        let mut names = Collector::new(false);
        if let Some(parameters) = parameters {
            names.parameters(parameters);
        }
        if self.has_walrus {
            names.walruses_of(&lambda.body);
        }
        self.scopes.push(Scope::new(ScopeKind::Function, id));
        self.declare(names);
        let ((parameters, value), is_generator) = self.function_body(id, |lowerer| {
            let parameters = parameters.map(|parameters| lowerer.parameters(parameters, defaults));
            (parameters.unwrap_or_default(), lowerer.expr(&lambda.body))
        });
        self.scopes.pop();
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            let span = value.span;
            function.parameters = parameters;
            function.is_generator = is_generator;
            function.body = vec![Stmt {
                kind: StmtKind::Return(Some(value)),
                span,
            }];
        }
        ExprKind::Closure(id)
    }

    /// Gives the lambda `value` the name it is assigned to.
    pub(crate) fn name_lambda(&mut self, value: &Expr, name: &str) {
        if let ExprKind::Closure(id) = &value.kind
            && let Some(function) = self.module.functions.get_mut(id.0 as usize)
            && function.name.is_none()
        {
            function.name = Some(Name::new(name));
        }
    }

    /// The default values in the order of the parameters; they belong to the scope around the function.
    fn defaults(&mut self, parameters: &ast::Parameters) -> Vec<Option<Expr>> {
        parameters
            .iter()
            .map(|parameter| parameter.default().map(|value| self.expr(value)))
            .collect()
    }

    fn parameters(
        &mut self,
        parameters: &ast::Parameters,
        defaults: Vec<Option<Expr>>,
    ) -> Vec<Parameter> {
        let vararg = parameters.vararg.as_deref().map(Ranged::range);
        let kwarg = parameters.kwarg.as_deref().map(Ranged::range);
        let lower = |(parameter, default): (ast::AnyParameterRef<'_>, Option<Expr>)| {
            let name = parameter.name();
            let range = Some(parameter.as_parameter().range());
            Parameter {
                name: Some(Name::new(name)),
                target: self.bind(name, span_of(name)),
                default,
                is_rest: parameter.is_variadic() && range == vararg,
                is_keyword_rest: parameter.is_variadic() && range == kwarg,
                annotation: parameter.annotation().and_then(annotation_name),
            }
        };
        parameters.iter().zip(defaults).map(lower).collect()
    }

    /// A function that the source does not write out: the constructor of a data class with `fields`, and the method that it
    /// ends with.
    pub(crate) fn field_constructor(
        &mut self,
        class: ClassId,
        span: Span,
        fields: Vec<DataField>,
        then: Option<Name>,
    ) -> FunctionId {
        let id = self.new_function(span);
        self.scopes.push(Scope::new(ScopeKind::Function, id));
        let ((receiver, parameters, body), _) = self.function_body(id, |lowerer| {
            let receiver = lowerer.new_variable(Name::new_static("self"));
            let mut parameters = Vec::with_capacity(fields.len());
            let mut body = Vec::with_capacity(fields.len());
            for field in fields {
                let variable = lowerer.new_variable(field.name.clone());
                let instance = Expr::new(ExprKind::Variable(receiver), field.span);
                let place = ExprKind::Field {
                    base: Box::new(instance),
                    name: field.name.clone(),
                };
                let value = Expr::new(ExprKind::Variable(variable), field.span);
                body.push(assign(
                    Pattern::Place(Expr::new(place, field.span)),
                    value,
                    field.span,
                ));
                parameters.push(Parameter {
                    name: Some(field.name),
                    target: Pattern::Variable(variable, field.span),
                    default: field.default,
                    is_rest: false,
                    is_keyword_rest: false,
                    annotation: field.annotation,
                });
            }
            if let Some(name) = then {
                let instance = Expr::new(ExprKind::Variable(receiver), span);
                let base = Box::new(instance);
                let call = Call {
                    callee: Expr::new(ExprKind::Field { base, name }, span),
                    arguments: Vec::new(),
                    is_new: false,
                    is_optional: false,
                };
                body.push(Stmt {
                    kind: StmtKind::Expr(Expr::new(ExprKind::Call(Box::new(call)), span)),
                    span,
                });
            }
            (receiver, parameters, body)
        });
        self.scopes.pop();
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            function.name = Some(Name::new_static("__init__"));
            function.class = Some(class);
            function.receiver = Some(receiver);
            function.parameters = parameters;
            function.body = body;
        }
        id
    }
}

/// A field that a data class takes as an argument.
pub(crate) struct DataField {
    pub(crate) name: Name,
    pub(crate) annotation: Option<Name>,
    pub(crate) default: Option<Expr>,
    pub(crate) span: Span,
}

/// Removes the first parameter, where it can be the instance: `def f(*args)` has no receiver of its own.
fn take_receiver(written: &ast::Parameters, parameters: &mut Vec<Parameter>) -> Option<VariableId> {
    if written.posonlyargs.is_empty() && written.args.is_empty() {
        return None;
    }
    match parameters.first() {
        Some(Parameter {
            target: Pattern::Variable(variable, _),
            ..
        }) => {
            let variable = *variable;
            parameters.remove(0);
            Some(variable)
        }
        _ => None,
    }
}

/// The type of a parameter as a dotted name. `Optional[X]`, `X | None`, `Annotated[X, …]` and `"X"` are `X`.
pub(crate) fn annotation_name(annotation: &ast::Expr) -> Option<Name> {
    match annotation {
        ast::Expr::Name(_) | ast::Expr::Attribute(_) => dotted(annotation),
        ast::Expr::StringLiteral(literal) => quoted_name(literal.value.to_str()),
        ast::Expr::BinOp(union) if union.op == ast::Operator::BitOr => {
            match (&*union.left, &*union.right) {
                (left, ast::Expr::NoneLiteral(_)) => plain_name(left),
                (ast::Expr::NoneLiteral(_), right) => plain_name(right),
                _ => None,
            }
        }
        ast::Expr::Subscript(subscript) => {
            let wrapper = dotted(&subscript.value)?;
            let first = match &*subscript.slice {
                ast::Expr::Tuple(tuple) => tuple.elts.first()?,
                single => single,
            };
            match last_segment(&wrapper) {
                "Optional" | "Annotated" | "Final" | "Required" | "NotRequired" => {
                    plain_name(first)
                }
                "Union" => match &*subscript.slice {
                    ast::Expr::Tuple(tuple) => match tuple.elts.as_slice() {
                        [only, ast::Expr::NoneLiteral(_)] | [ast::Expr::NoneLiteral(_), only] => {
                            plain_name(only)
                        }
                        _ => None,
                    },
                    _ => plain_name(first),
                },
                _ => None,
            }
        }
        _ => None,
    }
}

fn plain_name(annotation: &ast::Expr) -> Option<Name> {
    match annotation {
        ast::Expr::StringLiteral(literal) => quoted_name(literal.value.to_str()),
        other => dotted(other),
    }
}

/// The name in a quoted annotation, `"Optional[app.Event]"`.
fn quoted_name(written: &str) -> Option<Name> {
    let mut written = written.trim();
    if let Some((wrapper, rest)) = written.split_once('[')
        && matches!(last_segment(wrapper.trim()), "Optional" | "Annotated")
    {
        written = rest.split([',', ']']).next()?.trim();
    }
    if let Some(optional) = written.strip_suffix("None") {
        written = optional.trim_end().strip_suffix('|')?.trim_end();
    }
    let is_name = !written.is_empty()
        && written
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '.'));
    is_name.then(|| Name::new(written))
}

/// `a.b.c` as it is written.
pub(crate) fn dotted(expr: &ast::Expr) -> Option<Name> {
    let mut segments = Vec::new();
    let mut inner = expr;
    while let ast::Expr::Attribute(attribute) = inner {
        segments.push(attribute.attr.as_str());
        inner = &attribute.value;
    }
    let ast::Expr::Name(root) = inner else {
        return None;
    };
    if segments.is_empty() {
        return Some(Name::new(&root.id));
    }
    segments.push(&root.id);
    segments.reverse();
    Some(Name::new(segments.join(".")))
}

/// What follows the last dot.
pub(crate) fn last_segment(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}
