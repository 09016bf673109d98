//! The commits that references lead to.

use std::collections::BTreeSet;

use gix::{ObjectId, Repository, objs::Kind};

use crate::{Cut, Limits, Refusal, Summary};

/// A commit and what it holds.
pub(crate) struct Commit {
    pub(crate) id: ObjectId,
    pub(crate) tree: ObjectId,
}

/// One step of the walk: from children to parents, and back.
enum Step {
    Enter(ObjectId),
    Leave(Commit),
}

/// All commits that references lead to, each after its parents; of too many, those that the first references lead to.
pub(crate) fn all(
    repository: &Repository,
    limits: &Limits,
    summary: &mut Summary,
) -> Result<Vec<Commit>, Refusal> {
    let mut commits = Vec::new();
    let mut seen: BTreeSet<ObjectId> = BTreeSet::new();
    let mut steps: Vec<Step> = tips(repository)?
        .into_iter()
        .rev()
        .map(Step::Enter)
        .collect();
    while let Some(step) = steps.pop() {
        let id = match step {
            Step::Enter(id) => id,
            Step::Leave(commit) => {
                commits.push(commit);
                continue;
            }
        };
        if seen.contains(&id) {
            continue;
        }
        if limits.commits <= seen.len() {
            summary.cut = Some(Cut::Commits(limits.commits));
            continue;
        }
        seen.insert(id);
        match commit(repository, id) {
            Some((tree, parents)) => {
                steps.push(Step::Leave(Commit { id, tree }));
                steps.extend(parents.into_iter().rev().map(Step::Enter));
            }
            // What a shallow clone ends in is no damage.
            None if summary.cut == Some(Cut::Shallow) => {}
            None => summary.unreadable += 1,
        }
    }
    summary.commits = commits.len();
    Ok(commits)
}

/// The commits that references name, in the order of the references' names; that of a detached `HEAD` last.
fn tips(repository: &Repository) -> Result<Vec<ObjectId>, Refusal> {
    let platform = repository.references().map_err(Refusal::unreadable)?;
    let references = platform.all().map_err(Refusal::unreadable)?;
    let mut named: Vec<(String, ObjectId)> = references
        .filter_map(|reference| {
            let reference = reference.ok()?;
            let id = reference.try_id()?.detach();
            Some((reference.name().as_bstr().to_string(), id))
        })
        .collect();
    named.sort();
    let mut tips: Vec<ObjectId> = named
        .into_iter()
        .filter_map(|(_, id)| without_tags(repository, id))
        .collect();
    tips.extend(repository.head_id().ok().map(gix::Id::detach));
    Ok(tips)
}

/// The commit that an annotated tag stands for.
fn without_tags(repository: &Repository, mut id: ObjectId) -> Option<ObjectId> {
    /// Tags of tags of tags are nobody's habit.
    const DEEPEST: usize = 8;
    for _ in 0..DEEPEST {
        let object = repository.find_object(id).ok()?;
        match object.kind {
            Kind::Commit => return Some(id),
            Kind::Tag => id = object.try_to_tag_ref().ok()?.target(),
            Kind::Tree | Kind::Blob => return None,
        }
    }
    None
}

/// The tree and the parents of a commit.
fn commit(repository: &Repository, id: ObjectId) -> Option<(ObjectId, Vec<ObjectId>)> {
    let object = repository.find_object(id).ok()?;
    let commit = object.try_to_commit_ref().ok()?;
    Some((commit.tree(), commit.parents().collect()))
}
