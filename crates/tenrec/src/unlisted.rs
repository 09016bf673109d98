//! Texts that findings are about and that are no files of the project today: files in archives, versions that are gone.

use base::{Diagnostic, Entry, Map, ReadError, RelPath, System};

/// A project with texts behind its files, as if they were some more of them.
pub struct WithUnlisted<'a> {
    system: &'a dyn System,
    entries: Vec<Entry>,
    texts: Map<&'a RelPath, &'a str>,
}

impl<'a> WithUnlisted<'a> {
    /// The project with these texts.
    #[must_use]
    pub fn new(system: &'a dyn System, texts: &'a [(RelPath, String)]) -> Self {
        let mut entries = system.files().to_vec();
        entries.extend(texts.iter().map(|(path, text)| Entry {
            path: path.clone(),
            size: text.len() as u64,
        }));
        Self {
            system,
            entries,
            texts: texts.iter().map(|(path, text)| (path, &**text)).collect(),
        }
    }
}

impl System for WithUnlisted<'_> {
    /// The project's files in their order, then the others in theirs.
    fn files(&self) -> &[Entry] {
        &self.entries
    }

    fn problems(&self) -> &[Diagnostic] {
        self.system.problems()
    }

    fn read(&self, path: &RelPath) -> Result<String, ReadError> {
        match self.texts.get(path) {
            Some(text) => Ok((*text).to_owned()),
            None => self.system.read(path),
        }
    }

    fn bytes(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.system.bytes(path, limit)
    }

    fn exists(&self, path: &RelPath) -> bool {
        self.texts.contains_key(path) || self.system.exists(path)
    }

    fn is_template_wanted(&self, path: &RelPath) -> bool {
        self.system.is_template_wanted(path)
    }
}
