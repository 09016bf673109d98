//! `knowledge/iam/managed/*.toml` and `knowledge/iam/allowances.toml`.

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::vocabulary;
use crate::error::Problem;
use crate::{Allowances, ManagedPolicy, PolicyStatement};

/// A file of managed policies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyFile {
    pub(crate) policy: Vec<Spanned<PolicyRow>>,
}

/// `[[policy]]`: a managed policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyRow {
    pub(crate) name: Name,
    statement: Vec<StatementRow>,
}

/// `[[policy.statement]]`: patterns with blanks between them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct StatementRow {
    #[serde(default)]
    effect: Option<Name>,
    #[serde(default)]
    actions: String,
    #[serde(default)]
    not_actions: String,
    #[serde(default)]
    resources: String,
    #[serde(default)]
    not_resources: String,
    #[serde(default)]
    conditions: BTreeMap<Name, BTreeMap<Name, Vec<Name>>>,
}

impl PolicyRow {
    pub(crate) fn policy(&self) -> Result<ManagedPolicy, Problem> {
        if self.name.is_empty() {
            return Err(Problem::Empty("name"));
        }
        let statements = self.statement.iter().map(StatementRow::statement);
        Ok(ManagedPolicy {
            name: self.name.clone(),
            statements: statements.collect::<Result<_, _>>()?,
        })
    }
}

impl StatementRow {
    fn statement(&self) -> Result<PolicyStatement, Problem> {
        let effect = self.effect.as_deref().unwrap_or("allow");
        let effect = vocabulary::known("effect", effect, ["allow", "deny"].into_iter())?;
        let words = |text: &str| text.split_ascii_whitespace().map(Name::from).collect();
        let statement = PolicyStatement {
            denies: effect == "deny",
            actions: words(&self.actions),
            not_actions: words(&self.not_actions),
            resources: words(&self.resources),
            not_resources: words(&self.not_resources),
            conditions: self.conditions.clone(),
        };
        if statement.actions.is_empty() == statement.not_actions.is_empty() {
            return Err(Problem::Conflict(
                "a statement has either `actions` or `not-actions`",
            ));
        }
        if statement.resources.is_empty() == statement.not_resources.is_empty() {
            return Err(Problem::Conflict(
                "a statement has either `resources` or `not-resources`",
            ));
        }
        Ok(statement)
    }
}

/// `iam/allowances.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllowanceFile {
    customary: Vec<Name>,
    implied: Vec<Name>,
}

impl AllowanceFile {
    pub(crate) fn allowances(self) -> Result<Allowances, Problem> {
        let mut patterns = self.customary.iter().chain(&self.implied);
        if patterns.any(|pattern| !pattern.contains(':')) {
            return Err(Problem::Conflict(
                "a pattern of actions has the service before a colon",
            ));
        }
        Ok(Allowances {
            customary: self.customary,
            implied: self.implied,
        })
    }
}
