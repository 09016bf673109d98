//! What a family of rules is: the rules that one pass over the facts finds.

use base::{Map, Name, Place, RelPath};
use deps::Inventory;
use detect::SecretFile;
use finding::{Finding, Impact, RuleInfo};
use knowledge::Badness;
use link::{Model, Response};
use privilege::{Abuses, Needs};

use crate::sas6::Takers;

/// Everything that rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The application with its code.
    pub model: &'a Model<'a>,
    /// What each function needs, by their ids.
    pub needs: &'a [Needs],
    /// What comes of roles in the wrong hands.
    pub abuses: &'a Abuses<'a>,
    /// What the code answers to callers.
    pub responses: &'a [Response<'a>],
    /// What the project says that it depends on.
    pub inventory: &'a Inventory,
    /// Which functions take what of it along.
    pub takers: &'a Takers<'a>,
    /// The secrets that stand in the project's files, in the order of the files.
    pub secrets: &'a [SecretFile],
    /// What decides how dear the application may become.
    pub cost: &'a cost::Settings,
    /// The files that are templates or are drawn in by one, sorted.
    pub templates: &'a [RelPath],
}

/// How bad something is, by the word of the knowledge base.
pub(crate) fn impact(badness: Badness) -> Impact {
    match badness {
        Badness::Hygiene => Impact::Hygiene,
        Badness::Limited => Impact::Limited,
        Badness::Serious => Impact::Serious,
        Badness::Full => Impact::Full,
    }
}

/// Findings of which each stands for all functions that share what it is about: a setting that several inherit is written once
/// and found once.
#[derive(Default)]
pub(crate) struct Shared {
    findings: Vec<Finding>,
    positions: Map<(Place, Name), usize>,
}

impl Shared {
    /// Adds a finding, or its functions to the one of the same place and `key`.
    pub(crate) fn add(&mut self, key: &str, finding: Finding) {
        let position = self.findings.len();
        let known = *self
            .positions
            .entry((finding.place, key.into()))
            .or_insert(position);
        match self.findings.get_mut(known) {
            Some(known) => {
                known.score.exposure = known.score.exposure.max(finding.score.exposure);
                known.functions.extend(finding.functions);
            }
            None => self.findings.push(finding),
        }
    }

    pub(crate) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

/// Rules that are found in one pass.
pub(crate) struct Family {
    /// The rules.
    pub(crate) rules: fn() -> Vec<RuleInfo>,
    /// Finds what any of them is about.
    pub(crate) check: fn(&Input<'_>) -> Vec<Finding>,
}
