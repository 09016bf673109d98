//! The report that people read: findings by function, worst first, then what was scanned and what was not.

mod groups;
mod summary;

use std::fmt::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use finding::Severity;
use unicode_width::UnicodeWidthStr;

use crate::plain::plain;
use crate::{Judged, Report, frame};
use groups::Group;

/// How the report looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Findings only, or everything that was skipped, or what is between.
    pub detail: Detail,
    /// How long the scan took.
    pub elapsed: Duration,
}

/// How much is said besides findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Nothing.
    Quiet,
    /// A summary; what was skipped many times is collapsed.
    Normal,
    /// A summary and everything that was skipped.
    Verbose,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(crate) fn write(report: &Report<'_>, look: &Look) -> String {
    let mut out = String::new();
    for group in groups::of(report) {
        heading(report, &group, look, &mut out);
        for judged in &group.findings {
            one(report, judged, look, &mut out);
        }
    }
    if Detail::Quiet < look.detail {
        summary::write(report, look, &mut out);
    }
    out
}

/// The function that the following findings are about: what it is, and who can make it run.
fn heading(report: &Report<'_>, group: &Group<'_>, look: &Look, out: &mut String) {
    let title = plain(&group.title(report));
    let rule = "─".repeat(look.width.saturating_sub(title.width() + 4).min(60));
    // Writing to a text cannot fail.
    let _ = writeln!(
        out,
        "{DIM}──{DIM:#} {BOLD}{title}{BOLD:#} {DIM}{rule}{DIM:#}"
    );
    for line in group.about(report) {
        for part in wrapped(&plain(&line), look.width.saturating_sub(3)) {
            let _ = writeln!(out, "   {DIM}{part}{DIM:#}");
        }
    }
    out.push('\n');
}

fn one(report: &Report<'_>, judged: &Judged, look: &Look, out: &mut String) {
    let finding = &judged.finding;
    let _ = writeln!(
        out,
        "{}",
        frame::write(report, judged, look.width).trim_end()
    );
    let steps: Vec<(&str, String, String)> = finding
        .evidence
        .iter()
        .map(|step| {
            let place = plain(&report.file_line(step.place));
            (step.kind.as_str(), place, plain(&step.message))
        })
        .collect();
    let longest = steps.iter().map(|(_, place, _)| place.width()).max();
    // A very long path must not leave the sentence a column of one word.
    let column = longest.unwrap_or_default().min(look.width / 3);
    let indent = 3 + 9 + column + 2;
    for (kind, place, message) in &steps {
        let mut parts = wrapped(message, look.width.saturating_sub(indent).max(30)).into_iter();
        // The sentence stands beside its place, or below a place that reaches into its column.
        let first = match column.checked_sub(place.width()) {
            Some(gap) => {
                let first = parts.next().unwrap_or_default();
                format!("{}  {first}", " ".repeat(gap))
            }
            None => String::new(),
        };
        let _ = writeln!(out, "   {kind:<9}{DIM}{place}{DIM:#}{first}");
        for part in parts {
            let _ = writeln!(out, "{}{part}", " ".repeat(indent));
        }
    }
    if let Some(name) = &judged.secret {
        let _ = writeln!(out, "   {:<9}{DIM}fingerprint {name}{DIM:#}", "secret");
    }
    if !finding.fix.is_empty() {
        let green = AnsiColor::Green.on_default().bold();
        let indent = 3 + 9;
        let mut parts =
            wrapped(&plain(&finding.fix), look.width.saturating_sub(indent)).into_iter();
        let first = parts.next().unwrap_or_default();
        let _ = writeln!(out, "   {green}fix{green:#}      {first}");
        for part in parts {
            let _ = writeln!(out, "{}{part}", " ".repeat(indent));
        }
    }
    out.push('\n');
}

/// The colour of a severity.
fn style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::BrightRed.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => Style::new(),
    }
}

/// A text in lines of at most `width` columns, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.width() + 1 + word.width() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_broken_between_words_and_long_words_are_kept() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a looooooong b", 4), ["a", "looooooong", "b"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
