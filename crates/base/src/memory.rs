//! A project that is a map in memory: rule pages, tests and fuzz targets are read this way.

use std::collections::BTreeMap;

use crate::{Entry, ReadError, RelPath, System};

/// A project in memory.
#[derive(Debug, Default)]
pub struct MemorySystem {
    entries: Vec<Entry>,
    texts: BTreeMap<RelPath, String>,
}

impl MemorySystem {
    /// A project of these files; a later one of the same path replaces an earlier one.
    #[must_use]
    pub fn new(files: impl IntoIterator<Item = (RelPath, String)>) -> Self {
        let texts: BTreeMap<RelPath, String> = files.into_iter().collect();
        let entries = texts
            .iter()
            .map(|(path, text)| Entry {
                path: path.clone(),
                size: text.len() as u64,
            })
            .collect();
        Self { entries, texts }
    }
}

impl System for MemorySystem {
    fn files(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &RelPath) -> Result<String, ReadError> {
        self.texts.get(path).cloned().ok_or(ReadError::Missing)
    }

    fn exists(&self, path: &RelPath) -> bool {
        self.texts.contains_key(path)
    }
}
