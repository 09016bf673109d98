//! Inputs of calls, found by the access paths of knowledge rows, and the conditions on them.

use base::{Name, Place};
use knowledge::{AccessPath, Condition, Position, Root, Step, Test};

use crate::call::Arguments;
use crate::engine::Engine;
use crate::library::CallSite;
use crate::{ArgumentValue, Atom, Constant, Shape, Subject, Value};

/// Everything that an access path can start from.
#[derive(Clone)]
pub(crate) struct Inputs<'a> {
    pub(crate) receiver: Option<&'a Value>,
    /// The arguments of the call that made the receiver.
    pub(crate) construction: Option<&'a [ArgumentValue]>,
    pub(crate) arguments: &'a Arguments,
    /// The result, for callbacks.
    pub(crate) result: Option<&'a Value>,
    /// The call.
    pub(crate) place: Place,
}

impl Inputs<'_> {
    /// The variable behind an input.
    pub(crate) fn subject(&self, path: &AccessPath, site: &CallSite) -> Option<Subject> {
        let mut subject = match &path.root {
            Root::Argument(position) => {
                let index = self.index_of(position)?;
                site.subjects.get(index)?.clone()?
            }
            Root::Receiver => site.receiver_subject.clone()?,
            _ => return None,
        };
        for step in &path.steps {
            match step {
                Step::Field(name) => subject.fields.push(Some(name.clone())),
                Step::AnyField | Step::Element => subject.fields.push(None),
                Step::Deep => {}
                Step::Made(_) => return None,
            }
        }
        Some(subject)
    }

    fn index_of(&self, position: &Position) -> Option<usize> {
        let items = &self.arguments.items;
        let named = position.name.as_deref().and_then(|name| {
            items
                .iter()
                .position(|argument| argument.name.as_deref() == Some(name))
        });
        named.or_else(|| {
            let wanted = usize::from(position.index?);
            let positional = items
                .iter()
                .enumerate()
                .filter(|(_, argument)| argument.name.is_none());
            positional.map(|(index, _)| index).nth(wanted)
        })
    }
}

impl<'p> Engine<'p> {
    /// The values at an access path, with their places. Nothing where nothing is passed.
    pub(crate) fn resolve_input(
        &mut self,
        path: &AccessPath,
        inputs: &Inputs<'_>,
    ) -> Vec<(Value, Place)> {
        let file = inputs.place.file;
        let of =
            |argument: &ArgumentValue| (argument.value.clone(), Place::new(file, argument.span));
        let mut values: Vec<(Value, Place)> = match &path.root {
            Root::Argument(position) => match inputs.index_of(position) {
                Some(index) => inputs
                    .arguments
                    .items
                    .get(index)
                    .map(of)
                    .into_iter()
                    .collect(),
                None => self.passed_by_tail(position, inputs),
            },
            Root::Rest(from) => {
                let passed = inputs
                    .arguments
                    .positional()
                    .skip(usize::from(*from))
                    .map(of);
                let named = inputs
                    .arguments
                    .items
                    .iter()
                    .filter(|argument| argument.name.is_some() && *from == 0)
                    .map(of);
                let tails = inputs
                    .arguments
                    .tail
                    .iter()
                    .map(|value| (value.clone(), inputs.place));
                passed.chain(named).chain(tails).collect()
            }
            Root::Last => inputs
                .arguments
                .positional()
                .last()
                .map(of)
                .into_iter()
                .collect(),
            Root::Receiver => inputs
                .receiver
                .map(|value| (value.clone(), inputs.place))
                .into_iter()
                .collect(),
            Root::Construction(position) => {
                let made_with = Arguments::of(inputs.construction.unwrap_or_default().to_vec());
                let made = Inputs {
                    arguments: &made_with,
                    ..inputs.clone()
                };
                let argument = made
                    .index_of(position)
                    .and_then(|index| made_with.items.get(index));
                argument
                    .map(|argument| (argument.value.clone(), inputs.place))
                    .into_iter()
                    .collect()
            }
            Root::Error => {
                let label = self.facts.label(crate::Origin::Exception, inputs.place);
                vec![(Value::tainted(crate::Taint::of(label)), inputs.place)]
            }
            Root::Index => vec![(Value::unknown(), inputs.place)],
            Root::Return => inputs
                .result
                .map(|value| (value.clone(), inputs.place))
                .into_iter()
                .collect(),
        };
        for step in &path.steps {
            values = values
                .into_iter()
                .filter_map(|(value, place)| Some((self.step_into(&value, step, place)?, place)))
                .collect();
        }
        values
    }

    fn passed_by_tail(&mut self, position: &Position, inputs: &Inputs<'_>) -> Vec<(Value, Place)> {
        let by_name = match (&inputs.arguments.named_tail, &position.name) {
            (Some(object), Some(name)) => Some(self.get_field(&object.clone(), name, inputs.place)),
            _ => None,
        };
        let by_position = inputs
            .arguments
            .tail
            .clone()
            .filter(|_| position.index.is_some());
        by_name
            .into_iter()
            .chain(by_position)
            .map(|value| (value, inputs.place))
            .collect()
    }

    fn step_into(&mut self, value: &Value, step: &Step, place: Place) -> Option<Value> {
        match step {
            Step::Field(name) => match &value.shape {
                Shape::Object(object) if object.rest.is_none() && value.taint.is_clean() => {
                    self.known_field(value, name, place)
                }
                Shape::Constant(_) => None,
                _ => Some(self.get_field(value, name, place)),
            },
            Step::AnyField => Some(self.any_field(value, place)),
            Step::Element => match &value.shape {
                Shape::List(list) if list.items.is_empty() && list.rest.is_none() => None,
                // A function that wants a list and gets one thing treats it as one.
                Shape::Constant(_) | Shape::Text(_) => Some(value.clone()),
                _ => Some(self.element(value, place)),
            },
            Step::Deep => Some(value.clone()),
            Step::Made(position) => {
                let Shape::Api(api) = &value.shape else {
                    return None;
                };
                let made_with = Arguments::of(api.construction.as_deref()?.to_vec());
                let made = Inputs {
                    receiver: None,
                    construction: None,
                    arguments: &made_with,
                    result: None,
                    place,
                };
                let index = made.index_of(position)?;
                Some(made_with.items.get(index)?.value.clone())
            }
        }
    }

    /// Whether all conditions hold for certain.
    pub(crate) fn all_hold(&mut self, conditions: &[Condition], inputs: &Inputs<'_>) -> bool {
        conditions
            .iter()
            .all(|condition| self.holds(condition, inputs))
    }

    fn holds(&mut self, condition: &Condition, inputs: &Inputs<'_>) -> bool {
        let values: Vec<Value> = self
            .resolve_input(&condition.input, inputs)
            .into_iter()
            .map(|(value, _)| value)
            .collect();
        let texts = || {
            values
                .iter()
                .map(|value| constant_text(&value.shape))
                .collect::<Option<Vec<Name>>>()
        };
        match &condition.test {
            Test::Present => !values.is_empty(),
            Test::Absent => values.is_empty() && inputs.arguments.named_tail.is_none(),
            Test::Is(wanted) => {
                !values.is_empty()
                    && texts().is_some_and(|texts| {
                        texts
                            .iter()
                            .all(|text| wanted.iter().any(|word| same(word, text)))
                    })
            }
            Test::Has(wanted) => {
                let mut shapes = values.iter().flat_map(|value| value.shape.alternatives());
                shapes.any(|shape| {
                    let text = constant_text(shape);
                    text.is_some_and(|text| wanted.iter().any(|word| same(word, &text)))
                })
            }
            Test::IsNot(unwanted) => {
                !values.is_empty()
                    && texts().is_some_and(|texts| {
                        !texts
                            .iter()
                            .any(|text| unwanted.iter().any(|word| same(word, text)))
                    })
            }
            Test::Contains(parts) => texts().is_some_and(|texts| {
                texts
                    .iter()
                    .any(|text| parts.iter().any(|part| text.contains(part.as_str())))
            }),
            Test::IsList => {
                !values.is_empty()
                    && values
                        .iter()
                        .all(|value| matches!(value.shape, Shape::List(_)))
            }
            Test::IsNotList => !values
                .iter()
                .any(|value| matches!(value.shape, Shape::List(_))),
            Test::IsObject => !values.is_empty() && values.iter().all(shows_fields),
            Test::IsNotObject => !values.iter().all(shows_fields),
            Test::NotConstant => {
                !values.is_empty() && values.iter().any(|value| !value.is_constant())
            }
            Test::IsConstant => {
                !values.is_empty()
                    && values
                        .iter()
                        .all(|value| self.is_fixed(value, inputs.place))
            }
            Test::IsConstantList => {
                !values.is_empty()
                    && values.iter().all(|value| {
                        matches!(value.shape, Shape::List(_) | Shape::Object(_))
                            && self.deep_taint(value, inputs.place).is_clean()
                    })
            }
            Test::IsText => {
                !values.is_empty()
                    && values.iter().all(|value| {
                        matches!(
                            value.shape,
                            Shape::Text(_) | Shape::Constant(Constant::Text(_))
                        )
                    })
            }
            Test::IsLiteral => values.iter().any(|value| {
                value.taint.is_clean() && value.as_text().is_some_and(|text| !text.is_empty())
            }),
            Test::IsStructured => values.iter().any(|value| self.is_structured(value, 0)),
            Test::Mentions(parts) => values.iter().any(|value| {
                let atoms = value.atoms().unwrap_or_default();
                atoms.iter().any(|atom| match atom {
                    Atom::Literal(text) => {
                        let text = text.to_ascii_lowercase().replace(['\n', '\t'], " ");
                        parts.iter().any(|part| text.contains(part.as_str()))
                    }
                    _ => false,
                })
            }),
            Test::MatchesEach(characters) => {
                !values.is_empty()
                    && values.iter().all(|value| match &value.shape {
                        Shape::Constant(Constant::Regex(pattern)) => {
                            crate::regex_strength::matches_each(pattern, characters)
                        }
                        _ => false,
                    })
            }
            Test::NotMadeBy(calls) => !values.iter().any(|value| match &value.shape {
                Shape::Api(api) => {
                    let made_by = api.path.strip_suffix("()");
                    made_by.is_some_and(|path| calls.iter().any(|call| call == path))
                }
                _ => false,
            }),
            Test::StartsWith(starts) => {
                !values.is_empty()
                    && texts().is_some_and(|texts| {
                        texts
                            .iter()
                            .all(|text| starts.iter().any(|start| text.starts_with(start.as_str())))
                    })
            }
            Test::IsOrigin => {
                !values.is_empty()
                    && values.iter().all(|value| match value.atoms().as_deref() {
                        Some([Atom::Literal(text), ..]) => text
                            .split_once("://")
                            .is_some_and(|(_, rest)| 0 < rest.find('/').unwrap_or(0)),
                        Some([Atom::Environment(_), ..]) => true,
                        _ => false,
                    })
            }
            Test::Strips => {
                !values.is_empty()
                    && values.iter().all(|value| match &value.shape {
                        Shape::Constant(Constant::Text(pattern)) => {
                            crate::regex_strength::strips(pattern, true)
                        }
                        Shape::Constant(Constant::Regex(pattern)) => {
                            crate::regex_strength::strips(pattern, false)
                        }
                        _ => false,
                    })
            }
            Test::Cleared(kind) => {
                !values.is_empty()
                    && values.iter().all(|value| {
                        let taint = self.deep_taint(value, inputs.place);
                        let is_cleared = taint.dangerous(*kind).next().is_none();
                        is_cleared && !taint.is_clean()
                    })
            }
        }
    }
}

impl<'p> Engine<'p> {
    /// Whether nobody outside has a part in the value, and it is known or set at deployment.
    fn is_fixed(&mut self, value: &Value, place: Place) -> bool {
        self.deep_taint(value, place).is_clean()
            && !matches!(value.shape, Shape::Constant(Constant::Null))
    }

    /// Whether outside data in the value may be something else than text.
    fn is_structured(&self, value: &Value, depth: u32) -> bool {
        const DEEPEST: u32 = 6;
        if DEEPEST < depth {
            return true;
        }
        value.shape.alternatives().iter().any(|shape| match shape {
            Shape::Constant(_) | Shape::Text(_) => false,
            Shape::Object(object) => object
                .fields
                .iter()
                .map(|(_, field)| field)
                .chain(&object.rest)
                .any(|field| self.is_structured(field, depth + 1)),
            Shape::List(list) => list
                .items
                .iter()
                .chain(&list.rest)
                .any(|item| self.is_structured(item, depth + 1)),
            Shape::Event(event) => !self.is_text_field(event),
            _ => !value.taint.is_clean(),
        })
    }
}

/// Whether the value is an object whose fields the source shows.
fn shows_fields(value: &Value) -> bool {
    let mut shapes = value.shape.alternatives().iter();
    value.taint.is_clean() && shapes.all(|shape| matches!(shape, Shape::Object(_)))
}

/// The words of languages for nothing and for truth are one.
fn same(word: &str, text: &str) -> bool {
    let is_null = |name: &str| matches!(name, "none" | "null" | "undefined" | "None");
    word == text || (is_null(word) && is_null(text))
}

/// A constant as the knowledge base writes it; something of a library by its API path.
fn constant_text(shape: &Shape) -> Option<Name> {
    match shape {
        Shape::Constant(constant) => Some(match constant {
            Constant::Text(text) | Constant::Number(text) | Constant::Regex(text) => text.clone(),
            Constant::Bool(truth) => Name::from(truth.to_string()),
            Constant::Null => "null".into(),
        }),
        Shape::Api(api) => Some(api.path.clone()),
        _ => None,
    }
}

/// The name under which a file is kept: its path with unknown parts as `*`; nothing where all of it is unknown.
pub(crate) fn path_key(path: &Value) -> Option<Name> {
    let atoms = path.atoms()?;
    let mut key = String::new();
    for atom in &atoms {
        match atom {
            Atom::Literal(text) => key.push_str(text),
            Atom::Environment(name) => {
                key.push_str("${");
                key.push_str(name);
                key.push('}');
            }
            Atom::Fixed | Atom::Any => key.push('*'),
        }
    }
    (key != "*").then(|| key.into())
}
