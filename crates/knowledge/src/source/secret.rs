//! `knowledge/secrets/*.toml`.

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, vocabulary};
use crate::error::Problem;
use crate::{SecretFormat, SecretNames, SecretPlaces, SecretPosition, SecretProperty};

/// A file of formats.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatFile {
    pub(crate) format: Vec<Spanned<FormatRow>>,
}

/// `[[format]]`: a format of secrets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatRow {
    pub(crate) name: Name,
    title: Name,
    /// Keywords that the secret starts with, or has `back` bytes after its start.
    #[serde(default)]
    prefix: Texts,
    /// Keywords of the names to which it is assigned.
    #[serde(default)]
    near: Texts,
    #[serde(default)]
    back: u16,
    pattern: String,
    #[serde(default)]
    entropy: f64,
    check: Option<Name>,
    #[serde(default)]
    unless: Texts,
    #[serde(default)]
    test: bool,
    #[serde(default)]
    guess: bool,
}

impl FormatRow {
    pub(crate) fn format(&self) -> Result<SecretFormat, Problem> {
        let (keywords, position) = match (self.prefix.as_slice(), self.near.as_slice()) {
            (_, []) => (&self.prefix, SecretPosition::Around(self.back)),
            ([], _) => (&self.near, SecretPosition::Assigned),
            _ => {
                return Err(Problem::Conflict(
                    "a format has either `prefix` or `near`, not both",
                ));
            }
        };
        let check = self.check.as_ref().map(|word| vocabulary::word(word));
        Ok(SecretFormat {
            name: self.name.clone(),
            title: self.title.clone(),
            keywords: keywords.filled("prefix")?.to_vec(),
            position,
            pattern: self.pattern.clone(),
            entropy: self.entropy,
            check: check.transpose()?,
            unless: self.unless.as_slice().to_vec(),
            is_test: self.test,
            is_guess: self.guess,
        })
    }
}

/// `names.toml`: how secrets are called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameFile {
    secret: Texts,
    credential: Texts,
    personal: Texts,
    harmless: Texts,
    trailing: Texts,
    placeholder: Texts,
    reference: Texts,
}

impl NameFile {
    pub(crate) fn names(&self) -> Result<SecretNames, Problem> {
        Ok(SecretNames {
            secret: self.secret.filled("secret")?.to_vec(),
            credential: self.credential.filled("credential")?.to_vec(),
            personal: self.personal.filled("personal")?.to_vec(),
            harmless: self.harmless.filled("harmless")?.to_vec(),
            trailing: self.trailing.filled("trailing")?.to_vec(),
            placeholder: self.placeholder.filled("placeholder")?.to_vec(),
            reference: self.reference.filled("reference")?.to_vec(),
        })
    }
}

/// `places.toml`: where secrets stand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceFile {
    attributes: Vec<Name>,
    pairs: Vec<(Name, Name)>,
    pointers: Vec<Name>,
    forms: Vec<Name>,
    encodings: Vec<Name>,
    property: Vec<SecretProperty>,
}

impl PlaceFile {
    pub(crate) fn places(self, names: &SecretNames) -> Result<SecretPlaces, Problem> {
        for row in &self.property {
            vocabulary::known("secret", &row.holds, names.secret.iter().map(Name::as_str))?;
        }
        Ok(SecretPlaces {
            attributes: self.attributes,
            pairs: self.pairs,
            pointers: self.pointers,
            forms: self.forms,
            encodings: self.encodings,
            properties: self.property,
        })
    }
}
