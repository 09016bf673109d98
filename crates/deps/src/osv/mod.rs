//! Known vulnerabilities, in the format of OSV (<https://ossf.github.io/osv-schema/>): entries, which versions they are about,
//! and an index of them in which one package is found without reading the rest.

mod affects;
mod archive;
mod entry;
mod index;
mod severity;

pub use affects::{Affected, Event, Range};
pub use archive::ArchiveError;
pub use entry::{Advisory, EntryError, Vulnerability, advisories};
pub use index::{Builder, Index, IndexError};
pub use severity::Rating;

use std::io::{Read, Seek};

/// Anything that an index is read from.
pub trait Source: Read + Seek + Send + std::fmt::Debug {}

impl<T: Read + Seek + Send + std::fmt::Debug> Source for T {}

/// An index, wherever it lies.
pub type Database = Index<Box<dyn Source>>;
