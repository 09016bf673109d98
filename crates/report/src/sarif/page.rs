//! The parts of a rule's page that a report carries.

/// What the rule finds: the first section of a page, or the first paragraph of a page without sections.
pub(super) fn summary(page: &str) -> String {
    let lines = page
        .lines()
        .skip_while(|line| line.starts_with('#') || line.is_empty())
        .take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The page without its title, which the viewer shows itself, and without the examples, which are the rule's tests.
pub(super) fn help(page: &str) -> String {
    let lines = page
        .lines()
        .skip_while(|line| line.starts_with("# ") || line.is_empty())
        .take_while(|line| *line != "## Examples" && !line.starts_with("### "));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_with_and_without_sections_are_read() {
        let page = "# r\n\n## What it finds\n\nA thing.\nOr two.\n\n## Examples\n\n### x\n";
        assert_eq!(summary(page), "A thing.\nOr two.");
        assert_eq!(help(page), "## What it finds\n\nA thing.\nOr two.");
        let short = "# r\n\nA thing.\n\nMore.\n\n### x\n";
        assert_eq!(summary(short), "A thing.");
        assert_eq!(help(short), "A thing.\n\nMore.");
    }
}
