//! What is known about the calls of libraries: where data becomes dangerous, where it passes through, what makes it
//! harmless. Read from `knowledge/taint/<language>/*.toml` and from the user's own `tenrec.toml`, in the same format.
//!
//! A call is named by its **API path**: the package, then the names down to it, with `()` after a name that is called or
//! constructed on the way: `subprocess.run`, `requests.Session().get`, `aws-sdk.S3().putObject`. A constant first argument
//! that decides what comes back stands in the parentheses: `boto3.client(s3).put_object`. `*.execute` is a method of that
//! name of a receiver whose library is not known.

use base::Name;
use serde::{Deserialize, Serialize};

use crate::{AccessPath, Position, Schema, TypeModel};

/// What is known about one call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CallModel {
    /// Inputs that must not be controlled from outside.
    pub sinks: Vec<Sink>,
    /// Where data goes. Nothing here, and no other row: every input taints the result. An empty [`Propagation::from`] means
    /// that the result carries nothing.
    pub propagations: Vec<Propagation>,
    /// Tests that make an input harmless where they hold.
    pub guards: Vec<Guard>,
    /// Uses that are wrong whatever the data.
    pub misuses: Vec<Mark>,
    /// What a test of the result says about an input.
    pub vouches: Vec<Vouch>,
    /// What rules ask about the call, right or wrong.
    pub marks: Vec<Mark>,
    /// Values that the call checks against a schema.
    pub schemas: Vec<Schema>,
    /// What values of the type hold that is named by the path, or made by the call.
    pub types: Vec<TypeModel>,
    /// Functions among the arguments that the call calls.
    pub callbacks: Vec<Callback>,
    /// Files read and written.
    pub files: Vec<FileEffect>,
    /// What the result is a source of.
    pub sources: Vec<Source>,
    /// Handlers that the call registers with a framework.
    pub entries: Vec<Entry>,
    /// The API path that this call is another name for.
    pub alias: Option<Name>,
    /// The constant argument there is part of the result's API path.
    pub embeds: Option<Position>,
    /// What the call makes still counts as made with the arguments of what it is called on, before its own.
    pub keeps: bool,
}

/// An input that must not be controlled from outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sink {
    /// The input.
    pub input: AccessPath,
    /// A word of `knowledge/kinds.toml`: `os-command`, `sql`, `path`.
    pub kind: KindId,
    /// The regular expression that the input is matched against, which must be a constant for the sink to count.
    pub pattern: Option<AccessPath>,
    /// The flags of that regular expression, where they may stand outside of it.
    pub flags: Option<AccessPath>,
    /// Holds only if all of these do.
    pub when: Vec<Condition>,
}

/// Data that passes through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Propagation {
    /// The inputs.
    pub from: Vec<AccessPath>,
    /// The output: `return`, `receiver`, or an argument that the call changes.
    pub to: AccessPath,
    /// The input itself, with its fields, rather than something made from it.
    pub is_value: bool,
    /// The output is the text of the inputs with this between them.
    pub joins: Option<Name>,
    /// The output is an object with the fields of all inputs.
    pub merges: bool,
    /// The output shows the fields of the inputs: of an exception those that it lists, its text not among them.
    pub lists: bool,
    /// The API path of the output, where it is not that of the call.
    pub gives: Option<Name>,
    /// Sink kinds for which the output is harmless.
    pub clears: KindSet,
    /// Holds only if all of these do.
    pub when: Vec<Condition>,
}

/// A test that makes an input harmless where it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// The input that is tested.
    pub input: AccessPath,
    /// Sink kinds for which it is harmless afterwards.
    pub clears: KindSet,
    /// The outcome for which it is harmless. A guard that throws instead of answering holds after the call.
    pub outcome: Outcome,
    /// The argument that holds a regular expression, which must be anchored and narrow for the guard to count.
    pub pattern: Option<AccessPath>,
    /// Holds only if all of these do.
    pub when: Vec<Condition>,
}

/// The outcome of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The result is true (or not null).
    True,
    /// The result is false (or null, or -1).
    False,
    /// The call returned at all.
    Returns,
}

/// A part whose test speaks for the whole: an address whose host is one of the allowed ones goes nowhere else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vouch {
    /// The whole.
    pub input: AccessPath,
    /// Sink kinds for which the whole is harmless once its part was found harmless.
    pub clears: KindSet,
}

/// What a call is to rules: wrong (`[[misuse]]`), or something that they ask about (`[[mark]]`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// A word of `knowledge/kinds.toml`: `unverified-token`, `log`.
    pub kind: KindId,
    /// Holds if all of these do.
    pub when: Vec<Condition>,
}

/// A property of an argument that the source shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// The argument.
    pub input: AccessPath,
    /// What must hold of it.
    pub test: Test,
}

/// What a [`Condition`] demands. A value that is not constant fulfils none but [`Test::Present`] and [`Test::NotConstant`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// It is written.
    Present,
    /// It is not written.
    Absent,
    /// It is one of these constants, as text: `true`, `none`, `0`. Case counts.
    Is(Vec<Name>),
    /// One of the things that it may be is one of these constants: an element of a list, one side of a choice.
    Has(Vec<Name>),
    /// It is a constant, and none of these.
    IsNot(Vec<Name>),
    /// It is a constant text that contains one of these.
    Contains(Vec<Name>),
    /// It is a list or tuple in the source.
    IsList,
    /// It is anything but a list or tuple in the source.
    IsNotList,
    /// It is an object whose fields the source shows.
    IsObject,
    /// It may be anything but an object whose fields the source shows.
    IsNotObject,
    /// Its value is not a constant.
    NotConstant,
    /// It is a constant, or a text of which nothing but environment variables is unknown.
    IsConstant,
    /// It is a list, set or dictionary of constants, or one that nobody outside has a part in.
    IsConstantList,
    /// It is a text: a constant, or one put together in the source.
    IsText,
    /// It is a text that the code writes out.
    IsLiteral,
    /// Outside data in it may be something else than text: an object where a text is expected.
    IsStructured,
    /// A known part of the text holds one of these, whatever the case.
    Mentions(Vec<Name>),
    /// It is a constant text that starts with one of these.
    StartsWith(Vec<Name>),
    /// It is a regular expression for single characters, each of these among them, wherever they stand in a text.
    MatchesEach(Name),
    /// It is not what one of these calls of libraries gives: `io.BytesIO`.
    NotMadeBy(Vec<Name>),
    /// It starts with a scheme and a whole host: `https://example.com/`.
    IsOrigin,
    /// It is a regular expression that matches every character that could do harm.
    Strips,
    /// Outside data in it has been made harmless for this kind.
    Cleared(KindId),
}

/// A function among the arguments that the call calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Callback {
    /// Which argument.
    pub function: AccessPath,
    /// What each of its parameters receives; `return` is the result of the call itself (the data of a Node callback).
    pub receives: Vec<AccessPath>,
    /// What becomes of its result.
    pub result: CallbackResult,
    /// The name under which the receiver keeps the function; a call whose function is the `receiver` calls those it keeps.
    pub kept_as: Option<AccessPath>,
}

/// What becomes of a callback's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallbackResult {
    /// Nothing.
    Ignored,
    /// It is the result of the call.
    Returned,
    /// It is an element of the result.
    Element,
    /// Its elements are those of the result; what is no list is one itself.
    Elements,
    /// It decides which elements of the receiver are in the result.
    Filters,
    /// It decides which element of the receiver is the result.
    Finds,
    /// It is the result, and its own first argument in the next round.
    Folds,
}

/// A file that a call reads or writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileEffect {
    /// Where the file's path is. `receiver(0)` is the first argument of the call that made the receiver, such as `open`.
    pub path: AccessPath,
    /// Where the content comes from or goes to.
    pub content: AccessPath,
    /// The direction.
    pub access: FileAccess,
}

/// The direction of a [`FileEffect`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileAccess {
    /// From the file.
    Read,
    /// To the file.
    Write,
}

/// What the result of a call, or a value of a library, brings in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// What.
    pub kind: SourceKind,
    /// Where in the result.
    pub output: AccessPath,
    /// Holds only if all of these do.
    pub when: Vec<Condition>,
}

/// What a [`Source`] brings in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// The event of the entry point, in the shape of this event kind (`web.flask`), because a framework hands it out.
    Event(Name),
    /// A secret: `secretsmanager.get_secret_value`.
    Secret,
    /// The process environment as a whole.
    Environment,
    /// The text of an exception.
    Exception,
    /// A stack trace.
    Stack,
    /// Data from another system that nobody vouches for: an HTTP response.
    Remote,
}

/// A handler that a call registers with a framework.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The argument that is the handler; `last` for Express, whose earlier ones are middleware.
    pub handler: AccessPath,
    /// The event kind of its first parameter, or of all of them for kinds with [`crate::Event::is_spread`].
    pub event: Name,
    /// Where the route is written.
    pub route: Option<AccessPath>,
    /// The HTTP method, where the call decides it.
    pub method: Option<Name>,
}

/// Index of a word in `knowledge/kinds.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KindId(pub u8);

/// A set of sink kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KindSet(u64);

impl KindSet {
    /// No kind.
    pub const NONE: Self = Self(0);
    /// Every kind.
    pub const ALL: Self = Self(u64::MAX);

    /// Whether `kind` is in the set.
    #[must_use]
    pub fn contains(self, kind: KindId) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// The set with `kind` added.
    #[must_use]
    pub fn with(self, kind: KindId) -> Self {
        Self(self.0 | Self::bit(kind))
    }

    /// Whether no kind is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn bit(kind: KindId) -> u64 {
        1_u64.checked_shl(u32::from(kind.0)).unwrap_or(0)
    }
}
