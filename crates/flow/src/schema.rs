//! Schemas: what a value holds once it was checked against one. A number, a choice of constants, a narrow pattern hold nothing
//! that could do harm; a text without further limits holds whatever it held. A schema that is not seen may check anything.

use std::sync::Arc;

use base::{Name, Place};
use knowledge::{CallModel, KindSet, LanguageModel, Notation, Root, Schema, Step};

use crate::call::Arguments;
use crate::domain::Domain;
use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::library::CallSite;
use crate::results::wrapped;
use crate::state::State;
use crate::{
    ArgumentValue, Atom, ClassValue, Constant, FunctionValue, List, Note, Object, Shape, TestValue,
    Value,
};

/// How deep schemas may be nested before a part counts as not checked.
const DEEPEST: u32 = 8;

/// A check of a function's first argument.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    row: Schema,
    /// Nothing where the schema is not seen.
    domain: Option<Domain>,
    name: Name,
}

impl<'p> Engine<'p> {
    /// Checks what the call checks: the input where it stands, or the result, which is given.
    pub(crate) fn checked_by_schema(
        &mut self,
        frame: &Frame<'p>,
        path: &Name,
        model: &CallModel,
        inputs: &Inputs<'_>,
        site: &CallSite,
        state: &mut State,
    ) -> Option<Value> {
        let mut result: Option<Value> = None;
        for row in &model.schemas {
            if !self.all_hold(&row.when, inputs) {
                continue;
            }
            let schema = self.resolve_input(&row.schema, inputs).into_iter().next();
            let input = self.resolve_input(&row.input, inputs).into_iter().next();
            let (Some((schema, _)), Some((input, place))) = (schema, input) else {
                continue;
            };
            if row.makes_instance {
                return Some(instance_of(&schema, input));
            }
            let language = self.language(frame);
            let check = Check {
                row: row.clone(),
                domain: self.domain_of_schema(language, row, &schema, place),
                name: path.clone(),
            };
            if let Shape::Function(function) = &input.shape {
                self.check_first_argument(function, check);
                continue;
            }
            if row.input.root == Root::Receiver && matches!(input.shape, Shape::Api(_)) {
                self.checks_to_come.push((site.place, check));
                continue;
            }
            let checked = self.checked(&check, input.clone(), place);
            let subject = inputs.subject(&row.input, site);
            if row.output.is_none() && row.answer.is_none() {
                if let Some(subject) = &subject {
                    self.write_subject(frame, state, subject, checked, site.place);
                }
                continue;
            }
            // What a library leaves out of what it gives is still in what it was given.
            let untouched = Check {
                domain: check.domain.as_ref().map(Domain::opened),
                ..check.clone()
            };
            let in_place = match &row.output {
                Some(_) => self.checked(&untouched, input, place),
                None => checked.clone(),
            };
            let output = row.output.as_ref();
            let output = output.map(|output| wrapped(checked.clone(), &output.steps));
            let answer = row.answer.as_ref().map(|(answer, outcome)| {
                let test = TestValue {
                    subject,
                    vouched: Default::default(),
                    clears: KindSet::NONE,
                    checked: Some(in_place.clone()),
                    outcome: *outcome,
                    scope: frame.id(),
                };
                wrapped(Value::of(Shape::Test(Arc::new(test))), &answer.steps)
            });
            result = match (output, answer) {
                (Some(output), Some(answer)) => Some(self.with_spread(&output, &answer)),
                (output, answer) => output.or(answer),
            };
        }
        result
    }

    /// Remembers that a decorator or wrapper checks what the function is called with.
    fn check_first_argument(&mut self, function: &FunctionValue, check: Check) {
        let id = ir::GlobalFunctionId {
            module: function.module,
            function: function.function,
        };
        self.checks.insert(id, Arc::new(check));
    }

    /// A function that a chain of calls gives is checked by what stands before it: `wrapper().use(check).handler(f)`.
    pub(crate) fn check_in_chain(&mut self, given: &Value, chain: Place) {
        let Shape::Function(function) = &given.shape else {
            return;
        };
        let is_before = |place: Place| place.file == chain.file && chain.span.contains(place.span);
        let mut before = self.checks_to_come.iter();
        if let Some((_, check)) = before.find(|(place, _)| is_before(*place)) {
            let check = check.clone();
            self.check_first_argument(function, check);
        }
    }

    /// The arguments of a function with the first one checked, where something checks it.
    pub(crate) fn with_first_checked(
        &mut self,
        id: ir::GlobalFunctionId,
        arguments: &Arguments,
        place: Place,
    ) -> Option<Arguments> {
        let check = Arc::clone(self.checks.get(&id)?);
        let mut arguments = arguments.clone();
        let first = arguments.items.first_mut()?;
        let input = std::mem::take(&mut first.value);
        let checked = self.checked(&check, input, place);
        first.value = match &check.row.output {
            Some(output) => wrapped(checked, &output.steps),
            None => checked,
        };
        Some(arguments)
    }

    fn checked(&mut self, check: &Check, input: Value, place: Place) -> Value {
        let input = if check.row.input.steps.last() == Some(&Step::Deep) {
            Value::tainted(self.deep_taint(&input, place))
        } else if check.row.parses {
            self.parsed(input)
        } else {
            input
        };
        match &check.domain {
            Some(domain) => self.narrowed_to(domain, &input, place, 0),
            None => self.noted_as_checked(input, &check.name, place),
        }
    }

    fn domain_of_schema(
        &mut self,
        language: &'p LanguageModel,
        row: &Schema,
        schema: &Value,
        place: Place,
    ) -> Option<Domain> {
        match (row.notation, &schema.shape) {
            (Notation::JsonSchema, Shape::Object(words)) if words.class.is_none() => {
                self.domain_of_json_schema(&row.formats, words, 0)
            }
            (Notation::Cerberus, Shape::Object(fields)) if fields.class.is_none() => {
                self.domain_of_cerberus(fields, 0)
            }
            _ => self.domain_of(language, schema, place),
        }
    }

    /// The part of the value that is in the domain.
    pub(crate) fn narrowed_to(
        &mut self,
        domain: &Domain,
        value: &Value,
        place: Place,
        depth: u32,
    ) -> Value {
        if domain.clears == KindSet::ALL {
            return Value::unknown();
        }
        if DEEPEST < depth {
            return value.clone();
        }
        if !domain.fields.is_empty() {
            return self.with_fields(domain, value, place, depth);
        }
        if let Some(element) = &domain.element {
            let any = self.element(value, place);
            let any = self.narrowed_to(element, &any, place, depth + 1);
            return Value::list(Vec::new(), Some(any));
        }
        if domain.is_text {
            let taint = self.deep_taint(value, place).cleared(domain.clears);
            let shape = match &value.shape {
                Shape::Constant(Constant::Text(_)) | Shape::Text(_) => value.shape.clone(),
                Shape::Event(event) if domain.clears.is_empty() && self.is_text_field(event) => {
                    value.shape.clone()
                }
                _ => Shape::Text(Arc::new([Atom::Any])),
            };
            return Value { taint, shape };
        }
        if domain.clears.is_empty() {
            return value.clone();
        }
        Value::tainted(self.deep_taint(value, place).cleared(domain.clears))
    }

    /// The input with each field of the schema checked; what the schema does not name stays as it is unless it is refused.
    fn with_fields(&mut self, domain: &Domain, input: &Value, place: Place, depth: u32) -> Value {
        let mut checked: Vec<(Name, Value)> = Vec::new();
        for (name, field_domain) in &domain.fields {
            let is_missing = matches!(&input.shape, Shape::Object(object)
                if object.rest.is_none() && object.fields.iter().all(|(field, _)| field != name));
            if is_missing && domain.class.is_some() && input.taint.is_clean() {
                // The class knows its default.
                continue;
            }
            let field = self.get_field(input, name, place);
            let field = self.narrowed_to(field_domain, &field, place, depth + 1);
            checked.push((name.clone(), field));
        }
        let is_missing = matches!(input.shape, Shape::Constant(Constant::Null));
        let is_closed = domain.is_closed == Some(true);
        let object = Object {
            fields: checked,
            rest: (!is_missing && !is_closed).then(|| input.clone()),
            class: domain.class.clone(),
            ..Object::default()
        };
        Value::of(Shape::Object(Arc::new(object)))
    }

    /// An instance of a class whose constructor checks what it is given.
    pub(crate) fn checked_instance(
        &mut self,
        domain: &Domain,
        arguments: &Arguments,
        place: Place,
    ) -> Value {
        let named = |argument: &ArgumentValue| {
            let name = argument.name.clone()?;
            Some((name, argument.value.clone()))
        };
        let given = Object {
            fields: arguments.items.iter().filter_map(named).collect(),
            rest: arguments.named_tail.clone(),
            ..Object::default()
        };
        let given = Value::of(Shape::Object(Arc::new(given)));
        self.with_fields(domain, &given, place, 0)
    }

    /// The value with a note that a schema which is not seen was held against it.
    fn noted_as_checked(&mut self, value: Value, by: &Name, place: Place) -> Value {
        let note = Note::Checked(by.clone());
        let shape = match &value.shape {
            Shape::Event(event) => {
                self.checked_events
                    .push((event.seed, Arc::clone(&event.path), by.clone()));
                value.shape.clone()
            }
            Shape::Object(object) => {
                let mut object = Object::clone(object);
                let fields = object.fields.iter_mut().map(|(_, field)| field);
                for field in fields.chain(&mut object.rest) {
                    *field = self.noted_as_checked(std::mem::take(field), by, place);
                }
                Shape::Object(Arc::new(object))
            }
            Shape::List(list) => {
                let mut list = List::clone(list);
                for item in list.items.iter_mut().chain(&mut list.rest) {
                    *item = self.noted_as_checked(std::mem::take(item), by, place);
                }
                Shape::List(Arc::new(list))
            }
            _ => value.shape.clone(),
        };
        Value {
            taint: self.facts.step(&value.taint, place, &note),
            shape,
        }
    }

    /// What a JSON Schema says; nothing where it says it elsewhere.
    fn domain_of_json_schema(
        &self,
        formats: &[Name],
        schema: &Object,
        depth: u32,
    ) -> Option<Domain> {
        if DEEPEST < depth {
            return Some(Domain::default());
        }
        if field(schema, "enum").or(field(schema, "const")).is_some() {
            return Some(Domain::harmless());
        }
        let is_elsewhere = ["$ref", "allOf", "anyOf", "oneOf"];
        if is_elsewhere
            .iter()
            .any(|word| field(schema, word).is_some())
        {
            return None;
        }
        let nested = |value: &Value| match &value.shape {
            Shape::Object(inner) => self.domain_of_json_schema(formats, inner, depth + 1),
            _ => None,
        };
        let mut domain = match text(schema, "type").as_deref() {
            Some("boolean" | "null") => return Some(Domain::harmless()),
            Some("integer" | "number") => {
                let limits = ["maximum", "exclusiveMaximum"];
                let is_limited = limits.iter().any(|word| field(schema, word).is_some());
                return Some(self.domain_of_numbers(is_limited));
            }
            Some("string") => Domain {
                is_text: true,
                ..Domain::default()
            },
            _ => Domain::default(),
        };
        if let Some(pattern) = text(schema, "pattern") {
            domain = domain.and(self.domain_of_pattern(&pattern, false));
        }
        if text(schema, "format").is_some_and(|format| formats.contains(&format)) {
            return Some(Domain::harmless());
        }
        if let Some(Shape::Object(properties)) = field(schema, "properties").map(|it| &it.shape) {
            for (name, property) in &properties.fields {
                let property = nested(property).unwrap_or_default();
                domain.fields.push((name.clone(), property));
            }
        }
        if let Some(items) = field(schema, "items") {
            domain.element = Some(Arc::new(nested(items).unwrap_or_default()));
        }
        let others = field(schema, "additionalProperties").map(|it| &it.shape);
        domain.is_closed =
            matches!(others, Some(Shape::Constant(Constant::Bool(false)))).then_some(true);
        Some(domain)
    }

    fn domain_of_numbers(&self, is_limited: bool) -> Domain {
        let mut domain = Domain::harmless();
        if !is_limited {
            domain.clears = domain.clears.without(self.kinds_of_numbers());
        }
        domain
    }

    /// What a schema in the words of Cerberus says: one object for each field.
    fn domain_of_cerberus(&self, schema: &Object, depth: u32) -> Option<Domain> {
        if DEEPEST < depth || schema.rest.is_some() {
            return None;
        }
        let mut domain = Domain::default();
        for (name, rules) in &schema.fields {
            let rules = match &rules.shape {
                Shape::Object(rules) => self.domain_of_rules(rules, depth),
                _ => Domain::default(),
            };
            domain.fields.push((name.clone(), rules));
        }
        Some(domain)
    }

    fn domain_of_rules(&self, rules: &Object, depth: u32) -> Domain {
        if field(rules, "allowed").is_some() {
            return Domain::harmless();
        }
        let inner = match field(rules, "schema").map(|it| &it.shape) {
            Some(Shape::Object(inner)) => Some(inner),
            _ => None,
        };
        let mut domain = match text(rules, "type").as_deref() {
            Some("boolean" | "date" | "datetime") => return Domain::harmless(),
            Some("integer" | "float" | "number") => {
                return self.domain_of_numbers(field(rules, "max").is_some());
            }
            Some("string") => Domain {
                is_text: true,
                ..Domain::default()
            },
            Some("list") => Domain {
                element: inner.map(|inner| Arc::new(self.domain_of_rules(inner, depth + 1))),
                ..Domain::default()
            },
            _ => inner
                .and_then(|inner| self.domain_of_cerberus(inner, depth + 1))
                .unwrap_or_default(),
        };
        if let Some(pattern) = text(rules, "regex") {
            // It is matched from the start, and a `$` is added.
            let whole = format!("{}$", pattern.trim_end_matches('$'));
            domain = domain.and(self.domain_of_pattern(&whole, true));
        }
        domain
    }
}

fn field<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    let mut fields = object.fields.iter();
    fields.find(|(key, _)| key == name).map(|(_, value)| value)
}

fn text(object: &Object, name: &str) -> Option<Name> {
    field(object, name)?.as_text().cloned()
}

/// An instance of the class that holds the fields of `value`; the value itself where there is no class to be seen.
fn instance_of(class: &Value, value: Value) -> Value {
    let Shape::Class(class) = &class.shape else {
        return value;
    };
    let class: &Arc<ClassValue> = class;
    Value::of(Shape::Object(Arc::new(Object {
        rest: Some(value),
        class: Some(Arc::clone(class)),
        ..Object::default()
    })))
}
