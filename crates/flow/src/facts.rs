//! What the analysis of one entry point found out. `link` joins it with the application model.

use std::sync::Arc;

use base::{Map, Name, Place};
use ir::GlobalFunctionId;
use knowledge::{KindId, Step};

use crate::{
    ArgumentValue, EventValue, Label, Origin, Shape, Source, SourceId, Taint, TraceId, TraceStep,
    Value,
};

/// All facts of one entry point.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The events that came in: for each, the kinds it may be of.
    pub seeds: Vec<Vec<Name>>,
    /// Outside data that was read.
    pub sources: Vec<Source>,
    /// Steps of the ways on which it went.
    pub trace: Vec<TraceStep>,
    /// Calls that perform an operation of a cloud SDK, in the order met.
    pub calls: Vec<CallFact>,
    /// Outside data in dangerous places.
    pub sinks: Vec<SinkFact>,
    /// Wrong uses of libraries.
    pub misuses: Vec<MarkFact>,
    /// Calls that rules ask about, right or wrong.
    pub marks: Vec<MarkFact>,
    /// What the entry point returns.
    pub returns: Vec<ReturnFact>,
    /// Handlers that were registered with a framework.
    pub entries: Vec<EntryFact>,
    /// Equality tests of outside data with something secret or constant.
    pub comparisons: Vec<ComparisonFact>,
    /// Parts of events that a decision was made on: compared, asked for, used to choose what is called.
    pub tests: Vec<EventValue>,
    /// Outside data that the code asked about before it went on: compared, or tested by a method.
    pub asked: Vec<SourceId>,
    /// Clauses that catch exceptions.
    pub catches: Vec<CatchFact>,
    /// Presigned or other calls whose target cannot be seen: dynamic calls, calls of unknown values with an SDK client.
    pub opaque_calls: Vec<Place>,
    /// Where clients of an SDK are made that have credentials of their own.
    pub foreign_clients: Vec<Place>,
    /// The handler, where it is a function of the project.
    pub handler: Option<GlobalFunctionId>,
    /// Functions of the project that were entered.
    pub functions: Vec<GlobalFunctionId>,
    /// A limit was reached: what is missing proves nothing.
    pub is_incomplete: bool,
    pub(crate) source_index: Map<Source, SourceId>,
}

/// A call that performs an operation.
#[derive(Clone, Debug)]
pub struct CallFact {
    /// Index into the knowledge base's operations.
    pub operation: u32,
    /// Its API path.
    pub path: Name,
    /// Where.
    pub place: Place,
    /// The function that makes it.
    pub function: GlobalFunctionId,
    /// Its parameters by name, as far as the knowledge base names them and the code shows them.
    pub parameters: Vec<(Name, Value)>,
    /// All parameters are visible: one that is not in the list is not passed.
    pub is_complete: bool,
    /// It is made in each round of a loop, or for each element of a list.
    pub is_repeated: bool,
    /// Its client was given credentials of its own, so that it may do what they allow.
    pub is_foreign: bool,
}

/// Outside data in a dangerous place.
#[derive(Clone, Debug)]
pub struct SinkFact {
    /// What is dangerous about it.
    pub kind: KindId,
    /// The call.
    pub place: Place,
    /// Where the data stands in it.
    pub input: Place,
    /// The API path of the call.
    pub path: Name,
    /// The function that makes it.
    pub function: GlobalFunctionId,
    /// The data.
    pub labels: Vec<Label>,
    /// The value that holds it.
    pub value: Value,
    /// The constant regular expression that it is matched against.
    pub pattern: Option<MatchedPattern>,
}

/// A regular expression that data is matched against.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MatchedPattern {
    /// The pattern.
    pub text: Name,
    /// The flags that the language writes outside of it.
    pub flags: Name,
    /// Whose engine runs it.
    pub language: ir::Language,
}

/// A call that is wrong, or that rules ask about.
#[derive(Clone, Debug)]
pub struct MarkFact {
    /// What it is.
    pub kind: KindId,
    /// The call.
    pub place: Place,
    /// Its API path.
    pub path: Name,
    /// The function that makes it.
    pub function: GlobalFunctionId,
    /// The arguments.
    pub arguments: Vec<ArgumentValue>,
    /// The texts that are asked to be written out.
    pub written: Vec<Name>,
}

/// A value that the entry point returns.
#[derive(Clone, Debug)]
pub struct ReturnFact {
    /// The value, with outside data marked wherever it is in it.
    pub value: Value,
    /// The function that returns it or passes it to the entry point's callback.
    pub function: GlobalFunctionId,
    /// It is passed as the failure of the entry point rather than as its answer.
    pub is_failure: bool,
    /// Where.
    pub place: Place,
}

/// A handler that was registered with a framework.
#[derive(Clone, Debug)]
pub struct EntryFact {
    /// The handler.
    pub handler: Value,
    /// The kind of its events.
    pub event: Name,
    /// Its route.
    pub route: Option<Name>,
    /// Its HTTP method.
    pub method: Option<Name>,
    /// Where it is registered.
    pub place: Place,
}

/// An equality test with outside data on one side.
#[derive(Clone, Debug)]
pub struct ComparisonFact {
    /// The outside data.
    pub labels: Vec<Label>,
    /// The other side.
    pub other: Value,
    /// Where.
    pub place: Place,
    /// The function that makes it.
    pub function: GlobalFunctionId,
}

/// A clause that catches exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatchFact {
    /// The clause.
    pub place: Place,
    /// It catches whatever is thrown.
    pub catches_all: bool,
    /// It neither calls, throws, nor changes anything.
    pub is_silent: bool,
    /// The body keeps or returns the result of a call, so that what follows may tell failure from success.
    pub keeps_result: bool,
    /// The operations that were performed in the body: indexes in [`Facts::calls`].
    pub calls: Vec<u32>,
    /// The marked calls that were made in the body: indexes in [`Facts::marks`].
    pub marks: Vec<u32>,
    /// The function it stands in.
    pub function: GlobalFunctionId,
}

impl Facts {
    /// The source of a label.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The steps on the way of a label, first step first.
    #[must_use]
    pub fn way(&self, label: Label) -> Vec<&TraceStep> {
        let mut steps = Vec::new();
        let mut next = Some(label.trace);
        while let Some(TraceId(index)) = next {
            let Some(step) = self.trace.get(index as usize) else {
                break;
            };
            steps.push(step);
            next = step.before;
        }
        steps.reverse();
        steps
    }

    /// The field path of an event source, for people: `Records[].s3.object.key`.
    #[must_use]
    pub fn field(path: &[Step]) -> String {
        let shown = path.iter().filter(|step| **step != Step::Deep);
        knowledge::EventPath(shown.cloned().collect()).to_string()
    }

    /// Notes that a decision is made on a value.
    pub(crate) fn note_test(&mut self, value: &Value) {
        for shape in value.shape.alternatives() {
            if let Shape::Event(event) = shape
                && !self.tests.contains(event)
            {
                self.tests.push(EventValue::clone(event));
            }
        }
    }

    /// The sources that are reads of this part of an event. Of a list each round reads another element.
    pub(crate) fn reads_of(&self, event: &EventValue) -> Arc<[SourceId]> {
        let is_one = |step: &Step| matches!(step, Step::Field(_) | Step::Deep);
        if event.path.is_empty() || !event.path.iter().all(is_one) {
            return Arc::new([]);
        }
        let origin = Origin::Event {
            seed: event.seed,
            path: Arc::clone(&event.path),
        };
        let sources = (0..).map(SourceId).zip(&self.sources);
        sources
            .filter(|(_, source)| source.origin == origin)
            .map(|(id, _)| id)
            .collect()
    }

    /// Notes that the code asks something about the outside data in a value.
    pub(crate) fn note_question(&mut self, value: &Value) {
        for label in value.taint.labels() {
            if !self.asked.contains(&label.source) {
                self.asked.push(label.source);
            }
        }
    }

    pub(crate) fn add_trace(&mut self, step: TraceStep) -> TraceId {
        self.trace.push(step);
        TraceId(self.trace.len() as u32 - 1)
    }

    /// The label of data from `origin`, read at `place`.
    pub(crate) fn label(&mut self, origin: Origin, place: Place) -> Label {
        let id = self.source_id(origin, place);
        let trace = self.add_trace(TraceStep {
            before: None,
            place,
            note: crate::Note::Read,
        });
        Label {
            source: id,
            clears: knowledge::KindSet::NONE,
            trace,
        }
    }

    pub(crate) fn source_id(&mut self, origin: Origin, place: Place) -> SourceId {
        let source = Source { origin, place };
        if let Some(id) = self.source_index.get(&source) {
            return *id;
        }
        let id = SourceId(self.sources.len() as u32);
        self.sources.push(source.clone());
        self.source_index.insert(source, id);
        id
    }

    /// The same data after one more step.
    pub(crate) fn step(&mut self, taint: &Taint, place: Place, note: &crate::Note) -> Taint {
        if taint.is_clean() {
            return Taint::CLEAN;
        }
        let mut added = Vec::with_capacity(taint.labels().len());
        for label in taint.labels() {
            let is_repeated = self
                .trace
                .get(label.trace.0 as usize)
                .is_some_and(|step| step.place == place && &step.note == note);
            added.push(if is_repeated {
                label.trace
            } else {
                self.add_trace(TraceStep {
                    before: Some(label.trace),
                    place,
                    note: note.clone(),
                })
            });
        }
        let mut traces = added.into_iter();
        taint.map(|label| Label {
            trace: traces.next().unwrap_or(label.trace),
            ..label
        })
    }
}

/// What an entry point is started with.
#[derive(Clone, Debug)]
pub struct EntryPoint {
    /// The handler.
    pub handler: HandlerRef,
    /// The kinds of event that its first parameter may be.
    pub events: Vec<Name>,
    /// Directories from which absolute imports are resolved, most specific first.
    pub roots: Arc<[base::RelPath]>,
}

/// The handler of an entry point.
#[derive(Clone, Debug)]
pub enum HandlerRef {
    /// An exported name of a module; dots go down into what it holds.
    Export(ir::ModuleId, Name),
    /// The handler with this index in [`Facts::entries`] after the module has been evaluated.
    Registered(ir::ModuleId, u32),
    /// The module's top level alone.
    Module(ir::ModuleId),
}
