//! `tenrec fix` as a library: the edits that mend what was found in a project, as diffs or as new texts of its files.

use std::collections::BTreeMap;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use base::{Budget, FileId, Place, RelPath, Span, System};
use finding::Finding;
use fix::{Edit, Extent, Fix, Plan, Sources};
use link::Model;
use privilege::Needs;
use similar::{ChangeTag, TextDiff};

use crate::lines::Lines;

/// Lines around a change that a diff shows.
const CONTEXT: u32 = 3;

/// The edits of a project.
pub struct Fixes<'a> {
    system: &'a dyn System,
    sources: Sources<'a>,
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
        let sources = Sources::new(system, Budget::default());
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

    /// The changes of this run as a report has them.
    #[must_use]
    pub fn changes(&self) -> Vec<report::Change> {
        let meant = self.plan.fixes.iter().filter(|fix| self.extent.has(fix));
        let change = |fix: &Fix| report::Change {
            message: fix.message.clone(),
            findings: fix.findings.clone(),
            edits: fix::in_order(&fix.edits)
                .into_iter()
                .map(|it| (it.place, it.text.clone()))
                .collect(),
        };
        meant.map(change).collect()
    }

    /// How many changes are planned and not made in this run.
    #[must_use]
    pub fn kept(&self) -> usize {
        let fixes = self.plan.fixes.iter();
        fixes.filter(|fix| !self.extent.has(fix)).count()
    }

    fn texts<'f>(&self, fixes: impl Iterator<Item = &'f Fix>) -> Vec<Changed> {
        let changed = by_file(fixes).into_iter().filter_map(|(file, edits)| {
            let old = self.sources.text(file)?;
            let new = fix::applied(old, edits)?;
            Some(Changed {
                path: self.path(file)?,
                old: old.to_owned(),
                new,
            })
        });
        changed.collect()
    }

    /// The diffs of one change, for which only the lines around its edits are compared.
    fn diff(&self, fix: &Fix, lines: &Lines<'_>) -> String {
        let diffs = by_file(std::iter::once(fix)).into_iter();
        let diffs = diffs.filter_map(|(file, edits)| {
            let text = self.sources.text(file)?;
            let spans = edits.iter().map(|edit| edit.place.span);
            let start = spans.clone().map(|span| span.start).min()?;
            let end = spans.map(|span| span.end).max()?;
            let place = Place::new(file, Span::new(start, end));
            let (around, before) = lines.around(place, text, CONTEXT + 1);
            let moved: Vec<Edit> = edits.into_iter().map(|it| it.back(around.start)).collect();
            let old = around.of(text);
            let new = fix::applied(old, &moved)?;
            Some(unified(&self.path(file)?, old, &new, before as usize))
        });
        diffs.collect()
    }

    fn path(&self, file: FileId) -> Option<RelPath> {
        let entry = self.system.files().get(file.0 as usize)?;
        Some(entry.path.clone())
    }

    /// All edits, each with its diff, and what is left alone.
    #[must_use]
    pub fn terminal(&self) -> String {
        let lines = Lines::new(self.system);
        let mut out = String::new();
        for fix in &self.plan.fixes {
            let bold = Style::new().bold();
            let place = lines.show(fix.place);
            let rules = fix.rules().join(", ");
            out.push_str(&format!("{bold}{place}{bold:#} {rules}\n"));
            out.push_str(&format!("  {}\n", fix.message));
            match &fix.review {
                None => out.push_str("  safe\n"),
                Some(reason) => {
                    let yellow = AnsiColor::Yellow.on_default();
                    out.push_str(&format!("  {yellow}needs review{yellow:#}: {reason}\n"));
                }
            }
            out.push_str(&self.diff(fix, &lines));
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

    /// How many changes there are and how many findings stay.
    #[must_use]
    pub fn summary(&self) -> String {
        let review = self.plan.fixes.iter().filter(|fix| fix.review.is_some());
        let review = review.count();
        let safe = self.plan.fixes.len() - review;
        let left = self.plan.left.len();
        let without = self.plan.without;
        if safe + review + left + without == 0 {
            return "nothing to mend\n".to_owned();
        }
        let rest = match without {
            0 => String::new(),
            count => format!(", {count} without an edit"),
        };
        format!("{safe} safe, {review} to review, {left} left alone{rest}\n")
    }
}

impl Changed {
    /// A unified diff, as `patch` and `git apply` read it but for the colours.
    #[must_use]
    pub fn diff(&self) -> String {
        unified(&self.path, &self.old, &self.new, 0)
    }
}

fn by_file<'f>(fixes: impl Iterator<Item = &'f Fix>) -> BTreeMap<FileId, Vec<&'f Edit>> {
    let mut edits: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.flat_map(|fix| &fix.edits) {
        edits.entry(edit.place.file).or_default().push(edit);
    }
    edits
}

/// The unified diff of a part of a file before which so many lines lie.
fn unified(path: &RelPath, old: &str, new: &str, before: usize) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut unified = diff.unified_diff();
    unified.context_radius(CONTEXT as usize);
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    for hunk in unified.iter_hunks() {
        let cyan = AnsiColor::Cyan.on_default();
        let (Some(first), Some(last)) = (hunk.ops().first(), hunk.ops().last()) else {
            continue;
        };
        let old = range(before, first.old_range().start..last.old_range().end);
        let new = range(before, first.new_range().start..last.new_range().end);
        out.push_str(&format!("{cyan}@@ -{old} +{new} @@{cyan:#}\n"));
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

/// Lines as the head of a hunk gives them: the first, counted from 1, and how many; of none, the one before them.
fn range(before: usize, lines: Range<usize>) -> String {
    match (before + lines.start, lines.len()) {
        (start, 0) => format!("{start},0"),
        (start, 1) => format!("{}", start + 1),
        (start, count) => format!("{},{count}", start + 1),
    }
}
