//! `knowledge/iam/managed/*.toml`, `knowledge/iam/allowances.toml`, `knowledge/iam/escalation.toml`,
//! `knowledge/iam/exposure.toml` and `knowledge/iam/blast.toml`.

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::vocabulary;
use crate::error::Problem;
use crate::{
    Allowances, BlastTerms, Escalation, Exposures, Knowledge, ManagedPolicy, PolicyStatement,
};

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
    guests: Vec<Name>,
}

impl AllowanceFile {
    pub(crate) fn allowances(self) -> Result<Allowances, Problem> {
        let roles = self.customary.iter().chain(&self.implied);
        let mut patterns = roles.chain(&self.guests);
        if patterns.any(|pattern| !pattern.contains(':')) {
            return Err(Problem::Conflict(
                "a pattern of actions has the service before a colon",
            ));
        }
        Ok(Allowances {
            customary: self.customary,
            implied: self.implied,
            guests: self.guests,
        })
    }
}

/// `iam/escalation.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EscalationFile {
    pub(crate) method: Vec<Spanned<EscalationRow>>,
}

/// `[[method]]`: actions with blanks between them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct EscalationRow {
    pub(crate) name: Name,
    actions: String,
    #[serde(default)]
    passes_to: Option<Name>,
    #[serde(default)]
    own_role: bool,
    gives: Name,
}

impl EscalationRow {
    pub(crate) fn escalation(&self) -> Result<Escalation, Problem> {
        let actions = actions(&self.actions)?;
        if self.passes_to.is_some() != actions.iter().any(|action| action == "iam:PassRole") {
            return Err(Problem::Conflict(
                "`passes-to` and `iam:PassRole` go together",
            ));
        }
        Ok(Escalation {
            name: self.name.clone(),
            actions,
            passes_to: self.passes_to.clone(),
            own_role: self.own_role,
            gives: self.gives.clone(),
        })
    }
}

/// `iam/exposure.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExposureFile {
    credentials: String,
    data: String,
}

impl ExposureFile {
    pub(crate) fn exposures(&self) -> Result<Exposures, Problem> {
        Ok(Exposures {
            credentials: actions(&self.credentials)?,
            data: actions(&self.data)?,
        })
    }
}

fn words(text: &str) -> Vec<Name> {
    text.split_ascii_whitespace().map(Name::from).collect()
}

fn actions(text: &str) -> Result<Vec<Name>, Problem> {
    let actions = words(text);
    if actions.is_empty() {
        return Err(Problem::Empty("actions"));
    }
    if actions.iter().any(|action| !action.contains(':')) {
        return Err(Problem::Conflict(
            "an action has the service before a colon",
        ));
    }
    Ok(actions)
}

/// `iam/blast.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlastFile {
    control: Vec<Name>,
    data: Vec<Name>,
    /// By type of resource.
    feeds: BTreeMap<Name, Vec<Name>>,
}

impl BlastFile {
    pub(crate) fn terms(self, knowledge: &Knowledge) -> Result<BlastTerms, Problem> {
        let mut services = self.control.iter().chain(&self.data);
        if services.any(|service| knowledge.service(service).is_none()) {
            return Err(Problem::Conflict("IAM knows no such service"));
        }
        let mut actions = self.feeds.values().flatten();
        if actions.any(|action| knowledge.action(action).is_none()) {
            return Err(Problem::Conflict("IAM knows no such action"));
        }
        let mut kinds = self.feeds.keys();
        if kinds.any(|kind| knowledge.resource_type(kind).is_none()) {
            return Err(Problem::Conflict("there is no such type of resource"));
        }
        Ok(BlastTerms {
            control: self.control,
            data: self.data,
            feeds: self.feeds,
        })
    }
}
