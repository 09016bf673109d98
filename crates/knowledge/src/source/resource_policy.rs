//! `knowledge/iam/resource-policies.toml`.

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::vocabulary;
use crate::error::Problem;
use crate::{Badness, IdentityProvider, Knowledge, OpenHarm, PolicyCarrier};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ResourcePolicyFile {
    pub(crate) deputies: Vec<Name>,
    pub(crate) narrowing_keys: Vec<Name>,
    pub(crate) naming_operators: Vec<Name>,
    pub(crate) documents: BTreeMap<Name, Vec<Name>>,
    pub(crate) carrier: Vec<Spanned<CarrierRow>>,
    pub(crate) harm: Vec<Spanned<HarmRow>>,
    pub(crate) provider: Vec<IdentityProvider>,
}

/// `[[carrier]]`: a type of resource that holds a policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct CarrierRow {
    #[serde(rename = "type")]
    kind: Name,
    on: Option<Name>,
    named_by: Option<Name>,
    document: Name,
    deputy: Option<Name>,
}

impl CarrierRow {
    pub(crate) fn carrier(&self, _: &Knowledge) -> Result<PolicyCarrier, Problem> {
        if self.on.is_some() != self.named_by.is_some() {
            return Err(Problem::Conflict("`on` and `named-by` go together"));
        }
        Ok(PolicyCarrier {
            target: self.on.clone().unwrap_or_else(|| self.kind.clone()),
            kind: self.kind.clone(),
            named_by: self.named_by.clone(),
            document: self.document.clone(),
            deputy: self.deputy.as_deref().map(badness).transpose()?,
        })
    }
}

/// `[[harm]]`: actions with blanks between them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HarmRow {
    #[serde(rename = "type")]
    kind: Name,
    actions: String,
    allows: Name,
    impact: Name,
}

impl HarmRow {
    pub(crate) fn harm(&self, knowledge: &Knowledge) -> Result<OpenHarm, Problem> {
        let actions: Vec<Name> = self
            .actions
            .split_ascii_whitespace()
            .map(Name::from)
            .collect();
        if actions.is_empty() {
            return Err(Problem::Empty("actions"));
        }
        if actions.iter().any(|it| knowledge.action(it).is_none()) {
            return Err(Problem::Conflict("IAM knows no such action"));
        }
        Ok(OpenHarm {
            kind: self.kind.clone(),
            actions,
            allows: self.allows.clone(),
            impact: badness(&self.impact)?,
        })
    }
}

fn badness(word: &str) -> Result<Badness, Problem> {
    let all = [
        ("hygiene", Badness::Hygiene),
        ("limited", Badness::Limited),
        ("serious", Badness::Serious),
        ("full", Badness::Full),
    ];
    match all.iter().find(|(name, _)| *name == word) {
        Some((_, badness)) => Ok(*badness),
        None => {
            let known = all.iter().map(|(name, _)| *name);
            Err(vocabulary::unknown("impact", word, known))
        }
    }
}
