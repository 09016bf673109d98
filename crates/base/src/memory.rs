//! A project that is a map in memory: rule pages, tests and fuzz targets are read this way.

use std::collections::BTreeMap;

use crate::{Entry, ReadError, RelPath, System};

/// A project in memory.
#[derive(Debug, Default)]
pub struct MemorySystem {
    entries: Vec<Entry>,
    contents: BTreeMap<RelPath, Vec<u8>>,
}

impl MemorySystem {
    /// A project of these files; a later one of the same path replaces an earlier one.
    #[must_use]
    pub fn new<C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (RelPath, C)>) -> Self {
        let files = files.into_iter();
        let contents: BTreeMap<RelPath, Vec<u8>> = files
            .map(|(path, content)| (path, content.into()))
            .collect();
        let entries = contents
            .iter()
            .map(|(path, content)| Entry {
                path: path.clone(),
                size: content.len() as u64,
            })
            .collect();
        Self { entries, contents }
    }
}

impl System for MemorySystem {
    fn files(&self) -> &[Entry] {
        &self.entries
    }

    fn read(&self, path: &RelPath) -> Result<String, ReadError> {
        String::from_utf8(self.bytes(path, u64::MAX)?)
            .map_err(|error| ReadError::NotText(error.utf8_error().valid_up_to()))
    }

    fn bytes(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let content = self.contents.get(path).ok_or(ReadError::Missing)?;
        let size = content.len() as u64;
        match limit < size {
            true => Err(ReadError::TooLarge { size, limit }),
            false => Ok(content.clone()),
        }
    }

    fn exists(&self, path: &RelPath) -> bool {
        self.contents.contains_key(path)
    }
}
