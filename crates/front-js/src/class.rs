//! Classes: methods, fields, constructors and static parts.

use base::{Name, Span};
use ir::{
    Argument, Call, Class, ClassId, Expr, ExprKind, FunctionId, Method, MethodKind, Parameter,
    Pattern, Stmt, StmtKind, VariableId,
};
use oxc_ast::ast::{
    self, ClassElement, Decorator, Expression, MethodDefinition, MethodDefinitionKind, PropertyKey,
    StaticBlock,
};

use crate::expr::{call, variable_field};
use crate::function::{Hint, assign_field};
use crate::lowerer::{Lowerer, Opening, boxed, null, span, stmt};
use crate::pattern::key_name;
use crate::scope::This;

/// A field as written: `key = value` in a class body.
struct Field<'c, 'a> {
    key: &'c PropertyKey<'a>,
    value: Option<&'c Expression<'a>>,
    is_static: bool,
    span: Span,
}

impl Lowerer<'_> {
    /// A class expression; a name of its own is a variable that its methods can use.
    pub(crate) fn class_expr(&mut self, class: &ast::Class<'_>, hint: Hint) -> Expr {
        let place = span(class.span);
        let variable = class.id.as_ref().map(|id| self.declared(id));
        let (value, static_blocks) = self.class(class, hint.name, variable);
        let value = match (variable, &class.id) {
            (Some(variable), Some(id)) => {
                let target = Box::new(Pattern::Variable(variable, span(id.span)));
                Expr::new(
                    ExprKind::Assign {
                        target,
                        value: Box::new(value),
                    },
                    place,
                )
            }
            _ => value,
        };
        if static_blocks.is_empty() {
            return value;
        }
        let mut sequence = static_blocks;
        sequence.push(value);
        Expr::new(ExprKind::Sequence(sequence), place)
    }

    /// The class with its decorators applied, and the calls of its static blocks, which run once it is bound to `variable`.
    pub(crate) fn class(
        &mut self,
        class: &ast::Class<'_>,
        name: Option<Name>,
        variable: Option<VariableId>,
    ) -> (Expr, Vec<Expr>) {
        let own_name = class.id.as_ref().map(|id| Name::new(id.name.as_str()));
        let id = ClassId(self.module.classes.len() as u32);
        self.module.classes.push(Class {
            name: own_name.or(name),
            span: span(class.span),
            bases: Vec::new(),
            methods: Vec::new(),
            fields: Vec::new(),
            declared: Vec::new(),
        });
        if let Some(heritage) = &class.heritage {
            let base = self.expr(&heritage.expression);
            self.class_mut(id, |it| it.bases.push(base));
        }
        self.constructor(id, class);
        let mut static_blocks = Vec::new();
        for element in &class.body.body {
            match element {
                ClassElement::StaticBlock(block) => {
                    static_blocks.push(self.static_block(id, block, variable));
                }
                ClassElement::MethodDefinition(method) => self.method(id, method),
                ClassElement::PropertyDefinition(_) | ClassElement::AccessorProperty(_) => {
                    self.declared_field(id, element);
                    if let Some(field) = field_of(element).filter(|field| field.is_static) {
                        self.static_field(id, &field, variable);
                    }
                }
                ClassElement::TSIndexSignature(_) => {}
            }
        }
        let mut value = Expr::new(ExprKind::Class(id), span(class.span));
        for decorator in class.decorators.iter().rev() {
            let decorator = Box::new(self.expr(&decorator.expression));
            let inner = Box::new(value);
            value = Expr::new(ExprKind::Decorated { decorator, inner }, span(class.span));
        }
        (value, static_blocks)
    }

    /// The constructor. Initial values of instance fields are evaluated in it, since they may speak of `this`; those that do
    /// not are listed as the class's fields. A class without a constructor gets one where a field needs it.
    fn constructor(&mut self, class: ClassId, written: &ast::Class<'_>) {
        let definition = written.body.body.iter().find_map(|element| match element {
            ClassElement::MethodDefinition(it)
                if it.kind == MethodDefinitionKind::Constructor && it.value.body.is_some() =>
            {
                Some(it)
            }
            _ => None,
        });
        let fields: Vec<_> = written
            .body
            .body
            .iter()
            .filter_map(field_of)
            .filter(|field| !field.is_static)
            .collect();
        let needs_one = fields
            .iter()
            .any(|field| field.value.is_some_and(|it| !it.is_literal()));
        if definition.is_none() && !needs_one {
            for field in &fields {
                let value = self.field_value(field);
                self.add_field(class, field, value);
            }
            return;
        }
        let name = Name::new_static("constructor");
        let id = self.open_function(Opening {
            name: Some(name.clone()),
            span: definition.map_or(span(written.span), |it| span(it.span)),
            this: This::Own,
            scope: definition.and_then(|it| it.value.scope_id.get()),
        });
        self.receiver(id);
        let mut prologue = Vec::new();
        if definition.is_none() && written.heritage.is_some() {
            prologue.push(self.call_of_base(id, span(written.span)));
        }
        for field in &fields {
            self.instance_field(class, id, field, &mut prologue);
        }
        match definition {
            Some(definition) => self.function_parts(id, &definition.value, None, prologue),
            None => self.close_function(id, prologue),
        }
        self.add_method(class, name, id, MethodKind::Constructor);
    }

    /// What decorators say of a field.
    fn declared_field(&mut self, class: ClassId, element: &ClassElement<'_>) {
        let ClassElement::PropertyDefinition(property) = element else {
            return;
        };
        let name = key_name(&property.key).filter(|_| !property.decorators.is_empty());
        if let Some(name) = name {
            let decorators = self.decorators(&property.decorators);
            self.class_mut(class, |it| it.declared.push((name, decorators)));
        }
    }

    fn instance_field(
        &mut self,
        class: ClassId,
        constructor: FunctionId,
        field: &Field<'_, '_>,
        prologue: &mut Vec<Stmt>,
    ) {
        let uses_before = self.scopes.uses_of_this;
        let value = self.field_value(field);
        if key_name(field.key).is_some() && self.scopes.uses_of_this == uses_before {
            self.add_field(class, field, value);
            return;
        }
        let receiver = self.receiver(constructor);
        let place = match (key_name(field.key), field.key.as_expression()) {
            (Some(name), _) => variable_field(receiver, name, field.span),
            (None, Some(key)) => {
                let base = boxed(ExprKind::Variable(receiver), field.span);
                let index = Box::new(self.expr(key));
                Expr::new(ExprKind::Index { base, index }, field.span)
            }
            (None, None) => return,
        };
        prologue.push(assign_field(place, value, field.span));
    }

    fn static_field(
        &mut self,
        class: ClassId,
        field: &Field<'_, '_>,
        variable: Option<VariableId>,
    ) {
        let outer = self.scopes.replace_this(This::Class(variable));
        let value = self.field_value(field);
        if let Some(outer) = outer {
            self.scopes.replace_this(outer);
        }
        self.add_field(class, field, value);
    }

    fn field_value(&mut self, field: &Field<'_, '_>) -> Expr {
        match field.value {
            Some(value) => self.named_expr(value, key_name(field.key)),
            None => null(field.span),
        }
    }

    fn add_field(&mut self, class: ClassId, field: &Field<'_, '_>, value: Expr) {
        if let Some(name) = key_name(field.key) {
            self.class_mut(class, |it| it.fields.push((name, value, field.is_static)));
        }
    }

    /// `super(...arguments)` of a constructor that is not written.
    fn call_of_base(&mut self, constructor: FunctionId, place: Span) -> Stmt {
        let variable = self.temporary("arguments");
        if let Some(function) = self.function_mut(constructor) {
            function.parameters.push(Parameter {
                name: None,
                target: Pattern::Variable(variable, place),
                default: None,
                is_rest: true,
                is_keyword_rest: false,
                annotation: None,
            });
        }
        let arguments = Expr::new(ExprKind::Variable(variable), place);
        let call = Call {
            callee: Expr::new(ExprKind::Super, place),
            arguments: vec![Argument::Spread(arguments)],
            is_new: false,
            is_optional: false,
        };
        let call = Expr::new(ExprKind::Call(Box::new(call)), place);
        stmt(StmtKind::Expr(call), place)
    }

    fn method(&mut self, class: ClassId, method: &MethodDefinition<'_>) {
        // Overload signatures and abstract methods have no body.
        if method.kind == MethodDefinitionKind::Constructor || method.value.body.is_none() {
            return;
        }
        let decorators = self.decorators(&method.decorators);
        let name = key_name(&method.key).unwrap_or_else(|| Name::new_static("[computed]"));
        let id = self.open_function(Opening {
            name: Some(name.clone()),
            span: span(method.span),
            this: This::Own,
            scope: method.value.scope_id.get(),
        });
        self.receiver(id);
        self.function_parts(id, &method.value, None, Vec::new());
        if let Some(function) = self.function_mut(id) {
            function.decorators = decorators;
        }
        let kind = match method.kind {
            MethodDefinitionKind::Get => MethodKind::Getter,
            MethodDefinitionKind::Set => MethodKind::Setter,
            _ if method.r#static => MethodKind::Static,
            _ => MethodKind::Instance,
        };
        self.add_method(class, name, id, kind);
    }

    /// A static block as a function that is called once.
    fn static_block(
        &mut self,
        class: ClassId,
        block: &StaticBlock<'_>,
        variable: Option<VariableId>,
    ) -> Expr {
        let place = span(block.span);
        let id = self.open_function(Opening {
            name: None,
            span: place,
            this: This::Class(variable),
            scope: block.scope_id.get(),
        });
        let body = self.statements(&block.body);
        self.close_function(id, body);
        self.own(class, id);
        call(Expr::new(ExprKind::Closure(id), place), Vec::new(), place)
    }

    fn decorators(&mut self, decorators: &[Decorator<'_>]) -> Vec<Expr> {
        decorators
            .iter()
            .map(|decorator| self.expr(&decorator.expression))
            .collect()
    }

    fn add_method(&mut self, class: ClassId, name: Name, function: FunctionId, kind: MethodKind) {
        self.own(class, function);
        self.class_mut(class, |it| {
            it.methods.push(Method {
                name,
                function,
                kind,
            })
        });
    }

    fn own(&mut self, class: ClassId, function: FunctionId) {
        if let Some(function) = self.function_mut(function) {
            function.class = Some(class);
        }
    }

    fn class_mut(&mut self, id: ClassId, change: impl FnOnce(&mut Class)) {
        if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
            change(class);
        }
    }
}

fn field_of<'c, 'a>(element: &'c ClassElement<'a>) -> Option<Field<'c, 'a>> {
    match element {
        // `declare x: T` and abstract fields are types only.
        ClassElement::PropertyDefinition(it) if !it.declare && !it.r#type.is_abstract() => {
            Some(Field {
                key: &it.key,
                value: it.value.as_ref(),
                is_static: it.r#static,
                span: span(it.span),
            })
        }
        ClassElement::AccessorProperty(it) => Some(Field {
            key: &it.key,
            value: it.value.as_ref(),
            is_static: it.r#static,
            span: span(it.span),
        }),
        _ => None,
    }
}
