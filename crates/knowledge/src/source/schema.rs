//! Rows of taint files about checked values: `[[schema]]` and `[[type]]`, and the file `knowledge/domains.toml`.

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::condition::{WhenColumn, conditions};
use super::taint::Vocabularies;
use super::{Texts, access_path, vocabulary};
use crate::error::Problem;
use crate::{Domain, Notation, Outcome, Schema, TypeModel};

/// `knowledge/domains.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DomainFile {
    pub(crate) domain: Vec<Spanned<DomainRow>>,
}

/// `[[domain]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DomainRow {
    pub(crate) name: Name,
    #[serde(default)]
    clears: Texts,
    #[serde(default)]
    except: Texts,
    /// Whether it is a text whatever it holds.
    #[serde(default)]
    text: bool,
}

impl DomainRow {
    pub(crate) fn domain(&self, words: Vocabularies<'_>) -> Result<Domain, Problem> {
        Ok(Domain {
            clears: words.kinds(self.clears.as_slice(), &self.except)?,
            is_text: self.text,
        })
    }
}

/// `[[schema]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemaRow {
    pub(crate) call: Texts,
    input: Name,
    schema: Name,
    notation: Option<Name>,
    #[serde(default)]
    parses: bool,
    #[serde(default)]
    instance: bool,
    output: Option<Name>,
    answer: Option<Name>,
    /// `true` where nothing is said.
    outcome: Option<Name>,
    #[serde(default)]
    formats: Texts,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[type]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TypeRow {
    pub(crate) call: Texts,
    /// A word of `knowledge/domains.toml`.
    domain: Option<Name>,
    fields: Option<Texts>,
    elements: Option<Texts>,
    either: Option<Texts>,
    both: Option<Texts>,
    pattern: Option<Name>,
    #[serde(default)]
    anchored: bool,
    closed: Option<bool>,
    declares: Option<Name>,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

impl SchemaRow {
    pub(crate) fn schema(&self, words: Vocabularies<'_>) -> Result<Schema, Problem> {
        let path = |text: &Option<Name>| text.as_ref().map(|text| access_path(text)).transpose();
        let outcome = match (&self.outcome, &self.answer) {
            (Some(_), None) => {
                return Err(Problem::Conflict("`outcome` is that of an `answer`"));
            }
            (Some(outcome), Some(_)) => vocabulary::word(outcome)?,
            (None, _) => Outcome::True,
        };
        Ok(Schema {
            input: access_path(&self.input)?,
            schema: access_path(&self.schema)?,
            notation: match &self.notation {
                Some(notation) => vocabulary::word(notation)?,
                None => Notation::Types,
            },
            parses: self.parses,
            makes_instance: self.instance,
            output: path(&self.output)?,
            answer: path(&self.answer)?.map(|answer| (answer, outcome)),
            formats: self.formats.as_slice().to_vec(),
            when: conditions(&self.when, words)?,
        })
    }
}

impl TypeRow {
    pub(crate) fn model(&self, words: Vocabularies<'_>) -> Result<TypeModel, Problem> {
        let paths = |key, texts: &Option<Texts>| match texts {
            Some(texts) => texts.access_paths(key),
            None => Ok(Vec::new()),
        };
        Ok(TypeModel {
            domain: match &self.domain {
                Some(domain) => words.domain(domain)?,
                None => Domain::default(),
            },
            fields: paths("fields", &self.fields)?,
            elements: paths("elements", &self.elements)?,
            either: paths("either", &self.either)?,
            both: paths("both", &self.both)?,
            pattern: match &self.pattern {
                Some(pattern) => Some((access_path(pattern)?, self.anchored)),
                None => None,
            },
            is_closed: self.closed,
            declares: match &self.declares {
                Some(declares) => Some(vocabulary::word(declares)?),
                None => None,
            },
            when: conditions(&self.when, words)?,
        })
    }
}
