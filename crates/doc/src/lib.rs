//! YAML and JSON documents as one tree with places.
//!
//! Templates, package files and policies all come in through here. The tree knows nothing of what the documents mean; `iac`
//! and `deps` read it. Hostile documents are bounded by [`base::Budget`]: nesting, number of nodes, expansion of aliases.

mod collector;
mod json;
mod node;
mod offsets;
mod relax;
mod scalar;
mod yaml;

pub use json::parse_json;
pub use node::{Document, Entry, Node, NodeKind};
pub use yaml::parse_yaml;
