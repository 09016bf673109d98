//! The knowledge base: a typed, validated view of the data tree `knowledge/`, embedded in the binary.
//!
//! Everything that is a fact about a platform, a library or a runtime is data here, not code elsewhere: a new library's sink
//! or a new event source is an edit of a TOML file. The build script checks the data against its vocabularies and embeds it.

mod access_path;
mod event;
mod operation;
mod taint;

pub use access_path::{AccessPath, AccessPathError, Position, Root, Step};
pub use event::{DefaultWho, Encoding, Event, EventField, EventPath, Trust};
pub use operation::{
    Access, ChannelPart, Operation, OperationCall, OperationResource, ParameterStyle,
};
pub use taint::{
    CallModel, Callback, CallbackResult, Condition, Entry, FileAccess, FileEffect, Guard, KindId,
    KindSet, Misuse, Outcome, Propagation, Sink, Source, SourceKind, Test,
};
