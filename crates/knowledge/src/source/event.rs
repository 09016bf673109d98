//! Event files: `knowledge/events/**/*.toml`, one kind of event each.

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::{Texts, vocabulary};
use crate::error::Problem;
use crate::{Event, EventField};

/// An event file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct EventFile {
    pub(crate) kind: Name,
    title: String,
    who: Name,
    #[serde(default)]
    shape: Texts,
    #[serde(default)]
    types: Texts,
    #[serde(default)]
    spread: bool,
    #[serde(default)]
    parameters: Texts,
    failure_parameters: Option<usize>,
    #[serde(default)]
    answers_http: bool,
    #[serde(default)]
    answers_pages: bool,
    #[serde(default)]
    at_least_once: bool,
    #[serde(default)]
    in_order: bool,
    pub(crate) field: Vec<Spanned<FieldRow>>,
}

/// `[[field]]`: some fields of the event. Earlier rows come first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldRow {
    pub(crate) path: Texts,
    trust: Name,
    #[serde(default)]
    encodings: Texts,
    starts: Option<Name>,
    channel: Option<Name>,
    note: Option<String>,
}

impl EventFile {
    /// The event without its fields.
    pub(crate) fn event(&self) -> Result<Event, Problem> {
        Ok(Event {
            kind: self.kind.clone(),
            title: self.title.clone(),
            default_who: vocabulary::word(&self.who)?,
            shape: self.shape.event_paths()?,
            types: self.types.as_slice().to_vec(),
            is_spread: self.spread,
            parameters: self.parameters.as_slice().to_vec(),
            failure_parameters: self.failure_parameters,
            answers_http: self.answers_http,
            answers_pages: self.answers_pages,
            at_least_once: self.at_least_once,
            in_order: self.in_order,
            fields: Vec::new(),
        })
    }
}

impl FieldRow {
    /// One field per path.
    pub(crate) fn fields(&self, parts: &[Name]) -> Result<Vec<EventField>, Problem> {
        self.path.filled("path")?;
        let trust = vocabulary::word(&self.trust)?;
        let encodings = self.encodings.encodings()?;
        let channel = self
            .channel
            .as_ref()
            .map(|part| vocabulary::known("channel part", part, parts.iter().map(Name::as_str)))
            .transpose()?;
        let fields = self.path.event_paths()?.into_iter();
        Ok(fields
            .map(|path| EventField {
                path,
                trust,
                encodings: encodings.clone(),
                starts: self.starts.clone(),
                channel: channel.clone(),
                note: self.note.clone(),
            })
            .collect())
    }
}
