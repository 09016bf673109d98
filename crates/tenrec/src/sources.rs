//! Places as people read them: the file, the line, what is written there. Each file is read once more when first asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base::{FileId, LineIndex, Place, RelPath, System};

/// Files by their places.
pub(crate) struct Sources<'s> {
    system: &'s dyn System,
    paths: Vec<RelPath>,
    lines: RefCell<BTreeMap<FileId, LineIndex>>,
}

impl<'s> Sources<'s> {
    pub(crate) fn new(system: &'s dyn System) -> Self {
        let files = system.files().iter();
        Self {
            system,
            paths: files.map(|entry| entry.path.clone()).collect(),
            lines: RefCell::default(),
        }
    }

    pub(crate) fn path(&self, place: Place) -> String {
        let path = self.paths.get(place.file.0 as usize);
        path.map_or_else(String::new, RelPath::to_string)
    }

    pub(crate) fn line(&self, place: Place) -> u32 {
        let mut lines = self.lines.borrow_mut();
        let index = lines.entry(place.file).or_insert_with(|| {
            let path = self.paths.get(place.file.0 as usize);
            let text = path.and_then(|path| self.system.read(path).ok());
            LineIndex::new(&text.unwrap_or_default())
        });
        index.line(place.span.start)
    }

    /// The first line of what is written at a place.
    pub(crate) fn expression(&self, place: Place) -> String {
        let path = self.paths.get(place.file.0 as usize);
        let text = path.and_then(|path| self.system.read(path).ok());
        let written = text.as_deref().map(|text| place.span.of(text).to_owned());
        let written = written.unwrap_or_default();
        written
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    }

    /// `src/app.py:12`.
    pub(crate) fn file_line(&self, place: Place) -> String {
        format!("{}:{}", self.path(place), self.line(place))
    }
}
