//! The end of the report: risks by severity, what was scanned, what was skipped and why.

use std::collections::BTreeMap;
use std::fmt::Write;

use base::{Code, Diagnostic};
use finding::{Risk, Severity};

use super::{BOLD, DIM, Detail, Look, style, wrapped};
use crate::Report;
use crate::plain::plain;

/// How many diagnostics of one kind are listed before they are only counted.
const FEW: usize = 3;

pub(super) fn write(report: &Report<'_>, look: &Look, out: &mut String) {
    table(report, out);
    skipped(report, look, out);
    scanned(report, look, out);
}

fn table(report: &Report<'_>, out: &mut String) {
    if report.open().next().is_none() {
        let _ = writeln!(out, "{BOLD}No findings.{BOLD:#}\n");
        return;
    }
    let heads: String = Severity::ALL
        .map(|severity| {
            let style = style(severity);
            format!("{style}{:>10}{style:#}", severity.as_str())
        })
        .concat();
    let _ = writeln!(out, "{:<44}{heads}", "");
    for risk in Risk::ALL {
        let is_of_risk = |rule: &str| Risk::of_rule(rule) == Some(risk);
        if report.open().any(|it| is_of_risk(it.finding.rule)) {
            let title = format!("{:<7} {}", risk.id(), risk.title());
            row(report, &title, is_of_risk, out);
        }
    }
    row(report, "", |_| true, out);
    out.push('\n');
}

fn row(report: &Report<'_>, title: &str, is_counted: impl Fn(&str) -> bool, out: &mut String) {
    let counts = Severity::ALL.map(|severity| {
        let mine = |it: &&crate::Judged| it.severity == severity && is_counted(it.finding.rule);
        match report.open().filter(mine).count() {
            0 => format!("{DIM}{:>10}{DIM:#}", "·"),
            count => {
                let style = style(severity);
                format!("{style}{count:>10}{style:#}")
            }
        }
    });
    let _ = writeln!(out, "{title:<44}{}", counts.concat());
}

fn skipped(report: &Report<'_>, look: &Look, out: &mut String) {
    let mut by_code: BTreeMap<Code, Vec<&Diagnostic>> = BTreeMap::new();
    for diagnostic in report.input.diagnostics {
        by_code.entry(diagnostic.code).or_default().push(diagnostic);
    }
    if by_code.is_empty() {
        return;
    }
    let _ = writeln!(out, "{BOLD}Not analysed, or only in part{BOLD:#}");
    for (code, diagnostics) in by_code {
        let is_listed = look.detail == Detail::Verbose || diagnostics.len() <= FEW;
        let shown = if is_listed { diagnostics.len() } else { 1 };
        for diagnostic in diagnostics.iter().take(shown) {
            let place = match diagnostic.place {
                Some(place) => report.file_line(place),
                None => diagnostic.path.to_string(),
            };
            let separator = if place.is_empty() { "" } else { ": " };
            let text = plain(&format!("{place}{separator}{}", diagnostic.message));
            let mut name = code.as_str();
            for part in wrapped(&text, look.width.saturating_sub(25).max(30)) {
                let _ = writeln!(out, "  {DIM}{name:<22}{DIM:#} {part}");
                name = "";
            }
        }
        if !is_listed {
            let _ = writeln!(
                out,
                "  {:<22} {DIM}and {} more of these; --verbose lists all{DIM:#}",
                "",
                diagnostics.len() - shown
            );
        }
    }
    out.push('\n');
}

fn scanned(report: &Report<'_>, look: &Look, out: &mut String) {
    let coverage = report.input.coverage;
    let functions = report.input.application.functions.len();
    if functions == 0 {
        let _ = writeln!(
            out,
            "{BOLD}There is no function here:{BOLD:#} no template that was understood declares one, and no code looks like a handler.\n"
        );
    }
    let _ = writeln!(
        out,
        "Scanned {} in {}: {} of code among {}, in {:.2} s.",
        counted(functions, "function"),
        counted(coverage.stacks, "stack"),
        counted(coverage.code_files, "file"),
        counted(coverage.files, "file"),
        look.elapsed.as_secs_f64()
    );
    let mut notes: Vec<String> = [
        (report.suppressed().count(), "finding", "suppressed"),
        (coverage.known, "finding", "known from the baseline"),
        (coverage.hidden, "finding", "not selected"),
        (coverage.commits, "commit", "of the history looked through"),
        (
            coverage.unchecked,
            "package",
            "not checked for known vulnerabilities (`tenrec db update` makes the database)",
        ),
    ]
    .into_iter()
    .filter(|(count, ..)| 0 < *count)
    .map(|(count, noun, what)| format!("{} {what}", counted(count, noun)))
    .collect();
    if let Some(configuration) = &coverage.configuration {
        notes.push(format!("settings from {}", plain(configuration)));
    }
    if let Some(age) = &coverage.advisories {
        notes.push(format!("known vulnerabilities {age}"));
    }
    if !notes.is_empty() {
        let _ = writeln!(out, "{}.", notes.join(", "));
    }
}

/// `1 file`, `2 files`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
