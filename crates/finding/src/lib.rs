//! Findings: what a rule found, how bad it is, the proof, and how to mend it. Plain data.
//!
//! Made by `rules`, shown by `report`, applied by `fix`.

mod keyed;
mod risk;
mod rule;
mod severity;
pub mod words;

use base::{Name, Place, RelPath};

pub use keyed::keyed;
pub use risk::Risk;
pub use rule::RuleInfo;
pub use severity::{Confidence, Impact, Reach, Score, Severity};

/// A rule's name: `sas1/os-command-injection`.
pub type RuleName = &'static str;

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule that made it.
    pub rule: RuleName,
    /// How bad, and why.
    pub score: Score,
    /// How sure.
    pub confidence: Confidence,
    /// What is wrong here, one sentence with the names of the things concerned.
    pub message: String,
    /// Where to look first: the sink, the property, the resource.
    pub place: Place,
    /// The functions concerned, by their ids in the report, in order.
    pub functions: Vec<Name>,
    /// The proof: trigger → field → … → sink, or the configuration that decides.
    pub evidence: Vec<Step>,
    /// How to mend it, one sentence in the imperative.
    pub fix: String,
    /// What the property at fault should be set to, where the rule works that out.
    pub value: Option<Name>,
    /// What tells this finding from others of the same rule in the same file, independent of line numbers: a logical id, a
    /// property's path, the called function. Part of the fingerprint.
    pub subject: String,
    /// The secret that it is about, by its digest. Never reported: reports show what is made of it with the user's own key, see
    /// [`keyed`].
    pub secret: Option<u64>,
}

/// One step of the evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its part in the proof.
    pub kind: StepKind,
    /// Where.
    pub place: Place,
    /// What happens there, a short sentence.
    pub message: String,
}

/// The part of a step in the proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// What invokes the function.
    Trigger,
    /// The field of the event that somebody outside controls.
    Source,
    /// Data moves on.
    Step,
    /// Data leaves a function for a resource, or comes back from one.
    Channel,
    /// Where the data does harm.
    Sink,
    /// A property of a template.
    Config,
}

impl StepKind {
    /// Its name in the JSON report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Source => "source",
            Self::Step => "step",
            Self::Channel => "channel",
            Self::Sink => "sink",
            Self::Config => "config",
        }
    }
}

impl Finding {
    /// A finding of `rule` at `place`; the other fields are as for a missing piece of hygiene that is certain.
    #[must_use]
    pub fn new(rule: &RuleInfo, place: Place, message: impl Into<String>) -> Self {
        Self {
            rule: rule.name,
            score: Score::new(Impact::Hygiene, Reach::Operator),
            confidence: Confidence::High,
            message: message.into(),
            place,
            functions: Vec::new(),
            evidence: Vec::new(),
            fix: String::new(),
            value: None,
            subject: String::new(),
            secret: None,
        }
    }

    /// With this impact, for whom it is within reach.
    #[must_use]
    pub fn score(mut self, impact: Impact, exposure: Reach) -> Self {
        self.score = Score::new(impact, exposure);
        self
    }

    /// With this certainty.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// About these functions.
    #[must_use]
    pub fn functions(mut self, functions: impl IntoIterator<Item = Name>) -> Self {
        self.functions.extend(functions);
        self
    }

    /// With one more step of evidence.
    #[must_use]
    pub fn step(mut self, kind: StepKind, place: Place, message: impl Into<String>) -> Self {
        self.evidence.push(Step {
            kind,
            place,
            message: message.into(),
        });
        self
    }

    /// Mended by this.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Mended by setting the property at fault to this.
    #[must_use]
    pub fn value(mut self, value: impl Into<Name>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Told from others of the same rule in the same file by this.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// About the secret with this digest; its place is that of the secret itself.
    #[must_use]
    pub fn secret(mut self, digest: u64) -> Self {
        self.secret = Some(digest);
        self
    }

    /// How bad it is, before the user's own settings.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.score.severity()
    }

    /// A name for this finding that survives unrelated edits of the file: it depends on the rule, the file, the functions and
    /// the subject, not on lines. `ordinal` counts findings that are equal in all of these, in source order.
    #[must_use]
    pub fn fingerprint(&self, path: &RelPath, ordinal: u32) -> String {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        for part in [self.rule, path.as_str(), &self.subject] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        for function in &self.functions {
            hash.update(function.as_bytes());
            hash.update([0]);
        }
        hash.update(ordinal.to_le_bytes());
        hash.finalize()
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
