//! Fields and elements of values: reading, writing, iterating.

use std::sync::Arc;

use base::{Name, Place};
use ir::{Language, MethodKind, ModuleId};
use knowledge::{KindSet, Step, Trust};

use crate::engine::Engine;
use crate::seed::{Standing, standing};
use crate::taint::Origin;
use crate::value::join_option;
use crate::{
    ApiValue, ClassValue, Constant, EventValue, FunctionValue, Label, List, Note, Object, Shape,
    Taint, Value,
};

/// How long a path into an event is tracked; recursion over an event's own parts would go on for ever.
const LONGEST_EVENT_PATH: usize = 16;

impl<'p> Engine<'p> {
    /// `value.name`, as far as it is known; an unknown value with the outside data of the whole otherwise.
    pub(crate) fn get_field(&mut self, value: &Value, name: &str, place: Place) -> Value {
        let mut result: Option<Value> = None;
        for shape in value.shape.alternatives() {
            let single = Value {
                taint: value.taint.clone(),
                shape: shape.clone(),
            };
            result = join_option(result, Some(self.field_of_one(&single, name, place)));
        }
        result.unwrap_or_default()
    }

    fn field_of_one(&mut self, value: &Value, name: &str, place: Place) -> Value {
        match &value.shape {
            Shape::Event(event) => self.event_field(event, Step::Field(name.into()), place),
            Shape::Api(_) if name == "length" => Value::unknown(),
            Shape::Api(api) => self.api_field(api, &value.taint, name, place),
            Shape::Module(module) => self.module_field(*module, name).unwrap_or_default(),
            Shape::List(_) | Shape::Constant(_) | Shape::Text(_) if name == "length" => {
                Value::unknown()
            }
            Shape::Constant(_) | Shape::Text(_) | Shape::Function(_) | Shape::Test(_) => {
                Value::unknown()
            }
            Shape::List(list) if name.parse::<usize>().is_ok() => {
                let index = name.parse().unwrap_or(0);
                list_item(list, index).with_taint(&value.taint)
            }
            _ => match self.known_field(value, name, place) {
                Some(field) => field.with_taint(&value.taint),
                None if name == "length" => Value::unknown(),
                None => Value::tainted(value.taint.clone()),
            },
        }
    }

    /// A field of an object, instance or class; nothing where the value has no such field for certain.
    pub(crate) fn known_field(&mut self, value: &Value, name: &str, place: Place) -> Option<Value> {
        match &value.shape {
            Shape::Object(object) if name == "__dict__" && object.class.is_some() => {
                Some(value.clone())
            }
            Shape::Object(object) => {
                let own = object
                    .fields
                    .iter()
                    .find(|(key, _)| key == name)
                    .map(|(_, field)| field.clone());
                let field = own.or_else(|| {
                    let class = object.class.as_ref()?;
                    self.class_member(class, name, Some(value), 0)
                });
                let field = field.filter(|field| object.rest.is_none() || !self.is_guess(field));
                match (field, &object.rest) {
                    (Some(field), _) => Some(field),
                    (None, Some(rest)) => Some(self.get_field(rest, name, place)),
                    (None, None) => None,
                }
            }
            Shape::Class(class) => self.class_member(class, name, None, 0),
            Shape::Module(module) => self.module_field(*module, name),
            Shape::OneOf(shapes) => shapes
                .iter()
                .filter_map(|shape| {
                    self.known_field(
                        &Value {
                            taint: value.taint.clone(),
                            shape: shape.clone(),
                        },
                        name,
                        place,
                    )
                })
                .reduce(|one, other| one.join(&other)),
            _ => None,
        }
    }

    /// Whether a member is one that a class of a library may have, rather than one that is known of.
    fn is_guess(&self, member: &Value) -> bool {
        match &member.shape {
            Shape::Api(api) => {
                api.construction.is_none()
                    && api.path.contains("().")
                    && self.calls_named(&api.path).next().is_none()
            }
            _ => false,
        }
    }

    /// A method or class field, looked up through the base classes; methods come bound to `instance`.
    fn class_member(
        &mut self,
        class: &ClassValue,
        name: &str,
        instance: Option<&Value>,
        depth: u32,
    ) -> Option<Value> {
        const DEEPEST_INHERITANCE: u32 = 16;
        let declared = self.program.module(class.module)?.class(class.class)?;
        if let Some(method) = declared.methods.iter().find(|method| method.name == name) {
            let receiver = match method.kind {
                MethodKind::Static => Some(Value::of(Shape::Class(Arc::new(class.clone())))),
                _ => instance.cloned(),
            };
            return Some(Value::of(Shape::Function(Arc::new(FunctionValue {
                module: class.module,
                function: method.function,
                env: class.env,
                receiver,
            }))));
        }
        if let Some((_, field)) = class.statics.iter().find(|(key, _)| key == name) {
            return Some(field.clone());
        }
        if DEEPEST_INHERITANCE < depth {
            return None;
        }
        class.bases.iter().find_map(|base| match &base.shape {
            Shape::Class(base) => self.class_member(base, name, instance, depth + 1),
            Shape::Api(base) if instance.is_some() => {
                Some(Value::api(format!("{}().{name}", base.path)))
            }
            // A method of the class that it has from a library.
            Shape::Api(base) => {
                let path: Name = [base.path.as_str(), ".", name].into_iter().collect();
                let is_known = self.calls_named(&path).next().is_some();
                is_known.then(|| Value::api(path))
            }
            _ => None,
        })
    }

    /// The function that reading or writing the field calls, of the wanted kind.
    pub(crate) fn accessor(
        &mut self,
        holder: &Value,
        name: &str,
        wanted: MethodKind,
    ) -> Option<Arc<FunctionValue>> {
        let Shape::Object(object) = &holder.shape else {
            return None;
        };
        let mut class = object.class.clone()?;
        for _ in 0..16 {
            let declared = self.program.module(class.module)?.class(class.class)?;
            let found = declared
                .methods
                .iter()
                .find(|method| method.name == name && method.kind == wanted);
            if let Some(method) = found {
                return Some(Arc::new(FunctionValue {
                    module: class.module,
                    function: method.function,
                    env: class.env,
                    receiver: None,
                }));
            }
            class = class.bases.iter().find_map(|base| match &base.shape {
                Shape::Class(base) => Some(Arc::clone(base)),
                _ => None,
            })?;
        }
        None
    }

    pub(crate) fn setter(&mut self, holder: &Value, name: &str) -> Option<Arc<FunctionValue>> {
        self.accessor(holder, name, MethodKind::Setter)
    }

    fn module_field(&mut self, module: ModuleId, name: &str) -> Option<Value> {
        if let Some(value) = self.export(module, name) {
            return Some(value);
        }
        // A Python package's submodule is a field of it once anything has imported it.
        let submodule = self.resolve_in(module, ".", name)?;
        Some(self.module_value(submodule))
    }

    fn event_field(&mut self, event: &EventValue, step: Step, place: Place) -> Value {
        if LONGEST_EVENT_PATH < event.path.len() {
            let taint = self.event_taint(event, place);
            return Value::tainted(taint);
        }
        if matches!(&step, Step::Field(name) if name == "length") {
            return Value::unknown();
        }
        let mut path = event.path.to_vec();
        path.push(step);
        let inner = EventValue {
            seed: event.seed,
            path: path.into(),
        };
        match self.event_standing(&inner) {
            Standing::Leaf(Trust::Platform | Trust::Limited) | Standing::MixedPlatform => {
                // Kept as an event so that an unlikely deeper row still counts; it holds no outside data itself.
                Value::of(Shape::Event(Arc::new(inner)))
            }
            Standing::MixedOutside => Value::of(Shape::Event(Arc::new(inner))),
            Standing::Leaf(Trust::Outside | Trust::Identity) => {
                let taint = self.event_taint(&inner, place);
                Value {
                    taint,
                    shape: Shape::Event(Arc::new(inner)),
                }
            }
            Standing::Leaf(Trust::Secret) => {
                let name = Name::from(crate::Facts::field(&inner.path));
                Value::tainted(Taint::of(self.facts.label(Origin::Secret(name), place)))
            }
        }
    }

    fn event_standing(&self, event: &EventValue) -> Standing {
        let kinds = self
            .facts
            .seeds
            .get(event.seed as usize)
            .map(Vec::as_slice)
            .unwrap_or_default();
        standing(self.knowledge, kinds, &event.path)
    }

    /// Whether the part of the event can be nothing but a text: the knowledge base names it, and nothing below it.
    pub(crate) fn is_text_field(&self, event: &EventValue) -> bool {
        let kinds = self.facts.seeds.get(event.seed as usize);
        kinds.into_iter().flatten().all(|kind| {
            self.knowledge
                .event(kind)
                .and_then(|known| known.field(&event.path))
                .is_some_and(|field| !field.path.0.contains(&Step::Deep))
        })
    }

    /// The outside data in a part of an event.
    pub(crate) fn event_taint(&mut self, event: &EventValue, place: Place) -> Taint {
        match self.event_standing(event) {
            Standing::Leaf(Trust::Outside | Trust::Identity) | Standing::MixedOutside => {
                let origin = Origin::Event {
                    seed: event.seed,
                    path: Arc::clone(&event.path),
                };
                let label = Taint::of(self.facts.label(origin, place));
                match self.checked_by(event) {
                    Some(by) => self.facts.step(&label, place, &Note::Checked(by)),
                    None => label,
                }
            }
            Standing::Leaf(_) | Standing::MixedPlatform => Taint::CLEAN,
        }
    }

    /// What checked the part of the event against a schema that is not seen.
    fn checked_by(&self, event: &EventValue) -> Option<Name> {
        let checks = &self.checked_events;
        let known = checks
            .iter()
            .find(|(seed, path, _)| *seed == event.seed && event.path.starts_with(path));
        known.map(|(_, _, by)| by.clone())
    }

    fn api_field(&mut self, api: &ApiValue, taint: &Taint, name: &str, place: Place) -> Value {
        if !self.value_sources(&api.path).is_empty() {
            if self.is_environment(&api.path) {
                return Value::of(Shape::Text(Arc::new([crate::Atom::Environment(
                    name.into(),
                )])));
            }
            if let Some(event) = self.event_of_value(&api.path) {
                return self.event_field(&event, Step::Field(name.into()), place);
            }
        }
        let path: Name = [api.path.as_str(), ".", name].into_iter().collect();
        if matches!(
            path.as_str(),
            "%exception.name" | "%exception.code" | "%exception.status" | "%exception.statusCode"
        ) {
            // What kind of failure it is says little about the inside.
            return Value::api(path);
        }
        let clears = self.clears_of_part(&path);
        let value = Value {
            taint: self.opened(api, taint, name).cleared(clears),
            shape: Shape::Api(Arc::new(ApiValue {
                path,
                construction: api.construction.clone(),
                domain: None,
            })),
        };
        let source = match &value.shape {
            Shape::Api(api) => self.secret_of_value(&api.path, place),
            _ => Taint::CLEAN,
        };
        value.with_taint(&source)
    }

    /// A part may be harmless where the whole is not: the name at the end of a path.
    pub(crate) fn clears_of_part(&self, path: &str) -> KindSet {
        self.calls_named(path)
            .flat_map(|model| &model.propagations)
            .filter(|row| {
                row.from
                    .iter()
                    .any(|from| from.root == knowledge::Root::Receiver)
            })
            .fold(KindSet::NONE, |set, row| set.union(row.clears))
    }

    /// The taint of a field of what an operation gave: its labels say which part of the result they are.
    fn opened(&mut self, api: &ApiValue, taint: &Taint, name: &str) -> Taint {
        if !self.is_operation_result(api, taint) {
            return taint.clone();
        }
        taint.map(|label| {
            let Some(source) = self.facts.source(label.source) else {
                return label;
            };
            let Origin::Call { call, path } = &source.origin else {
                return label;
            };
            if LONGEST_EVENT_PATH < path.len() {
                return label;
            }
            let mut path = path.to_vec();
            path.push(Step::Field(name.into()));
            let origin = Origin::Call {
                call: *call,
                path: path.into(),
            };
            let place = source.place;
            Label {
                source: self.facts.source_id(origin, place),
                ..label
            }
        })
    }

    /// Whether the value is what an operation gave, or a part of it.
    pub(crate) fn is_operation_result(&self, api: &ApiValue, taint: &Taint) -> bool {
        taint.labels().iter().any(|label| {
            let source = self.facts.source(label.source);
            match source.map(|source| &source.origin) {
                Some(Origin::Call { call, .. }) => {
                    let call = self.facts.calls.get(*call as usize);
                    call.is_some_and(|call| api.path.starts_with(call.path.as_str()))
                }
                _ => false,
            }
        })
    }

    /// `value[name] = new`.
    pub(crate) fn set_field(&mut self, value: &Value, name: &str, new: Value) -> Value {
        let mut object = match &value.shape {
            Shape::Object(object) => Object::clone(object),
            Shape::Class(class) => {
                let mut class = ClassValue::clone(class);
                class.statics.retain(|(key, _)| key != name);
                class.statics.push((name.into(), new));
                return Value {
                    taint: value.taint.clone(),
                    shape: Shape::Class(Arc::new(class)),
                };
            }
            // A library object that is configured keeps its path; what was parsed from outside data is data.
            Shape::Api(_) if !value.taint.is_clean() => Object {
                rest: Some(value.clone()),
                ..Object::default()
            },
            Shape::Api(_) | Shape::Function(_) | Shape::Module(_) => {
                return value.clone().with_taint(&new.taint);
            }
            Shape::Unknown if value.taint.is_clean() => Object::default(),
            _ => Object {
                rest: Some(value.clone()),
                ..Object::default()
            },
        };
        match object.fields.iter_mut().find(|(key, _)| key == name) {
            Some((_, field)) => *field = new,
            None => object.fields.push((name.into(), new)),
        }
        let taint = match &value.shape {
            Shape::Object(_) => value.taint.clone(),
            // It is in the fields that were not set.
            _ => Taint::CLEAN,
        };
        Value {
            taint,
            shape: Shape::Object(Arc::new(object)),
        }
    }

    /// `value[unknown] = new`, `value.push(new)`.
    pub(crate) fn add_element(&mut self, value: &Value, new: Value) -> Value {
        let shape = match &value.shape {
            Shape::Object(object) => {
                let mut object = Object::clone(object);
                object.rest = join_option(object.rest.take(), Some(new));
                object.rest_names = None;
                Shape::Object(Arc::new(object))
            }
            Shape::List(list) => {
                let mut list = List::clone(list);
                list.rest = join_option(list.rest.take(), Some(new));
                Shape::List(Arc::new(list))
            }
            Shape::Unknown | Shape::Event(_) => {
                let rest = join_option(Some(value.clone()), Some(new));
                Shape::List(Arc::new(List {
                    items: Vec::new(),
                    rest,
                }))
            }
            other => {
                return Value {
                    taint: value.taint.join(&new.taint),
                    shape: other.clone(),
                };
            }
        };
        Value {
            taint: value.taint.clone(),
            shape,
        }
    }

    /// `value[name] = new` with a name that is not told to the last character.
    pub(crate) fn add_field(&mut self, value: &Value, name: Value, new: Value) -> Value {
        let names = match &value.shape {
            Shape::Object(object) if object.rest.is_none() => Some(name),
            Shape::Object(object) => object.rest_names.as_ref().map(|known| known.join(&name)),
            _ => None,
        };
        let mut result = self.add_element(value, new);
        if let Shape::Object(object) = &mut result.shape {
            Arc::make_mut(object).rest_names = names;
        }
        result
    }

    /// What `for x of value` gives; for Python, iterating a dictionary gives its keys.
    pub(crate) fn iterated(&mut self, value: &Value, place: Place, language: Language) -> Value {
        match &value.shape {
            Shape::Object(_) if language == Language::Python => self.key_of(value, place),
            _ => self.element(value, place),
        }
    }

    /// Any element.
    pub(crate) fn element(&mut self, value: &Value, place: Place) -> Value {
        let mut result: Option<Value> = None;
        for shape in value.shape.alternatives() {
            let element = match shape {
                Shape::List(list) => Value::any_item(list).with_taint(&value.taint),
                Shape::Object(object) => {
                    let fields = object.fields.iter().map(|(_, field)| field.clone());
                    let any = fields
                        .chain(object.rest.clone())
                        .reduce(|one, other| one.join(&other));
                    any.unwrap_or_default().with_taint(&value.taint)
                }
                Shape::Event(event) => self.event_field(&event.clone(), Step::Element, place),
                Shape::Api(api) => {
                    // An element of what a library gave is named like the whole: pages, rows, messages.
                    let clears = self.clears_of_part(&format!("{}[]", api.path));
                    Value {
                        taint: value.taint.cleared(clears),
                        shape: Shape::Api(Arc::clone(api)),
                    }
                }
                _ => Value::tainted(value.taint.clone()),
            };
            result = join_option(result, Some(element));
        }
        result.unwrap_or_default()
    }

    /// Any field, by a key that is not known.
    pub(crate) fn any_field(&mut self, value: &Value, place: Place) -> Value {
        match &value.shape {
            Shape::Event(event) => self.event_field(&event.clone(), Step::AnyField, place),
            _ => self.element(value, place),
        }
    }

    /// Any key of an object.
    pub(crate) fn key_of(&mut self, value: &Value, place: Place) -> Value {
        match &value.shape {
            Shape::Object(object) if object.rest.is_none() || object.rest_names.is_some() => {
                let keys = object.fields.iter();
                let keys = keys.map(|(key, _)| Value::text(key.clone()));
                let keys = keys.chain(object.rest_names.clone());
                keys.reduce(|one, other| one.join(&other))
                    .unwrap_or_default()
            }
            Shape::Event(event) => {
                let inner = self.event_field(&event.clone(), Step::AnyField, place);
                Value::tainted(inner.taint)
            }
            Shape::List(_) => Value::unknown(),
            _ => Value::tainted(value.taint.clone()),
        }
    }

    /// The element at a known position.
    pub(crate) fn item(&mut self, value: &Value, index: usize, place: Place) -> Value {
        match &value.shape {
            Shape::List(list) => list_item(list, index).with_taint(&value.taint),
            // A pair that a library makes is kept by position.
            Shape::Object(object) => {
                let name = index.to_string();
                match object.fields.iter().find(|(key, _)| *key == name) {
                    Some((_, field)) => field.clone().with_taint(&value.taint),
                    None => self.element(value, place),
                }
            }
            _ => self.element(value, place),
        }
    }

    /// The elements from a position on, as a list.
    pub(crate) fn items_from(&mut self, value: &Value, from: usize, place: Place) -> Value {
        match &value.shape {
            Shape::List(list) => {
                let items = list.items.iter().skip(from).cloned().collect();
                Value::list(items, list.rest.clone()).with_taint(&value.taint)
            }
            _ => {
                let element = self.element(value, place);
                Value::list(Vec::new(), Some(element))
            }
        }
    }

    /// The object without the named fields.
    pub(crate) fn without_fields<'n>(
        &mut self,
        value: &Value,
        names: impl Iterator<Item = &'n Name>,
    ) -> Value {
        let Shape::Object(object) = &value.shape else {
            return value.clone();
        };
        let mut object = Object::clone(object);
        for name in names {
            object.fields.retain(|(key, _)| key != name);
        }
        Value {
            taint: value.taint.clone(),
            shape: Shape::Object(Arc::new(object)),
        }
    }
}

fn list_item(list: &List, index: usize) -> Value {
    match list.items.get(index) {
        Some(item) => item.clone(),
        None => list.rest.clone().unwrap_or_default(),
    }
}

/// A constant as the name of a field.
pub(crate) fn field_name(constant: &Constant) -> Option<Name> {
    match constant {
        Constant::Text(text) | Constant::Number(text) => Some(text.clone()),
        _ => None,
    }
}
