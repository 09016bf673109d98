//! Places: byte ranges in the user's files, and their conversion to lines and columns at the edge of the program.

use std::fmt;

/// A file of the project, numbered in the sorted order of the paths that `discover` lists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file{}", self.0)
    }
}

/// A half-open range of UTF-8 bytes in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to, not including, `end`; an inverted range becomes empty.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The smallest range that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether `inner` lies wholly inside.
    #[must_use]
    pub fn contains(self, inner: Self) -> bool {
        self.start <= inner.start && inner.end <= self.end
    }

    /// The bytes of `text` in this range, or nothing where the range does not fit the text.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A range in a file: where a fact was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

impl Place {
    /// The place of `span` in `file`.
    #[must_use]
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:?}", self.file, self.span)
    }
}

/// A line and a column as people count them: both start at 1; the column counts characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Where the lines of one text start. Built once per file that a report mentions.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Reads the line starts of `text`. `\n`, `\r\n` and a lone `\r` end a line, as in the tools that people compare with.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (offset, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(offset as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The line number, from 1, that holds the byte at `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// Line and column of `offset`; `text` must be the text the index was built from.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.line_span(text, line).start;
        let before = Span::new(start, offset.min(text.len() as u32)).of(text);
        LineColumn {
            line,
            column: before.chars().count() as u32 + 1,
        }
    }

    /// The column of `offset` in UTF-16 code units, from 1, as SARIF and editors count.
    #[must_use]
    pub fn utf16_column(&self, text: &str, offset: u32) -> u32 {
        let start = self.line_span(text, self.line(offset)).start;
        let before = Span::new(start, offset.min(text.len() as u32)).of(text);
        before.encode_utf16().count() as u32 + 1
    }

    /// The bytes of line number `line` (from 1), its line end included.
    #[must_use]
    pub fn line_span(&self, text: &str, line: u32) -> Span {
        let end_of_text = text.len() as u32;
        let at = |line: u32| {
            self.starts
                .get(line as usize)
                .copied()
                .unwrap_or(end_of_text)
        };
        Span::new(at(line.saturating_sub(1)), at(line))
    }

    /// How many lines the text has; a text without a line end has one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_start_at_one_and_count_characters() {
        let text = "a: ü\r\nb: 😀x\n";
        let index = LineIndex::new(text);
        let x = text.find('x').unwrap() as u32;
        assert_eq!(
            index.line_column(text, 0),
            LineColumn { line: 1, column: 1 }
        );
        assert_eq!(
            index.line_column(text, x),
            LineColumn { line: 2, column: 5 }
        );
        assert_eq!(index.utf16_column(text, x), 6);
        assert_eq!(index.line_count(), 3);
    }

    #[test]
    fn an_offset_past_the_end_is_on_the_last_line() {
        let index = LineIndex::new("one\ntwo");
        assert_eq!(
            index.line_column("one\ntwo", 99),
            LineColumn { line: 2, column: 4 }
        );
    }
}
