//! Findings as the user's settings leave them: what every report is written from.

use base::Place;
use finding::{Finding, RuleName, Severity};

/// A finding as the user's settings leave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What was found.
    pub finding: Finding,
    /// How bad; the project may have set another severity than the computed one.
    pub severity: Severity,
    /// Its name across runs, see [`Finding::fingerprint`].
    pub fingerprint: String,
    /// The name under the user's key of the secret that it is about.
    pub secret: Option<String>,
    /// Set where somebody decided to live with it.
    pub suppression: Option<Suppression>,
}

/// Somebody's decision to live with a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Where the decision is written.
    pub origin: Origin,
    /// Why.
    pub reason: String,
}

/// Where a decision to live with a finding is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a comment of the file itself, there.
    Comment(Place),
    /// In the project's configuration.
    Configuration,
}

/// A change of files that mends findings, which nobody needs to look at before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is changed, a sentence in the imperative.
    pub message: String,
    /// What it mends, by rule and place.
    pub findings: Vec<(RuleName, Place)>,
    /// What is replaced, and what stands there instead.
    pub edits: Vec<(Place, String)>,
}
