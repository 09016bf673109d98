//! Calls into libraries: what the knowledge base says of them is done here. What they give is put together in
//! [`crate::results`].

use std::sync::{Arc, LazyLock};

use base::{Name, Place};
use knowledge::{CallModel, FileAccess, LanguageModel, OperationCall, SdkCall};

use crate::call::Arguments;
use crate::callbacks::or_wrapped;
use crate::engine::{Engine, Frame};
use crate::inputs::{Inputs, path_key};
use crate::results::embedded;
use crate::state::State;
use crate::{ApiValue, ArgumentValue, Atom, Constant, Note, Shape, Subject, Taint, Value};

/// Where a call stands, and where its arguments and receiver stand.
pub(crate) struct CallSite {
    pub(crate) place: Place,
    /// The variable or field behind each argument, in the order of the arguments.
    pub(crate) subjects: Vec<Option<Subject>>,
    pub(crate) receiver_subject: Option<Subject>,
    /// The name after the dot.
    pub(crate) method: Option<Name>,
}

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
        let path: Name = ["*.", method.as_str()].into_iter().collect();
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

    /// Whether arguments give credentials, others than those of the function itself.
    pub(crate) fn gives_credentials(&self, arguments: &[ArgumentValue]) -> bool {
        let needs = &self.knowledge.needs;
        let is_own = |value: &Value| match &value.shape {
            Shape::Constant(Constant::Null) => true,
            Shape::Api(api) => needs.own_credentials.contains(&api.path),
            _ => matches!(value.atoms().as_deref(), Some([Atom::Environment(name)])
                if needs.own_credentials.contains(name)),
        };
        let is_given =
            |name: &Name, value: &Value| needs.credentials.contains(name) && !is_own(value);
        arguments.iter().any(|argument| {
            let named = argument.name.as_ref();
            named.is_some_and(|name| is_given(name, &argument.value))
                || match &argument.value.shape {
                    Shape::Object(object) => {
                        let mut fields = object.fields.iter();
                        fields.any(|(name, value)| is_given(name, value))
                    }
                    _ => false,
                }
        })
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
        let gives = self.gives_credentials(&arguments.items);
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
        let source = self.source_of_result(model, &inputs);
        result = result.with_taint(&source);
        self.change_inputs(frame, model, &inputs, site, state);
        self.call_back(frame, model, &inputs, result, site, state)
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

/// Whether a method only tells something about its receiver: `endsWith`, `indexOf`.
fn answers_about(model: &CallModel) -> bool {
    let mut rows = model.propagations.iter();
    rows.any(|row| row.from.is_empty())
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

/// The environment variable that a value names.
pub(crate) fn environment_variable(name: &Name) -> Value {
    Value::of(Shape::Text(Arc::new([Atom::Environment(name.clone())])))
}
