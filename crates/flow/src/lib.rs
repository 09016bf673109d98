//! Follows data through handler code: an abstract execution of the IR from one entry point.
//!
//! The execution starts at a handler with an event of known kinds, evaluates the modules and functions that it reaches (and no
//! others), and keeps for every value its shape (constants, partly known texts, objects, functions, library values by API
//! path) and the outside data in it. It is flow-sensitive (branches are joined, tests refine), field-sensitive, and goes into
//! every call of the project's own functions, each once for the same arguments. What libraries do is read from the knowledge
//! base. Out come [`Facts`]: dangerous uses, operations performed, responses, registered handlers.
//!
//! The crate knows no cloud: events and operations are names of the knowledge base.

mod activation;
mod alternatives;
mod amount;
mod builtins;
mod call;
mod callbacks;
mod compose;
mod condition;
mod domain;
mod engine;
mod eval;
mod exceptions;
mod exec;
mod facts;
mod guards;
mod inputs;
mod instance;
mod library;
mod members;
mod origins;
mod place;
mod regex_strength;
mod report;
mod results;
mod schema;
mod seed;
mod state;
mod taint;
mod value;
mod walks;

pub use domain::{Declared, Domain};
pub use engine::analyse;
pub use facts::{
    CallFact, CatchFact, ComparisonFact, EntryFact, EntryPoint, Facts, HandlerRef, MarkFact,
    MatchedPattern, ReturnFact, SinkFact,
};
pub use state::EnvId;
pub use taint::{Label, Note, Origin, Source, SourceId, Taint, TraceId, TraceStep};
pub use value::{
    ApiValue, ArgumentValue, Atom, ClassValue, Constant, EventValue, FunctionValue, List, Object,
    PartialValue, Shape, Subject, TestValue, Value,
};
