//! Why a knowledge file is refused: file, line, row and reason, so that whoever wrote the row can mend it.

use crate::AccessPathError;

/// One row that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {row}: {problem}")]
pub struct KnowledgeError {
    /// The file, relative to the tree.
    pub file: String,
    /// The line on which the row starts, from 1.
    pub line: usize,
    /// The row as people would name it: ``[[sink]] `exec` ``.
    pub row: String,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is not TOML, or has a key that rows of this kind do not have, or lacks one that they must have.
    #[error("{0}")]
    Format(String),
    /// A word that is not in its closed vocabulary.
    #[error("unknown {vocabulary} `{word}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownWord {
        /// Of what it should be a word.
        vocabulary: &'static str,
        /// What is written.
        word: String,
        /// The known word that is most like it.
        nearest: Option<String>,
    },
    /// An access path or event path that cannot be read.
    #[error(transparent)]
    Path(#[from] AccessPathError),
    /// A key whose list or text is empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A row that says again what another row says.
    #[error("says the same as another row")]
    Duplicate,
    /// Keys that do not go together.
    #[error("{0}")]
    Conflict(&'static str),
    /// The text of a date is not `YYYY-MM-DD`.
    #[error("`{0}` is not a date like 2026-01-31")]
    Date(String),
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|word| format!("; did you mean `{word}`?"))
        .unwrap_or_default()
}
