//! The code frame of a finding: its line in the user's file, with what it is about underlined.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Padding, Renderer, Snippet};
use finding::Severity;

use crate::plain::plain;
use crate::{Judged, Report};

/// The most lines that a frame shows.
const MOST_LINES: u32 = 3;

/// The most characters of a line that go into a frame: enough for any terminal, little enough for a minified bundle.
const MOST_CHARACTERS: usize = 400;

/// Shorter texts than any secret, in bytes: what they stand in is full of them.
const SHORTEST: usize = 4;

/// The characters before the finding that are kept of a line that is too long.
const BEFORE: usize = 60;

/// Title, place and frame of a finding, with colours.
pub(crate) fn write(report: &Report<'_>, judged: &Judged, width: usize) -> String {
    let finding = &judged.finding;
    let level = match judged.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low => Level::NOTE,
        Severity::Info => Level::INFO,
    };
    let title = level
        .with_name(judged.severity.as_str())
        .primary_title(plain(&finding.message))
        .id(finding.rule);
    let at = report.start(finding.place);
    let path = plain(report.path(finding.place));
    let group = match excerpt(report, judged) {
        Some(excerpt) => {
            let mut snippet = Snippet::source(excerpt.text)
                .line_start(at.line as usize)
                .annotation(AnnotationKind::Primary.span(excerpt.start..excerpt.end));
            let origin = if excerpt.is_cut {
                Some(
                    Origin::path(path)
                        .line(at.line as usize)
                        .char_column(at.column as usize),
                )
            } else {
                // The snippet knows the column by itself.
                snippet = snippet.path(path);
                None
            };
            title.elements(origin).element(snippet).element(Padding)
        }
        None => title.element(Origin::path(path)),
    };
    Renderer::styled()
        .decor_style(DecorStyle::Ascii)
        .term_width(width)
        .render(&[group])
}

/// Some lines and the bytes in them that a finding is about.
struct Excerpt {
    text: String,
    start: usize,
    end: usize,
    /// Its first line does not start where the file's line does.
    is_cut: bool,
}

fn excerpt(report: &Report<'_>, judged: &Judged) -> Option<Excerpt> {
    let place = judged.finding.place;
    let source = report.texts.get(&place.file)?;
    let first = source.lines.line(place.span.start);
    let last = source
        .lines
        .line(place.span.end.saturating_sub(1).max(place.span.start));
    let begin = source.lines.line_span(&source.text, first).start;
    // A finding about a whole block is shown by the block's first line.
    let shown_last = if last - first < MOST_LINES {
        last
    } else {
        first
    };
    let finish = source.lines.line_span(&source.text, shown_last).end;
    let part = |from: u32, to: u32| base::Span::new(from, to).of(&source.text);
    let before = part(begin, place.span.start);
    let about = part(place.span.start, place.span.end.min(finish));
    let about = about.trim_end_matches(['\n', '\r']);
    let after = part(place.span.start + about.len() as u32, finish);
    let is_cut = MOST_CHARACTERS < before.chars().count();
    let before = if is_cut {
        tail(before)
    } else {
        before.to_owned()
    };
    let (about, after) = (head(about), head(after.trim_end_matches(['\n', '\r'])));
    let lines = |text: &str| {
        // Line ends stay, everything else that a terminal would obey goes.
        text.replace("\r\n", "\n")
            .split('\n')
            .map(plain)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (mut before, mut about, mut after) = (lines(&before), lines(&about), lines(&after));
    // A report is read by more people than the file.
    if judged.finding.secret.is_some() {
        before = hidden(before, &about);
        after = hidden(after, &about);
        about = if about.is_empty() {
            about
        } else {
            "…".to_owned()
        };
    }
    for secret in report.secrets_in(place.file) {
        let secret = plain(secret);
        before = hidden(before, &secret);
        about = hidden(about, &secret);
        after = hidden(after, &secret);
    }
    Some(Excerpt {
        start: before.len(),
        end: before.len() + about.len(),
        is_cut,
        text: before + &about + &after,
    })
}

/// A text without a secret, as far as that is long enough to be told from other text.
#[must_use]
pub fn hidden(text: String, secret: &str) -> String {
    let secret = secret.trim_matches(['"', '\'', '`']);
    match secret.len() < SHORTEST || !text.contains(secret) {
        true => text,
        false => text.replace(secret, "…"),
    }
}

/// The start of a text, shortened where it is too long.
fn head(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The last characters of a text that is too long.
fn tail(text: &str) -> String {
    let kept: Vec<char> = text.chars().rev().take(BEFORE).collect();
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}
