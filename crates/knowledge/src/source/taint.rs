//! Taint files: `knowledge/taint/<language>/*.toml`, and the tables `[taint.<language>]` of the user's `tenrec.toml`.

use std::collections::BTreeMap;

use base::Name;
use serde::Deserialize;
use toml::Spanned;

use super::condition::{WhenColumn, conditions};
use super::schema::{SchemaRow, TypeRow};
use super::{Texts, access_path, vocabulary};
use crate::error::Problem;
use crate::{
    AccessPath, Callback, Domain, Entry, FileEffect, Guard, KindId, KindSet, Mark, Propagation,
    Root, Sink, Source, SourceKind, Vouch,
};

/// A taint file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TaintFile {
    /// Every `call` and `value` of the file is looked up under each of these.
    pub(crate) package: Texts,
    pub(crate) sink: Vec<Spanned<SinkRow>>,
    pub(crate) propagate: Vec<Spanned<PropagateRow>>,
    pub(crate) clean: Vec<Spanned<CleanRow>>,
    pub(crate) guard: Vec<Spanned<GuardRow>>,
    pub(crate) misuse: Vec<Spanned<MisuseRow>>,
    pub(crate) vouch: Vec<Spanned<VouchRow>>,
    pub(crate) schema: Vec<Spanned<SchemaRow>>,
    #[serde(rename = "type")]
    pub(crate) types: Vec<Spanned<TypeRow>>,
    pub(crate) mark: Vec<Spanned<MarkRow>>,
    pub(crate) callback: Vec<Spanned<CallbackRow>>,
    pub(crate) file: Vec<Spanned<FileRow>>,
    pub(crate) source: Vec<Spanned<SourceRow>>,
    pub(crate) entry: Vec<Spanned<EntryRow>>,
    pub(crate) alias: Vec<Spanned<AliasRow>>,
    pub(crate) embed: Vec<Spanned<EmbedRow>>,
    pub(crate) keep: Vec<Spanned<KeepRow>>,
}

/// `[[sink]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SinkRow {
    pub(crate) call: Texts,
    input: Texts,
    kind: Texts,
    pattern: Option<Name>,
    flags: Option<Name>,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[propagate]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PropagateRow {
    pub(crate) call: Texts,
    /// Every argument and the receiver where nothing is said.
    from: Option<Texts>,
    /// The result where nothing is said.
    to: Option<Texts>,
    #[serde(default)]
    value: bool,
    joins: Option<Name>,
    #[serde(default)]
    merges: bool,
    #[serde(default)]
    lists: bool,
    /// The API path of the result, where it is not that of the call.
    gives: Option<Name>,
    #[serde(default)]
    clears: Texts,
    #[serde(default)]
    except: Texts,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[clean]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CleanRow {
    pub(crate) call: Texts,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[guard]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuardRow {
    pub(crate) call: Texts,
    input: Texts,
    clears: Texts,
    #[serde(default)]
    except: Texts,
    outcome: Option<Name>,
    pattern: Option<Name>,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[vouch]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VouchRow {
    pub(crate) call: Texts,
    input: Name,
    clears: Texts,
}

/// `[[misuse]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MisuseRow {
    pub(crate) call: Texts,
    kind: Name,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[mark]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkRow {
    pub(crate) call: Texts,
    kind: Name,
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[callback]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct CallbackRow {
    pub(crate) call: Texts,
    function: Name,
    #[serde(default)]
    receives: Texts,
    result: Option<Name>,
    kept_as: Option<Name>,
}

/// `[[file]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileRow {
    pub(crate) call: Texts,
    path: Name,
    content: Name,
    access: Name,
}

/// `[[source]]`: of a call or of reading a value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceRow {
    #[serde(default)]
    pub(crate) call: Texts,
    #[serde(default)]
    pub(crate) value: Texts,
    /// The result where nothing is said.
    output: Option<Texts>,
    kind: Name,
    event: Option<Name>,
    /// Of a call alone.
    #[serde(default)]
    when: Vec<WhenColumn>,
}

/// `[[entry]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryRow {
    pub(crate) call: Texts,
    handler: Name,
    event: Name,
    route: Option<Name>,
    method: Option<Name>,
}

/// `[[alias]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AliasRow {
    pub(crate) call: Texts,
    pub(crate) to: Name,
}

/// `[[embed]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmbedRow {
    pub(crate) call: Texts,
    pub(crate) argument: Name,
}

/// `[[keep]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeepRow {
    pub(crate) call: Texts,
}

/// The words that a taint row may use.
#[derive(Clone, Copy)]
pub(crate) struct Vocabularies<'a> {
    pub(crate) kinds: &'a [crate::Kind],
    pub(crate) events: &'a [crate::Event],
    pub(crate) domains: &'a BTreeMap<Name, Domain>,
}

impl Vocabularies<'_> {
    pub(crate) fn kind(self, word: &str) -> Result<KindId, Problem> {
        self.kinds
            .iter()
            .position(|kind| kind.name == word)
            .and_then(|index| u8::try_from(index).ok())
            .map(KindId)
            .ok_or_else(|| {
                let kinds = self.kinds.iter();
                vocabulary::unknown("kind", word, kinds.map(|kind| kind.name.as_str()))
            })
    }

    pub(crate) fn kind_set(self, words: &[Name]) -> Result<KindSet, Problem> {
        words.iter().try_fold(KindSet::NONE, |set, word| {
            Ok(match word.as_str() {
                "all" => KindSet::ALL,
                word => set.with(self.kind(word)?),
            })
        })
    }

    /// The kinds of `clears` without those of `except`.
    pub(crate) fn kinds(self, clears: &[Name], except: &Texts) -> Result<KindSet, Problem> {
        let except = self.kind_set(except.as_slice())?;
        Ok(self.kind_set(clears)?.without(except))
    }

    pub(crate) fn domain(self, word: &str) -> Result<Domain, Problem> {
        let known = self.domains.get(word).copied();
        known.ok_or_else(|| {
            let words = self.domains.keys().map(Name::as_str);
            vocabulary::unknown("domain", word, words)
        })
    }

    fn event(self, word: &str) -> Result<Name, Problem> {
        let events = self.events.iter();
        vocabulary::known("event", word, events.map(|event| event.kind.as_str()))
    }
}

impl SinkRow {
    pub(crate) fn sinks(&self, words: Vocabularies<'_>) -> Result<Vec<Sink>, Problem> {
        let when = conditions(&self.when, words)?;
        let pattern = self.pattern.as_deref().map(access_path).transpose()?;
        let flags = self.flags.as_deref().map(access_path).transpose()?;
        let inputs = self.input.access_paths("input")?;
        let mut sinks = Vec::new();
        for kind in self.kind.filled("kind")? {
            let kind = words.kind(kind)?;
            sinks.extend(inputs.iter().map(|input| Sink {
                input: input.clone(),
                kind,
                pattern: pattern.clone(),
                flags: flags.clone(),
                when: when.clone(),
            }));
        }
        Ok(sinks)
    }
}

impl PropagateRow {
    pub(crate) fn propagations(
        &self,
        words: Vocabularies<'_>,
    ) -> Result<Vec<Propagation>, Problem> {
        let from = match &self.from {
            Some(from) => from.access_paths("from")?,
            None => vec![whole(Root::Rest(0)), whole(Root::Receiver)],
        };
        let to = match &self.to {
            Some(to) => to.access_paths("to")?,
            None => vec![whole(Root::Return)],
        };
        let clears = words.kinds(self.clears.as_slice(), &self.except)?;
        let when = conditions(&self.when, words)?;
        Ok(to
            .into_iter()
            .map(|to| Propagation {
                from: from.clone(),
                to,
                is_value: self.value,
                joins: self.joins.clone(),
                merges: self.merges,
                lists: self.lists,
                gives: self.gives.clone(),
                clears,
                when: when.clone(),
            })
            .collect())
    }
}

impl CleanRow {
    pub(crate) fn propagation(&self, words: Vocabularies<'_>) -> Result<Propagation, Problem> {
        Ok(Propagation {
            from: Vec::new(),
            to: whole(Root::Return),
            is_value: false,
            joins: None,
            merges: false,
            lists: false,
            gives: None,
            clears: KindSet::NONE,
            when: conditions(&self.when, words)?,
        })
    }
}

impl GuardRow {
    pub(crate) fn guards(&self, words: Vocabularies<'_>) -> Result<Vec<Guard>, Problem> {
        let clears = words.kinds(self.clears.filled("clears")?, &self.except)?;
        let outcome = match &self.outcome {
            Some(outcome) => vocabulary::word(outcome)?,
            None => crate::Outcome::True,
        };
        let pattern = self
            .pattern
            .as_ref()
            .map(|it| access_path(it))
            .transpose()?;
        let when = conditions(&self.when, words)?;
        let inputs = self.input.access_paths("input")?;
        Ok(inputs
            .into_iter()
            .map(|input| Guard {
                input,
                clears,
                outcome,
                pattern: pattern.clone(),
                when: when.clone(),
            })
            .collect())
    }
}

impl VouchRow {
    pub(crate) fn vouch(&self, words: Vocabularies<'_>) -> Result<Vouch, Problem> {
        Ok(Vouch {
            input: access_path(&self.input)?,
            clears: words.kind_set(self.clears.filled("clears")?)?,
        })
    }
}

impl MisuseRow {
    pub(crate) fn misuse(&self, words: Vocabularies<'_>) -> Result<Mark, Problem> {
        Ok(Mark {
            kind: words.kind(&self.kind)?,
            when: conditions(&self.when, words)?,
        })
    }
}

impl MarkRow {
    pub(crate) fn mark(&self, words: Vocabularies<'_>) -> Result<Mark, Problem> {
        Ok(Mark {
            kind: words.kind(&self.kind)?,
            when: conditions(&self.when, words)?,
        })
    }
}

impl CallbackRow {
    pub(crate) fn callback(&self) -> Result<Callback, Problem> {
        let receives = self.receives.as_slice().iter();
        Ok(Callback {
            function: access_path(&self.function)?,
            receives: receives
                .map(|path| access_path(path))
                .collect::<Result<_, _>>()?,
            result: match &self.result {
                Some(result) => vocabulary::word(result)?,
                None => crate::CallbackResult::Ignored,
            },
            kept_as: self.kept_as.as_deref().map(access_path).transpose()?,
        })
    }
}

impl FileRow {
    pub(crate) fn effect(&self) -> Result<FileEffect, Problem> {
        Ok(FileEffect {
            path: access_path(&self.path)?,
            content: access_path(&self.content)?,
            access: vocabulary::word(&self.access)?,
        })
    }
}

impl SourceRow {
    pub(crate) fn sources(&self, words: Vocabularies<'_>) -> Result<Vec<Source>, Problem> {
        if self.call.as_slice().is_empty() == self.value.as_slice().is_empty() {
            return Err(Problem::Conflict("a source has either `call` or `value`"));
        }
        if self.call.as_slice().is_empty() && !self.when.is_empty() {
            return Err(Problem::Conflict("only a source with `call` has `when`"));
        }
        let when = conditions(&self.when, words)?;
        let kind = match (self.kind.as_str(), &self.event) {
            ("event", Some(event)) => SourceKind::Event(words.event(event)?),
            ("event", None) => {
                return Err(Problem::Conflict(
                    "a source of kind `event` says which `event`",
                ));
            }
            (_, Some(_)) => {
                return Err(Problem::Conflict(
                    "only a source of kind `event` has `event`",
                ));
            }
            ("secret", None) => SourceKind::Secret,
            ("environment", None) => SourceKind::Environment,
            ("exception", None) => SourceKind::Exception,
            ("stack-trace", None) => SourceKind::Stack,
            ("remote", None) => SourceKind::Remote,
            (word, None) => {
                let words = [
                    "event",
                    "secret",
                    "environment",
                    "exception",
                    "stack-trace",
                    "remote",
                ];
                return Err(vocabulary::unknown("source kind", word, words.into_iter()));
            }
        };
        let outputs = match &self.output {
            Some(output) => output.access_paths("output")?,
            None => vec![whole(Root::Return)],
        };
        Ok(outputs
            .into_iter()
            .map(|output| Source {
                kind: kind.clone(),
                output,
                when: when.clone(),
            })
            .collect())
    }
}

impl EntryRow {
    pub(crate) fn entry(&self, words: Vocabularies<'_>) -> Result<Entry, Problem> {
        Ok(Entry {
            handler: access_path(&self.handler)?,
            event: words.event(&self.event)?,
            route: self.route.as_ref().map(|it| access_path(it)).transpose()?,
            method: self.method.clone(),
        })
    }
}

fn whole(root: Root) -> AccessPath {
    AccessPath {
        root,
        steps: Vec::new(),
    }
}
