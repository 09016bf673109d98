//! Which findings a user wants to see: by rule, by risk, by severity.

use finding::{Risk, RuleInfo, Severity};

use crate::names;

/// What a user writes to name some findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `sas1/ssrf`.
    Rule(String),
    /// `sas1` or `SAS-1`.
    Risk(Risk),
    /// `high`.
    Severity(Severity),
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// When it names nothing; the message names the nearest name.
    pub fn parse(text: &str, rules: &[RuleInfo]) -> Result<Self, String> {
        let lower = text.trim().to_ascii_lowercase();
        if let Some(severity) = Severity::parse(&lower) {
            return Ok(Self::Severity(severity));
        }
        if let Some(risk) = risk(&lower) {
            return Ok(Self::Risk(risk));
        }
        if rules.iter().any(|rule| rule.name == lower) {
            return Ok(Self::Rule(lower));
        }
        let severities = Severity::ALL.map(Severity::as_str);
        let known = rules.iter().map(|rule| rule.name).chain(severities);
        Err(format!(
            "there is no rule, risk or severity `{text}`{}",
            names::hint(&lower, known)
        ))
    }

    /// Whether a finding of this rule and severity is meant.
    #[must_use]
    pub fn matches(&self, rule: &str, severity: Severity) -> bool {
        match self {
            Self::Rule(name) => name == rule,
            Self::Risk(risk) => Risk::of_rule(rule) == Some(*risk),
            Self::Severity(named) => *named == severity,
        }
    }
}

/// `sas1`, `sas-1`.
fn risk(lower: &str) -> Option<Risk> {
    let number = lower.strip_prefix("sas")?;
    let number = number.strip_prefix('-').unwrap_or(number);
    Risk::ALL
        .into_iter()
        .find(|risk| risk.number().to_string() == number)
}

/// The least severity that makes a scan fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// This one and worse ones.
    At(Severity),
    /// None.
    Never,
}

impl FailOn {
    /// Reads a severity or `never`.
    ///
    /// # Errors
    /// When it is neither; the message names the nearest name.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "never" => Ok(Self::Never),
            _ => severity(text).map(Self::At),
        }
    }

    /// Whether a finding of this severity makes the scan fail.
    #[must_use]
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            Self::At(least) => least <= severity,
            Self::Never => false,
        }
    }
}

/// Reads a severity.
pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(&text.to_ascii_lowercase()).ok_or_else(|| {
        let hint = names::hint(text, Severity::ALL.map(Severity::as_str));
        let all = Severity::ALL.map(Severity::as_str).join(", ");
        match hint.as_str() {
            "" => format!("there is no severity `{text}`; there are {all}"),
            hint => format!("there is no severity `{text}`{hint}"),
        }
    })
}

/// What is shown: everything, or what is selected, without what is ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// What alone is shown; everything where empty.
    pub select: Vec<Selector>,
    /// What is not shown, whatever is selected.
    pub ignore: Vec<Selector>,
}

impl Selection {
    /// Whether a finding of this rule and severity is shown.
    #[must_use]
    pub fn shows(&self, rule: &str, severity: Severity) -> bool {
        let any = |selectors: &[Selector]| selectors.iter().any(|it| it.matches(rule, severity));
        (self.select.is_empty() || any(&self.select)) && !any(&self.ignore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_risks_and_severities_are_told_apart() {
        let rules = rules::all();
        let parse = |text: &str| Selector::parse(text, &rules);
        assert_eq!(parse("SAS-10"), Ok(Selector::Risk(Risk::Errors)));
        assert_eq!(parse("sas1"), Ok(Selector::Risk(Risk::Injection)));
        assert_eq!(parse("High"), Ok(Selector::Severity(Severity::High)));
        assert_eq!(
            parse("sas1/ssrf"),
            Ok(Selector::Rule("sas1/ssrf".to_owned()))
        );
        let error = parse("sas1/ssfr").unwrap_err();
        assert!(error.ends_with("did you mean `sas1/ssrf`?"), "{error}");
    }

    #[test]
    fn what_is_ignored_is_not_shown_though_it_is_selected() {
        let selection = Selection {
            select: vec![Selector::Risk(Risk::Injection)],
            ignore: vec![Selector::Rule("sas1/ssrf".to_owned())],
        };
        assert!(selection.shows("sas1/sql-injection", Severity::Low));
        assert!(!selection.shows("sas1/ssrf", Severity::High));
        assert!(!selection.shows("sas2/x", Severity::High));
    }
}
