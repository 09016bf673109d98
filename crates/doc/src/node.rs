//! The tree.

use std::sync::Arc;

use base::{Diagnostics, Name, Span};

/// A parsed file: what could be read, and what could not.
#[derive(Clone, Debug)]
pub struct Document {
    /// The root of every document in the file (YAML allows several); empty for an empty file.
    pub roots: Vec<Node>,
    /// Syntax errors, duplicate keys, exceeded limits.
    pub diagnostics: Diagnostics,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its bytes in the file. A value brought in by an alias (`*name`) stands at its anchor.
    pub span: Span,
    /// A YAML tag with its `!`, other than the core schema's: `!Ref`, `!Fn::Sub`.
    pub tag: Option<Name>,
}

/// The kinds of value. Children are shared so that an alias costs nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// `null`, `~`, or nothing.
    Null,
    /// A truth value (YAML 1.1's `yes` and `on` are texts, as in the frameworks' parsers).
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(Name),
    /// A list.
    List(Arc<[Node]>),
    /// A map in source order. A key that stands twice stands here once, with its last value; merge keys (`<<`) are applied.
    Map(Arc<[Entry]>),
}

/// One field of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key; a key that is not a text is in its text form.
    pub key: Name,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The value of field `key` of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Field `key` of a map with the place of its key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The fields of a map; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            NodeKind::List(items) => items,
            _ => &[],
        }
    }

    /// The text, where the value is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Text(text) => Some(text),
            _ => None,
        }
    }
}
