//! The scan as a library: what the binary, and tests, call.

mod aliases;
pub mod baseline;
pub mod blast;
pub mod config;
pub mod costs;
pub mod disk;
pub mod fixes;
pub mod ignores;
mod inline;
pub mod judge;
mod kept;
pub mod lines;
pub mod names;
pub mod past;
pub mod policy;
pub mod project;
pub mod scan;
mod secrets;
pub mod select;
pub mod unlisted;
mod unread;
mod untemplated;

pub use base::MemorySystem;
