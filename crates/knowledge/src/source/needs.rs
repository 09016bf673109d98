//! `knowledge/iam/needs.toml`. Every row says in `source` where its fact stands.

use std::collections::{BTreeMap, BTreeSet};

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, vocabulary};
use crate::error::Problem;
use crate::{
    Choice, DestinationNeed, ExtraNeed, KeyNeed, Knowledge, PassedRoles, SettingNeed, TriggerNeed,
};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeedFile {
    pub(crate) trigger: Vec<Spanned<TriggerRow>>,
    pub(crate) setting: Vec<Spanned<SettingRow>>,
    pub(crate) destination: Vec<Spanned<DestinationRow>>,
    pub(crate) extra: Vec<Spanned<ExtraRow>>,
    pub(crate) choice: Vec<Spanned<ChoiceRow>>,
    pub(crate) behind: Vec<Spanned<BehindRow>>,
    /// Names of settings that give a client credentials of its own.
    pub(crate) credentials: Vec<Name>,
    /// Environment variables that hold those of the function's own role, and API paths of what gives them.
    #[serde(rename = "own-credentials")]
    pub(crate) own_credentials: Vec<Name>,
    pub(crate) key: Vec<Spanned<KeyRow>>,
    pub(crate) free: Vec<Spanned<FreeRow>>,
    pub(crate) silent: Vec<Spanned<SilentRow>>,
    #[serde(rename = "resource-policies")]
    pub(crate) resource_policies: ResourcePolicyTable,
    #[serde(rename = "passed-roles")]
    pub(crate) passed_roles: PassedRoleTable,
}

/// `[[trigger]]`: what the platform does with the function's role to read a source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TriggerRow {
    pub(crate) kind: Texts,
    with: Option<Name>,
    action: Texts,
    #[serde(default)]
    beside: Texts,
    #[serde(default)]
    on: Texts,
    source: Name,
}

/// `[[setting]]`: what a setting of a function takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingRow {
    pub(crate) setting: Name,
    action: Texts,
    source: Name,
}

/// `[[destination]]`: what sending to a type of resource takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DestinationRow {
    pub(crate) kind: Name,
    action: Texts,
    source: Name,
}

/// `[[extra]]`: what a call takes beyond the actions of its operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExtraRow {
    #[serde(default)]
    pub(crate) operation: Texts,
    #[serde(default)]
    pub(crate) call: Texts,
    with: Option<Name>,
    action: Texts,
    parameter: Option<Name>,
    kind: Option<Name>,
    because: Name,
    source: Name,
}

/// `[[choice]]`: an operation of which a parameter decides which of its actions it needs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceRow {
    operation: Texts,
    parameter: Name,
    action: BTreeMap<Name, Name>,
    source: Name,
}

impl ChoiceRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<Choice, Problem> {
        let all = Texts::Many(self.action.values().cloned().collect());
        actions(&all, &self.source, knowledge)?;
        Ok(Choice {
            operations: self.operation.filled("operation")?.to_vec(),
            parameter: self.parameter.clone(),
            actions: self.action.clone(),
        })
    }
}

/// `[[behind]]`: services that a service uses with the permissions of whoever calls it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BehindRow {
    service: Name,
    uses: Vec<Name>,
    source: Name,
}

impl BehindRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<(Name, Vec<Name>), Problem> {
        actions(&Texts::default(), &self.source, knowledge)?;
        let mut services = std::iter::once(&self.service).chain(&self.uses);
        if services.any(|service| service != "*" && knowledge.service(service).is_none()) {
            return Err(Problem::Conflict("IAM knows no such service"));
        }
        Ok((self.service.clone(), self.uses.clone()))
    }
}

/// `[[key]]`: what a resource encrypted with a key of the customer takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRow {
    pub(crate) kind: Name,
    property: Name,
    #[serde(default, rename = "for")]
    uses: Texts,
    action: Texts,
    source: Name,
}

/// `[[free]]`: actions that everyone may perform, whatever policies say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreeRow {
    action: Texts,
    source: Name,
}

/// `[[silent]]`: packages of a language that call the platform only where a row says so, with blanks between them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct SilentRow {
    language: Name,
    standard_library: String,
    packages: String,
    source: Name,
}

/// `[resource-policies]`: services whose resources may have policies of their own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourcePolicyTable {
    services: Vec<Name>,
    source: Name,
}

/// `[passed-roles]`: how parameters end that hand a role to a service, and the services that only name one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PassedRoleTable {
    ends: Name,
    except: Vec<Name>,
    source: Name,
}

impl PassedRoleTable {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<PassedRoles, Problem> {
        actions(&Texts::default(), &self.source, knowledge)?;
        if self.ends.is_empty() {
            return Err(Problem::Empty("ends"));
        }
        Ok(PassedRoles {
            ends: self.ends.clone(),
            except: self.except.clone(),
        })
    }
}

impl SilentRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<(Name, BTreeSet<Name>), Problem> {
        actions(&Texts::default(), &self.source, knowledge)?;
        let packages = self.standard_library.split_ascii_whitespace();
        let packages = packages.chain(self.packages.split_ascii_whitespace());
        Ok((self.language.clone(), packages.map(Name::from).collect()))
    }
}

impl ResourcePolicyTable {
    pub(crate) fn services(&self, knowledge: &Knowledge) -> Result<Vec<Name>, Problem> {
        actions(&Texts::default(), &self.source, knowledge)?;
        for service in &self.services {
            if knowledge.service(service).is_none() {
                return Err(Problem::Conflict("IAM knows no such service"));
            }
        }
        Ok(self.services.clone())
    }
}

impl FreeRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<Vec<Name>, Problem> {
        actions(&self.action, &self.source, knowledge)
    }
}

/// The actions of a row, of which each must exist.
fn actions(texts: &Texts, source: &Name, knowledge: &Knowledge) -> Result<Vec<Name>, Problem> {
    if !source.starts_with("https://") {
        return Err(Problem::Conflict(
            "`source` is the address at which the fact stands",
        ));
    }
    let texts = texts.as_slice();
    if texts
        .iter()
        .any(|action| knowledge.action(action).is_none())
    {
        return Err(Problem::Conflict("IAM knows no such action"));
    }
    Ok(texts.to_vec())
}

fn resource_type(kind: &Name, knowledge: &Knowledge) -> Result<Name, Problem> {
    let kinds: Vec<&str> = knowledge
        .resource_types()
        .map(|kind| kind.kind.as_str())
        .collect();
    vocabulary::known("resource type", kind, kinds.iter().copied())
}

impl TriggerRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<TriggerNeed, Problem> {
        let kinds = self.kind.filled("kind")?;
        for kind in kinds {
            let events = knowledge.events().iter().map(|event| event.kind.as_str());
            vocabulary::known("event", kind, events)?;
        }
        Ok(TriggerNeed {
            kinds: kinds.to_vec(),
            with: self.with.clone(),
            actions: actions(&self.action, &self.source, knowledge)?,
            beside: match self.beside.as_slice() {
                [] => Vec::new(),
                _ => actions(&self.beside, &self.source, knowledge)?,
            },
            on: self.on.as_slice().to_vec(),
        })
    }
}

impl SettingRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<SettingNeed, Problem> {
        Ok(SettingNeed {
            setting: vocabulary::word(&self.setting)?,
            actions: actions(&self.action, &self.source, knowledge)?,
        })
    }
}

impl DestinationRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<DestinationNeed, Problem> {
        Ok(DestinationNeed {
            kind: resource_type(&self.kind, knowledge)?,
            actions: actions(&self.action, &self.source, knowledge)?,
        })
    }
}

impl ExtraRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<ExtraNeed, Problem> {
        let (operations, calls) = (self.operation.as_slice(), self.call.as_slice());
        if operations.is_empty() == calls.is_empty() {
            return Err(Problem::Conflict("a row has either `operation` or `call`"));
        }
        for operation in operations {
            let named = operation.split_once('.');
            let is_known = named.is_some_and(|(prefix, _)| knowledge.service(prefix).is_some());
            if !is_known {
                return Err(Problem::Conflict(
                    "an operation is written after its service: `s3.PutObject`",
                ));
            }
        }
        let kind = self.kind.as_ref();
        Ok(ExtraNeed {
            operations: operations.to_vec(),
            calls: calls.to_vec(),
            with: self.with.clone(),
            actions: actions(&self.action, &self.source, knowledge)?,
            parameter: self.parameter.clone(),
            kind: kind
                .map(|kind| resource_type(kind, knowledge))
                .transpose()?,
            because: self.because.clone(),
        })
    }
}

impl KeyRow {
    pub(crate) fn need(&self, knowledge: &Knowledge) -> Result<KeyNeed, Problem> {
        Ok(KeyNeed {
            kind: resource_type(&self.kind, knowledge)?,
            property: self.property.clone(),
            uses: actions(&self.uses, &self.source, knowledge)?,
            actions: actions(&self.action, &self.source, knowledge)?,
        })
    }
}
