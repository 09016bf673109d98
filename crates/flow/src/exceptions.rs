//! Exceptions that are caught: what they hold, and what of it shows where they are written out as objects.

use std::sync::Arc;

use base::Place;
use knowledge::KindSet;

use crate::condition::with_sources_cleared;
use crate::engine::Engine;
use crate::taint::Origin;
use crate::{List, Object, Shape, SourceId, Taint, Value};

/// The API path of something that was caught.
pub(crate) const EXCEPTION: &str = "%exception";

impl Engine<'_> {
    /// What was thrown by code that is not the project's own.
    pub(crate) fn exception(&mut self, place: Place) -> Value {
        let label = self.facts.label(Origin::Exception, place);
        Value::api(EXCEPTION).with_taint(&Taint::of(label))
    }

    /// The value as it is where it is written out with the fields that its parts list. An exception lists neither its text
    /// nor its stack, unless it is of a package that says so.
    pub(crate) fn with_fields_listed(&mut self, value: Value, depth: u32) -> Value {
        const DEEPEST: u32 = 6;
        if DEEPEST < depth {
            return value;
        }
        let shape = match &value.shape {
            Shape::Object(object) => {
                let mut object = Object::clone(object);
                let fields = object.fields.iter_mut().map(|(_, field)| field);
                for field in fields.chain(&mut object.rest) {
                    *field = self.with_fields_listed(std::mem::take(field), depth + 1);
                }
                Shape::Object(Arc::new(object))
            }
            Shape::List(list) => {
                let mut list = List::clone(list);
                for item in list.items.iter_mut().chain(&mut list.rest) {
                    *item = self.with_fields_listed(std::mem::take(item), depth + 1);
                }
                Shape::List(Arc::new(list))
            }
            shape if is_exception(shape) && !self.errors_are_telling() => {
                let taint = value.taint.without(|label| {
                    let source = self.facts.source(label.source);
                    source.is_some_and(|source| source.origin == Origin::Exception)
                });
                return Value {
                    taint,
                    shape: shape.clone(),
                };
            }
            _ => return value,
        };
        Value {
            taint: value.taint,
            shape,
        }
    }

    /// An answer as it may be sent beside a failure: only where there is none, so that nothing of an exception is in it.
    pub(crate) fn sent_beside(&self, answer: Value, failure: Option<Value>) -> Value {
        let failed: Vec<SourceId> = failure
            .iter()
            .flat_map(|failure| failure.taint.labels())
            .map(|label| label.source)
            .filter(|id| {
                let source = self.facts.source(*id);
                source.is_some_and(|source| source.origin == Origin::Exception)
            })
            .collect();
        with_sources_cleared(&answer, &failed, KindSet::ALL, 0).unwrap_or(answer)
    }

    /// What a method is called on, where that may be something of a library or what was caught instead of it: an exception
    /// has no such method.
    pub(crate) fn where_it_succeeded(&self, value: Value) -> Value {
        let Shape::OneOf(shapes) = &value.shape else {
            return value;
        };
        let kept: Vec<Shape> = shapes
            .iter()
            .filter(|shape| !is_exception(shape))
            .cloned()
            .collect();
        let is_of_library = kept.iter().any(|shape| matches!(shape, Shape::Api(_)));
        if kept.len() == shapes.len() || !is_of_library {
            return value;
        }
        let taint = value.taint.without(|label| {
            let source = self.facts.source(label.source);
            source.is_some_and(|source| source.origin == Origin::Exception)
        });
        let shape = match kept.as_slice() {
            [single] => single.clone(),
            _ => Shape::OneOf(kept.into()),
        };
        Value { taint, shape }
    }

    /// Whether the code that was reached uses a package whose errors list what happened.
    fn errors_are_telling(&self) -> bool {
        let Some(kind) = self.knowledge.kind("telling-error") else {
            return false;
        };
        self.loaded_modules().any(|module| {
            let language = self.knowledge.language(module.language.as_str());
            let mut imports = module.imports.iter();
            imports.any(|import| {
                let package = language.call(&import.module);
                package.is_some_and(|model| model.marks.iter().any(|mark| mark.kind == kind))
            })
        })
    }
}

fn is_exception(shape: &Shape) -> bool {
    let mut alternatives = shape.alternatives().iter();
    alternatives.any(|shape| matches!(shape, Shape::Api(api) if api.path == EXCEPTION))
}
