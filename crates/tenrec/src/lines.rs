//! Places as people read them: file and line. The lines of a file are counted once.

use std::collections::BTreeMap;

use base::{FileId, LineIndex, Place, RelPath, System};

/// The lines of the files of a project.
pub struct Lines<'a> {
    system: &'a dyn System,
    files: BTreeMap<FileId, LineIndex>,
}

impl<'a> Lines<'a> {
    /// None are counted yet.
    #[must_use]
    pub fn new(system: &'a dyn System) -> Self {
        Self {
            system,
            files: BTreeMap::new(),
        }
    }

    /// The file of a place, relative to the project.
    #[must_use]
    pub fn path(&self, place: Place) -> RelPath {
        let entry = self.system.files().get(place.file.0 as usize);
        entry.map_or_else(RelPath::root, |entry| entry.path.clone())
    }

    /// The line on which a place starts, from 1.
    pub fn line(&mut self, place: Place) -> u32 {
        self.index(place.file).line(place.span.start)
    }

    /// The lines on which a place starts and ends, from 1.
    pub fn both(&mut self, place: Place) -> (u32, u32) {
        let last = place.span.end.saturating_sub(1).max(place.span.start);
        let index = self.index(place.file);
        (index.line(place.span.start), index.line(last))
    }

    /// `src/app.py:12`.
    pub fn show(&mut self, place: Place) -> String {
        format!("{}:{}", self.path(place), self.line(place))
    }

    fn index(&mut self, file: FileId) -> &LineIndex {
        let system = self.system;
        self.files.entry(file).or_insert_with(|| {
            let entry = system.files().get(file.0 as usize);
            let text = entry.and_then(|entry| system.read(&entry.path).ok());
            LineIndex::new(&text.unwrap_or_default())
        })
    }
}
