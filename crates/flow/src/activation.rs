//! Runs of the project's own functions: arguments are bound to parameters, the body is executed, and the outcome is kept for
//! equal calls. What is called, and with what, is found in [`crate::call`].

use std::sync::Arc;

use base::{Name, Place};
use ir::{GlobalFunctionId, Pattern, VariableId};
use knowledge::DefaultWho;

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::state::{EnvId, Outside, State};
use crate::value::join_option;
use crate::{
    ArgumentValue, EventValue, FunctionValue, Note, Object, Shape, Taint, TestValue, Value,
};

/// What decides the outcome of a call of one of the project's functions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CallKey {
    function: GlobalFunctionId,
    env: EnvId,
    receiver: Option<Value>,
    arguments: Vec<(Option<Name>, Value)>,
    tails: (Option<Value>, Option<Value>),
    outside: Outside,
}

/// The outcome of a call of one of the project's functions.
#[derive(Clone, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) value: Value,
    /// The receiver afterwards, where it changed.
    pub(crate) receiver: Option<Value>,
    /// The arguments afterwards, by position, where the function changed or tested them.
    pub(crate) arguments: Vec<Option<Value>>,
    /// The returned value is a test of the argument at this position.
    pub(crate) tests: Option<(usize, TestValue)>,
    /// The state of everything outside the call afterwards.
    after: Option<State>,
}

impl<'p> Engine<'p> {
    /// Runs a function of the project, or takes the outcome of an equal call.
    pub(crate) fn enter(
        &mut self,
        function: &FunctionValue,
        receiver: Option<Value>,
        arguments: &Arguments,
        place: Place,
        is_entry: bool,
        state: &mut State,
    ) -> Summary {
        let id = GlobalFunctionId {
            module: function.module,
            function: function.function,
        };
        let activations = self.active.iter().filter(|active| **active == id).count();
        if 2 <= activations || self.budget.call_depth <= self.active.len() as u32 {
            self.facts.is_incomplete |= activations < 2;
            let mut taint = Taint::CLEAN;
            for value in arguments.values() {
                taint = taint.join(&self.deep_taint(value, place));
            }
            return Summary {
                value: Value::tainted(taint),
                ..Summary::default()
            };
        }
        let key = CallKey {
            function: id,
            env: function.env,
            receiver: receiver.clone(),
            arguments: arguments
                .items
                .iter()
                .map(|argument| (argument.name.clone(), argument.value.clone()))
                .collect(),
            tails: (arguments.tail.clone(), arguments.named_tail.clone()),
            outside: state.outside(),
        };
        if let (Some(known), false) = (self.memo.get(&key), is_entry) {
            let known = known.clone();
            if let Some(after) = &known.after {
                state.leave_call(after);
            }
            return known;
        }
        if !self.facts.functions.contains(&id) {
            self.facts.functions.push(id);
        }
        self.active.push(id);
        let summary = self.nested(|engine| {
            engine.run_function(function, receiver, arguments, place, is_entry, state)
        });
        self.active.pop();
        if let Some(after) = &summary.after {
            state.leave_call(after);
        }
        self.memo.insert(key, summary.clone());
        summary
    }

    fn run_function(
        &mut self,
        function: &FunctionValue,
        receiver: Option<Value>,
        arguments: &Arguments,
        place: Place,
        is_entry: bool,
        state: &State,
    ) -> Summary {
        let Some(code) = self.program.module(function.module) else {
            return Summary::default();
        };
        let Some(body) = code.function(function.function) else {
            return Summary::default();
        };
        let env = if self.has_captured(function.module, function.function) {
            self.new_env(function.module, function.function, Some(function.env))
        } else {
            function.env
        };
        let mut frame = Frame::new(function.module, code, function.function, Some(env));
        frame.is_entry = is_entry;
        let mut inside = state.enter_call();
        let checked = self.with_first_checked(frame.id(), arguments, place);
        let arguments = checked.as_ref().unwrap_or(arguments);
        if let Some(variable) = body.receiver {
            self.write_variable(
                &frame,
                &mut inside,
                variable,
                receiver.clone().unwrap_or_default(),
            );
        }
        let bound = self.bind_parameters(&mut frame, body, arguments, place, &mut inside);
        frame.rebound.clear();
        let end = self.exec_block(&mut frame, &body.body, inside);
        let (value, after) = match (frame.returned.take(), end) {
            (Some((value, mut returned)), Some(end)) => {
                returned.join(&end);
                (value, Some(returned))
            }
            (Some((value, returned)), None) => (value, Some(returned)),
            (None, end) => (Value::null(), end),
        };
        let value = match frame.yielded.take() {
            Some(element) if body.is_generator => Value::list(Vec::new(), Some(element)),
            _ => value,
        };
        self.summarise(&frame, body, value, after, &bound, receiver.as_ref())
    }

    /// Binds arguments to parameters; says which variable holds which positional argument.
    fn bind_parameters(
        &mut self,
        frame: &mut Frame<'p>,
        body: &'p ir::Function,
        arguments: &Arguments,
        place: Place,
        state: &mut State,
    ) -> Vec<(usize, VariableId)> {
        let mut bound = Vec::new();
        let positional: Vec<(usize, &ArgumentValue)> = arguments
            .items
            .iter()
            .enumerate()
            .filter(|(_, argument)| argument.name.is_none())
            .collect();
        let note = body.name.clone().map(Note::Passed);
        for (position, parameter) in body.parameters.iter().enumerate() {
            let (index, passed) = if parameter.is_rest {
                let items = positional
                    .iter()
                    .skip(position)
                    .map(|(_, argument)| argument.value.clone())
                    .collect();
                (None, Some(Value::list(items, arguments.tail.clone())))
            } else if parameter.is_keyword_rest {
                (None, Some(self.keyword_rest(body, arguments)))
            } else {
                let named = parameter.name.as_deref().and_then(|name| {
                    let index = arguments
                        .items
                        .iter()
                        .position(|argument| argument.name.as_deref() == Some(name))?;
                    Some((index, arguments.items.get(index)?))
                });
                match named.or_else(|| positional.get(position).copied()) {
                    Some((index, argument)) => (Some(index), Some(argument.value.clone())),
                    None => (None, self.passed_by_tails(parameter, arguments, place)),
                }
            };
            let value = match passed {
                Some(mut value) => {
                    if let (Some(note), false) = (&note, value.taint.is_clean()) {
                        value.taint = self.facts.step(&value.taint, place, note);
                    }
                    self.as_typed(parameter, value)
                }
                None => match &parameter.default {
                    Some(default) => self.eval(frame, default, state),
                    None => Value::null(),
                },
            };
            if let (Some(index), Pattern::Variable(variable, _)) = (index, &parameter.target) {
                bound.push((index, *variable));
                self.write_variable(frame, state, *variable, value);
            } else {
                self.bind(frame, &parameter.target, value, state);
            }
        }
        bound
    }

    /// The value of a parameter whose type says that it is an event that only the platform makes, passed on as a message.
    fn as_typed(&mut self, parameter: &ir::Parameter, value: Value) -> Value {
        let Some(annotation) = parameter.annotation.as_deref() else {
            return value;
        };
        if !is_message(&value) {
            return value;
        }
        let name = annotation.rsplit('.').next().unwrap_or_default();
        let mut kinds = self.knowledge.events().iter();
        let kind = kinds.find(|event| {
            event.default_who == DefaultWho::Operator && event.types.iter().any(|it| it == name)
        });
        let Some(kind) = kind else {
            return value;
        };
        let seed = self.seed_of(&kind.kind);
        Value::of(Shape::Event(Arc::new(EventValue {
            seed,
            path: Arc::new([]),
        })))
    }

    fn keyword_rest(&mut self, body: &ir::Function, arguments: &Arguments) -> Value {
        let is_parameter = |name: &Name| {
            body.parameters
                .iter()
                .any(|parameter| parameter.name.as_ref() == Some(name))
        };
        let fields = arguments.items.iter().filter_map(|argument| {
            let name = argument.name.clone().filter(|name| !is_parameter(name))?;
            Some((name, argument.value.clone()))
        });
        let object = Object {
            fields: fields.collect(),
            rest: arguments.named_tail.clone(),
            ..Object::default()
        };
        Value::of(Shape::Object(Arc::new(object)))
    }

    fn passed_by_tails(
        &mut self,
        parameter: &ir::Parameter,
        arguments: &Arguments,
        place: Place,
    ) -> Option<Value> {
        let named = match (&arguments.named_tail, &parameter.name) {
            (Some(object), Some(name)) => Some(self.get_field(object, name, place)),
            _ => None,
        };
        join_option(arguments.tail.clone(), named)
    }

    fn summarise(
        &mut self,
        frame: &Frame<'p>,
        body: &ir::Function,
        mut value: Value,
        after: Option<State>,
        bound: &[(usize, VariableId)],
        receiver_before: Option<&Value>,
    ) -> Summary {
        let mut tests = None;
        if let Shape::Test(test) = &value.shape {
            let parameter =
                bound
                    .iter()
                    .filter(|_| test.scope == frame.id())
                    .find(|(_, variable)| {
                        test.subject
                            .as_ref()
                            .is_some_and(|subject| subject.variable == *variable)
                            && !frame.rebound.contains(variable)
                    });
            tests = parameter.map(|(index, _)| (*index, TestValue::clone(test)));
            value = if test.vouched.0.is_empty() {
                Value::tainted(value.taint.clone())
            } else {
                let outside = TestValue {
                    subject: None,
                    ..TestValue::clone(test)
                };
                Value::of(Shape::Test(Arc::new(outside)))
            };
        }
        let Some(after) = after else {
            return Summary {
                value,
                tests,
                ..Summary::default()
            };
        };
        let receiver = body
            .receiver
            .map(|variable| self.read_variable(frame, &after, variable))
            .filter(|receiver| Some(receiver) != receiver_before);
        let mut arguments = Vec::new();
        for (index, variable) in bound {
            if frame.rebound.contains(variable) {
                continue;
            }
            if arguments.len() <= *index {
                arguments.resize(*index + 1, None);
            }
            if let Some(slot) = arguments.get_mut(*index) {
                *slot = Some(self.read_variable(frame, &after, *variable));
            }
        }
        Summary {
            value,
            receiver,
            arguments,
            tests,
            after: Some(after),
        }
    }
}

/// Whether the value is what a message holds, some fields of which may have been tested or set.
fn is_message(value: &Value) -> bool {
    let mut shapes = value.shape.alternatives().iter();
    shapes.all(|shape| match shape {
        Shape::Event(event) => !event.path.is_empty(),
        Shape::Unknown | Shape::Api(_) => !value.taint.is_clean(),
        Shape::Object(object) => {
            object.class.is_none() && object.rest.as_ref().is_some_and(is_message)
        }
        _ => false,
    })
}
