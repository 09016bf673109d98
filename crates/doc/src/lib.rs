//! YAML and JSON documents as one tree with places.
//!
//! Templates, package files and policies all come in through here. The tree knows nothing of what the documents mean; `iac`
//! and `deps` read it. Hostile documents are bounded by [`base::Budget`]: nesting, number of nodes, expansion of aliases.

mod node;

pub use node::{Document, Entry, Node, NodeKind};
