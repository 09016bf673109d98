//! What a call into a library gives, as the knowledge base's rows say, before functions among its arguments are called.

use std::sync::Arc;

use base::{Name, Place};
use knowledge::{CallModel, KindSet, LanguageModel, OperationCall, Propagation, Step};

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::value::join_option;
use crate::{ApiValue, ArgumentValue, Atom, EventValue, List, Object, Shape, Taint, Value};

/// How many names an API path may have before it says nothing any more.
const LONGEST_PATH: usize = 160;

impl<'p> Engine<'p> {
    /// What the call gives, before callbacks.
    pub(crate) fn result(
        &mut self,
        frame: &Frame<'p>,
        path: &Name,
        model: &'p CallModel,
        operation: Option<&OperationCall>,
        inputs: &Inputs<'_>,
    ) -> Value {
        let place = inputs.place;
        let mut shape = self.result_shape(self.language(frame), path, model, inputs);
        if let Some(operation) = operation {
            let taint = self.perform(frame, path, operation, inputs);
            let rows = model.propagations.iter();
            let clears = rows.fold(KindSet::NONE, |set, row| set.union(row.clears));
            let taint = taint.cleared(clears);
            return Value { taint, shape };
        }
        if self.answers_a_statement(model, inputs) {
            return Value::of(shape);
        }
        if model.propagations.is_empty() {
            let taint = self.inputs_taint(None, inputs.arguments, place);
            let taint = taint.join(&self.answered(inputs));
            let taint = self.through(&taint, path, place);
            return Value { taint, shape };
        }
        let mut taint = Taint::CLEAN;
        let mut value: Option<Value> = None;
        for propagation in &model.propagations {
            if propagation.to.root != knowledge::Root::Return
                || !self.all_hold(&propagation.when, inputs)
            {
                continue;
            }
            if let Some(given) = &propagation.gives {
                // It is made of what the receiver was made of: a writer of a table, whatever else it is told.
                shape = Shape::Api(Arc::new(ApiValue {
                    path: given.clone(),
                    construction: inputs.construction.map(Into::into),
                    domain: None,
                }));
            }
            if propagation.joins.is_some() || propagation.merges {
                let output = recased(path, self.put_together(propagation, inputs));
                value = join_option(value, Some(output));
                continue;
            }
            if !propagation.clears.is_empty() && !propagation.is_value {
                // The first row that holds and clears something speaks for the whole call.
                let mut cleared = Taint::CLEAN;
                for from in &propagation.from {
                    for (input, _) in self.resolve_input(from, inputs) {
                        let passed = self.deep_taint(&input, place).cleared(propagation.clears);
                        cleared = cleared.join(&passed);
                    }
                }
                taint = cleared;
                break;
            }
            for from in &propagation.from {
                for (input, _) in self.resolve_input(from, inputs) {
                    let input = if propagation.lists {
                        self.with_fields_listed(input, 0)
                    } else {
                        input
                    };
                    if propagation.is_value {
                        let input = self.value_cleared(input, propagation.clears, place);
                        let output = match propagation.to.steps.as_slice() {
                            [Step::Deep] => self.parsed(input),
                            steps => wrapped(input, steps),
                        };
                        value = join_option(value, Some(output));
                    } else {
                        let passed = self.deep_taint(&input, place).cleared(propagation.clears);
                        taint = taint.join(&passed);
                    }
                }
            }
        }
        let taint = self.through(&taint, path, place);
        match value {
            Some(value) => value.with_taint(&taint),
            None => Value { taint, shape },
        }
    }

    /// Whether the call answers an SQL statement: with what the database holds, not with what it was asked.
    fn answers_a_statement(&mut self, model: &CallModel, inputs: &Inputs<'_>) -> bool {
        let sql = self.kinds.sql;
        let mut sinks = model.sinks.iter().filter(|sink| Some(sink.kind) == sql);
        model.propagations.is_empty() && sinks.any(|sink| self.all_hold(&sink.when, inputs))
    }

    /// What a method passes on of its receiver: a client that was made with a credential does not answer with it.
    fn answered(&mut self, inputs: &Inputs<'_>) -> Taint {
        let Some(receiver) = inputs.receiver else {
            return Taint::CLEAN;
        };
        let taint = self.deep_taint(receiver, inputs.place);
        let is_made = matches!(&receiver.shape, Shape::Api(api) if api.path.contains(')'));
        match self.kinds.logged.filter(|_| is_made) {
            Some(kind) => taint.cleared(KindSet::NONE.with(kind)),
            None => taint,
        }
    }

    /// The text or object that a call makes of its inputs.
    fn put_together(&mut self, propagation: &Propagation, inputs: &Inputs<'_>) -> Value {
        let place = inputs.place;
        let mut parts = Vec::new();
        for from in &propagation.from {
            parts.extend(self.resolve_input(from, inputs));
        }
        if propagation.merges {
            let empty = Value::object(Vec::new());
            return parts
                .iter()
                .fold(empty, |merged, (part, _)| self.with_spread(&merged, part));
        }
        if let [(single, _)] = parts.as_slice()
            && matches!(single.shape, Shape::List(_))
        {
            return single.clone();
        }
        let separator = propagation.joins.clone().unwrap_or_default();
        let mut atoms = Vec::new();
        let mut taint = Taint::CLEAN;
        for (index, (part, _)) in parts.iter().enumerate() {
            if 0 < index {
                let ends = matches!(atoms.last(), Some(Atom::Literal(text))
                    if !separator.is_empty() && text.ends_with(separator.as_str()));
                if !ends && !separator.is_empty() {
                    atoms.push(Atom::Literal(separator.clone()));
                }
            }
            let passed = self.deep_taint(part, place).cleared(propagation.clears);
            taint = taint.join(&passed);
            atoms.extend(part.atoms().unwrap_or_else(|| vec![Atom::Any]));
        }
        Value {
            taint,
            shape: crate::value::text_of_atoms(atoms),
        }
    }

    /// The value as it is, made harmless for `kinds` where there are any.
    fn value_cleared(&mut self, value: Value, kinds: KindSet, place: Place) -> Value {
        if kinds.is_empty() {
            return value;
        }
        match &value.shape {
            Shape::Object(object) => {
                let mut object = Object::clone(object);
                object.class = None;
                let fields = object.fields.iter_mut().map(|(_, field)| field);
                for field in fields.chain(&mut object.rest) {
                    *field = self.value_cleared(std::mem::take(field), kinds, place);
                }
                Value {
                    taint: value.taint.cleared(kinds),
                    shape: Shape::Object(Arc::new(object)),
                }
            }
            Shape::List(list) => {
                let mut list = List::clone(list);
                for item in list.items.iter_mut().chain(&mut list.rest) {
                    *item = self.value_cleared(std::mem::take(item), kinds, place);
                }
                Value {
                    taint: value.taint.cleared(kinds),
                    shape: Shape::List(Arc::new(list)),
                }
            }
            Shape::Event(_) => Value::tainted(self.deep_taint(&value, place).cleared(kinds)),
            _ => Value {
                taint: self.deep_taint(&value, place).cleared(kinds),
                shape: value.shape,
            },
        }
    }

    /// What a text holds. For a text of an event the way goes on below a step of its own, so that it no longer is that text.
    pub(crate) fn parsed(&self, value: Value) -> Value {
        match &value.shape {
            Shape::Event(event) if self.is_text_field(event) => {
                let path = event.path.iter().cloned().chain([Step::Deep]);
                let inside = EventValue {
                    seed: event.seed,
                    path: path.collect(),
                };
                Value {
                    taint: value.taint,
                    shape: Shape::Event(Arc::new(inside)),
                }
            }
            // Of a text only the outside data in it is known of what it holds.
            Shape::Text(_) => Value::tainted(value.taint),
            _ => value,
        }
    }

    fn result_shape(
        &mut self,
        language: &'p LanguageModel,
        path: &Name,
        model: &'p CallModel,
        inputs: &Inputs<'_>,
    ) -> Shape {
        if path.starts_with("*.") || LONGEST_PATH < path.len() {
            return Shape::Unknown;
        }
        let argument = embedded(model, inputs.arguments).map_or("", Name::as_str);
        let path: Name = [path.as_str(), "(", argument, ")"].into_iter().collect();
        let construction: Arc<[ArgumentValue]> = match inputs.construction {
            // `urlparse(address).hostname.lower()` is still made from the address.
            Some(made_with) if inputs.arguments.items.is_empty() => made_with.into(),
            Some(made_with) if model.keeps => {
                let own = &inputs.arguments.items;
                made_with.iter().chain(own).cloned().collect()
            }
            _ => inputs.arguments.items.clone().into(),
        };
        let domain = self.domain_made(language, &model.types, inputs);
        Shape::Api(Arc::new(ApiValue {
            path,
            construction: Some(construction),
            domain: domain.map(Arc::new),
        }))
    }

    /// All outside data that goes into a call.
    pub(crate) fn inputs_taint(
        &mut self,
        receiver: Option<&Value>,
        arguments: &Arguments,
        place: Place,
    ) -> Taint {
        let mut taint = match receiver {
            Some(receiver) => self.deep_taint(receiver, place),
            None => Taint::CLEAN,
        };
        for value in arguments.values() {
            taint = taint.join(&self.deep_taint(value, place));
        }
        taint
    }
}

/// The text as a method that changes the case of letters gives it.
fn recased(path: &str, value: Value) -> Value {
    let Some(text) = value.as_text() else {
        return value;
    };
    let text = match path.rsplit('.').next() {
        Some("lower" | "casefold" | "toLowerCase") => text.to_lowercase(),
        Some("upper" | "toUpperCase") => text.to_uppercase(),
        _ => return value,
    };
    Value::text(text).with_taint(&value.taint)
}

/// The value at the end of these steps of something that holds nothing else.
pub(crate) fn wrapped(value: Value, steps: &[Step]) -> Value {
    steps.iter().rev().fold(value, |inner, step| match step {
        Step::Field(name) => Value::object(vec![(name.clone(), inner)]),
        Step::AnyField | Step::Element => Value::list(Vec::new(), Some(inner)),
        Step::Deep | Step::Made(_) => inner,
    })
}

/// The constant argument that becomes a part of the result's API path.
pub(crate) fn embedded<'a>(model: &CallModel, arguments: &'a Arguments) -> Option<&'a Name> {
    let position = model.embeds.as_ref()?;
    let by_name = position.name.as_deref().and_then(|name| {
        let mut items = arguments.items.iter();
        items.find(|argument| argument.name.as_deref() == Some(name))
    });
    let by_index = || arguments.positional().nth(usize::from(position.index?));
    by_name.or_else(by_index)?.value.as_text()
}
