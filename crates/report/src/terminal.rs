//! The report that people read.

use std::fmt::Write;

use finding::{Finding, Risk, Severity};

use crate::Report;

pub(crate) fn write(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in sorted(report.findings) {
        one(report, finding, &mut out);
    }
    table(report.findings, &mut out);
    skipped(report, &mut out);
    out
}

/// Worst first, then by place.
fn sorted(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| (std::cmp::Reverse(finding.severity()), finding.place));
    sorted
}

fn one(report: &Report<'_>, finding: &Finding, out: &mut String) {
    let at = report.start(finding.place);
    let place = format!("{}:{}:{}", report.path(finding.place), at.line, at.column);
    // Writing to a text cannot fail.
    let _ = writeln!(
        out,
        "{}[{}] {}",
        finding.severity().as_str(),
        finding.rule,
        plain(&finding.message)
    );
    let _ = writeln!(out, "  --> {}", plain(&place));
    let _ = writeln!(out, "   |  {}", plain(&report.excerpt(finding)));
    if !finding.functions.is_empty() {
        let names: Vec<&str> = finding.functions.iter().map(|name| name.as_str()).collect();
        let _ = writeln!(out, "   function: {}", plain(&names.join(", ")));
    }
    for step in &finding.evidence {
        let line = report.start(step.place).line;
        let where_ = format!("{}:{line}", report.path(step.place));
        let _ = writeln!(
            out,
            "   {:<8} {}  ({})",
            step.kind.as_str(),
            plain(&step.message),
            plain(&where_)
        );
    }
    let _ = writeln!(out, "   fix      {}\n", plain(&finding.fix));
}

fn table(findings: &[Finding], out: &mut String) {
    if findings.is_empty() {
        let _ = writeln!(out, "No findings.");
        return;
    }
    let _ = writeln!(
        out,
        "{:<44}{}",
        "",
        Severity::ALL
            .map(|severity| format!("{:>10}", severity.as_str()))
            .concat()
    );
    for risk in Risk::ALL {
        let of_risk: Vec<&Finding> = findings
            .iter()
            .filter(|it| Risk::of_rule(it.rule) == Some(risk))
            .collect();
        if of_risk.is_empty() {
            continue;
        }
        let counts = Severity::ALL.map(|severity| {
            format!(
                "{:>10}",
                of_risk
                    .iter()
                    .filter(|it| it.severity() == severity)
                    .count()
            )
        });
        let _ = writeln!(
            out,
            "{:<44}{}",
            format!("{} {}", risk.id(), risk.title()),
            counts.concat()
        );
    }
}

fn skipped(report: &Report<'_>, out: &mut String) {
    if report.diagnostics.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nNot analysed, or only in part:");
    for diagnostic in report.diagnostics {
        let line = diagnostic
            .place
            .map(|place| format!(":{}", report.start(place).line))
            .unwrap_or_default();
        let path = format!("{}{line}", diagnostic.path);
        let _ = writeln!(
            out,
            "  {} {}: {}",
            diagnostic.code.as_str(),
            plain(&path),
            plain(&diagnostic.message)
        );
    }
}

/// A text of the project without characters that a terminal would obey: control characters and text direction marks.
fn plain(text: &str) -> String {
    let is_command = |char: char| {
        char.is_control() && char != '\t'
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars()
        .map(|char| if is_command(char) { '\u{fffd}' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn characters_that_a_terminal_would_obey_are_replaced() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c"), "a\u{fffd}[31mb\u{fffd}c");
    }
}
