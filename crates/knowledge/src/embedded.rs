//! The built-in knowledge: checked and encoded by the build script, decoded when first asked for.

use std::sync::LazyLock;

use crate::Knowledge;

static ENCODED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/knowledge.postcard"));

static BUILTIN: LazyLock<Knowledge> = LazyLock::new(|| decode(ENCODED));

impl Knowledge {
    /// The knowledge that ships with the binary.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }
}

/// Decodes what the build script encoded with the very same types. That cannot fail; a knowledge base that knows nothing is
/// the harmless answer if it did, and a test holds that it is not the one we get.
fn decode(encoded: &[u8]) -> Knowledge {
    postcard::from_bytes(encoded).unwrap_or_default()
}
