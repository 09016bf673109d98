//! Values that expressions put together: texts, objects, lists and comprehensions.

use std::sync::Arc;

use base::{Name, Place};
use ir::{Clause, Element, Expr, Property, PropertyKey};
use knowledge::{KindSet, Step};

use crate::alternatives::text_in_common;
use crate::engine::{Engine, Frame};
use crate::members::field_name;
use crate::state::State;
use crate::value::{join_option, text_of_atoms};
use crate::{Atom, Constant, Object, Shape, Taint, Value};

impl<'p> Engine<'p> {
    pub(crate) fn text(
        &mut self,
        frame: &mut Frame<'p>,
        parts: &'p [Expr],
        place: Place,
        state: &mut State,
    ) -> Value {
        let mut atoms = Vec::new();
        let mut taint = Taint::CLEAN;
        let mut collections: Option<Value> = None;
        for part in parts {
            let value = self.eval(frame, part, state);
            let mut held = self.deep_taint(&value, place);
            if is_written_as_object(&value) {
                held = held.cleared(self.breaks_of_lines());
            }
            let unknown = if held.is_clean() {
                Atom::Fixed
            } else {
                Atom::Any
            };
            taint = taint.join(&held);
            if let Some(start) = self.start_of(&value) {
                atoms.push(Atom::Literal(start));
            }
            let one_of_several = || match &value.shape {
                Shape::OneOf(shapes) if held.is_clean() => text_in_common(shapes),
                _ => None,
            };
            let known = value.atoms().or_else(one_of_several);
            atoms.extend(known.unwrap_or_else(|| vec![unknown]));
            if is_collection(&value) {
                collections = join_option(collections, Some(value));
            }
        }
        // `+` on lists concatenates them.
        if let Some(collection) = collections {
            return match collection.shape {
                Shape::List(list) => {
                    Value::list(Vec::new(), Some(Value::any_item(&list))).with_taint(&taint)
                }
                shape => Value { taint, shape },
            };
        }
        Value {
            taint,
            shape: text_of_atoms(atoms),
        }
    }

    /// What a field of an event always starts with, whatever kind of event it is.
    fn start_of(&self, value: &Value) -> Option<Name> {
        let Shape::Event(event) = &value.shape else {
            return None;
        };
        let kinds = self.facts.seeds.get(event.seed as usize)?.iter();
        let starts = kinds.map(|kind| {
            let field = self.knowledge.event(kind)?.field(&event.path)?;
            field.starts.clone()
        });
        let mut starts = starts.collect::<Option<Vec<Name>>>()?;
        starts.dedup();
        <[Name; 1]>::try_from(starts).ok().map(|[start]| start)
    }

    /// Kinds of which a line break is the danger.
    fn breaks_of_lines(&self) -> KindSet {
        let kinds = ["log", "response-header"];
        let kinds = kinds.iter().filter_map(|kind| self.knowledge.kind(kind));
        kinds.fold(KindSet::NONE, KindSet::with)
    }

    pub(crate) fn object(
        &mut self,
        frame: &mut Frame<'p>,
        properties: &'p [Property],
        state: &mut State,
    ) -> Value {
        let mut value = Value::of(Shape::Object(Arc::new(Object::default())));
        for property in properties {
            match property {
                Property::Field(PropertyKey::Name(name), expr) => {
                    let field = self.eval(frame, expr, state);
                    value = self.set_field(&value, name, field);
                }
                Property::Field(PropertyKey::Computed(key), expr) => {
                    let key_value = self.eval(frame, key, state);
                    let field = self.eval(frame, expr, state);
                    value = match key_value.as_constant().and_then(field_name) {
                        Some(name) => self.set_field(&value, &name, field),
                        None => {
                            let taint = self.deep_taint(&key_value, frame.place(key.span));
                            self.add_field(&value, key_value, field.with_taint(&taint))
                        }
                    };
                }
                Property::Spread(expr) => {
                    let spread = self.eval(frame, expr, state);
                    value = self.with_spread(&value, &spread);
                }
            }
        }
        value
    }

    /// `{...value, ...spread}`.
    pub(crate) fn with_spread(&mut self, value: &Value, spread: &Value) -> Value {
        match &spread.shape {
            Shape::Object(fields) => {
                let mut result = value.clone().with_taint(&spread.taint);
                for (name, field) in &fields.fields {
                    result = self.set_field(&result, name, field.clone());
                }
                match &fields.rest {
                    Some(rest) => self.with_rest(&result, rest.clone()),
                    None => result,
                }
            }
            Shape::Constant(Constant::Null) => value.clone(),
            _ => self.with_rest(value, spread.clone()),
        }
    }

    fn with_rest(&mut self, value: &Value, rest: Value) -> Value {
        let Shape::Object(object) = &value.shape else {
            return value.clone().with_taint(&rest.taint);
        };
        let mut object = Object::clone(object);
        object.rest = join_option(object.rest.take(), Some(rest));
        object.rest_names = None;
        Value {
            taint: value.taint.clone(),
            shape: Shape::Object(Arc::new(object)),
        }
    }

    pub(crate) fn list(
        &mut self,
        frame: &mut Frame<'p>,
        elements: &'p [Element],
        state: &mut State,
    ) -> Value {
        let mut items = Vec::new();
        let mut rest: Option<Value> = None;
        for element in elements {
            match element {
                Element::Item(expr) => {
                    let item = self.eval(frame, expr, state);
                    match rest.take() {
                        None => items.push(item),
                        known => rest = join_option(known, Some(item)),
                    }
                }
                Element::Spread(expr) => {
                    let spread = self.eval(frame, expr, state);
                    match &spread.shape {
                        Shape::List(list) if list.rest.is_none() && rest.is_none() => {
                            items.extend(list.items.clone())
                        }
                        _ => {
                            let item = self.element(&spread, frame.place(expr.span));
                            rest = join_option(rest, Some(item));
                        }
                    }
                }
            }
        }
        Value::list(items, rest)
    }

    pub(crate) fn comprehension(
        &mut self,
        frame: &mut Frame<'p>,
        clauses: &'p [Clause],
        key: Option<&'p Expr>,
        element: &'p Expr,
        state: &mut State,
    ) -> Value {
        let mut inner = state.clone();
        for clause in clauses {
            let place = frame.place(clause.iterable.span);
            let iterable = self.eval(frame, &clause.iterable, &mut inner);
            let item = self.iterated(&iterable, place, frame.code.language);
            self.bind(frame, &clause.target, item, &mut inner);
            for condition in &clause.conditions {
                if let (Some(kept), _) = self.branch(frame, condition, inner.clone()) {
                    inner = kept;
                }
            }
        }
        let key = key.map(|key| self.eval(frame, key, &mut inner));
        let item = self.eval(frame, element, &mut inner);
        state.join(&inner);
        match key {
            Some(key) => {
                let taint = self.deep_taint(&key, frame.place(element.span));
                let rest = Some(item.with_taint(&taint));
                Value::of(Shape::Object(Arc::new(Object {
                    rest,
                    rest_names: Some(key),
                    ..Object::default()
                })))
            }
            None => Value::list(Vec::new(), Some(item)),
        }
    }
}

pub(crate) fn is_collection(value: &Value) -> bool {
    matches!(value.shape, Shape::List(_) | Shape::Object(_))
}

/// Whether a text shows the value as an object, with the line breaks in it escaped.
fn is_written_as_object(value: &Value) -> bool {
    let mut shapes = value.shape.alternatives().iter();
    shapes.all(|shape| match shape {
        Shape::Object(object) => object.class.is_none(),
        Shape::List(_) => true,
        Shape::Event(event) => matches!(event.path.last(), None | Some(Step::Deep)),
        _ => false,
    })
}
