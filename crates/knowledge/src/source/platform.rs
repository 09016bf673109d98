//! `knowledge/platform/runtimes.toml` and the other files of `knowledge/platform/`.

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, date, vocabulary};
use crate::error::Problem;
use crate::{
    FunctionPlatform, Knowledge, MendingSetting, Price, Runtime, ServiceDefault, SetTo,
    SwitchVariable, TlsEndpoint,
};

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

/// `platform/variables.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariableFile {
    pub(crate) variable: Vec<Spanned<VariableRow>>,
}

/// `[[variable]]`: variables that switch something on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariableRow {
    name: Texts,
    on: Texts,
    kind: Name,
}

impl VariableRow {
    pub(crate) fn variables(&self, knowledge: &Knowledge) -> Result<Vec<SwitchVariable>, Problem> {
        let on = self.on.filled("on")?;
        let kind = knowledge.kind(&self.kind).ok_or_else(|| {
            let kinds = knowledge.kinds().map(|(_, kind)| kind.name.as_str());
            vocabulary::unknown("kind", &self.kind, kinds)
        })?;
        let names = self.name.filled("name")?.iter();
        let variable = |name: &Name| SwitchVariable {
            name: name.clone(),
            on: on.to_vec(),
            kind,
        };
        Ok(names.map(variable).collect())
    }
}

/// `platform/endpoints.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointFile {
    pub(crate) tls: Vec<Spanned<TlsRow>>,
    pub(crate) public: Vec<Spanned<PublicRow>>,
}

/// `[[tls]]`: where a type of endpoint says which versions of TLS it speaks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsRow {
    kind: Name,
    property: Name,
    weak: Texts,
    better: Name,
    default: Option<Name>,
    #[serde(default)]
    speaks: Texts,
    unless: Option<Name>,
    #[serde(default)]
    balanced: bool,
}

impl TlsRow {
    pub(crate) fn endpoint(&self, _: &Knowledge) -> Result<TlsEndpoint, Problem> {
        let weak = self.weak.filled("weak")?;
        if weak.contains(&self.better) {
            return Err(Problem::Conflict("`better` is one of `weak`"));
        }
        if self.default.is_some() == self.speaks.as_slice().is_empty() {
            return Err(Problem::Conflict("`default` and `speaks` go together"));
        }
        Ok(TlsEndpoint {
            kind: self.kind.clone(),
            property: self.property.clone(),
            weak: weak.to_vec(),
            better: self.better.clone(),
            default: self.default.clone(),
            speaks: self.speaks.as_slice().to_vec(),
            unless: self.unless.clone(),
            is_balanced: self.balanced,
        })
    }
}

/// `[[public]]`: the property that gives resources of some types an address on the internet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicRow {
    kind: Texts,
    property: Name,
}

impl PublicRow {
    pub(crate) fn addresses(&self, _: &Knowledge) -> Result<Vec<(Name, Name)>, Problem> {
        let kinds = self.kind.filled("kind")?.iter();
        Ok(kinds
            .map(|kind| (kind.clone(), self.property.clone()))
            .collect())
    }
}
