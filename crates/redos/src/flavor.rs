//! The flavours of regular expressions: what each can write, and how its engine goes on.

use crate::set::CharSet;

/// Whose engine runs the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flavor {
    /// ECMAScript 2025.
    JavaScript,
    /// Python's `re`.
    Python,
    /// `java.util.regex`.
    Java,
    /// `System.Text.RegularExpressions`.
    DotNet,
    /// PCRE and what resembles it.
    Pcre,
    /// Go and RE2, which do not backtrack.
    Go,
}

impl Flavor {
    /// All flavours.
    pub const ALL: [Self; 6] = [
        Self::JavaScript,
        Self::Python,
        Self::Java,
        Self::DotNet,
        Self::Pcre,
        Self::Go,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::JavaScript => "js",
            Self::Python => "python",
            Self::Java => "java",
            Self::DotNet => "dotnet",
            Self::Pcre => "pcre",
            Self::Go => "go",
        }
    }

    /// Whether `a++` means that nothing is given back.
    #[must_use]
    pub fn has_possessive(self) -> bool {
        matches!(self, Self::Python | Self::Java | Self::Pcre)
    }

    /// Whether `(?>…)` exists.
    #[must_use]
    pub fn has_atomic(self) -> bool {
        !matches!(self, Self::JavaScript | Self::Go)
    }

    /// Whether `a{2}{3}` repeats a repetition.
    pub(crate) fn repeats_repetitions(self) -> bool {
        matches!(self, Self::Java | Self::Pcre)
    }

    /// Whether `$` also matches before a last line break.
    pub(crate) fn ends_before_newline(self) -> bool {
        self != Self::JavaScript
    }

    /// Whether `\w` and its like reach beyond ASCII unless a flag says otherwise.
    pub(crate) fn is_unicode(self) -> bool {
        matches!(self, Self::Python | Self::DotNet)
    }

    /// Whether an iteration that reads nothing fails; elsewhere it ends the loop.
    pub(crate) fn refuses_empty_iterations(self) -> bool {
        self == Self::JavaScript
    }

    /// Whether an iteration forgets what the groups inside of it captured.
    pub(crate) fn forgets_captures(self) -> bool {
        self == Self::JavaScript
    }

    /// Whether a reference to a group that has not matched matches nothing, instead of failing.
    pub(crate) fn has_empty_references(self) -> bool {
        self == Self::JavaScript
    }

    /// What `.` does not match, where no flag makes it match everything.
    pub(crate) fn line_breaks(self) -> CharSet {
        match self {
            Self::JavaScript => CharSet::of("\n\r\u{2028}\u{2029}"),
            Self::Java => CharSet::of("\n\r\u{85}\u{2028}\u{2029}"),
            _ => CharSet::of("\n"),
        }
    }
}

/// How much of the text a call demands to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Call {
    /// A match anywhere: `test`, `search`, `find`.
    #[default]
    Search,
    /// A match at the start: Python's `match`, Java's `lookingAt`, the flag `y`.
    Prefix,
    /// The whole text: `fullmatch`, Java's `matches`.
    Full,
}
