//! Secrets in texts and single values, in bounded time.
//!
//! What secrets look like is data (`knowledge/secrets/*.toml`). One pass finds the keywords of all formats; only where one
//! stands, the format's pattern is tried, on a window of bounded size. A match must have the entropy and the
//! checksum that its format demands and must not be a placeholder. The crate knows no template and no language, and may be
//! used alone.
//!
//! A secret is never handed on: a [`Secret`] holds its place, what it is, and a mask for people.

mod check;
mod detector;
mod encoded;
mod files;
mod keywords;
mod name;
mod value;

pub use detector::{Detector, Reading, Secret, SecretKind};
pub use files::{SecretFile, is_example, reading, reading_alone};
pub use value::{Written, mask};
