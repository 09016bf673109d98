//! The scan as a library: what the binary, and tests, call.

pub mod disk;
mod inline;
pub mod scan;
mod secrets;

pub use base::MemorySystem;
