//! `tenrec fix` as a library: the edits that mend what was found in a project, as diffs or as new texts of its files.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use base::{Budget, FileId, RelPath, System};
use finding::Finding;
use fix::{Edit, Extent, Fix, Plan, Sources};
use link::Model;
use privilege::Needs;
use similar::{ChangeTag, TextDiff};

use crate::lines::Lines;

/// Lines around a change that a diff shows.
const CONTEXT: usize = 3;

/// The edits of a project.
pub struct Fixes<'a> {
    system: &'a dyn System,
    sources: Sources,
    extent: Extent,
    plan: Plan,
}

/// A file with its edits made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The file.
    pub path: RelPath,
    /// Its text.
    pub old: String,
    /// Its text afterwards.
    pub new: String,
}

impl<'a> Fixes<'a> {
    /// Plans the edits that mend these findings, of which a run makes some or all.
    #[must_use]
    pub fn new(
        system: &'a dyn System,
        model: &Model<'_>,
        needs: &[Needs],
        findings: &[&Finding],
        extent: Extent,
    ) -> Self {
        let places = fix::places(model, findings);
        let sources = Sources::read(system, &Budget::default(), places);
        let plan = fix::plan(model, needs, &sources, findings, extent);
        Self {
            system,
            sources,
            extent,
            plan,
        }
    }

    /// What is changed and what is left alone.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The files that change in this run.
    #[must_use]
    pub fn changed(&self) -> Vec<Changed> {
        let meant = self.plan.fixes.iter();
        self.texts(meant.filter(|fix| self.extent.has(fix)))
    }

    /// How many changes are planned and not made in this run.
    #[must_use]
    pub fn kept(&self) -> usize {
        let fixes = self.plan.fixes.iter();
        fixes.filter(|fix| !self.extent.has(fix)).count()
    }

    fn texts<'f>(&self, fixes: impl Iterator<Item = &'f Fix>) -> Vec<Changed> {
        let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
        for edit in fixes.flat_map(|fix| &fix.edits) {
            edits.entry(edit.place.file).or_default().push(edit);
        }
        let changed = edits.into_iter().filter_map(|(file, edits)| {
            let old = self.sources.text(file)?;
            let new = fix::applied(old, edits)?;
            Some(Changed {
                path: self.system.files().get(file.0 as usize)?.path.clone(),
                old: old.to_owned(),
                new,
            })
        });
        changed.collect()
    }

    /// All edits, each with its diff, and what is left alone.
    #[must_use]
    pub fn terminal(&self) -> String {
        let lines = Lines::new(self.system);
        let mut out = String::new();
        for fix in &self.plan.fixes {
            let bold = Style::new().bold();
            let place = lines.show(fix.place);
            let rules = fix.rules.join(", ");
            out.push_str(&format!("{bold}{place}{bold:#} {rules}\n"));
            out.push_str(&format!("  {}\n", fix.message));
            match &fix.review {
                None => out.push_str("  safe\n"),
                Some(reason) => {
                    let yellow = AnsiColor::Yellow.on_default();
                    out.push_str(&format!("  {yellow}needs review{yellow:#}: {reason}\n"));
                }
            }
            for changed in self.texts(std::iter::once(fix)) {
                out.push_str(&changed.diff());
            }
            out.push('\n');
        }
        out.push_str(&self.left());
        out.push_str(&self.summary());
        out
    }

    /// What is left alone, and why.
    #[must_use]
    pub fn left(&self) -> String {
        let lines = Lines::new(self.system);
        let mut out = String::new();
        for left in &self.plan.left {
            let place = lines.show(left.place);
            out.push_str(&format!("left alone: {place} {}\n", left.rule));
            out.push_str(&format!("  {}\n  because {}\n", left.message, left.reason));
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }

    fn summary(&self) -> String {
        let review = self.plan.fixes.iter().filter(|fix| fix.review.is_some());
        let review = review.count();
        let safe = self.plan.fixes.len() - review;
        let left = self.plan.left.len();
        if safe + review + left == 0 {
            return "nothing to mend\n".to_owned();
        }
        format!("{safe} safe, {review} to review, {left} left alone\n")
    }
}

impl Changed {
    /// A unified diff, as `patch` and `git apply` read it but for the colours.
    #[must_use]
    pub fn diff(&self) -> String {
        let diff = TextDiff::from_lines(&self.old, &self.new);
        let mut unified = diff.unified_diff();
        unified.context_radius(CONTEXT);
        let mut out = format!("--- a/{}\n+++ b/{}\n", self.path, self.path);
        for hunk in unified.iter_hunks() {
            let cyan = AnsiColor::Cyan.on_default();
            let header = hunk.header().to_string();
            out.push_str(&format!("{cyan}{}{cyan:#}\n", header.trim_end()));
            for change in hunk.iter_changes() {
                let (sign, style) = match change.tag() {
                    ChangeTag::Delete => ("-", AnsiColor::Red.on_default()),
                    ChangeTag::Insert => ("+", AnsiColor::Green.on_default()),
                    ChangeTag::Equal => (" ", Style::new()),
                };
                // A carriage return is part of the line, without which the patch would not fit.
                let line = change.value().trim_end_matches('\n');
                out.push_str(&format!("{style}{sign}{line}{style:#}\n"));
                if change.missing_newline() {
                    out.push_str("\\ No newline at end of file\n");
                }
            }
        }
        out
    }
}
