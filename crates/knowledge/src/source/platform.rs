//! `knowledge/platform/runtimes.toml` and the other files of `knowledge/platform/`.

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, date, vocabulary};
use crate::error::Problem;
use crate::{FunctionPlatform, MendingSetting, Price, Runtime, ServiceDefault, SetTo};

/// `platform/runtimes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuntimeFile {
    source: String,
    checked: Name,
    pub(crate) runtime: Vec<Spanned<RuntimeRow>>,
}

/// `[[runtime]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RuntimeRow {
    pub(crate) id: Name,
    language: Name,
    deprecated: Option<Name>,
    blocks_create: Option<Name>,
    blocks_update: Option<Name>,
    pub(crate) upgrade_to: Option<Name>,
}

impl RuntimeFile {
    /// The day on which the rows were last compared with their source.
    pub(crate) fn checked(&self) -> Result<Name, Problem> {
        date(&self.checked)
    }

    /// Translates one row of the file.
    pub(crate) fn runtime(&self, row: &RuntimeRow) -> Result<Runtime, Problem> {
        let day = |day: &Option<Name>| day.as_ref().map(date).transpose();
        Ok(Runtime {
            id: row.id.clone(),
            language: row.language.clone(),
            deprecated: day(&row.deprecated)?,
            blocks_create: day(&row.blocks_create)?,
            blocks_update: day(&row.blocks_update)?,
            upgrade_to: row.upgrade_to.clone(),
            source: self.source.clone(),
        })
    }
}

/// `platform/settings.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingFile {
    pub(crate) setting: Vec<Spanned<SettingRow>>,
}

/// `[[setting]]`: what a property is set to so that a rule is content.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingRow {
    pub(crate) rule: Name,
    pub(crate) kind: Name,
    pub(crate) property: Name,
    #[serde(default)]
    named: Vec<(Name, Name)>,
    only: Option<Name>,
    value: Option<Written>,
    review: Option<Name>,
}

impl SettingRow {
    pub(crate) fn setting(&self) -> MendingSetting {
        MendingSetting {
            rule: self.rule.clone(),
            kind: self.kind.clone(),
            property: self.property.clone(),
            named: self.named.clone(),
            only: self.only.clone(),
            value: self.value.as_ref().map(Written::set_to),
            review: self.review.clone(),
        }
    }
}

/// A value as TOML writes it.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a truth value, a number, a text or a table of them"
)]
enum Written {
    Switch(bool),
    Number(u32),
    Text(Name),
    Fields(BTreeMap<Name, Written>),
}

impl Written {
    fn set_to(&self) -> SetTo {
        match self {
            Self::Switch(on) => SetTo::Switch(*on),
            Self::Number(number) => SetTo::Number(*number),
            Self::Text(text) => SetTo::Text(text.clone()),
            Self::Fields(fields) => {
                let fields = fields.iter();
                SetTo::Fields(fields.map(|(key, it)| (key.clone(), it.set_to())).collect())
            }
        }
    }
}

/// A file of service defaults.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultFile {
    pub(crate) default: Vec<Spanned<DefaultRow>>,
}

/// `[[default]]`: what a service does where the template does not say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultRow {
    pub(crate) kind: Name,
    pub(crate) property: Name,
    value: Name,
    protects: Name,
    #[serde(default)]
    unless: Texts,
    since: Option<Name>,
    source: String,
}

impl DefaultRow {
    pub(crate) fn default(&self) -> Result<ServiceDefault, Problem> {
        Ok(ServiceDefault {
            property: self.property.clone(),
            value: self.value.clone(),
            protects: vocabulary::word(&self.protects)?,
            unless: self.unless.as_slice().to_vec(),
            since: self.since.as_ref().map(date).transpose()?,
            source: self.source.clone(),
        })
    }
}

/// `platform/lambda.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FunctionPlatformFile {
    /// For readers of the file.
    #[serde(rename = "limits")]
    _limits: String,
    source: String,
    checked: Name,
    memory: f64,
    timeout: f64,
    concurrency: f64,
    retries: f64,
    request: f64,
    price: Vec<Price>,
}

impl FunctionPlatformFile {
    /// Translates the file.
    pub(crate) fn platform(self) -> Result<FunctionPlatform, Problem> {
        Ok(FunctionPlatform {
            memory: self.memory,
            timeout: self.timeout,
            concurrency: self.concurrency,
            retries: self.retries,
            request: self.request,
            prices: self.price,
            source: self.source,
            checked: date(&self.checked)?,
        })
    }
}
