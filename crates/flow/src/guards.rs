//! Guards: calls whose answer, or whose return, makes an input harmless for some kinds of sink.

use std::sync::Arc;

use base::Name;
use knowledge::{CallModel, Guard, KindSet, Outcome};

use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::library::CallSite;
use crate::state::State;
use crate::{Constant, Shape, TestValue, Value};

impl<'p> Engine<'p> {
    /// Applies guards that hold once the call returned; gives the answer of one that answers.
    pub(crate) fn test_of_guards(
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

    /// What a guard clears: a pattern that lets dots through leaves open which host a name is of, one of any length how large a
    /// number is.
    fn narrowed(&mut self, guard: &Guard, inputs: &Inputs<'_>) -> KindSet {
        let Some(pattern) = &guard.pattern else {
            return guard.clears;
        };
        let patterns = self.resolve_input(pattern, inputs);
        let kept = patterns.iter().map(|(value, _)| match &value.shape {
            Shape::Constant(Constant::Text(pattern) | Constant::Regex(pattern)) => {
                self.kinds_kept_by(pattern)
            }
            _ => KindSet::NONE,
        });
        guard
            .clears
            .without(kept.fold(KindSet::NONE, KindSet::union))
    }

    /// The dangers of texts that match a narrow pattern.
    pub(crate) fn kinds_kept_by(&self, pattern: &str) -> KindSet {
        let mut kept = KindSet::NONE;
        if crate::regex_strength::lets_any_host(pattern) {
            kept = kept.union(self.kinds_of_hosts());
        }
        if crate::regex_strength::lets_any_length(pattern) {
            kept = kept.union(self.kinds_of_numbers());
        }
        kept
    }

    /// The sinks in which a text of letters, digits and dots may do harm: it names a host.
    fn kinds_of_hosts(&self) -> KindSet {
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
}
