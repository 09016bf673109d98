//! Taint: which outside data a value holds, what it has been made harmless for, and the way it came.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use base::{Name, Place};
use knowledge::{KindId, KindSet};

/// Index in [`crate::Facts::sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// Index in [`crate::Facts::trace`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(pub u32);

/// One piece of outside data that a value holds.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Where the data comes from.
    pub source: SourceId,
    /// The sink kinds for which it has been made harmless.
    pub clears: KindSet,
    /// The way it came. Two labels that differ in this alone are the same: whichever was first is kept.
    pub trace: TraceId,
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.clears == other.clears
    }
}

impl Eq for Label {}

impl Hash for Label {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
        self.clears.hash(state);
    }
}

/// How many pieces of outside data one value is tracked for; more add nothing to a report.
const MOST_LABELS: usize = 12;

/// The outside data that a value holds: at most one label for each source, in the order of sources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Taint(Option<Arc<[Label]>>);

impl Taint {
    /// Nothing from outside.
    pub const CLEAN: Self = Self(None);

    /// One label.
    #[must_use]
    pub fn of(label: Label) -> Self {
        Self(Some(Arc::new([label])))
    }

    /// Whether nothing from outside is in it.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.0.is_none()
    }

    /// The labels in the order of their sources.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        self.0.as_deref().unwrap_or_default()
    }

    /// The labels that are not harmless for `kind`.
    pub fn dangerous(&self, kind: KindId) -> impl Iterator<Item = Label> + '_ {
        self.labels()
            .iter()
            .copied()
            .filter(move |label| !label.clears.contains(kind))
    }

    /// What is in either. A source in both is harmless only for what it is harmless for in both.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let (Some(left), Some(right)) = (&self.0, &other.0) else {
            return if self.is_clean() {
                other.clone()
            } else {
                self.clone()
            };
        };
        if Arc::ptr_eq(left, right) || left == right {
            return self.clone();
        }
        let mut joined: Vec<Label> = left.to_vec();
        for label in right.iter() {
            match joined.iter_mut().find(|known| known.source == label.source) {
                Some(known) => known.clears = known.clears.intersection(label.clears),
                None => joined.push(*label),
            }
        }
        joined.sort_by_key(|label| label.source);
        joined.truncate(MOST_LABELS);
        if joined.as_slice() == &**left {
            return self.clone();
        }
        Self(Some(joined.into()))
    }

    /// The same data made harmless for `kinds` as well.
    #[must_use]
    pub fn cleared(&self, kinds: KindSet) -> Self {
        self.map(|label| Label {
            clears: label.clears.union(kinds),
            ..label
        })
    }

    /// The data without the labels that `is_dropped` names.
    #[must_use]
    pub fn without(&self, is_dropped: impl Fn(&Label) -> bool) -> Self {
        let kept: Vec<Label> = self
            .labels()
            .iter()
            .copied()
            .filter(|label| !is_dropped(label))
            .collect();
        if kept.is_empty() {
            Self::CLEAN
        } else {
            Self(Some(kept.into()))
        }
    }

    /// The same data, each label changed.
    #[must_use]
    pub fn map(&self, change: impl FnMut(Label) -> Label) -> Self {
        Self(
            self.0
                .as_ref()
                .map(|labels| labels.iter().copied().map(change).collect()),
        )
    }
}

/// Where outside data comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// What.
    pub origin: Origin,
    /// Where the code first reads it.
    pub place: Place,
}

/// What outside data is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A field of an event.
    Event {
        /// Index in [`crate::Facts::seeds`].
        seed: u32,
        /// The field: `Records[].s3.object.key`; empty for the event as a whole.
        path: Arc<[knowledge::Step]>,
    },
    /// What an operation reads.
    Call {
        /// Index in [`crate::Facts::calls`].
        call: u32,
        /// The part of the result, as far as the code opens it.
        path: Arc<[knowledge::Step]>,
    },
    /// A secret.
    Secret(Name),
    /// The process environment as a whole.
    Environment,
    /// The text of an exception.
    Exception,
    /// A stack trace.
    Stack,
    /// An answer of another system.
    Remote(Name),
}

/// One step on the way of outside data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceStep {
    /// The step before.
    pub before: Option<TraceId>,
    /// Where.
    pub place: Place,
    /// What happened.
    pub note: Note,
}

/// What happened to outside data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It was read at its source.
    Read,
    /// It became (part of) the variable or field of this name.
    Assigned(Name),
    /// It was passed to this function of the project.
    Passed(Name),
    /// It went through this function of a library.
    Through(Name),
    /// It was written to a file, or read back from it.
    File,
    /// This function of a library checked it against a schema that is not seen.
    Checked(Name),
}
