//! Closed vocabularies: a word is one of the known ones, or the error names the known one that is most like it.

use base::Name;

use crate::error::Problem;
use crate::{
    Access, CallbackResult, Concern, Declares, DefaultWho, Encoding, FileAccess, Notation, Outcome,
    Reference, SecretCheck, Setting, Trust,
};

/// A type whose values are words of a closed vocabulary.
pub(crate) trait Vocabulary: Copy + 'static {
    /// What the words are, for messages.
    const WHAT: &'static str;
    /// The words.
    const WORDS: &'static [(&'static str, Self)];
}

/// Reads a word of a closed vocabulary.
pub(crate) fn word<T: Vocabulary>(text: &str) -> Result<T, Problem> {
    T::WORDS
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| unknown(T::WHAT, text, T::WORDS.iter().map(|(word, _)| *word)))
}

/// Checks that `text` is one of the known names.
pub(crate) fn known<'a>(
    vocabulary: &'static str,
    text: &str,
    mut names: impl Iterator<Item = &'a str> + Clone,
) -> Result<Name, Problem> {
    if names.clone().any(|name| name == text) {
        Ok(text.into())
    } else {
        Err(unknown(vocabulary, text, names.by_ref()))
    }
}

/// The error for a word that is not known.
pub(crate) fn unknown<'a>(
    vocabulary: &'static str,
    word: &str,
    known: impl Iterator<Item = &'a str>,
) -> Problem {
    Problem::UnknownWord {
        vocabulary,
        word: word.to_owned(),
        nearest: known
            .min_by_key(|candidate| strsim::osa_distance(candidate, word))
            .map(str::to_owned),
    }
}

impl Vocabulary for Notation {
    const WHAT: &'static str = "notation";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("types", Self::Types),
        ("json-schema", Self::JsonSchema),
        ("cerberus", Self::Cerberus),
    ];
}

impl Vocabulary for Declares {
    const WHAT: &'static str = "way to declare fields";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("checked", Self::Checked),
        ("annotated", Self::Annotated),
        ("values", Self::Values),
        ("checked-values", Self::CheckedValues),
    ];
}

impl Vocabulary for Trust {
    const WHAT: &'static str = "trust";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("outside", Self::Outside),
        ("limited", Self::Limited),
        ("identity", Self::Identity),
        ("platform", Self::Platform),
        ("secret", Self::Secret),
    ];
}

impl Vocabulary for Encoding {
    const WHAT: &'static str = "encoding";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("url", Self::Url),
        ("base64", Self::Base64),
        ("gzip", Self::Gzip),
        ("json", Self::Json),
        ("mime", Self::Mime),
        ("dynamo-db", Self::DynamoDb),
    ];
}

impl Vocabulary for DefaultWho {
    const WHAT: &'static str = "who";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("anonymous", Self::Anonymous),
        ("authenticated", Self::Authenticated),
        ("tenant", Self::Tenant),
        ("operator", Self::Operator),
        ("caller", Self::Caller),
        ("writer", Self::Writer),
    ];
}

impl Vocabulary for Access {
    const WHAT: &'static str = "access";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("read", Self::Read),
        ("write", Self::Write),
        ("delete", Self::Delete),
        ("permissions", Self::Permissions),
        ("invoke", Self::Invoke),
    ];
}

impl Vocabulary for Concern {
    const WHAT: &'static str = "concern";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("data-at-rest", Self::DataAtRest),
        ("data-in-transit", Self::DataInTransit),
        ("recovery", Self::Recovery),
    ];
}

impl Vocabulary for FileAccess {
    const WHAT: &'static str = "access";
    const WORDS: &'static [(&'static str, Self)] = &[("read", Self::Read), ("write", Self::Write)];
}

impl Vocabulary for Outcome {
    const WHAT: &'static str = "outcome";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("true", Self::True),
        ("false", Self::False),
        ("returns", Self::Returns),
    ];
}

impl Vocabulary for CallbackResult {
    const WHAT: &'static str = "callback result";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("ignored", Self::Ignored),
        ("returned", Self::Returned),
        ("element", Self::Element),
        ("elements", Self::Elements),
        ("filters", Self::Filters),
        ("finds", Self::Finds),
        ("folds", Self::Folds),
    ];
}

impl Vocabulary for Reference {
    const WHAT: &'static str = "reference";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("name", Self::Name),
        ("arn", Self::Arn),
        ("url", Self::Url),
        ("id", Self::Id),
    ];
}

impl Vocabulary for SecretCheck {
    const WHAT: &'static str = "check";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("crc32-base62", Self::Crc32Base62),
        ("json-web-token", Self::JsonWebToken),
        ("bech32", Self::Bech32),
        ("basic-authorization", Self::BasicAuthorization),
        ("drawn", Self::Drawn),
    ];
}

impl Vocabulary for Setting {
    const WHAT: &'static str = "setting";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("logs", Self::Logs),
        ("tracing", Self::Tracing),
        ("durable", Self::Durable),
        ("network", Self::Network),
    ];
}
