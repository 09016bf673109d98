//! `knowledge/kinds.toml`, `knowledge/parts.toml` and `knowledge/resources/*.toml`.

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, vocabulary};
use crate::error::Problem;
use crate::{Kind, ResourceType};

/// `kinds.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KindFile {
    pub(crate) kind: Vec<Spanned<KindRow>>,
}

/// `[[kind]]`: a word for a danger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct KindRow {
    pub(crate) name: Name,
    title: String,
    cwe: Option<u16>,
    #[serde(default)]
    gives_away: bool,
}

impl KindRow {
    pub(crate) fn kind(&self) -> Kind {
        Kind {
            name: self.name.clone(),
            title: self.title.clone(),
            cwe: self.cwe,
            gives_away: self.gives_away,
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

/// A file of resource types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceFile {
    #[serde(default)]
    pub(crate) resource: Vec<Spanned<ResourceRow>>,
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
    #[serde(rename = "arn-attribute")]
    arn_attribute: Option<Name>,
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
            arn_attribute: self.arn_attribute.clone(),
            is_stateful: self.stateful,
            feeds: self.feeds.as_slice().to_vec(),
        })
    }
}
