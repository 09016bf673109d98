//! Calls that belong to the languages themselves and need more than a row of the knowledge base: methods of functions and
//! of known collections, promises, and the ways in which a handler answers.

use std::sync::Arc;

use base::{Name, Place};
use knowledge::Step;

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::library::{CallSite, environment_variable};
use crate::members::field_name;
use crate::state::State;
use crate::taint::Origin;
use crate::value::join_option;
use crate::{
    ArgumentValue, CallFact, FunctionValue, List, Object, PartialValue, Shape, Taint, Value,
};

impl<'p> Engine<'p> {
    /// Calls that are part of how handlers and promises work.
    pub(crate) fn call_convention(
        &mut self,
        frame: &mut Frame<'p>,
        path: &str,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Option<Value> {
        let first = || {
            arguments
                .positional()
                .next()
                .map(|argument| argument.value.clone())
        };
        let second = || {
            arguments
                .positional()
                .nth(1)
                .map(|argument| argument.value.clone())
        };
        match path {
            "%callback" | "%context.done" => {
                let failure = first().map(|value| (value, true));
                let answer = second().map(|value| (self.sent_beside(value, first()), false));
                for (value, is_failure) in failure.into_iter().chain(answer) {
                    if !matches!(value.shape, Shape::Constant(crate::Constant::Null)) {
                        self.record_return(frame, &value, is_failure, site.place);
                    }
                }
                Some(Value::unknown())
            }
            "%context.succeed" | "%context.fail" => {
                let value = first().unwrap_or_default();
                self.record_return(frame, &value, path == "%context.fail", site.place);
                Some(Value::unknown())
            }
            "Object.entries" | "Object.keys" | "Object.values" => {
                let (_, method) = path.split_once('.')?;
                self.object_method(&first()?, method, &Arguments::default(), site)
            }
            "getattr" => {
                let holder = first()?;
                let key = second()?;
                let member = match key.as_constant().and_then(field_name) {
                    Some(name) => self.get_field(&holder, &name, site.place),
                    None => self.computed_member(&holder, &key, site.place),
                };
                let default = arguments.positional().nth(2);
                Some(match default {
                    Some(default) => member.join(&default.value),
                    None => member,
                })
            }
            "dict" | "collections.OrderedDict" | "types.SimpleNamespace" => {
                self.with_named(first(), arguments)
            }
            "functools.partial" => {
                let callee = first()?;
                Some(partial(callee, arguments, 1))
            }
            "Promise" => {
                let index = self.promises.len() as u32;
                self.promises.push(Value::null());
                let span = site.place.span;
                let resolve = ArgumentValue {
                    name: None,
                    value: Value::of(Shape::Resolver(index)),
                    span,
                };
                let reject = ArgumentValue {
                    name: None,
                    value: Value::unknown(),
                    span,
                };
                let inner = CallSite {
                    place: site.place,
                    subjects: Vec::new(),
                    receiver_subject: None,
                    method: None,
                };
                let executor = first().unwrap_or_default();
                self.call_value(
                    frame,
                    &executor,
                    None,
                    &Arguments::of(vec![resolve, reject]),
                    &inner,
                    state,
                );
                Some(
                    self.promises
                        .get(index as usize)
                        .cloned()
                        .unwrap_or_default(),
                )
            }
            _ => {
                let (holder, method) = path.rsplit_once('.')?;
                if method == "bind" {
                    return Some(partial(Value::api(holder), arguments, 1));
                }
                if !self.is_environment(holder) {
                    return None;
                }
                self.environment_method(method, arguments)
            }
        }
    }

    /// `dict(whole, name=value)`; nothing where no field is named.
    fn with_named(&mut self, whole: Option<Value>, arguments: &Arguments) -> Option<Value> {
        let named = arguments.items.iter().filter_map(|argument| {
            let name = argument.name.clone()?;
            Some((name, argument.value.clone()))
        });
        let named: Vec<_> = named.collect();
        if named.is_empty() {
            return None;
        }
        let own = Value::object(named);
        Some(match whole {
            Some(whole) => self.with_spread(&whole, &own),
            None => own,
        })
    }

    fn environment_method(&mut self, method: &str, arguments: &Arguments) -> Option<Value> {
        if !matches!(method, "get" | "pop" | "setdefault") {
            return None;
        }
        let mut values = arguments.positional();
        let name = values.next()?.value.as_text()?.clone();
        // A default stands for the case that the deployment does not set the variable; what it sets is what matters.
        Some(environment_variable(&name))
    }

    /// Methods of functions and of collections that are known.
    pub(crate) fn call_builtin(
        &mut self,
        frame: &mut Frame<'p>,
        receiver: &Value,
        method: &str,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Option<Value> {
        match &receiver.shape {
            Shape::Function(function) => {
                self.function_method(frame, receiver, function, method, arguments, site, state)
            }
            Shape::Event(_) | Shape::Object(_) => {
                self.object_method(receiver, method, arguments, site)
            }
            Shape::List(pairs) if method == "get" => {
                let value = value_of_pairs(pairs, &arguments.positional().next()?.value)?;
                Some(value.with_taint(&receiver.taint))
            }
            // `event.get("a", {}).get("b")`
            Shape::OneOf(shapes)
                if shapes
                    .iter()
                    .all(|shape| matches!(shape, Shape::Event(_) | Shape::Object(_))) =>
            {
                let answers = shapes.iter().map(|shape| {
                    let single = Value {
                        taint: receiver.taint.clone(),
                        shape: shape.clone(),
                    };
                    self.object_method(&single, method, arguments, site)
                });
                let answers: Option<Vec<Value>> = answers.collect();
                answers?.into_iter().reduce(|one, other| one.join(&other))
            }
            Shape::Api(api) => {
                if self.is_environment(&api.path) {
                    return self.environment_method(method, arguments);
                }
                if let Some(event) = self.event_of_value(&api.path) {
                    let event = Value::of(Shape::Event(Arc::new(event)));
                    return match self.object_method(&event, method, arguments, site) {
                        Some(value) => Some(value),
                        // `request.get_json()`: the method of a request gives what the field of its name holds.
                        None => Some(self.get_field(&event, method, site.place)),
                    };
                }
                let reads_field = method == "get" && self.is_operation_result(api, &receiver.taint);
                reads_field
                    .then(|| self.object_method(receiver, method, arguments, site))
                    .flatten()
            }
            _ => None,
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of a call, as everywhere in this crate"
    )]
    fn function_method(
        &mut self,
        frame: &mut Frame<'p>,
        receiver: &Value,
        function: &Arc<FunctionValue>,
        method: &str,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Option<Value> {
        let inner = CallSite {
            place: site.place,
            subjects: Vec::new(),
            receiver_subject: None,
            method: None,
        };
        match method {
            "call" => {
                let this = arguments
                    .items
                    .first()
                    .map(|argument| argument.value.clone());
                let rest = Arguments {
                    items: arguments.items.iter().skip(1).cloned().collect(),
                    ..arguments.clone()
                };
                Some(self.call_value(frame, receiver, this.as_ref(), &rest, &inner, state))
            }
            "apply" => {
                let this = arguments
                    .items
                    .first()
                    .map(|argument| argument.value.clone());
                let list = arguments
                    .items
                    .get(1)
                    .map(|argument| argument.value.clone())
                    .unwrap_or_default();
                let rest = match &list.shape {
                    Shape::List(list) => Arguments {
                        items: list
                            .items
                            .iter()
                            .map(|value| ArgumentValue {
                                name: None,
                                value: value.clone(),
                                span: site.place.span,
                            })
                            .collect(),
                        tail: list.rest.clone(),
                        named_tail: None,
                    },
                    _ => Arguments {
                        tail: Some(self.element(&list, site.place)),
                        ..Arguments::default()
                    },
                };
                Some(self.call_value(frame, receiver, this.as_ref(), &rest, &inner, state))
            }
            "bind" => {
                let this = arguments
                    .items
                    .first()
                    .map(|argument| argument.value.clone());
                let bound = FunctionValue {
                    receiver: this,
                    ..FunctionValue::clone(function)
                };
                let bound = Value::of(Shape::Function(Arc::new(bound)));
                Some(partial(bound, arguments, 1))
            }
            // Middleware that is added to a wrapped handler leaves the handler what it is, but may check what it is given.
            _ => {
                if let Some(model) = self.language(frame).method(method) {
                    let inputs = Inputs {
                        receiver: Some(receiver),
                        construction: None,
                        arguments,
                        result: None,
                        place: site.place,
                    };
                    let path = Name::from(method);
                    self.checked_by_schema(frame, &path, model, &inputs, site, state);
                }
                Some(receiver.clone())
            }
        }
    }

    fn object_method(
        &mut self,
        receiver: &Value,
        method: &str,
        arguments: &Arguments,
        site: &CallSite,
    ) -> Option<Value> {
        let key = || {
            arguments
                .positional()
                .next()
                .map(|argument| &argument.value)
        };
        let default = || {
            arguments
                .positional()
                .nth(1)
                .map(|argument| argument.value.clone())
        };
        match method {
            "get" | "pop" | "setdefault" => {
                let value = match key()?.as_constant().and_then(field_name) {
                    Some(name) => self.get_field(receiver, &name, site.place),
                    None => self.any_field(receiver, site.place),
                };
                Some(match default() {
                    Some(default) => value.join(&default),
                    None => value,
                })
            }
            "items" | "entries" => {
                let key = self.key_of(receiver, site.place);
                let value = self.any_field(receiver, site.place);
                Some(Value::list(
                    Vec::new(),
                    Some(Value::list(vec![key, value], None)),
                ))
            }
            "keys" => {
                let key = self.key_of(receiver, site.place);
                Some(Value::list(Vec::new(), Some(key)))
            }
            "values" => {
                let value = self.any_field(receiver, site.place);
                Some(Value::list(Vec::new(), Some(value)))
            }
            "copy" | "to_dict" => Some(receiver.clone()),
            _ => None,
        }
    }

    /// Records an operation; gives the outside data in its result.
    pub(crate) fn perform(
        &mut self,
        frame: &Frame<'p>,
        path: &Name,
        call: &knowledge::OperationCall,
        inputs: &Inputs<'_>,
    ) -> Taint {
        let Some(operation) = self.knowledge.operation_of(call) else {
            return Taint::CLEAN;
        };
        let (mut parameters, is_complete) = self.parameters(call, operation, inputs);
        for (name, value) in &mut parameters {
            let is_written = operation
                .writes
                .iter()
                .any(|part| matches!(part.at.first(), Some(Step::Field(head)) if head == name));
            if is_written {
                *value = self.with_events_read(value, inputs.place, 0);
            }
        }
        let fact = CallFact {
            operation: call.operation,
            path: path.clone(),
            place: inputs.place,
            function: frame.id(),
            parameters: parameters.clone(),
            is_complete,
            is_repeated: 0 < self.loops,
            is_foreign: inputs
                .construction
                .is_some_and(|made_with| self.gives_credentials(made_with)),
        };
        let index = self.call_fact(inputs.place, fact);
        if operation.reads.is_empty() {
            return Taint::CLEAN;
        }
        let origin = Origin::Call {
            call: index,
            path: Arc::new([]),
        };
        let mut taint = Taint::of(self.facts.label(origin, inputs.place));
        // Whoever chooses the object chooses what is read.
        let key = operation
            .resource
            .as_ref()
            .and_then(|resource| resource.key.as_ref());
        if let Some((_, chosen)) = parameters.iter().find(|(name, _)| Some(name) == key) {
            let chosen = self.deep_taint(chosen, inputs.place);
            taint = taint.join(&self.through(&chosen, path, inputs.place));
        }
        taint
    }

    /// The value with the outside data of the events in it as labels, for those who see the value without the event.
    fn with_events_read(&mut self, value: &Value, place: Place, depth: u32) -> Value {
        const DEEPEST: u32 = 6;
        let mut read = value.clone();
        if DEEPEST < depth {
            return read;
        }
        match &value.shape {
            Shape::Event(event) => {
                let taint = self.event_taint(event, place);
                read.with_taint(&taint)
            }
            Shape::Object(object) => {
                let mut object = Object::clone(object);
                for (_, field) in &mut object.fields {
                    *field = self.with_events_read(field, place, depth + 1);
                }
                read.shape = Shape::Object(Arc::new(object));
                read
            }
            Shape::List(list) => {
                let mut list = List::clone(list);
                for item in list.items.iter_mut().chain(&mut list.rest) {
                    *item = self.with_events_read(item, place, depth + 1);
                }
                read.shape = Shape::List(Arc::new(list));
                read
            }
            _ => read,
        }
    }

    /// The parameters of an operation by name, and whether all are visible.
    fn parameters(
        &mut self,
        call: &knowledge::OperationCall,
        operation: &knowledge::Operation,
        inputs: &Inputs<'_>,
    ) -> (Vec<(Name, Value)>, bool) {
        let mut parameters: Vec<(Name, Value)> = Vec::new();
        let mut is_complete = true;
        for (name, path) in &call.overrides {
            let found = self
                .resolve_input(path, inputs)
                .into_iter()
                .map(|(value, _)| value);
            if let Some(value) = found.reduce(|one, other| one.join(&other)) {
                parameters.push((name.clone(), value));
            }
        }
        match &call.parameters {
            knowledge::ParameterStyle::Named => {
                for argument in &inputs.arguments.items {
                    let Some(name) = &argument.name else { continue };
                    if !parameters.iter().any(|(known, _)| known == name) {
                        parameters.push((name.clone(), argument.value.clone()));
                    }
                }
                if let Some(tail) = &inputs.arguments.named_tail {
                    is_complete = false;
                    self.add_relevant(&mut parameters, operation, &tail.clone(), inputs);
                }
            }
            knowledge::ParameterStyle::Fields(holder) => {
                let holder = self.resolve_input(holder, inputs).into_iter().next();
                match holder.map(|(value, _)| value) {
                    Some(Value {
                        taint,
                        shape: Shape::Object(object),
                    }) => {
                        is_complete = object.rest.is_none() && taint.is_clean();
                        for (name, value) in &object.fields {
                            if !parameters.iter().any(|(known, _)| known == name) {
                                parameters.push((name.clone(), value.clone().with_taint(&taint)));
                            }
                        }
                        if let Some(rest) = &object.rest {
                            self.add_relevant(&mut parameters, operation, rest, inputs);
                        }
                    }
                    Some(other) => {
                        is_complete = false;
                        self.add_relevant(&mut parameters, operation, &other, inputs);
                    }
                    None => {}
                }
            }
        }
        if let Some(holder) = &call.defaults {
            for (value, _) in self.resolve_input(holder, inputs) {
                let Shape::Object(object) = &value.shape else {
                    continue;
                };
                for (name, value) in &object.fields {
                    if !parameters.iter().any(|(known, _)| known == name) {
                        parameters.push((name.clone(), value.clone()));
                    }
                }
            }
        }
        (parameters, is_complete)
    }

    /// The parameters that matter for resources and channels, read from a value whose fields are not all known.
    fn add_relevant(
        &mut self,
        parameters: &mut Vec<(Name, Value)>,
        operation: &knowledge::Operation,
        holder: &Value,
        inputs: &Inputs<'_>,
    ) {
        let resource = operation.resource.iter().flat_map(|resource| {
            let head = resource
                .parameter
                .split(['.', '['])
                .next()
                .unwrap_or_default();
            std::iter::once(Name::from(head)).chain(resource.key.clone())
        });
        let written = operation
            .writes
            .iter()
            .filter_map(|part| match part.at.first() {
                Some(knowledge::Step::Field(name)) => Some(name.clone()),
                _ => None,
            });
        for name in resource.chain(written).collect::<Vec<_>>() {
            if !parameters.iter().any(|(known, _)| *known == name) {
                let value = self.get_field(holder, &name, inputs.place);
                parameters.push((name, value));
            }
        }
    }
}

/// The callee with the arguments from position `from` on already given.
fn partial(callee: Value, arguments: &Arguments, from: usize) -> Value {
    let given: Vec<ArgumentValue> = arguments.items.iter().skip(from).cloned().collect();
    if given.is_empty() {
        return callee;
    }
    Value::of(Shape::Partial(Arc::new(PartialValue {
        callee,
        arguments: given,
    })))
}

/// What a map that is made of pairs holds under a key, or under any where it is not known.
fn value_of_pairs(pairs: &List, key: &Value) -> Option<Value> {
    let wanted = key.as_constant();
    let mut found = None;
    for pair in pairs.items.iter().chain(&pairs.rest) {
        let Shape::List(pair) = &pair.shape else {
            return None;
        };
        let [known, value] = pair.items.as_slice() else {
            return None;
        };
        let is_another =
            wanted.is_some() && known.as_constant().is_some_and(|it| Some(it) != wanted);
        if !is_another {
            found = join_option(found, Some(value.clone()));
        }
    }
    Some(found.unwrap_or_else(Value::unknown))
}
