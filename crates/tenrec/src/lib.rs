//! The scan as a library: what the binary, and tests, call.

pub mod disk;
mod memory;
pub mod scan;

pub use memory::MemorySystem;
