//! The files as they are written: one type per kind of row, in which an unknown key is an error, and its translation to the
//! types that analyses use.

pub(crate) mod action;
pub(crate) mod condition;
pub(crate) mod event;
pub(crate) mod needs;
pub(crate) mod operation;
pub(crate) mod package;
pub(crate) mod platform;
pub(crate) mod policy;
pub(crate) mod resource;
pub(crate) mod resource_policy;
pub(crate) mod schema;
pub(crate) mod secret;
pub(crate) mod taint;
pub(crate) mod vocabulary;

use base::Name;
use serde::Deserialize;

use crate::error::Problem;
use crate::{AccessPath, Encoding, EventPath};

/// Texts, of which one may stand without brackets.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(crate) enum Texts {
    /// One.
    One(Name),
    /// Several.
    Many(Vec<Name>),
}

impl Default for Texts {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Texts {
    /// The texts.
    pub(crate) fn as_slice(&self) -> &[Name] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }

    /// The texts, of which there must be one, and none may be empty.
    pub(crate) fn filled(&self, key: &'static str) -> Result<&[Name], Problem> {
        let texts = self.as_slice();
        if texts.is_empty() || texts.iter().any(|text| text.is_empty()) {
            return Err(Problem::Empty(key));
        }
        Ok(texts)
    }

    /// The first texts, for naming a row.
    pub(crate) fn label(&self) -> String {
        match self.as_slice() {
            [] => "?".to_owned(),
            [only] => only.to_string(),
            [first, ..] => format!("{first}, …"),
        }
    }

    /// The texts as access paths.
    pub(crate) fn access_paths(&self, key: &'static str) -> Result<Vec<AccessPath>, Problem> {
        self.filled(key)?
            .iter()
            .map(|text| access_path(text))
            .collect()
    }

    /// The texts as event paths.
    pub(crate) fn event_paths(&self) -> Result<Vec<EventPath>, Problem> {
        self.as_slice()
            .iter()
            .map(|text| Ok(text.parse()?))
            .collect()
    }

    /// The texts as encodings.
    pub(crate) fn encodings(&self) -> Result<Vec<Encoding>, Problem> {
        self.as_slice()
            .iter()
            .map(|text| vocabulary::word(text))
            .collect()
    }
}

/// Reads an access path.
pub(crate) fn access_path(text: &str) -> Result<AccessPath, Problem> {
    Ok(text.parse()?)
}

/// Checks that a text is a date `YYYY-MM-DD`.
pub(crate) fn date(text: &Name) -> Result<Name, Problem> {
    let is_date = text.len() == 10
        && text.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if is_date {
        Ok(text.clone())
    } else {
        Err(Problem::Date(text.to_string()))
    }
}
