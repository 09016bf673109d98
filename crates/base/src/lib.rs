//! What every crate shares: places in the user's files, names, limits for hostile input, diagnostics, and the [`System`]
//! through which all files are read.
//!
//! Nothing here knows what a template, a language or a cloud is.

mod budget;
mod diagnostic;
mod memory;
mod path;
mod place;
mod system;

pub use budget::Budget;
pub use diagnostic::{Code, Diagnostic, Diagnostics};
pub use memory::MemorySystem;
pub use path::{PathError, RelPath};
pub use place::{FileId, LineColumn, LineIndex, Place, Span};
pub use system::{Entry, ReadError, System};

/// An identifier, field name or short text of the scanned project. Cheap to clone, ordered by its bytes (never by the order
/// of interning), so that sorting by it is deterministic.
pub type Name = smol_str::SmolStr;

/// A map for look-ups whose iteration order is never observed.
pub type Map<K, V> = rustc_hash::FxHashMap<K, V>;

/// A set for look-ups whose iteration order is never observed.
pub type Set<K> = rustc_hash::FxHashSet<K>;
