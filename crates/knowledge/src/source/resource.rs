//! `knowledge/kinds.toml`, `knowledge/parts.toml`, `knowledge/runtimes.toml` and `knowledge/resources/*.toml`.

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, date, vocabulary};
use crate::error::Problem;
use crate::{Kind, ResourceType, Runtime, ServiceDefault};

/// `kinds.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindFile {
    pub(crate) kind: Vec<Spanned<KindRow>>,
}

/// `[[kind]]`: a word for a danger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindRow {
    pub(crate) name: Name,
    title: String,
    cwe: Option<u16>,
}

impl KindRow {
    pub(crate) fn kind(&self) -> Kind {
        Kind {
            name: self.name.clone(),
            title: self.title.clone(),
            cwe: self.cwe,
        }
    }
}

/// `parts.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartFile {
    pub(crate) part: Vec<Spanned<PartRow>>,
}

/// `[[part]]`: a data-carrying part of a resource. The title is for whoever edits the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartRow {
    pub(crate) name: Name,
    #[serde(rename = "title")]
    _title: String,
}

/// `runtimes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuntimeFile {
    source: String,
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

/// A file of resource types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceFile {
    #[serde(default)]
    pub(crate) resource: Vec<Spanned<ResourceRow>>,
    #[serde(default)]
    pub(crate) default: Vec<Spanned<DefaultRow>>,
}

/// `[[resource]]`: a type of resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceRow {
    pub(crate) kind: Name,
    name: Option<Name>,
    #[serde(rename = "ref")]
    reference: Name,
    arn: Option<Name>,
    #[serde(default)]
    stateful: bool,
    #[serde(default)]
    pub(crate) feeds: Texts,
}

impl ResourceRow {
    pub(crate) fn resource(&self) -> Result<ResourceType, Problem> {
        Ok(ResourceType {
            kind: self.kind.clone(),
            name: self.name.clone(),
            reference: vocabulary::word(&self.reference)?,
            arn: self.arn.clone(),
            is_stateful: self.stateful,
            feeds: self.feeds.as_slice().to_vec(),
            defaults: Vec::new(),
        })
    }
}

/// `[[default]]`: what a service does where the template does not say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultRow {
    pub(crate) kind: Name,
    pub(crate) property: Name,
    value: Name,
    since: Option<Name>,
    source: String,
}

impl DefaultRow {
    pub(crate) fn default(&self) -> Result<ServiceDefault, Problem> {
        Ok(ServiceDefault {
            property: self.property.clone(),
            value: self.value.clone(),
            since: self.since.as_ref().map(date).transpose()?,
            source: self.source.clone(),
        })
    }
}
