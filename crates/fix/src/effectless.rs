//! What policies say without effect: taken out.

use std::collections::BTreeMap;

use base::FileId;
use finding::Finding;

use crate::document::Sources;
use crate::edit::Edit;
use crate::list::{self, lost};

/// An action that there is not.
pub(crate) const UNKNOWN_ACTION: &str = "sas4/unknown-action";

/// A statement that allows nothing that another one does not.
pub(crate) const REDUNDANT: &str = "sas4/redundant-statement";

/// The findings about items of each list, with the indexes of the items.
#[derive(Default)]
pub(crate) struct Lists<'f> {
    lists: BTreeMap<(FileId, usize), Vec<(usize, &'f Finding)>>,
}

impl<'f> Lists<'f> {
    /// Notes the item that a finding is about.
    ///
    /// # Errors
    /// When it is not one of a list; the reason is a clause.
    pub(crate) fn add(
        &mut self,
        sources: &Sources<'_>,
        finding: &'f Finding,
    ) -> Result<(), String> {
        let file = finding.place.file;
        let source = sources.get(file).ok_or_else(lost)?;
        let visit = source.visit(source.find(finding.place.span)?);
        let visit = visit.ok_or_else(lost)?;
        if visit.key.is_some() {
            return Err("it stands alone, not in a list".to_owned());
        }
        let list = visit.parent.ok_or_else(lost)?;
        let items = self.lists.entry((file, list)).or_default();
        items.push((visit.index, finding));
        Ok(())
    }

    /// The findings of each list, with the edits that take their items out or why they are left, as a clause.
    pub(crate) fn removed(
        self,
        sources: &Sources<'_>,
    ) -> impl Iterator<Item = (Vec<&'f Finding>, Result<Vec<Edit>, String>)> {
        self.lists.into_iter().map(|((file, list), items)| {
            let indexes: Vec<usize> = items.iter().map(|(index, _)| *index).collect();
            let findings = items.into_iter().map(|(_, finding)| finding).collect();
            (findings, without(sources, file, list, &indexes))
        })
    }
}

fn without(
    sources: &Sources<'_>,
    file: FileId,
    list: usize,
    indexes: &[usize],
) -> Result<Vec<Edit>, String> {
    let source = sources.get(file).ok_or_else(lost)?;
    let count = source.node(list).map_or(0, |node| node.items().len());
    if count <= indexes.len() {
        return Err("nothing would be left of the list; say what is meant".to_owned());
    }
    list::without(source, list, indexes)
}
