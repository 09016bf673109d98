//! Lines that are indented too little inside of brackets or quotes.
//!
//! YAML 1.2 forbids them and saphyr refuses them, but the parsers of the frameworks and of CloudFormation accept them, and
//! deployed templates have them: a closing bracket below its key, a JSON policy in quotes. Such a line is joined to the one
//! before, byte for byte, so that all places stay.

/// How many bytes may be parsed again in all, so that hostile documents cost no more than large ones.
const PARSED_AGAIN: usize = 16 << 20;

/// The text of a document while it is mended.
pub(crate) struct Relaxed {
    text: String,
    left: usize,
}

impl Relaxed {
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            left: PARSED_AGAIN,
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Mends the line or the quoted text at byte `at`, where the parser gave up because of `problem`. Says no where that is
    /// not the cause, or where enough has been mended.
    pub(crate) fn mend(&mut self, problem: &str, at: usize) -> bool {
        let end = match problem {
            "invalid indentation" | "invalid indentation in flow construct" => at,
            "invalid indentation in quoted scalar" => match end_of_quoted(&self.text, at) {
                Some(end) => end,
                None => return false,
            },
            _ => return false,
        };
        let Some(left) = self.left.checked_sub(self.text.len()) else {
            return false;
        };
        self.left = left;
        let start = if end == at {
            let Some(start) = self.start_of_gap(at) else {
                return false;
            };
            start
        } else {
            at
        };
        let range = self.text.get(start..end).unwrap_or_default();
        if !range.contains('\n') {
            return false;
        }
        let joined = range.replace(['\n', '\r'], " ");
        self.text.replace_range(start..end, &joined);
        true
    }

    /// Where the line break before `at` starts, if nothing but spaces stands between; a comment at the end of the line before
    /// is blanked, because it would swallow what is joined to it.
    fn start_of_gap(&mut self, at: usize) -> Option<usize> {
        let before = self.text.get(..at)?;
        let gap = before.trim_end().len();
        if !before.get(gap..)?.contains('\n') {
            return None;
        }
        let line_start = before.get(..gap)?.rfind('\n').map_or(0, |it| it + 1);
        let line = before.get(line_start..gap)?;
        let comment = line.match_indices('#').find(|(offset, _)| {
            let front = line.get(..*offset).unwrap_or_default();
            let is_quoted = front.matches(['"', '\'']).count() % 2 == 1;
            (front.is_empty() || front.ends_with([' ', '\t'])) && !is_quoted
        });
        if let Some((offset, comment)) = comment.map(|(offset, _)| (offset, line.get(offset..))) {
            let blank = " ".repeat(comment.map_or(0, str::len));
            self.text.replace_range(line_start + offset..gap, &blank);
            return Some(line_start + offset);
        }
        Some(gap)
    }
}

/// The end of the text in quotes that starts at `at`.
fn end_of_quoted(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let quote = rest.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
    let mut bytes = rest.bytes().enumerate().skip(1).peekable();
    while let Some((offset, byte)) = bytes.next() {
        let is_doubled = quote == '\'' && bytes.peek().is_some_and(|next| next.1 == b'\'');
        match char::from(byte) {
            '\\' if quote == '"' => drop(bytes.next()),
            '\'' if is_doubled => drop(bytes.next()),
            end if end == quote => return Some(at + offset),
            _ => {}
        }
    }
    None
}
