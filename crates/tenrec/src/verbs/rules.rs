//! `tenrec rules`: what can be found.

use std::process::ExitCode;

use anyhow::Result;
use finding::{Risk, RuleInfo};
use knowledge::Knowledge;
use serde::Serialize;

use crate::cli::ListFormat;

pub(crate) fn run(format: ListFormat) -> Result<ExitCode> {
    let rules = rules::all();
    let text = match format {
        ListFormat::Terminal => table(&rules),
        ListFormat::Json => json(&rules)?,
    };
    crate::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether `tenrec fix` has edits for what the rule finds.
fn is_fixable(rule: &RuleInfo) -> bool {
    fix::is_fixable(Knowledge::builtin(), rule.name)
}

/// The rules by risk.
fn table(rules: &[RuleInfo]) -> String {
    let bold = anstyle::Style::new().bold();
    let dim = anstyle::Style::new().dimmed();
    let name_width = rules
        .iter()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or_default();
    let title_width = rules
        .iter()
        .map(|rule| rule.title.len())
        .max()
        .unwrap_or_default();
    let mut lines = Vec::new();
    for risk in Risk::ALL {
        let of_risk: Vec<&RuleInfo> = rules.iter().filter(|it| it.risk() == Some(risk)).collect();
        if of_risk.is_empty() {
            continue;
        }
        lines.push(format!("{bold}{} {}{bold:#}", risk.id(), risk.title()));
        for rule in of_risk {
            let cwe = format!("CWE-{}", rule.cwe);
            let languages = languages(rule).join(", ");
            let fix = if is_fixable(rule) { "fix" } else { "" };
            lines.push(format!(
                "  {:<name_width$}  {cwe:<9} {fix:<3} {:<title_width$}  {dim}{languages}{dim:#}",
                rule.name, rule.title
            ));
        }
        lines.push(String::new());
    }
    lines.push(format!(
        "{} rules; `tenrec fix` mends what those with `fix` find. The last column says in what the examples of each are written. How bad a finding is depends on who can reach it; `tenrec explain RULE` says more.",
        rules.len()
    ));
    lines.join("\n") + "\n"
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    risk: String,
    title: &'a str,
    cwe: u16,
    is_fixable: bool,
    languages: Vec<&'static str>,
}

fn json(rules: &[RuleInfo]) -> Result<String> {
    let rows: Vec<Row<'_>> = rules
        .iter()
        .map(|rule| Row {
            name: rule.name,
            risk: rule.risk().map(Risk::id).unwrap_or_default(),
            title: rule.title,
            cwe: rule.cwe,
            is_fixable: is_fixable(rule),
            languages: languages(rule),
        })
        .collect();
    Ok(serde_json::to_string_pretty(&rows)? + "\n")
}

/// In which languages and dialects the rule's page has examples, which are its tests.
fn languages(rule: &RuleInfo) -> Vec<&'static str> {
    const ALL: [(&str, &str); 5] = [
        ("python", "Python"),
        ("javascript", "JavaScript"),
        ("typescript", "TypeScript"),
        ("yaml", "YAML"),
        ("json", "JSON"),
    ];
    let fences = rule
        .page
        .lines()
        .filter_map(|line| line.strip_prefix("```")?.split_whitespace().next());
    let used: Vec<&str> = fences.collect();
    let is_used = |name: &str| used.contains(&name);
    ALL.into_iter()
        .filter(|(name, _)| is_used(name))
        .map(|(_, title)| title)
        .collect()
}
