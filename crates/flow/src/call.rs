//! Calls: what is called, and with which arguments. Functions of the project are run in [`crate::activation`], calls into
//! libraries go on in [`crate::library`].

use std::sync::Arc;

use base::{Name, Place, Span};
use ir::{Argument, Call, Expr, ExprKind, MethodKind};

use crate::engine::{Engine, Frame};
use crate::library::CallSite;
use crate::state::State;
use crate::value::join_option;
use crate::{ArgumentValue, ClassValue, FunctionValue, Object, Shape, Subject, TestValue, Value};

/// The arguments of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Arguments {
    pub(crate) items: Vec<ArgumentValue>,
    /// Stands for further positional ones, of a list whose length is not known.
    pub(crate) tail: Option<Value>,
    /// The object whose fields are further named ones.
    pub(crate) named_tail: Option<Value>,
}

impl Arguments {
    pub(crate) fn of(items: Vec<ArgumentValue>) -> Self {
        Self {
            items,
            tail: None,
            named_tail: None,
        }
    }

    /// One argument, passed by position.
    pub(crate) fn one(value: Value, span: Span) -> Self {
        Self::of(vec![ArgumentValue {
            name: None,
            value,
            span,
        }])
    }

    /// The values passed by position.
    pub(crate) fn positional(&self) -> impl Iterator<Item = &ArgumentValue> {
        self.items.iter().filter(|argument| argument.name.is_none())
    }

    /// All values, whatever way they are passed.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.items
            .iter()
            .map(|argument| &argument.value)
            .chain(&self.tail)
            .chain(&self.named_tail)
    }
}

/// The value as an instance of the class that `instance` is of: `super(…)` runs as a method of a base class.
fn of_class_of(instance: &Value, value: Value) -> Value {
    match (&instance.shape, &value.shape) {
        (Shape::Object(own), Shape::Object(object))
            if own.class.is_some() && object.class.is_some() && own.class != object.class =>
        {
            let object = Object {
                class: own.class.clone(),
                ..Object::clone(object)
            };
            Value {
                taint: value.taint,
                shape: Shape::Object(Arc::new(object)),
            }
        }
        _ => value,
    }
}

impl<'p> Engine<'p> {
    pub(crate) fn call(
        &mut self,
        frame: &mut Frame<'p>,
        call: &'p Call,
        span: Span,
        state: &mut State,
    ) -> Value {
        let (callee, receiver, receiver_subject) = self.callee(frame, &call.callee, state);
        let arguments = self.arguments(frame, &call.arguments, state);
        let site = CallSite {
            place: frame.place(span),
            subjects: call
                .arguments
                .iter()
                .map(|argument| match argument {
                    Argument::Positional(expr) | Argument::Named(_, expr) => self.subject(expr),
                    Argument::Spread(_) | Argument::NamedSpread(_) => None,
                })
                .collect(),
            receiver_subject,
            method: match &call.callee.kind {
                ExprKind::Field { name, .. } => Some(name.clone()),
                _ => None,
            },
        };
        self.call_value(frame, &callee, receiver.as_ref(), &arguments, &site, state)
    }

    /// What is called, what it is called on, and where that stands.
    fn callee(
        &mut self,
        frame: &mut Frame<'p>,
        callee: &'p Expr,
        state: &mut State,
    ) -> (Value, Option<Value>, Option<Subject>) {
        let ExprKind::Field { base, name } = &callee.kind else {
            if let ExprKind::Index { base, index } = &callee.kind {
                let holder = self.eval(frame, base, state);
                let key = self.eval(frame, index, state);
                let member = self.computed_member(&holder, &key, frame.place(callee.span));
                return (member, None, None);
            }
            if matches!(callee.kind, ExprKind::Super) {
                return self.super_constructor(frame, callee, state);
            }
            return (self.eval(frame, callee, state), None, None);
        };
        let receiver = self.eval(frame, base, state);
        let receiver = self.where_it_succeeded(receiver);
        let subject = if matches!(base.kind, ExprKind::Super) {
            self.receiver_subject(frame)
        } else {
            self.subject(base)
        };
        let place = frame.place(callee.span);
        let known = self.member_called(frame, &receiver, name, place);
        (known.unwrap_or_default(), Some(receiver), subject)
    }

    /// What is called by a name on a value: a method, or a function stored in it.
    fn member_called(
        &mut self,
        frame: &Frame<'p>,
        receiver: &Value,
        name: &Name,
        place: Place,
    ) -> Option<Value> {
        match &receiver.shape {
            // A client that is made in one of several ways.
            Shape::OneOf(shapes) if shapes.iter().any(|it| matches!(it, Shape::Api(_))) => {
                let mut members: Option<Value> = None;
                for shape in shapes.iter() {
                    let one = Value {
                        taint: receiver.taint.clone(),
                        shape: shape.clone(),
                    };
                    let member = self.member_called(frame, &one, name, place);
                    members = join_option(members, member);
                }
                members
            }
            // Read as a field first.
            Shape::Object(_) | Shape::Class(_) | Shape::Module(_) | Shape::OneOf(_) => {
                self.known_field(receiver, name, place)
            }
            Shape::Api(api)
                if self.is_environment(&api.path) || self.event_of_value(&api.path).is_some() =>
            {
                None
            }
            Shape::Api(_) => Some(self.read_module_or_field(frame, receiver, name, place)),
            _ => None,
        }
    }

    fn read_module_or_field(
        &mut self,
        frame: &Frame<'p>,
        holder: &Value,
        name: &Name,
        place: Place,
    ) -> Value {
        if let Shape::Api(api) = &holder.shape
            && frame.code.language == ir::Language::Python
            && api.construction.is_none()
            && let Some(module) = self.resolve_in(frame.module, &api.path, name)
        {
            return self.module_value(module);
        }
        self.get_field(holder, name, place)
    }

    /// `super(…)` as a call: the constructor of the base class, on this instance.
    fn super_constructor(
        &mut self,
        frame: &mut Frame<'p>,
        callee: &'p Expr,
        state: &mut State,
    ) -> (Value, Option<Value>, Option<Subject>) {
        let base = self.eval(frame, callee, state);
        let constructor = self.accessor(&base, "constructor", MethodKind::Constructor);
        let callee = constructor
            .map(|function| Value::of(Shape::Function(function)))
            .unwrap_or_default();
        (callee, Some(base), self.receiver_subject(frame))
    }

    fn receiver_subject(&self, frame: &Frame<'p>) -> Option<Subject> {
        let variable = frame.code.function(frame.function)?.receiver?;
        Some(Subject {
            variable,
            fields: Vec::new(),
        })
    }

    fn arguments(
        &mut self,
        frame: &mut Frame<'p>,
        written: &'p [Argument],
        state: &mut State,
    ) -> Arguments {
        let mut arguments = Arguments::default();
        for argument in written {
            let expr = argument.value();
            let value = self.eval(frame, expr, state);
            let place = frame.place(expr.span);
            match argument {
                Argument::Positional(_) => arguments.items.push(ArgumentValue {
                    name: None,
                    value,
                    span: expr.span,
                }),
                Argument::Named(name, _) => {
                    arguments.items.push(ArgumentValue {
                        name: Some(name.clone()),
                        value,
                        span: expr.span,
                    });
                }
                Argument::Spread(_) => match &value.shape {
                    Shape::List(list) => {
                        let items = list.items.iter().cloned();
                        arguments.items.extend(items.map(|value| ArgumentValue {
                            name: None,
                            value,
                            span: expr.span,
                        }));
                        arguments.tail = join_option(arguments.tail.take(), list.rest.clone());
                    }
                    _ => {
                        let element = self.element(&value, place);
                        arguments.tail = join_option(arguments.tail.take(), Some(element));
                    }
                },
                Argument::NamedSpread(_) => match &value.shape {
                    Shape::Object(object) => {
                        let fields = object.fields.iter().cloned();
                        arguments
                            .items
                            .extend(fields.map(|(name, value)| ArgumentValue {
                                name: Some(name),
                                value,
                                span: expr.span,
                            }));
                        arguments.named_tail =
                            join_option(arguments.named_tail.take(), object.rest.clone());
                    }
                    _ => {
                        arguments.named_tail = join_option(arguments.named_tail.take(), Some(value))
                    }
                },
            }
        }
        arguments
    }

    /// Calls each alternative of a value.
    pub(crate) fn call_value(
        &mut self,
        frame: &mut Frame<'p>,
        callee: &Value,
        receiver: Option<&Value>,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Value {
        let mut result: Option<Value> = None;
        for shape in callee.shape.alternatives() {
            let value = match shape {
                Shape::Function(function) => {
                    self.call_function(frame, function, receiver, arguments, site, state)
                }
                Shape::Class(class) => self.instantiate(frame, class, arguments, site, state),
                Shape::Object(_) if let Some(method) = self.call_method(shape, site.place) => {
                    self.call_function(frame, &method, receiver, arguments, site, state)
                }
                Shape::Api(api) => {
                    let api = Arc::clone(api);
                    self.call_library(frame, &api, receiver, arguments, site, state)
                }
                Shape::Partial(partial) => {
                    let partial = Arc::clone(partial);
                    let mut all = arguments.clone();
                    all.items.splice(0..0, partial.arguments.iter().cloned());
                    let inner = CallSite {
                        place: site.place,
                        subjects: Vec::new(),
                        receiver_subject: None,
                        method: None,
                    };
                    self.call_value(frame, &partial.callee, None, &all, &inner, state)
                }
                Shape::Resolver(promise) => {
                    let resolved = arguments
                        .positional()
                        .next()
                        .map(|argument| argument.value.clone());
                    if let Some(slot) = self.promises.get_mut(*promise as usize) {
                        *slot = slot.join(&resolved.unwrap_or_else(Value::null));
                    }
                    Value::unknown()
                }
                _ => self.call_unknown(frame, callee, receiver, arguments, site, state),
            };
            result = join_option(result, Some(value));
        }
        result.unwrap_or_default()
    }

    /// What calling an instance calls: the method `__call__` of its class.
    pub(crate) fn call_method(
        &mut self,
        instance: &Shape,
        place: Place,
    ) -> Option<Arc<FunctionValue>> {
        let method = self.known_field(&Value::of(instance.clone()), "__call__", place)?;
        match method.shape {
            Shape::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The arguments of a call that lacks some which Python demands: what a decorator of a library puts before the others, as
    /// a context.
    fn completed(
        &self,
        function: &FunctionValue,
        arguments: &Arguments,
        site: &CallSite,
    ) -> Option<Arguments> {
        let code = self.program.module(function.module)?;
        let body = code.function(function.function)?;
        let is_whole = arguments.tail.is_none() && arguments.named_tail.is_none();
        if code.language != ir::Language::Python || !is_whole || arguments.items.is_empty() {
            return None;
        }
        let demanded = body.parameters.iter().filter(|parameter| {
            parameter.default.is_none() && !parameter.is_rest && !parameter.is_keyword_rest
        });
        let lacking = demanded.count().checked_sub(arguments.items.len())?;
        if lacking == 0 {
            return None;
        }
        let unknown = ArgumentValue {
            name: None,
            value: Value::unknown(),
            span: site.place.span,
        };
        let mut completed = arguments.clone();
        completed
            .items
            .splice(0..0, std::iter::repeat_n(unknown, lacking));
        Some(completed)
    }

    fn call_function(
        &mut self,
        frame: &mut Frame<'p>,
        function: &Arc<FunctionValue>,
        receiver: Option<&Value>,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Value {
        let receiver = function.receiver.as_ref().or(receiver).cloned();
        let completed = self.completed(function, arguments, site);
        let written = arguments.items.len();
        let arguments = completed.as_ref().unwrap_or(arguments);
        let before_written = arguments.items.len() - written;
        // Where an argument stands, by the position of its parameter.
        let subject_at = |index: usize| {
            let index = index.checked_sub(before_written)?;
            site.subjects.get(index).and_then(Option::as_ref)
        };
        let outcome = self.enter(
            function,
            receiver.clone(),
            arguments,
            site.place,
            false,
            state,
        );
        if let (Some(before), Some(after)) = (&receiver, outcome.receiver) {
            let after = match &site.receiver_subject {
                Some(subject) => {
                    let instance = self.read_subject(frame, state, subject, site.place);
                    of_class_of(&instance, after)
                }
                None => after,
            };
            self.write_back(
                frame,
                state,
                site.receiver_subject.as_ref(),
                before,
                after,
                site.place,
            );
        }
        for (index, after) in outcome.arguments.into_iter().enumerate() {
            let (Some(after), Some(argument)) = (after, arguments.items.get(index)) else {
                continue;
            };
            let subject = subject_at(index);
            self.write_back(frame, state, subject, &argument.value, after, site.place);
        }
        if let Some((index, test)) = outcome.tests
            && let Some(mut subject) = subject_at(index).cloned()
        {
            let inner = test.subject.iter().flat_map(|subject| &subject.fields);
            subject.fields.extend(inner.cloned());
            return Value::of(Shape::Test(Arc::new(TestValue {
                subject: Some(subject),
                scope: frame.id(),
                ..test
            })));
        }
        outcome.value
    }

    /// `@decorator` applied to `inner`.
    pub(crate) fn decorate(
        &mut self,
        frame: &mut Frame<'p>,
        decorator: &Value,
        inner: Value,
        place: Place,
        state: &mut State,
    ) -> Value {
        let span = place.span;
        let arguments = Arguments::one(inner.clone(), span);
        let site = CallSite {
            place,
            subjects: vec![None],
            receiver_subject: None,
            method: None,
        };
        // A decorator may be what reads the types of a class's fields.
        let inner = match &inner.shape {
            Shape::Class(class) if class.declared.is_none() => {
                let declared = self.declared(frame, class, Some(decorator), state);
                let declared = declared.map(Arc::new);
                let class = ClassValue::clone(class);
                Value::of(Shape::Class(Arc::new(ClassValue { declared, ..class })))
            }
            _ => inner,
        };
        let decorated = match &decorator.shape {
            Shape::Unknown => Value::unknown(),
            _ => self.call_value(frame, decorator, None, &arguments, &site, state),
        };
        // What a library's decorator gives is called like what it decorates, whatever it adds around it.
        match decorated.shape {
            Shape::Function(_) | Shape::Class(_) => decorated,
            _ => inner,
        }
    }
}
