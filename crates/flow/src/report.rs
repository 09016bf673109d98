//! What a call of a library, or a write through one, is reported for: sinks, misuses, marks, registered handlers.

use base::{Name, Place, Span};
use ir::{Expr, ExprKind};
use knowledge::{CallModel, Condition, Mark, Test};

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::library::CallSite;
use crate::state::State;
use crate::walks::walks_by_key;
use crate::{Constant, EntryFact, Facts, MarkFact, MatchedPattern, Shape, SinkFact, Value};

impl<'p> Engine<'p> {
    pub(crate) fn report_sinks(
        &mut self,
        frame: &Frame<'p>,
        path: &Name,
        model: &CallModel,
        inputs: &Inputs<'_>,
        site: &CallSite,
    ) {
        let response = self.kinds.response;
        for sink in &model.sinks {
            if !self.all_hold(&sink.when, inputs) {
                continue;
            }
            let pattern = match &sink.pattern {
                Some(pattern) => match self.matched_pattern(frame, path, sink, pattern, inputs) {
                    Some(pattern) => Some(pattern),
                    None => continue,
                },
                None => None,
            };
            for (value, input) in self.resolve_input(&sink.input, inputs) {
                let value = if Some(sink.kind) == response {
                    self.with_fields_listed(value, 0)
                } else {
                    value
                };
                let taint = self.deep_taint(&value, input);
                let labels: Vec<_> = taint.dangerous(sink.kind).collect();
                // Which element of a list holds the data matters where order does.
                let value = match value.shape {
                    Shape::List(_) => self.with_outside_marked(&value, input),
                    _ => value,
                };
                self.record_sink(SinkFact {
                    kind: sink.kind,
                    place: site.place,
                    input,
                    path: path.clone(),
                    function: frame.id(),
                    labels,
                    value,
                    pattern: pattern.clone(),
                });
            }
        }
    }

    /// The constant pattern of a match; a text is one only where the call is known to take patterns.
    fn matched_pattern(
        &mut self,
        frame: &Frame<'p>,
        path: &Name,
        sink: &knowledge::Sink,
        pattern: &knowledge::AccessPath,
        inputs: &Inputs<'_>,
    ) -> Option<MatchedPattern> {
        let (value, _) = self.resolve_input(pattern, inputs).into_iter().next()?;
        let language = frame.code.language;
        let (flags, text) = match &value.shape {
            Shape::Constant(Constant::Regex(regex)) => crate::regex_strength::split_flags(regex),
            Shape::Constant(Constant::Text(text)) if !path.starts_with("*.") => ("", text.as_str()),
            _ => return None,
        };
        let given = sink.flags.as_ref().map(|it| self.resolve_input(it, inputs));
        let given = given.into_iter().flatten();
        let mut flags = String::from(flags);
        for (value, _) in given {
            flags.push_str(&letters(&value)?);
        }
        Some(MatchedPattern {
            text: text.into(),
            flags: flags.into(),
            language,
        })
    }

    pub(crate) fn record_sink(&mut self, fact: SinkFact) {
        // What people get to see may be no data of outsiders, and yet nothing for them.
        let gives_away = self.knowledge.kind_row(fact.kind);
        let shows_environment = || {
            gives_away.is_some_and(|kind| kind.gives_away)
                && !fact.value.environment_variables().is_empty()
        };
        if fact.labels.is_empty() && !shows_environment() {
            return;
        }
        let known = self.facts.sinks.iter_mut().find(|known| {
            known.place == fact.place && known.kind == fact.kind && known.input == fact.input
        });
        match known {
            Some(known) => {
                for label in fact.labels {
                    if !known
                        .labels
                        .iter()
                        .any(|other| other.source == label.source)
                    {
                        known.labels.push(label);
                    }
                }
            }
            None => self.facts.sinks.push(fact),
        }
    }

    /// Notes what rows say of a call: that it is wrong (`misuses`), or that rules ask about it (`marks`).
    pub(crate) fn report_marks(
        &mut self,
        frame: &Frame<'p>,
        path: &Name,
        rows: &[Mark],
        noted: fn(&mut Facts) -> &mut Vec<MarkFact>,
        inputs: &Inputs<'_>,
        place: Place,
    ) {
        for mark in rows {
            let is_new = !noted(&mut self.facts)
                .iter()
                .any(|known| known.place == place && known.kind == mark.kind);
            if is_new && self.all_hold(&mark.when, inputs) {
                let fact = MarkFact {
                    kind: mark.kind,
                    place,
                    path: path.clone(),
                    function: frame.id(),
                    arguments: inputs.arguments.items.clone(),
                    written: self.written_out(&mark.when, inputs),
                };
                noted(&mut self.facts).push(fact);
            }
        }
    }

    /// The texts that conditions ask to be literals.
    fn written_out(&mut self, when: &[Condition], inputs: &Inputs<'_>) -> Vec<Name> {
        let mut written = Vec::new();
        for condition in when.iter().filter(|it| it.test == Test::IsLiteral) {
            let values = self.resolve_input(&condition.input, inputs).into_iter();
            written.extend(values.filter_map(|(value, _)| value.as_text().cloned()));
        }
        written
    }

    pub(crate) fn register_entries(
        &mut self,
        model: &CallModel,
        inputs: &Inputs<'_>,
        site: &CallSite,
    ) {
        for entry in &model.entries {
            let route = entry.route.as_ref();
            let route = route.and_then(|path| self.text_at(path, inputs));
            for (handler, _) in self.resolve_input(&entry.handler, inputs) {
                let is_function = handler
                    .shape
                    .alternatives()
                    .iter()
                    .any(|shape| matches!(shape, Shape::Function(_)));
                let is_known = self
                    .facts
                    .entries
                    .iter()
                    .any(|known| known.place == site.place && known.handler == handler);
                if is_function && !is_known {
                    self.facts.entries.push(EntryFact {
                        handler,
                        event: entry.event.clone(),
                        route: route.clone(),
                        method: entry.method.clone(),
                        place: site.place,
                    });
                }
            }
        }
    }

    /// Two keys from outside, one after the other, where an object is written to: `o[a][b] = x`, or `o[b] = x` where `o` was
    /// found by such keys. With `__proto__` for the first, the second becomes a field of every object.
    pub(crate) fn check_keys(
        &mut self,
        frame: &mut Frame<'p>,
        base: &'p Expr,
        key: &Value,
        place: Place,
        index: Span,
        state: &mut State,
    ) {
        let Some(kind) = self.knowledge.kind("prototype") else {
            return;
        };
        let input = frame.place(index);
        let taint = self.deep_taint(key, input);
        let labels: Vec<_> = taint.dangerous(kind).collect();
        if labels.is_empty() || frame.code.language != ir::Language::JavaScript {
            return;
        }
        let is_found_by_key = match &base.kind {
            ExprKind::Index { index: outer, .. } => {
                let outer = self.eval(frame, outer, state);
                let taint = self.deep_taint(&outer, input);
                taint.dangerous(kind).next().is_some()
            }
            ExprKind::Variable(variable) => walks_by_key(frame.code, *variable),
            _ => false,
        };
        if !is_found_by_key {
            return;
        }
        self.record_sink(SinkFact {
            kind,
            place,
            input,
            path: "[]=".into(),
            function: frame.id(),
            labels,
            value: key.clone(),
            pattern: None,
        });
    }

    /// Outside data that is written to a field of a library's global: `document.location = x`.
    pub(crate) fn record_global_write(
        &mut self,
        frame: &Frame<'p>,
        holder: &Value,
        name: &Name,
        value: &Value,
        place: Place,
    ) {
        let Shape::Api(api) = &holder.shape else {
            return;
        };
        let path: Name = [api.path.as_str(), ".", name].into_iter().collect();
        let Some(model) = self.language(frame).call(&path) else {
            return;
        };
        let arguments = Arguments::one(value.clone(), place.span);
        let inputs = Inputs {
            receiver: Some(holder),
            construction: None,
            arguments: &arguments,
            result: None,
            place,
        };
        let site = CallSite {
            place,
            subjects: vec![None],
            receiver_subject: None,
            method: None,
        };
        self.report_sinks(frame, &path, model, &inputs, &site);
        self.report_marks(
            frame,
            &path,
            &model.misuses,
            |facts| &mut facts.misuses,
            &inputs,
            place,
        );
    }
}

/// The letters of a pattern's flags: a text of them, or the names that Python has for them. Nothing where they are not known.
fn letters(flags: &Value) -> Option<String> {
    let letter = |shape: &Shape| {
        let Shape::Api(api) = shape else {
            return None;
        };
        match api.path.rsplit('.').next()? {
            "I" | "IGNORECASE" => Some('i'),
            "M" | "MULTILINE" => Some('m'),
            "S" | "DOTALL" => Some('s'),
            "X" | "VERBOSE" => Some('x'),
            "A" | "ASCII" => Some('a'),
            "U" | "UNICODE" => Some('u'),
            _ => None,
        }
    };
    match &flags.shape {
        Shape::Constant(Constant::Text(text)) => Some(text.to_string()),
        Shape::Constant(Constant::Null) => Some(String::new()),
        Shape::Constant(Constant::Number(number)) => (number == "0").then(String::new),
        shape => shape.alternatives().iter().map(letter).collect(),
    }
}
