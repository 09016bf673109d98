//! Kinds of danger: the words for what a sink or a misuse is. Read from `knowledge/kinds.toml`.

use base::Name;
use serde::{Deserialize, Serialize};

/// One kind of danger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The word that rows use: `os-command`.
    pub name: Name,
    /// For people: `Operating system command`.
    pub title: String,
    /// The number of the weakness in MITRE's CWE list, where one fits.
    pub cwe: Option<u16>,
    /// What goes there leaves the function, so that environment variables in it matter as well.
    pub gives_away: bool,
}
