//! What is known about a rule besides what it checks.

use crate::{Risk, RuleName};

/// One rule, as `tenrec rules` and `tenrec explain` show it.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo {
    /// Its name: `sas1/os-command-injection`.
    pub name: RuleName,
    /// What it finds, a few words.
    pub title: &'static str,
    /// Its page, in Markdown.
    pub page: &'static str,
    /// The weakness, by MITRE's number.
    pub cwe: u16,
}

impl RuleInfo {
    /// The risk that the rule belongs to.
    #[must_use]
    pub fn risk(&self) -> Option<Risk> {
        Risk::of_rule(self.name)
    }
}
