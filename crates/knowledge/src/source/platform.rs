//! `knowledge/platform/runtimes.toml` and the other files of `knowledge/platform/`.

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, date, vocabulary};
use crate::error::Problem;
use crate::{FunctionPlatform, Price, Runtime, ServiceDefault};

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
