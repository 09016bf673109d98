//! Instances of the project's classes: what a constructor makes of its arguments, and what a base class of a library does
//! where there is none.

use std::sync::Arc;

use ir::MethodKind;

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::library::CallSite;
use crate::state::State;
use crate::{ClassValue, FunctionValue, Object, Shape, Taint, Value};

impl<'p> Engine<'p> {
    /// `new Class(…)`.
    pub(crate) fn instantiate(
        &mut self,
        frame: &Frame<'p>,
        class: &Arc<ClassValue>,
        arguments: &Arguments,
        site: &CallSite,
        state: &mut State,
    ) -> Value {
        let object = Object {
            class: Some(Arc::clone(class)),
            ..Object::default()
        };
        let mut instance = Value::of(Shape::Object(Arc::new(object)));
        instance = self.with_initial_fields(class, instance, state, 0);
        let constructor = ["constructor", "__init__"]
            .iter()
            .find_map(|name| self.accessor(&instance, name, MethodKind::Constructor));
        match constructor {
            Some(constructor) if self.is_made_up(&constructor) && class.is_checked() => {
                let outcome = self.enter(
                    &constructor,
                    Some(instance.clone()),
                    arguments,
                    site.place,
                    false,
                    state,
                );
                let domain = class.declared.as_ref().map(|it| it.domain.clone());
                let made = outcome.receiver.unwrap_or(instance);
                self.narrowed_to(&domain.unwrap_or_default(), &made, site.place, 0)
            }
            Some(constructor) => {
                let outcome = self.enter(
                    &constructor,
                    Some(instance.clone()),
                    arguments,
                    site.place,
                    false,
                    state,
                );
                outcome.receiver.unwrap_or(instance)
            }
            None if class.is_checked() => {
                let declared = class.declared.clone();
                let domain = declared.map(|it| it.domain.clone()).unwrap_or_default();
                self.checked_instance(&domain, arguments, site.place)
            }
            // `Kind(text)` of an enumeration gives one of its members, or fails.
            None if self.has_clean_base(class) => instance,
            None => {
                // Without a constructor of its own, a base class of a library takes the arguments: a validated model, an error.
                self.report_base(frame, class, arguments, site);
                let mut taint = Taint::CLEAN;
                for value in arguments.values() {
                    taint = taint.join(&self.deep_taint(value, site.place));
                }
                for argument in &arguments.items {
                    if let Some(name) = &argument.name {
                        instance = self.set_field(&instance, name, argument.value.clone());
                    }
                }
                instance.with_taint(&taint)
            }
        }
    }

    /// Reports what the base class of a library that takes the arguments is reported for.
    fn report_base(
        &mut self,
        frame: &Frame<'p>,
        class: &ClassValue,
        arguments: &Arguments,
        site: &CallSite,
    ) {
        for base in &class.bases {
            match &base.shape {
                Shape::Api(api) => {
                    let Some(model) = self.language(frame).call(&api.path) else {
                        continue;
                    };
                    let inputs = Inputs {
                        receiver: None,
                        construction: None,
                        arguments,
                        result: None,
                        place: site.place,
                    };
                    self.report_sinks(frame, &api.path, model, &inputs, site);
                }
                Shape::Class(base) => self.report_base(frame, base, arguments, site),
                _ => {}
            }
        }
    }

    /// Whether the constructor is one that nobody wrote: a decorator makes it of the fields.
    fn is_made_up(&self, constructor: &FunctionValue) -> bool {
        let code = self.program.module(constructor.module);
        let body = code.and_then(|code| code.function(constructor.function));
        body.is_some_and(|body| {
            let class = body.class.and_then(|class| code?.class(class));
            class.is_some_and(|class| class.span == body.span)
        })
    }

    /// Whether a base class of the class is one whose instances hold nothing of what they are made from.
    pub(crate) fn has_clean_base(&self, class: &ClassValue) -> bool {
        class.bases.iter().any(|base| match &base.shape {
            Shape::Api(api) => self.calls_named(&api.path).any(|model| {
                model
                    .propagations
                    .iter()
                    .any(|propagation| propagation.from.is_empty())
            }),
            Shape::Class(base) => self.has_clean_base(base),
            _ => false,
        })
    }

    /// The instance with the fields that its class and its base classes initialise.
    fn with_initial_fields(
        &mut self,
        class: &ClassValue,
        instance: Value,
        state: &mut State,
        depth: u32,
    ) -> Value {
        let mut instance = instance;
        if 16 < depth {
            return instance;
        }
        for base in &class.bases {
            if let Shape::Class(base) = &base.shape {
                instance = self.with_initial_fields(base, instance, state, depth + 1);
            }
        }
        let program = self.program;
        let Some(code) = program.module(class.module) else {
            return instance;
        };
        let Some(declared) = code.class(class.class) else {
            return instance;
        };
        let mut frame = Frame::new(class.module, code, ir::FunctionId(0), Some(class.env));
        for (name, value, is_static) in &declared.fields {
            if !is_static {
                let value = self.eval(&mut frame, value, state);
                instance = self.set_field(&instance, name, value);
            }
        }
        instance
    }
}
