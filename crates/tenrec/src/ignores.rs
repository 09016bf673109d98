//! Inline ignores: `# tenrec: ignore[sas1/ssrf] the host is checked by the gateway`.
//!
//! Read from the comments of code and templates, matched with findings by line. One without a reason does not count.

use base::{Diagnostic, FileId, LineIndex, Place, RelPath, Span};

/// What marks an ignore in a comment.
const MARK: &str = "tenrec:";

/// One inline ignore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The comment, from its mark to the end of its line.
    pub place: Place,
    /// Rules or risks as written.
    pub rules: Vec<String>,
    /// Why; empty where nothing is written.
    pub reason: String,
    /// Which lines it is about.
    pub scope: Scope,
}

/// Which lines an ignore is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole file.
    File,
    /// This line, from 1.
    Line(u32),
}

/// The inline ignores of one file, in source order.
#[must_use]
pub fn parse(file: FileId, path: &RelPath, text: &str) -> Vec<Ignore> {
    let Some(comments) = comment_marks(path) else {
        return Vec::new();
    };
    if !text.contains(MARK) {
        return Vec::new();
    }
    let index = LineIndex::new(text);
    (1..=index.line_count())
        .filter_map(|number| {
            let span = index.line_span(text, number);
            let line = span.of(text);
            let (before, written) = line.split_once(MARK)?;
            let opener = before.trim_end();
            let code = comments.iter().find_map(|mark| opener.strip_suffix(mark))?;
            let start = span.start + before.len() as u32;
            let place = Place::new(
                file,
                Span::new(start, span.start + line.trim_end().len() as u32),
            );
            let target = if code.trim().is_empty() {
                next_code_line(text, &index, number, comments)
            } else {
                number
            };
            ignore(place, written, target)
        })
        .collect()
}

/// What a comment starts with; nothing for files that have no comments. A lone `*` is a line inside `/* … */`.
fn comment_marks(path: &RelPath) -> Option<&'static [&'static str]> {
    match path.extension() {
        "py" | "yml" | "yaml" | "template" | "txt" => Some(&["#"]),
        "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Some(&["//", "/*", "*"]),
        _ => None,
    }
}

/// `ignore[a, b] reason` or `ignore-file[a] reason`. Without brackets it names no rule.
fn ignore(place: Place, written: &str, line: u32) -> Option<Ignore> {
    let written = written.trim();
    let (scope, rest) = match written.strip_prefix("ignore-file") {
        Some(rest) => (Scope::File, rest),
        None => (Scope::Line(line), written.strip_prefix("ignore")?),
    };
    let listed = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (rules, reason) = listed.unwrap_or(("", rest));
    let reason = reason.trim().trim_end_matches("*/").trim();
    Some(Ignore {
        place,
        rules: rules
            .split(',')
            .map(|rule| rule.trim().to_owned())
            .filter(|rule| !rule.is_empty())
            .collect(),
        reason: reason.trim_start_matches([':', '-', ' ']).to_owned(),
        scope,
    })
}

/// The line that a comment on a line of its own is about: the next that is neither blank nor such a comment.
fn next_code_line(text: &str, index: &LineIndex, number: u32, comments: &[&str]) -> u32 {
    (number + 1..=index.line_count())
        .find(|next| {
            let line = index.line_span(text, *next).of(text).trim();
            !line.is_empty() && !comments.iter().any(|mark| line.starts_with(mark))
        })
        .unwrap_or(number)
}

/// What is wrong with an ignore, as a diagnostic.
pub(crate) fn complaint(
    ignore: &Ignore,
    path: &RelPath,
    code: base::Code,
    message: String,
) -> Diagnostic {
    Diagnostic {
        path: path.clone(),
        place: Some(ignore.place),
        code,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(name: &str, text: &str) -> Vec<(Vec<String>, String, Scope)> {
        parse(FileId(0), &RelPath::new(name).unwrap(), text)
            .into_iter()
            .map(|it| (it.rules, it.reason, it.scope))
            .collect()
    }

    #[test]
    fn a_trailing_comment_is_about_its_line_and_one_alone_about_the_next() {
        let text = "# tenrec: ignore[sas1/ssrf, sas5] checked before\n# more\n\na()\nb()  # tenrec:ignore[sas1] why\n";
        let rules = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            parsed("a.py", text),
            [
                (
                    rules(&["sas1/ssrf", "sas5"]),
                    "checked before".to_owned(),
                    Scope::Line(4)
                ),
                (rules(&["sas1"]), "why".to_owned(), Scope::Line(5)),
            ]
        );
    }

    #[test]
    fn comments_are_those_of_the_language() {
        assert_eq!(parsed("a.js", "a() // tenrec: ignore[sas1] x").len(), 1);
        assert_eq!(
            parsed("a.ts", "/* tenrec: ignore-file[sas1] x */")[0].1,
            "x"
        );
        assert_eq!(
            parsed("a.ts", "/* tenrec: ignore-file[sas1] x */")[0].2,
            Scope::File
        );
        assert_eq!(parsed("a.py", "a = 'tenrec: ignore[sas1] x'"), []);
        assert_eq!(parsed("a.json", "# tenrec: ignore[sas1] x"), []);
    }

    #[test]
    fn a_missing_reason_is_seen() {
        assert_eq!(parsed("a.yml", "a: 1 # tenrec: ignore[sas1]")[0].1, "");
    }
}
