//! One knowledge file: parsing it, and saying where in it something is wrong.

use serde::de::DeserializeOwned;

use crate::error::{KnowledgeError, Problem};

/// A knowledge file.
#[derive(Clone, Copy)]
pub(crate) struct File<'a> {
    /// Its path from the tree's root.
    pub(crate) path: &'a str,
    /// What is in it.
    pub(crate) text: &'a str,
}

impl File<'_> {
    /// Reads the file as TOML of this shape.
    pub(crate) fn parse<T: DeserializeOwned>(self) -> Result<T, KnowledgeError> {
        toml::from_str(self.text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            let problem = Problem::Format(error.message().trim().to_owned());
            self.error(offset, "the file", problem)
        })
    }

    /// An error about the row at this byte.
    pub(crate) fn error(self, offset: usize, row: &str, problem: Problem) -> KnowledgeError {
        let before = self.text.as_bytes().iter().take(offset);
        KnowledgeError {
            file: self.path.to_owned(),
            line: 1 + before.filter(|byte| **byte == b'\n').count(),
            row: row.to_owned(),
            problem,
        }
    }
}
