//! Diagnostics: what the scan could not read, resolve or follow. They are part of the report, so that nothing is skipped in
//! silence; they are not findings.

use crate::{Place, RelPath};

/// What kind of thing was skipped; the text of the code is part of the JSON output and stays stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A file could not be read.
    UnreadableFile,
    /// A template or configuration file is not well-formed; what could be read of it is used.
    MalformedDocument,
    /// Source code has syntax errors; what could be parsed is used.
    SyntaxError,
    /// A handler named in a template was not found in the code.
    HandlerNotFound,
    /// A handler is written in a language that is not analysed.
    UnsupportedLanguage,
    /// A template variable could not be resolved from the project alone.
    UnresolvedVariable,
    /// Template variables refer to each other in a circle.
    CyclicVariable,
    /// A file named in a template does not exist or lies outside the project.
    MissingFile,
    /// No template was found, so handlers were recognised by their shape.
    NoTemplate,
    /// A limit for hostile or huge input was reached; results are coarser from here on.
    BudgetExceeded,
    /// A template holds something that Tenrec does not understand.
    UnknownConstruct,
    /// A resource is not deployed as the template stands.
    NotDeployed,
    /// What a role allows is written elsewhere, or in part, so that it is not checked.
    UnreadRole,
    /// An inline `tenrec: ignore[…]` has no reason.
    IgnoreWithoutReason,
    /// An inline `tenrec: ignore[…]` matches no finding.
    UnusedIgnore,
    /// The database of known vulnerabilities is old.
    OldAdvisories,
    /// An error in Tenrec itself, confined to one file or rule.
    Internal,
}

impl Code {
    /// The stable text: `handler-not-found`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnreadableFile => "unreadable-file",
            Self::MalformedDocument => "malformed-document",
            Self::SyntaxError => "syntax-error",
            Self::HandlerNotFound => "handler-not-found",
            Self::UnsupportedLanguage => "unsupported-language",
            Self::UnresolvedVariable => "unresolved-variable",
            Self::CyclicVariable => "cyclic-variable",
            Self::MissingFile => "missing-file",
            Self::NoTemplate => "no-template",
            Self::BudgetExceeded => "budget-exceeded",
            Self::UnknownConstruct => "unknown-construct",
            Self::NotDeployed => "not-deployed",
            Self::UnreadRole => "unread-role",
            Self::IgnoreWithoutReason => "ignore-without-reason",
            Self::UnusedIgnore => "unused-ignore",
            Self::OldAdvisories => "old-advisories",
            Self::Internal => "internal-error",
        }
    }

    /// Whether something that is analysed where it is whole was not, or not all of it: a broken file, a handler that is not there.
    #[must_use]
    pub fn is_loss(self) -> bool {
        match self {
            Self::UnreadableFile
            | Self::MalformedDocument
            | Self::SyntaxError
            | Self::HandlerNotFound
            | Self::MissingFile
            | Self::CyclicVariable
            | Self::BudgetExceeded
            | Self::Internal => true,
            Self::UnsupportedLanguage
            | Self::UnresolvedVariable
            | Self::NoTemplate
            | Self::UnknownConstruct
            | Self::NotDeployed
            | Self::UnreadRole
            | Self::IgnoreWithoutReason
            | Self::OldAdvisories
            | Self::UnusedIgnore => false,
        }
    }
}

/// One thing that was skipped, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file concerned; the root for the project as a whole.
    pub path: RelPath,
    /// Where in it, where that is known.
    pub place: Option<Place>,
    /// What kind.
    pub code: Code,
    /// What happened and what to do, one sentence without a final full stop.
    pub message: String,
}

/// Diagnostics in the order they were met; sorted once, in the report.
pub type Diagnostics = Vec<Diagnostic>;
