//! Outside data that library values and the results of calls bring in: events that frameworks hand out, the environment,
//! secrets, exceptions.

use std::sync::Arc;

use base::{Name, Place};
use knowledge::{CallModel, SourceKind};

use crate::engine::Engine;
use crate::inputs::Inputs;
use crate::taint::Origin;
use crate::{ApiValue, EventValue, Taint};

impl<'p> Engine<'p> {
    pub(crate) fn source_of_result(&mut self, model: &CallModel, inputs: &Inputs<'_>) -> Taint {
        let mut taint = Taint::CLEAN;
        for source in &model.sources {
            if !self.all_hold(&source.when, inputs) {
                continue;
            }
            let origin = match &source.kind {
                SourceKind::Secret => Origin::Secret(Name::default()),
                SourceKind::Environment => Origin::Environment,
                SourceKind::Exception => Origin::Exception,
                SourceKind::Stack => Origin::Stack,
                SourceKind::Remote => Origin::Remote(Name::default()),
                SourceKind::Event(kind) => {
                    let seed = self.seed_of(kind);
                    Origin::Event {
                        seed,
                        path: Arc::new([]),
                    }
                }
            };
            taint = taint.join(&Taint::of(self.facts.label(origin, inputs.place)));
        }
        taint
    }

    /// Whether reading fields of the value with this path reads environment variables.
    pub(crate) fn is_environment(&self, path: &str) -> bool {
        self.value_sources(path)
            .iter()
            .any(|source| source.kind == SourceKind::Environment)
    }

    /// What is known about the calls of this path in either language.
    pub(crate) fn calls_named(&self, path: &str) -> impl Iterator<Item = &'p CallModel> + use<'p> {
        let python = self.python.call(path);
        let javascript = self.javascript.call(path);
        python.into_iter().chain(javascript)
    }

    pub(crate) fn value_sources(&self, path: &str) -> &'p [knowledge::Source] {
        let in_python = self.python.value(path);
        if in_python.is_empty() {
            self.javascript.value(path)
        } else {
            in_python
        }
    }

    /// The event that a framework hands out under this path.
    pub(crate) fn event_of_value(&mut self, path: &str) -> Option<EventValue> {
        let kind = self
            .value_sources(path)
            .iter()
            .find_map(|source| match &source.kind {
                SourceKind::Event(kind) => Some(kind),
                _ => None,
            })?;
        let seed = self.seed_of(kind);
        Some(EventValue {
            seed,
            path: Arc::new([]),
        })
    }

    pub(crate) fn seed_of(&mut self, kind: &Name) -> u32 {
        let known = self
            .facts
            .seeds
            .iter()
            .position(|kinds| kinds.as_slice() == std::slice::from_ref(kind));
        let index = known.unwrap_or_else(|| {
            self.facts.seeds.push(vec![kind.clone()]);
            self.facts.seeds.len() - 1
        });
        index as u32
    }

    /// The outside data in a library value taken as a whole.
    pub(crate) fn value_source(&mut self, api: &ApiValue, place: Place) -> Taint {
        if self.is_environment(&api.path) {
            return Taint::of(self.facts.label(Origin::Environment, place));
        }
        match self.event_of_value(&api.path) {
            Some(event) => self.event_taint(&event, place),
            None => Taint::CLEAN,
        }
    }

    /// What reading the value with this path brings in, other than an event or the environment.
    pub(crate) fn secret_of_value(&mut self, path: &str, place: Place) -> Taint {
        let mut taint = Taint::CLEAN;
        for source in self.value_sources(path) {
            let origin = match &source.kind {
                SourceKind::Secret => Origin::Secret(Name::from(path)),
                SourceKind::Exception => Origin::Exception,
                SourceKind::Stack => Origin::Stack,
                SourceKind::Remote => Origin::Remote(Name::from(path)),
                SourceKind::Environment | SourceKind::Event(_) => continue,
            };
            taint = taint.join(&Taint::of(self.facts.label(origin, place)));
        }
        taint
    }
}
