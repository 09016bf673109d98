//! What is changed for which findings, and what is left alone.

use base::{Map, Place};
use finding::{Finding, RuleName};

use crate::edit::{Edit, Made};

/// What mends findings, and what is left.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Changes, in the order of places.
    pub fixes: Vec<Fix>,
    /// Findings that are left alone, in the order of places.
    pub left: Vec<Left>,
    /// How many findings are of rules that have no edits.
    pub without: usize,
}

/// One change.
#[derive(Clone, Debug)]
pub struct Fix {
    /// The findings that it mends, by rule and place, in order.
    pub findings: Vec<(RuleName, Place)>,
    /// Where the first of them is.
    pub place: Place,
    /// What is changed, a sentence in the imperative.
    pub message: String,
    /// How: edits of one file that do not overlap.
    pub edits: Vec<Edit>,
    /// Why somebody should look at it first, as a clause; nothing where it is safe.
    pub review: Option<String>,
}

/// A finding that is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its rule.
    pub rule: RuleName,
    /// Where it is.
    pub place: Place,
    /// What was found.
    pub message: String,
    /// Why it is left alone, as a clause.
    pub reason: String,
}

impl Fix {
    /// The rules of the findings, each once.
    #[must_use]
    pub fn rules(&self) -> Vec<RuleName> {
        let mut rules: Vec<RuleName> = self.findings.iter().map(|(rule, _)| *rule).collect();
        rules.dedup();
        rules
    }
}

impl Plan {
    /// One change for several findings, or all of them left.
    pub(crate) fn together(
        &mut self,
        findings: &[&Finding],
        change: Result<(String, Vec<Edit>), String>,
        review: Option<String>,
    ) {
        let place = findings.iter().map(|finding| finding.place).min();
        match (change, place) {
            (Ok((message, edits)), Some(place)) => self.fixes.push(Fix {
                findings: in_order(findings.iter().map(|it| (it.rule, it.place)).collect()),
                place,
                message,
                edits,
                review,
            }),
            (Ok(_), None) => {}
            (Err(reason), _) => {
                for finding in findings {
                    self.leave(finding, reason.clone());
                }
            }
        }
    }

    pub(crate) fn leave(&mut self, finding: &Finding, reason: String) {
        self.left.push(Left {
            rule: finding.rule,
            place: finding.place,
            message: finding.message.clone(),
            reason,
        });
    }

    /// Of changes that meet, the first is made.
    pub(crate) fn finish(mut self) -> Self {
        let mut fixes = std::mem::take(&mut self.fixes);
        fixes.sort_by_key(|fix| fix.place);
        let mut same: Map<Vec<Edit>, usize> = Map::default();
        let mut made = Made::default();
        for fix in fixes {
            if let Some(same) = same.get(&fix.edits).and_then(|at| self.fixes.get_mut(*at)) {
                same.findings.extend(fix.findings);
                same.findings = in_order(std::mem::take(&mut same.findings));
                continue;
            }
            if fix.edits.iter().any(|edit| made.meets(edit)) {
                for rule in fix.rules() {
                    self.left.push(Left {
                        rule,
                        place: fix.place,
                        message: fix.message.clone(),
                        reason: "another change is made at the same place; run again".to_owned(),
                    });
                }
            } else {
                made.add(&fix.edits);
                same.insert(fix.edits.clone(), self.fixes.len());
                self.fixes.push(fix);
            }
        }
        self.left.sort_by_key(|left| (left.place, left.rule));
        self
    }
}

fn in_order(mut findings: Vec<(RuleName, Place)>) -> Vec<(RuleName, Place)> {
    findings.sort_unstable();
    findings.dedup();
    findings
}
