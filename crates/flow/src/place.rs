//! Variables and the places inside them: reading, writing, binding patterns.

use base::{Name, Place, Span};
use ir::{Expr, ExprKind, Literal, Pattern, VariableId};

use crate::engine::{Engine, Frame};
use crate::state::State;
use crate::{List, Note, Object, Shape, Subject, Taint, Value};

impl<'p> Engine<'p> {
    pub(crate) fn read_variable(
        &self,
        frame: &Frame<'p>,
        state: &State,
        variable: VariableId,
    ) -> Value {
        let value = if frame.is_local(variable) {
            state.local(variable)
        } else {
            self.env_of_variable(frame, variable)
                .and_then(|env| state.stored(env, variable))
        };
        value.cloned().unwrap_or_default()
    }

    pub(crate) fn write_variable(
        &self,
        frame: &Frame<'p>,
        state: &mut State,
        variable: VariableId,
        value: Value,
    ) {
        if frame.is_local(variable) {
            state.set_local(variable, value);
        } else if let Some(env) = self.env_of_variable(frame, variable) {
            state.set_stored(env, variable, value);
        }
    }

    fn env_of_variable(&self, frame: &Frame<'p>, variable: VariableId) -> Option<crate::EnvId> {
        let owner = frame.code.variable(variable)?.owner;
        self.env_of(frame.env, frame.module, owner)
    }

    /// The variable and fields that an expression names.
    pub(crate) fn subject(&self, expr: &Expr) -> Option<Subject> {
        match &expr.kind {
            ExprKind::Variable(variable) => Some(Subject {
                variable: *variable,
                fields: Vec::new(),
            }),
            ExprKind::Field { base, name } => {
                let mut subject = self.subject(base)?;
                subject.fields.push(Some(name.clone()));
                Some(subject)
            }
            ExprKind::Index { base, index } => {
                let mut subject = self.subject(base)?;
                let name = match &index.kind {
                    ExprKind::Literal(Literal::Text(name)) => Some(name.clone()),
                    _ => None,
                };
                subject.fields.push(name);
                Some(subject)
            }
            ExprKind::Slice { base, .. } => {
                let mut subject = self.subject(base)?;
                subject.fields.push(None);
                Some(subject)
            }
            ExprKind::Await(inner) => self.subject(inner),
            _ => None,
        }
    }

    pub(crate) fn read_subject(
        &mut self,
        frame: &Frame<'p>,
        state: &State,
        subject: &Subject,
        place: Place,
    ) -> Value {
        let mut value = self.read_variable(frame, state, subject.variable);
        for field in &subject.fields {
            value = match field {
                Some(name) => self.get_field(&value, name, place),
                None => self.element(&value, place),
            };
        }
        value
    }

    /// Puts `new` at a place inside a variable.
    pub(crate) fn write_subject(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        subject: &Subject,
        new: Value,
        place: Place,
    ) {
        let old = self.read_variable(frame, state, subject.variable);
        let changed = self.with_inner(&old, &subject.fields, new, place);
        self.write_variable(frame, state, subject.variable, changed);
    }

    fn with_inner(
        &mut self,
        old: &Value,
        fields: &[Option<Name>],
        new: Value,
        place: Place,
    ) -> Value {
        match fields.split_first() {
            None => new,
            Some((Some(name), rest)) => {
                let inner = if rest.is_empty() {
                    Value::unknown()
                } else {
                    self.get_field(old, name, place)
                };
                let inner = self.with_inner(&inner, rest, new, place);
                self.set_field(old, name, inner)
            }
            Some((None, rest)) => {
                let inner = if rest.is_empty() {
                    Value::unknown()
                } else {
                    self.element(old, place)
                };
                let inner = self.with_inner(&inner, rest, new, place);
                self.add_element(old, inner)
            }
        }
    }

    /// Binds `value` to a pattern.
    pub(crate) fn bind(
        &mut self,
        frame: &mut Frame<'p>,
        pattern: &'p Pattern,
        value: Value,
        state: &mut State,
    ) {
        match pattern {
            Pattern::Variable(variable, span) => {
                let value = self.noted(frame, *variable, *span, value);
                frame.rebound.insert(*variable);
                self.write_variable(frame, state, *variable, value);
            }
            Pattern::Place(target) => self.assign_place(frame, target, value, state),
            Pattern::Object { properties, rest } => {
                for property in properties {
                    let place = frame.place(property.span);
                    let part = match &property.key {
                        Some(name) => self.get_field(&value, name, place),
                        None => self.any_field(&value, place),
                    };
                    self.bind(frame, &property.value, part, state);
                }
                if let Some(rest) = rest {
                    let left = self.without_fields(
                        &value,
                        properties.iter().filter_map(|part| part.key.as_ref()),
                    );
                    self.bind(frame, rest, left, state);
                }
            }
            Pattern::List { items, rest } => {
                let place = frame.place(Span::default());
                for (index, item) in items.iter().enumerate() {
                    if let Some(item) = item {
                        let part = self.item(&value, index, place);
                        self.bind(frame, item, part, state);
                    }
                }
                if let Some((from, rest)) = rest {
                    let left = self.items_from(&value, *from, place);
                    self.bind(frame, rest, left, state);
                }
            }
            Pattern::Default(inner, default) => {
                let mut default_state = state.clone();
                let fallback = self.eval(frame, default, &mut default_state);
                state.join(&default_state);
                let known_missing = matches!(value.shape, Shape::Constant(crate::Constant::Null));
                let value = if known_missing && value.taint.is_clean() {
                    fallback
                } else {
                    value.join(&fallback)
                };
                self.bind(frame, inner, value, state);
            }
            Pattern::Ignore => {}
        }
    }

    fn assign_place(
        &mut self,
        frame: &mut Frame<'p>,
        target: &'p Expr,
        value: Value,
        state: &mut State,
    ) {
        let place = frame.place(target.span);
        match &target.kind {
            ExprKind::Field { base, name } => {
                let holder = self.eval(frame, base, state);
                self.record_global_write(frame, &holder, name, &value, place);
                if let Some(setter) = self.setter(&holder, name) {
                    let arguments = crate::call::Arguments::of(vec![crate::ArgumentValue {
                        name: None,
                        value,
                        span: target.span,
                    }]);
                    let outcome =
                        self.enter(&setter, Some(holder), &arguments, place, false, state);
                    if let (Some(subject), Some(receiver)) = (self.subject(base), outcome.receiver)
                    {
                        self.write_subject(frame, state, &subject, receiver, place);
                    }
                    return;
                }
                if let Some(subject) = self.subject(target) {
                    self.write_subject(frame, state, &subject, value, place);
                }
            }
            ExprKind::Index { base, index } => {
                let key = self.eval(frame, index, state);
                let known = key.as_constant().and_then(crate::members::field_name);
                let Some(mut subject) = self.subject(base) else {
                    return;
                };
                if let (Some(name), false) = (
                    known,
                    matches!(key.shape, Shape::Constant(crate::Constant::Number(_))),
                ) {
                    subject.fields.push(Some(name));
                    self.write_subject(frame, state, &subject, value, place);
                    return;
                }
                self.check_keys(frame, base, &key, place, index.span, state);
                let old = self.read_subject(frame, state, &subject, place);
                let new = self.add_field(&old, key, value);
                self.write_subject(frame, state, &subject, new, place);
            }
            ExprKind::Slice { .. } => {
                if let Some(subject) = self.subject(target) {
                    self.write_subject(frame, state, &subject, value, place);
                }
            }
            _ => {}
        }
    }

    /// The value with the step "assigned to" added, where it holds outside data.
    fn noted(
        &mut self,
        frame: &Frame<'p>,
        variable: VariableId,
        span: Span,
        mut value: Value,
    ) -> Value {
        if value.taint.is_clean() {
            return value;
        }
        if let Some(name) = frame.variable_name(variable) {
            value.taint = self.facts.step(
                &value.taint,
                frame.place(span),
                &Note::Assigned(name.clone()),
            );
        }
        value
    }

    /// Writes back what a call did to a value that the caller passed.
    pub(crate) fn write_back(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        subject: Option<&Subject>,
        before: &Value,
        after: Value,
        place: Place,
    ) {
        if let Some(subject) = subject
            && before != &after
        {
            self.write_subject(frame, state, subject, after, place);
        }
    }

    /// The value with parts of events and of library values replaced by the outside data in them, which can then be told
    /// from the value alone.
    pub(crate) fn with_outside_marked(&mut self, value: &Value, place: Place) -> Value {
        let shape = match &value.shape {
            Shape::Object(object) => {
                let mut object = Object::clone(object);
                let fields = object.fields.iter_mut().map(|(_, field)| field);
                for field in fields.chain(&mut object.rest) {
                    *field = self.with_outside_marked(field, place);
                }
                Shape::Object(object.into())
            }
            Shape::List(list) => {
                let mut list = List::clone(list);
                for item in list.items.iter_mut().chain(&mut list.rest) {
                    *item = self.with_outside_marked(item, place);
                }
                Shape::List(list.into())
            }
            shape => {
                let taint = self.deep_taint(value, place);
                return Value {
                    taint,
                    shape: shape.clone(),
                };
            }
        };
        Value {
            taint: value.taint.clone(),
            shape,
        }
    }

    /// All outside data in a value, at any depth.
    pub(crate) fn deep_taint(&mut self, value: &Value, place: Place) -> Taint {
        self.taint_to_depth(value, place, 0)
    }

    fn taint_to_depth(&mut self, value: &Value, place: Place, depth: u32) -> Taint {
        const DEEPEST: u32 = 8;
        let mut taint = value.taint.clone();
        if DEEPEST < depth {
            return taint;
        }
        for shape in value.shape.alternatives() {
            match shape {
                Shape::Object(object) => {
                    for inner in object
                        .fields
                        .iter()
                        .map(|(_, inner)| inner)
                        .chain(&object.rest)
                    {
                        taint = taint.join(&self.taint_to_depth(inner, place, depth + 1));
                    }
                }
                Shape::List(list) => {
                    for inner in list.items.iter().chain(&list.rest) {
                        taint = taint.join(&self.taint_to_depth(inner, place, depth + 1));
                    }
                }
                Shape::Event(event) if value.taint.is_clean() => {
                    taint = taint.join(&self.event_taint(event, place));
                }
                Shape::Api(api) => taint = taint.join(&self.value_source(api, place)),
                _ => {}
            }
        }
        taint
    }
}
