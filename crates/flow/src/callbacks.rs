//! Functions that are handed to a call, and called by it: where rows say so, and where nothing is known of the call.

use std::collections::VecDeque;
use std::sync::Arc;

use base::{Name, Place};
use ir::Function;
use knowledge::{AccessPath, CallModel, CallbackResult, Root, Step};

use crate::call::Arguments;
use crate::engine::{Engine, Frame, TOP_LEVEL};
use crate::inputs::Inputs;
use crate::library::CallSite;
use crate::state::State;
use crate::value::join_option;
use crate::{ApiValue, ArgumentValue, FunctionValue, Shape, Taint, Value};

impl<'p> Engine<'p> {
    /// Calls the functions among the arguments that the call calls.
    pub(crate) fn call_back(
        &mut self,
        frame: &mut Frame<'p>,
        model: &CallModel,
        inputs: &Inputs<'_>,
        result: Value,
        site: &CallSite,
        state: &mut State,
    ) -> Value {
        if model.callbacks.is_empty() {
            if model.entries.is_empty() && model.propagations.is_empty() {
                let taint = result.taint.clone();
                self.call_functions_among(frame, inputs.arguments, &taint, site, state);
                return or_wrapped(frame, inputs.arguments, result);
            }
            return result;
        }
        let mut answer = result.clone();
        for callback in &model.callbacks {
            let is_loop = callback
                .receives
                .iter()
                .any(|path| path.steps.contains(&Step::Element));
            self.loops += u32::from(is_loop);
            let functions = match &callback.kept_as {
                Some(name) if callback.function.root == Root::Receiver => self.kept(name, inputs),
                Some(name) => {
                    let functions = self.resolve_input(&callback.function, inputs);
                    self.keep(frame, name, &functions, inputs, site, state);
                    functions
                }
                None => self.resolve_input(&callback.function, inputs),
            };
            for (function, place) in functions {
                let with_result = Inputs {
                    result: Some(&result),
                    ..inputs.clone()
                };
                let mut passed = Vec::new();
                for path in &callback.receives {
                    let values = self.resolve_input(path, &with_result);
                    let value = values
                        .into_iter()
                        .map(|(value, _)| value)
                        .reduce(|one, other| one.join(&other));
                    passed.push(ArgumentValue {
                        name: None,
                        value: value.unwrap_or_default(),
                        span: place.span,
                    });
                }
                let Some(value) =
                    self.call_if_function(frame, &function, passed.clone(), site, state)
                else {
                    continue;
                };
                answer = match callback.result {
                    CallbackResult::Ignored => answer,
                    CallbackResult::Returned => value,
                    CallbackResult::Element => Value::list(Vec::new(), Some(value)),
                    CallbackResult::Elements => {
                        let elements = self.flattened(&value, site.place);
                        Value::list(Vec::new(), Some(elements))
                    }
                    CallbackResult::Filters => {
                        let receiver = inputs.receiver.cloned().unwrap_or_default();
                        let element = self.element(&receiver, site.place);
                        Value::list(Vec::new(), Some(element))
                    }
                    CallbackResult::Finds => {
                        let receiver = inputs.receiver.cloned().unwrap_or_default();
                        self.element(&receiver, site.place)
                    }
                    CallbackResult::Folds => {
                        let mut again = passed.clone();
                        if let Some(first) = again.first_mut() {
                            first.value = first.value.join(&value);
                        }
                        let folded = self.call_if_function(frame, &function, again, site, state);
                        join_option(Some(value), folded).unwrap_or_default()
                    }
                };
            }
            self.loops -= u32::from(is_loop);
        }
        answer
    }

    /// What a list of such values gives when it is made flat by one level.
    fn flattened(&mut self, value: &Value, place: Place) -> Value {
        let mut flat: Option<Value> = None;
        for shape in value.shape.alternatives() {
            let one = Value {
                taint: value.taint.clone(),
                shape: shape.clone(),
            };
            let elements = match shape {
                Shape::List(_) | Shape::Event(_) => self.element(&one, place),
                _ => one,
            };
            flat = join_option(flat, Some(elements));
        }
        flat.unwrap_or_default()
    }

    /// The functions that the receiver keeps under a name.
    fn kept(&mut self, name: &AccessPath, inputs: &Inputs<'_>) -> Vec<(Value, Place)> {
        let Some(name) = self.text_at(name, inputs) else {
            return Vec::new();
        };
        let kept = inputs.construction.unwrap_or_default().iter();
        kept.filter(|argument| argument.name.as_ref() == Some(&name))
            .map(|argument| (argument.value.clone(), inputs.place))
            .collect()
    }

    /// Has the receiver keep functions under a name, among what it was made with: `emitter.on("order", store)`.
    fn keep(
        &mut self,
        frame: &Frame<'p>,
        name: &AccessPath,
        functions: &[(Value, Place)],
        inputs: &Inputs<'_>,
        site: &CallSite,
        state: &mut State,
    ) {
        let (Some(name), Some(subject)) = (self.text_at(name, inputs), &site.receiver_subject)
        else {
            return;
        };
        let receiver = self.read_subject(frame, state, subject, site.place);
        let Shape::Api(api) = &receiver.shape else {
            return;
        };
        let mut made_with = api.construction.as_deref().unwrap_or_default().to_vec();
        for (function, place) in functions {
            let kept = ArgumentValue {
                name: Some(name.clone()),
                value: function.clone(),
                span: place.span,
            };
            if !made_with.contains(&kept) {
                made_with.push(kept);
            }
        }
        let keeper = ApiValue {
            construction: Some(made_with.into()),
            ..ApiValue::clone(api)
        };
        let keeper = Value {
            shape: Shape::Api(Arc::new(keeper)),
            taint: receiver.taint.clone(),
        };
        self.write_subject(frame, state, subject, keeper, site.place);
    }

    /// The constant text at an access path.
    pub(crate) fn text_at(&mut self, path: &AccessPath, inputs: &Inputs<'_>) -> Option<Name> {
        let (value, _) = self.resolve_input(path, inputs).into_iter().next()?;
        value.as_text().cloned()
    }

    /// Functions that were passed to a call of which nothing is known are called with what went into it. While a module loads,
    /// those of a call whose value is kept are wrapped rather than called, as `or_wrapped` has it: `exports.a = wrapped(a)`.
    pub(crate) fn call_functions_among(
        &mut self,
        frame: &mut Frame<'p>,
        arguments: &Arguments,
        taint: &Taint,
        site: &CallSite,
        state: &mut State,
    ) {
        let is_registered = || {
            let discarded = frame.discarded;
            discarded.is_some_and(|whole| whole.contains(site.place.span))
        };
        if frame.function == TOP_LEVEL && !is_registered() {
            return;
        }
        let catches = site.method.as_deref() == Some("catch");
        let functions = arguments.items.iter().flat_map(|argument| {
            let functions = functions_in(&argument.value).into_iter();
            functions.map(|function| (function, argument.span))
        });
        for (function, span) in functions {
            let Some(body) = self
                .program
                .module(function.module)
                .and_then(|code| code.function(function.function))
            else {
                continue;
            };
            let takes_error_first = takes_error_first(body);
            let mut passed = Vec::new();
            for position in 0..body.parameters.len() {
                let value = if (takes_error_first || catches) && position == 0 {
                    self.exception(Place::new(site.place.file, span))
                } else {
                    Value::tainted(taint.clone())
                };
                passed.push(ArgumentValue {
                    name: None,
                    value,
                    span,
                });
            }
            let value = Value::of(Shape::Function(function));
            self.call_if_function(frame, &value, passed, site, state);
        }
    }

    pub(crate) fn call_if_function(
        &mut self,
        frame: &mut Frame<'p>,
        function: &Value,
        passed: Vec<ArgumentValue>,
        site: &CallSite,
        state: &mut State,
    ) -> Option<Value> {
        let arguments = Arguments::of(passed);
        let inner = CallSite {
            place: site.place,
            subjects: Vec::new(),
            receiver_subject: None,
            method: None,
        };
        match &function.shape {
            Shape::Function(_)
            | Shape::Partial(_)
            | Shape::Resolver(_)
            | Shape::OneOf(_)
            | Shape::Class(_) => {
                Some(self.call_value(frame, function, None, &arguments, &inner, state))
            }
            // `.then(JSON.parse)`, `.map(String)`.
            Shape::Api(_) => {
                Some(self.call_value(frame, function, None, &arguments, &inner, state))
            }
            _ => None,
        }
    }
}

/// Whether a function is written like one of Node's, which are told of a failure first and of what came of it second.
fn takes_error_first(body: &Function) -> bool {
    let Some(first) = body.parameters.first() else {
        return false;
    };
    let name = first
        .name
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_error = name.starts_with("err") || name.ends_with("err") || name.ends_with("error");
    match body.parameters.len() {
        1 => is_error,
        2 => is_error || name == "e" || name == "_",
        _ => false,
    }
}

/// The functions of the project that a value is or holds: in its fields, its elements, and what a library made of them, as a
/// schema holds its resolvers. Of a large value, those that are met first.
fn functions_in(value: &Value) -> Vec<Arc<FunctionValue>> {
    const MOST: usize = 256;
    let mut found: Vec<Arc<FunctionValue>> = Vec::new();
    let mut queue = VecDeque::from([value]);
    for _ in 0..MOST {
        let Some(value) = queue.pop_front() else {
            break;
        };
        match &value.shape {
            Shape::Function(function) if !found.contains(function) => {
                found.push(Arc::clone(function));
            }
            Shape::Object(object) if object.class.is_none() => {
                let fields = object.fields.iter().map(|(_, field)| field);
                queue.extend(fields.chain(&object.rest));
            }
            Shape::List(list) => queue.extend(list.items.iter().chain(&list.rest)),
            Shape::Api(api) => {
                let made_of = api.construction.iter().flat_map(|made_of| made_of.iter());
                queue.extend(made_of.map(|argument| &argument.value));
            }
            _ => {}
        }
    }
    found
}

/// While a module loads, a call of which nothing is known is taken to wrap the functions that it is given, alone or in an object:
/// so a handler is found behind a wrapper of a library that nobody has described.
pub(crate) fn or_wrapped(frame: &Frame<'_>, arguments: &Arguments, result: Value) -> Value {
    if frame.function != TOP_LEVEL {
        return result;
    }
    let given = arguments.items.iter().map(|argument| &argument.value);
    let wrapped = given.filter(|value| holds_function(value)).cloned();
    match (wrapped.reduce(|one, other| one.join(&other)), &result.shape) {
        (None, _) => result,
        (Some(wrapped), Shape::Unknown) => wrapped.with_taint(&result.taint),
        (Some(wrapped), _) => result.join(&wrapped),
    }
}

fn holds_function(value: &Value) -> bool {
    match &value.shape {
        Shape::Function(_) => true,
        Shape::Object(object) => object
            .fields
            .iter()
            .any(|(_, field)| matches!(field.shape, Shape::Function(_))),
        _ => false,
    }
}
