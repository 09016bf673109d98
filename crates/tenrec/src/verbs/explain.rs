//! `tenrec explain`: a rule's page, rendered on a terminal; or the rules of a risk.

use std::process::ExitCode;

use anyhow::{Result, bail};
use finding::RuleInfo;
use knowledge::Knowledge;
use tenrec::names;
use tenrec::select::Selector;

pub(crate) fn run(name: &str) -> Result<ExitCode> {
    let rules = rules::all();
    let text = match Selector::parse(name, &rules) {
        Ok(Selector::Risk(risk)) => {
            let of_risk = rules.iter().filter(|rule| rule.risk() == Some(risk));
            let lines = of_risk.map(|rule| format!("  {:<36} {}\n", rule.name, rule.title));
            format!(
                "{} {}\n\n{}",
                risk.id(),
                risk.title(),
                lines.collect::<String>()
            )
        }
        Ok(Selector::Rule(name)) => page(&rules, &name),
        Ok(Selector::Severity(_)) | Err(_) => {
            let hint = names::hint(name, rules.iter().map(|rule| rule.name));
            bail!("there is no rule `{name}`{hint}; `tenrec rules` lists all");
        }
    };
    crate::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn page(rules: &[RuleInfo], name: &str) -> String {
    let page = rules.iter().find(|rule| rule.name == name);
    let mut page = page.map_or_else(String::new, |rule| rule.page.to_owned());
    if fix::is_fixable(Knowledge::builtin(), name) {
        page.push_str(&format!(
            "\n`tenrec fix --rule {name}` shows the edits that mend it.\n"
        ));
    }
    if crate::has_colors() {
        rendered(&page)
    } else {
        page
    }
}

/// Markdown for a terminal: headings bold, code coloured and set in.
fn rendered(page: &str) -> String {
    let heading = anstyle::AnsiColor::Cyan.on_default().bold();
    let bold = anstyle::Style::new().bold();
    let code = anstyle::AnsiColor::Yellow.on_default();
    let dim = anstyle::Style::new().dimmed();
    let mut out = String::new();
    let mut is_code = false;
    for line in page.lines() {
        let shown = if let Some(info) = line.strip_prefix("```") {
            is_code = !is_code;
            match info.split_whitespace().nth(1) {
                Some(file) => format!("    {dim}{file}{dim:#}"),
                None => String::new(),
            }
        } else if is_code {
            format!("    {code}{line}{code:#}")
        } else if let Some(title) = line.strip_prefix("### ") {
            format!("{bold}{title}{bold:#}")
        } else if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            format!("{heading}{title}{heading:#}")
        } else {
            inline(line)
        };
        out.push_str(&shown);
        out.push('\n');
    }
    out
}

/// A line of prose with its code coloured.
fn inline(line: &str) -> String {
    let code = anstyle::AnsiColor::Yellow.on_default();
    let mut parts = line.split('`');
    let mut out = parts.next().unwrap_or_default().to_owned();
    let mut is_code = true;
    for part in parts {
        if is_code {
            out.push_str(&format!("{code}{part}{code:#}"));
        } else {
            out.push_str(part);
        }
        is_code = !is_code;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::rendered;

    #[test]
    fn a_rendered_page_has_no_marks_left() {
        let page = "# r\n\nUse `a` now.\n\n```python app.py\nx = 1\n```\n";
        let text = anstream::adapter::strip_str(&rendered(page)).to_string();
        assert_eq!(text, "r\n\nUse a now.\n\n    app.py\n    x = 1\n\n");
    }
}
