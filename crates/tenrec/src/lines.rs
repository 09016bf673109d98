//! Places as people read them: the file, the line, what is written there. The lines of a file are counted once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base::{FileId, LineIndex, Place, RelPath, Span, System};

/// The lines of the files of a project.
pub struct Lines<'a> {
    system: &'a dyn System,
    files: RefCell<BTreeMap<FileId, LineIndex>>,
}

impl<'a> Lines<'a> {
    /// None are counted yet.
    #[must_use]
    pub fn new(system: &'a dyn System) -> Self {
        Self {
            system,
            files: RefCell::default(),
        }
    }

    /// The file of a place, relative to the project.
    #[must_use]
    pub fn path(&self, place: Place) -> RelPath {
        let entry = self.system.files().get(place.file.0 as usize);
        entry.map_or_else(RelPath::root, |entry| entry.path.clone())
    }

    /// The line on which a place starts, from 1.
    #[must_use]
    pub fn line(&self, place: Place) -> u32 {
        self.with(place.file, |index| index.line(place.span.start))
    }

    /// The lines on which a place starts and ends, from 1.
    #[must_use]
    pub fn both(&self, place: Place) -> (u32, u32) {
        let last = place.span.end.saturating_sub(1).max(place.span.start);
        self.with(place.file, |index| {
            (index.line(place.span.start), index.line(last))
        })
    }

    /// The bytes of the lines that hold a place and of so many lines around it, and how many lines lie before them.
    pub(crate) fn around(&self, place: Place, text: &str, count: u32) -> (Span, u32) {
        self.with(place.file, |index| {
            let first = index.line(place.span.start).saturating_sub(count).max(1);
            let last = index.line(place.span.end) + count;
            let start = index.line_span(text, first).start;
            (Span::new(start, index.line_span(text, last).end), first - 1)
        })
    }

    /// `src/app.py:12`.
    #[must_use]
    pub fn show(&self, place: Place) -> String {
        format!("{}:{}", self.path(place), self.line(place))
    }

    /// The first line of what is written at a place.
    pub(crate) fn expression(&self, place: Place) -> String {
        let text = self.text(place.file);
        let written = place.span.of(&text).lines().next();
        written.unwrap_or_default().trim_end().to_owned()
    }

    fn with<T>(&self, file: FileId, ask: impl FnOnce(&LineIndex) -> T) -> T {
        let mut files = self.files.borrow_mut();
        let index = files.entry(file);
        ask(index.or_insert_with(|| LineIndex::new(&self.text(file))))
    }

    fn text(&self, file: FileId) -> String {
        let entry = self.system.files().get(file.0 as usize);
        let text = entry.and_then(|entry| self.system.read(&entry.path).ok());
        text.unwrap_or_default()
    }
}
