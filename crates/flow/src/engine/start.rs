//! The start of an execution: the module of the entry point is loaded, and its handler is called with an event.

use std::sync::Arc;

use base::{Name, Place, Span};
use ir::{Function, GlobalFunctionId, ModuleId};

use super::Engine;
use crate::call::Arguments;
use crate::facts::{EntryPoint, HandlerRef};
use crate::state::State;
use crate::{ArgumentValue, EventValue, Shape, Value};

impl Engine<'_> {
    pub(super) fn run(&mut self, entry: &EntryPoint) {
        let mut state = State::default();
        // Seed 0 is the entry point's own event; frameworks may hand out others.
        self.facts.seeds.push(entry.events.clone());
        match &entry.handler {
            HandlerRef::Module(module) => self.load(*module, &mut state),
            HandlerRef::Export(module, name) => {
                self.load(*module, &mut state);
                let handler = self.export_path(*module, name);
                self.call_handler(&handler, &entry.events, &mut state);
            }
            HandlerRef::Registered(module, index) => {
                self.load(*module, &mut state);
                let handler = self
                    .facts
                    .entries
                    .get(*index as usize)
                    .map(|entry| entry.handler.clone());
                self.call_handler(&handler.unwrap_or_default(), &entry.events, &mut state);
            }
        }
    }

    /// Calls the handler with an event, a context and a callback.
    fn call_handler(&mut self, handler: &Value, events: &[Name], state: &mut State) {
        let event = Value::of(Shape::Event(Arc::new(EventValue {
            seed: 0,
            path: Arc::new([]),
        })));
        let is_spread = events
            .iter()
            .filter_map(|kind| self.knowledge.event(kind))
            .any(|event| event.is_spread);
        for shape in handler.shape.alternatives() {
            let function = match shape {
                Shape::Function(function) => Some(Arc::clone(function)),
                Shape::Object(object) => object.class.as_ref().and_then(|class| {
                    let file = self.program.module(class.module)?.file;
                    self.call_method(shape, Place::new(file, Span::default()))
                }),
                _ => None,
            };
            let Some(function) = function else {
                continue;
            };
            let Some(code) = self.program.module(function.module) else {
                continue;
            };
            let Some(body) = code.function(function.function) else {
                continue;
            };
            let place = Place::new(code.file, body.span);
            let argument = |value: Value| ArgumentValue {
                name: None,
                value,
                span: body.span,
            };
            let arguments = if is_spread {
                self.spread_event(function.module, body, place, state)
            } else {
                let mut arguments = Vec::new();
                if self.takes_failures(body, events) {
                    arguments.push(argument(self.exception(place)));
                }
                arguments.push(argument(event.clone()));
                let further = self.further_parameters(events);
                arguments.extend(further.into_iter().map(|path| argument(Value::api(path))));
                arguments
            };
            self.facts.handler.get_or_insert(GlobalFunctionId {
                module: function.module,
                function: function.function,
            });
            let receiver = function.receiver.clone();
            self.enter(
                &function,
                receiver,
                &Arguments::of(arguments),
                place,
                true,
                state,
            );
        }
    }

    /// Whether a handler of these events handles what other handlers have thrown.
    fn takes_failures(&self, body: &Function, events: &[Name]) -> bool {
        let mut events = events.iter().filter_map(|kind| self.knowledge.event(kind));
        events.any(|event| event.failure_parameters == Some(body.parameters.len()))
    }

    /// What a handler of these events is given after the event.
    fn further_parameters(&self, events: &[Name]) -> Vec<Name> {
        let own = events
            .iter()
            .filter_map(|kind| self.knowledge.event(kind))
            .find(|event| !event.parameters.is_empty());
        match own {
            Some(event) => event.parameters.clone(),
            None => vec!["%context".into(), "%callback".into()],
        }
    }

    /// The event's fields as one argument for each parameter.
    fn spread_event(
        &mut self,
        module: ModuleId,
        body: &Function,
        place: Place,
        state: &State,
    ) -> Vec<ArgumentValue> {
        let mut arguments = Vec::new();
        for parameter in &body.parameters {
            let Some(name) = parameter.name.clone() else {
                continue;
            };
            let event = Shape::Event(Arc::new(EventValue {
                seed: 0,
                path: Arc::new([]),
            }));
            let value = match parameter.annotation.as_deref() {
                Some(annotation) if is_narrow_type(annotation) => Value::unknown(),
                annotation => {
                    let value = self.get_field(&Value::of(event), &name, place);
                    let class = annotation.and_then(|name| self.class_named(module, name, state));
                    match class.and_then(|class| class.declared.clone()) {
                        Some(declared) => self.narrowed_to(&declared.domain, &value, place, 0),
                        None => value,
                    }
                }
            };
            arguments.push(ArgumentValue {
                name: Some(name),
                value,
                span: body.span,
            });
        }
        arguments
    }
}

/// Whether a parameter of this type, which a framework checks, holds nothing that could do harm.
fn is_narrow_type(annotation: &str) -> bool {
    let name = annotation.rsplit('.').next().unwrap_or(annotation);
    matches!(
        name,
        "int" | "float" | "bool" | "UUID" | "date" | "datetime" | "Decimal"
    )
}
