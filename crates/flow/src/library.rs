//! Calls into libraries: what the knowledge base says of them is done here.

use std::sync::{Arc, LazyLock};

use base::{Name, Place};
use knowledge::{
    CallModel, FileAccess, Guard, KindSet, LanguageModel, OperationCall, Outcome, Propagation,
    SdkCall, Step,
};

use crate::call::Arguments;
use crate::callbacks::or_wrapped;
use crate::engine::{Engine, Frame};
use crate::inputs::{Inputs, path_key};
use crate::state::State;
use crate::value::join_option;
use crate::{
    ApiValue, ArgumentValue, Atom, Constant, EventValue, List, Note, Object, Shape, Subject, Taint,
    TestValue, Value,
};

/// Where a call stands, and where its arguments and receiver stand.
pub(crate) struct CallSite {
    pub(crate) place: Place,
    /// The variable or field behind each argument, in the order of the arguments.
    pub(crate) subjects: Vec<Option<Subject>>,
    pub(crate) receiver_subject: Option<Subject>,
    /// The name after the dot.
    pub(crate) method: Option<Name>,
}

/// How many names an API path may have before it says nothing any more.
const LONGEST_PATH: usize = 160;

/// What is known about a call of which nothing is known.
static NOTHING: LazyLock<CallModel> = LazyLock::new(CallModel::default);

impl<'p> Engine<'p> {
    /// Calls something of a library that has an API path.
    pub(crate) fn call_library(
        &mut self,
        frame: &mut Frame<'p>,
        called: &Arc<ApiValue>,
        receiver: Option<&Value>,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Value {
        let language = self.language(frame);
        let alias = language
            .call(&called.path)
            .and_then(|model| model.alias.clone());
        let path = alias.unwrap_or_else(|| called.path.clone());
        if let Some(answer) = self.call_convention(frame, &path, arguments, site, state) {
            return answer;
        }
        let language_name = frame.code.language.as_str();
        self.note_credentials(language_name, &path, arguments, site);
        let mut sdk = self.knowledge.sdk_call(language_name, &path);
        let is_made = receiver.is_none() && path.ends_with("()");
        let mut model = if is_made {
            // What a call gave is called itself: a compiled schema, a decorator with arguments.
            let called = language.call(&format!("{path}.__call__"));
            called.or_else(|| language.call(&path))
        } else {
            let by_name = language.call(&path);
            by_name.or_else(|| receiver.and_then(|_| anywhere_in_chain(language, &path)))
        };
        let performs = matches!(sdk, Some(SdkCall::Performs(_)));
        let method = site
            .method
            .as_deref()
            .and_then(|name| language.method(name));
        if model.is_none() && receiver.is_some() && !performs {
            // A method that every value of the language has, on something whose library has no row for it.
            let is_schema = matches!(receiver.map(|receiver| &receiver.shape), Some(Shape::Api(api))
                if api.domain.is_some());
            if is_schema {
                // A schema has the methods of its library.
            } else if path.contains(')') {
                model = method;
            } else if let Some(method) = method {
                // A function of a package is no method; only what it is handed may be dangerous all the same.
                let inputs = Inputs {
                    receiver,
                    construction: None,
                    arguments,
                    result: None,
                    place: site.place,
                };
                self.report_sinks(frame, &path, method, &inputs, site);
            }
        }
        if matches!(sdk, Some(SdkCall::Unknown)) {
            // An argument may name the operation: `generate_presigned_url("put_object", …)`.
            let mut models = model.into_iter().chain(method);
            let named = models.find_map(|model| embedded(model, arguments));
            sdk = named.and_then(|name| {
                self.knowledge
                    .sdk_call(language_name, &format!("{path}({name})"))
            });
            if !matches!(sdk, Some(SdkCall::Performs(_))) {
                self.facts.opaque_calls.push(site.place);
            }
        }
        if sdk.is_none() && model.is_none() {
            self.note_passed_client(frame, arguments, site);
        }
        let operation = match &sdk {
            Some(SdkCall::Performs(operation)) => Some(&**operation),
            _ => None,
        };
        let construction = called.construction.clone();
        self.apply(
            frame,
            &path,
            model,
            operation,
            construction.as_deref(),
            receiver,
            arguments,
            site,
            state,
        )
    }

    /// Calls a method of something that has no API path, or something of which nothing is known.
    pub(crate) fn call_unknown(
        &mut self,
        frame: &mut Frame<'p>,
        callee: &Value,
        receiver: Option<&Value>,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Value {
        let Some(method) = &site.method else {
            let taint = self.inputs_taint(Some(callee), arguments, site.place);
            self.call_functions_among(frame, arguments, &taint, site, state);
            return or_wrapped(frame, arguments, Value::tainted(taint));
        };
        if let Some(receiver) = receiver
            && let Some(value) = self.call_builtin(frame, receiver, method, arguments, site, state)
        {
            return value;
        }
        let model = self.language(frame).method(method);
        let path = Name::from(format!("*.{method}"));
        let construction = receiver.and_then(|receiver| match &receiver.shape {
            Shape::Api(api) => api.construction.clone(),
            _ => None,
        });
        self.apply(
            frame,
            &path,
            model,
            None,
            construction.as_deref(),
            receiver,
            arguments,
            site,
            state,
        )
    }

    /// Whoever makes a client may give it credentials of its own.
    fn note_credentials(
        &mut self,
        language: &str,
        path: &str,
        arguments: &Arguments,
        site: &CallSite,
    ) {
        let knowledge = self.knowledge;
        let is_given = |name: &Name| knowledge.needs.credentials.contains(name);
        let gives = arguments.items.iter().any(|argument| {
            argument.name.as_ref().is_some_and(is_given)
                || match &argument.value.shape {
                    Shape::Object(object) => object.fields.iter().any(|(name, _)| is_given(name)),
                    _ => false,
                }
        });
        let is_session = || matches!(path, "boto3.Session" | "boto3.session.Session");
        let made = || match language {
            "python" => path.to_owned(),
            _ => format!("{path}()"),
        };
        if gives && (is_session() || knowledge.makes_sdk_client(language, &made())) {
            self.facts.foreign_clients.push(site.place);
        }
    }

    /// A client that goes to code which is not seen may perform any operation there.
    fn note_passed_client(&mut self, frame: &Frame<'p>, arguments: &Arguments, site: &CallSite) {
        let language = frame.code.language.as_str();
        let is_client = |value: &Value| {
            let shapes = value.shape.alternatives().iter();
            shapes.into_iter().any(|shape| {
                matches!(shape, Shape::Api(api) if self.knowledge.is_sdk_client(language, &api.path))
            })
        };
        let passes_client = arguments.values().any(|value| match &value.shape {
            Shape::Object(object) if object.class.is_none() => {
                object.fields.iter().any(|(_, field)| is_client(field))
            }
            _ => is_client(value),
        });
        if passes_client {
            self.facts.opaque_calls.push(site.place);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a call is made of that many things; a struct would be built for one use"
    )]
    fn apply(
        &mut self,
        frame: &mut Frame<'p>,
        path: &Name,
        model: Option<&'p CallModel>,
        operation: Option<&OperationCall>,
        construction: Option<&[ArgumentValue]>,
        receiver: Option<&Value>,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Value {
        let inputs = Inputs {
            receiver,
            construction,
            arguments,
            result: None,
            place: site.place,
        };
        // A method of an event's field answers a question about it; what is not known may ask any.
        if let Some(receiver) = receiver {
            self.facts.note_test(receiver);
            if model.is_some_and(answers_about) {
                self.facts.note_question(receiver);
            }
        }
        if model.is_none() && operation.is_none() {
            for argument in arguments.values() {
                self.facts.note_test(argument);
            }
        }
        let model = model.unwrap_or(&NOTHING);
        self.report_sinks(frame, path, model, &inputs, site);
        let place = site.place;
        self.report_marks(
            frame,
            path,
            &model.misuses,
            |facts| &mut facts.misuses,
            &inputs,
            place,
        );
        self.report_marks(
            frame,
            path,
            &model.marks,
            |facts| &mut facts.marks,
            &inputs,
            place,
        );
        self.register_entries(model, &inputs, site);
        if let Some(test) = self.test_of_guards(frame, path, model, &inputs, site, state) {
            return test;
        }
        let checked = self.checked_by_schema(frame, path, model, &inputs, site, state);
        if let Some(checked) = checked {
            return checked;
        }
        let mut result = self.result(frame, path, model, operation, &inputs);
        self.check_in_chain(&result, site.place);
        result.taint = self.with_files(model, &inputs, &result, state);
        let source = self.source_of_result(model, site.place);
        result = result.with_taint(&source);
        self.change_inputs(frame, model, &inputs, site, state);
        self.call_back(frame, model, &inputs, result, site, state)
    }

    /// What the call gives, before callbacks.
    fn result(
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
        let sql = self.knowledge.kind("sql");
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
        match self.knowledge.kind("logged").filter(|_| is_made) {
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
        let path = match embedded(model, inputs.arguments) {
            Some(argument) => Name::from(format!("{path}({argument})")),
            None => Name::from(format!("{path}()")),
        };
        let construction: Arc<[ArgumentValue]> = match inputs.construction {
            // `urlparse(address).hostname.lower()` is still made from the address.
            Some(made_with) if inputs.arguments.items.is_empty() || model.keeps => made_with.into(),
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

    /// Applies guards that hold once the call returned; gives the answer of one that answers.
    fn test_of_guards(
        &mut self,
        frame: &Frame<'p>,
        path: &Name,
        model: &CallModel,
        inputs: &Inputs<'_>,
        site: &CallSite,
        state: &mut State,
    ) -> Option<Value> {
        for guard in &model.guards {
            if !self.all_hold(&guard.when, inputs) || !self.pattern_is_narrow(path, guard, inputs) {
                continue;
            }
            let subject = inputs.subject(&guard.input, site);
            let tested = self.resolve_input(&guard.input, inputs).into_iter().next();
            let vouched = match &tested {
                Some((tested, place)) => self.vouched(frame, tested, *place),
                None => Default::default(),
            };
            if subject.is_none() && vouched.0.is_empty() {
                continue;
            }
            let clears = self.narrowed(guard, inputs);
            if guard.outcome == Outcome::Returns {
                if let Some(subject) = &subject {
                    self.refine(frame, state, subject, clears, site.place);
                }
                continue;
            }
            let of_event =
                matches!(&tested, Some((value, _)) if matches!(value.shape, Shape::Event(_)));
            let vouched = if of_event {
                (vouched.0, clears)
            } else {
                vouched
            };
            let test = TestValue {
                subject,
                vouched,
                clears,
                checked: None,
                outcome: guard.outcome,
                scope: frame.id(),
            };
            return Some(Value::of(Shape::Test(Arc::new(test))));
        }
        None
    }

    /// What a guard clears: a pattern that lets dots through leaves open which host a name is of.
    fn narrowed(&mut self, guard: &Guard, inputs: &Inputs<'_>) -> KindSet {
        let Some(pattern) = &guard.pattern else {
            return guard.clears;
        };
        let lets_dots = self.resolve_input(pattern, inputs).iter().any(|(value, _)| {
            matches!(&value.shape, Shape::Constant(Constant::Text(pattern) | Constant::Regex(pattern))
                if crate::regex_strength::lets_any_host(pattern))
        });
        if !lets_dots {
            return guard.clears;
        }
        guard.clears.without(self.kinds_of_hosts())
    }

    /// The sinks in which a text of letters, digits and dots may do harm: it names a host.
    pub(crate) fn kinds_of_hosts(&self) -> KindSet {
        let hosts = ["ssrf", "redirect"]
            .iter()
            .filter_map(|kind| self.knowledge.kind(kind));
        hosts.fold(KindSet::NONE, KindSet::with)
    }

    fn pattern_is_narrow(&mut self, path: &Name, guard: &Guard, inputs: &Inputs<'_>) -> bool {
        let Some(pattern) = &guard.pattern else {
            return true;
        };
        let is_whole = path.ends_with("fullmatch");
        let starts_anchored =
            path.starts_with("re.match") || path.starts_with("re.compile().match");
        let patterns = self.resolve_input(pattern, inputs);
        !patterns.is_empty()
            && patterns.iter().all(|(value, _)| match &value.shape {
                Shape::Constant(Constant::Text(pattern) | Constant::Regex(pattern)) => {
                    crate::regex_strength::is_narrow(pattern, is_whole, starts_anchored)
                }
                _ => false,
            })
    }

    /// Reads and writes files; gives the result's taint with what was read.
    fn with_files(
        &mut self,
        model: &CallModel,
        inputs: &Inputs<'_>,
        result: &Value,
        state: &mut State,
    ) -> Taint {
        let mut taint = result.taint.clone();
        for file in &model.files {
            let path = self
                .resolve_input(&file.path, inputs)
                .into_iter()
                .next()
                .and_then(|(path, _)| path_key(&path));
            match file.access {
                FileAccess::Write => {
                    for (content, _) in self.resolve_input(&file.content, inputs) {
                        let written = self.deep_taint(&content, inputs.place);
                        let written = self.facts.step(&written, inputs.place, &Note::File);
                        state.write_file(path.clone(), Value::tainted(written));
                    }
                }
                FileAccess::Read => {
                    if let Some(content) = state.file(path.as_ref()) {
                        let read = self.facts.step(&content.taint, inputs.place, &Note::File);
                        taint = taint.join(&read);
                    }
                }
            }
        }
        taint
    }

    /// Propagations into the receiver or an argument.
    fn change_inputs(
        &mut self,
        frame: &Frame<'p>,
        model: &CallModel,
        inputs: &Inputs<'_>,
        site: &CallSite,
        state: &mut State,
    ) {
        for propagation in &model.propagations {
            if propagation.to.root == knowledge::Root::Return
                || !self.all_hold(&propagation.when, inputs)
            {
                continue;
            }
            let root = knowledge::AccessPath {
                root: propagation.to.root.clone(),
                steps: Vec::new(),
            };
            let Some(subject) = inputs.subject(&root, site) else {
                continue;
            };
            let mut value = self.read_subject(frame, state, &subject, site.place);
            if let Some(given) = &propagation.gives {
                value.shape = Value::api(given.clone()).shape;
            }
            for from in &propagation.from {
                for (input, _) in self.resolve_input(from, inputs) {
                    value = match (propagation.is_value, propagation.to.steps.is_empty()) {
                        (true, true) => self.with_spread_or_join(&value, &input),
                        (true, false) => self.add_element(&value, input),
                        (false, _) => {
                            let taint = self
                                .deep_taint(&input, site.place)
                                .cleared(propagation.clears);
                            value.with_taint(&taint)
                        }
                    };
                }
            }
            self.write_subject(frame, state, &subject, value, site.place);
        }
    }

    fn with_spread_or_join(&mut self, value: &Value, input: &Value) -> Value {
        match &value.shape {
            Shape::Object(_) => self.with_spread(value, input),
            _ => value.join(input),
        }
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

/// Whether a method only tells something about its receiver: `endsWith`, `indexOf`.
fn answers_about(model: &CallModel) -> bool {
    let mut rows = model.propagations.iter();
    rows.any(|row| row.from.is_empty())
}

/// The value at the end of these steps of something that holds nothing else.
pub(crate) fn wrapped(value: Value, steps: &[Step]) -> Value {
    steps.iter().rev().fold(value, |inner, step| match step {
        Step::Field(name) => Value::object(vec![(name.clone(), inner)]),
        Step::AnyField | Step::Element => Value::list(Vec::new(), Some(inner)),
        Step::Deep | Step::Made(_) => inner,
    })
}

/// What is known about a method wherever in a chain of calls it stands: `zod.**.parse`.
fn anywhere_in_chain<'m>(language: &'m LanguageModel, path: &str) -> Option<&'m CallModel> {
    let (start, _) = path.split_once('(')?;
    let (_, method) = path.rsplit_once(").")?;
    let package = start.rfind('/').unwrap_or(0);
    let dots = start
        .match_indices('.')
        .map(|(index, _)| index)
        .filter(|index| package < *index);
    let starts = dots.chain([start.len()]);
    starts
        .filter_map(|end| start.get(..end))
        .find_map(|prefix| language.call(&format!("{prefix}.**.{method}")))
}

/// The constant argument that becomes a part of the result's API path.
fn embedded<'a>(model: &CallModel, arguments: &'a Arguments) -> Option<&'a Name> {
    let position = model.embeds.as_ref()?;
    let by_name = position.name.as_deref().and_then(|name| {
        let mut items = arguments.items.iter();
        items.find(|argument| argument.name.as_deref() == Some(name))
    });
    let by_index = || arguments.positional().nth(usize::from(position.index?));
    by_name.or_else(by_index)?.value.as_text()
}

/// The environment variable that a value names.
pub(crate) fn environment_variable(name: &Name) -> Value {
    Value::of(Shape::Text(Arc::new([Atom::Environment(name.clone())])))
}
