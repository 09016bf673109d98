//! The files of commits, each version once.

use std::collections::BTreeSet;

use gix::objs::tree::EntryKind;
use gix::{ObjectId, Repository};

use crate::commits::Commit;
use crate::{Cut, Limits, Summary, Visitor};

/// The digits of a commit's id that people are shown.
const SHORT: usize = 10;

/// The longest path that is followed, in bytes; no checkout could have it.
const LONGEST: usize = 4096;

/// Hands over each version of a wanted file at the first commit that has it.
pub(crate) fn read(
    repository: &Repository,
    commits: &[Commit],
    limits: &Limits,
    visitor: &mut dyn Visitor,
    summary: &mut Summary,
) {
    let mut walk = Walk {
        repository,
        limits,
        visitor,
        summary,
        seen: BTreeSet::new(),
        bytes: 0,
    };
    for commit in commits {
        if let Err(cut) = walk.commit(commit) {
            walk.summary.cut = Some(cut);
            return;
        }
    }
}

struct Walk<'w> {
    repository: &'w Repository,
    limits: &'w Limits,
    visitor: &'w mut dyn Visitor,
    summary: &'w mut Summary,
    /// Trees and blobs; most of a commit is that of its parent.
    seen: BTreeSet<ObjectId>,
    bytes: u64,
}

impl Walk<'_> {
    fn commit(&mut self, commit: &Commit) -> Result<(), Cut> {
        let short = commit.id.to_hex_with_len(SHORT).to_string();
        let mut trees = vec![(String::new(), commit.tree)];
        while let Some((folder, id)) = trees.pop() {
            if LONGEST < folder.len() || !self.seen.insert(id) {
                continue;
            }
            let Ok(object) = self.repository.find_object(id) else {
                self.summary.unreadable += 1;
                continue;
            };
            self.count(object.data.len() as u64)?;
            let Ok(tree) = object.try_into_tree() else {
                self.summary.unreadable += 1;
                continue;
            };
            for entry in tree.iter() {
                let Ok(entry) = entry else {
                    self.summary.unreadable += 1;
                    break;
                };
                let path = format!("{folder}{}", entry.filename());
                match entry.mode().kind() {
                    EntryKind::Tree => trees.push((format!("{path}/"), entry.oid().to_owned())),
                    EntryKind::Blob | EntryKind::BlobExecutable => {
                        self.version(&short, &path, entry.oid().to_owned())?;
                    }
                    EntryKind::Link | EntryKind::Commit => {}
                }
            }
        }
        Ok(())
    }

    fn version(&mut self, commit: &str, path: &str, id: ObjectId) -> Result<(), Cut> {
        if self.seen.contains(&id) || !self.visitor.wants(path) {
            return Ok(());
        }
        self.seen.insert(id);
        if self.limits.versions <= self.summary.versions {
            return Err(Cut::Versions(self.limits.versions));
        }
        match self.repository.find_header(id) {
            Ok(header) if self.limits.version_bytes < header.size() => return Ok(()),
            Ok(header) => self.count(header.size())?,
            Err(_) => {
                self.summary.unreadable += 1;
                return Ok(());
            }
        }
        let Ok(object) = self.repository.find_object(id) else {
            self.summary.unreadable += 1;
            return Ok(());
        };
        self.summary.versions += 1;
        if let Ok(text) = std::str::from_utf8(&object.data) {
            self.visitor.version(commit, path, text);
        }
        Ok(())
    }

    fn count(&mut self, bytes: u64) -> Result<(), Cut> {
        self.bytes = self.bytes.saturating_add(bytes);
        match self.limits.total_bytes < self.bytes {
            true => Err(Cut::Bytes),
            false => Ok(()),
        }
    }
}
