//! From what a statement should say to edits of the text in which it stands.

use app::{Grant, Text};
use base::{Name, Place};
use doc::NodeKind;

use crate::document::{Source, Sources};
use crate::edit::Edit;
use crate::grant::{Aim, outs};
use crate::list;
use crate::write::Out;

/// A statement in the user's file.
struct Written<'s> {
    source: &'s Source,
    /// Its map, where its parts are written in it.
    statement: usize,
}

/// The edits that make the statement say what it should.
///
/// # Errors
/// When it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn edits(sources: &Sources<'_>, grant: &Grant, aim: &Aim) -> Result<Vec<Edit>, String> {
    let source = sources.get(grant.place.file).ok_or_else(list::lost)?;
    let written = Written {
        source,
        statement: source.find(grant.place.span)?,
    };
    let Some((first, rest)) = aim.parts.split_first() else {
        return written.removed();
    };
    if first.0.is_empty() {
        return written.removed();
    }
    // Of several statements, the first takes the place of the one.
    let actions: Vec<(Place, Vec<Name>)> = aim
        .actions
        .iter()
        .map(|(place, new)| {
            let here = new.iter().filter(|action| first.0.contains(action));
            (*place, here.cloned().collect())
        })
        .collect();
    let mut edits = written.values(sources, &grant.actions, |place| {
        let new = actions.iter().find(|(known, _)| *known == place);
        new.map(|(_, new)| {
            new.iter()
                .map(|action| Out::text(action.as_str()))
                .collect()
        })
    })?;
    if let Some(resources) = &first.1 {
        edits.extend(written.values(sources, &grant.resources, |place| {
            let (text, _) = grant.resources.iter().find(|(_, known)| *known == place)?;
            (text.literal().as_deref() == Some("*")).then(|| outs(resources))
        })?);
    }
    if !rest.is_empty() {
        let more: Vec<Out> = rest
            .iter()
            .map(|(actions, resources)| allowing(actions, resources.as_deref()))
            .collect();
        edits.extend(list::inserted(source, written.statement, &more)?);
    }
    Ok(edits)
}

impl Written<'_> {
    /// The statement taken out of its list.
    fn removed(&self) -> Result<Vec<Edit>, String> {
        let visit = self.source.visit(self.statement).ok_or_else(list::lost)?;
        let list = visit.parent.ok_or_else(list::lost)?;
        let siblings = self.source.node(list).map_or(0, |node| node.items().len());
        if siblings < 2 {
            return Err("it is the only statement of its policy, and none of it is needed: remove the policy itself".to_owned());
        }
        list::without(self.source, list, &[visit.index])
    }

    /// The edits that put other values in the place of written ones. Where there are none, the written one is taken out of its
    /// list.
    fn values(
        &self,
        sources: &Sources<'_>,
        written: &[(Text, Place)],
        instead: impl Fn(Place) -> Option<Vec<Out>>,
    ) -> Result<Vec<Edit>, String> {
        let mut edits = Vec::new();
        let mut removed: Vec<(usize, usize)> = Vec::new();
        let mut holder = None;
        for (text, place) in written {
            let Some(new) = instead(*place) else {
                continue;
            };
            if matches!(new.as_slice(), [Out::Text(same)] if text.literal().as_deref() == Some(same.as_str()))
            {
                continue;
            }
            let source = sources.get(place.file).ok_or_else(list::lost)?;
            let id = source.find(place.span)?;
            let is_same =
                source.node(id).and_then(doc::Node::as_text).map(Name::from) == text.literal();
            if !is_same {
                return Err("it is put together from parts".to_owned());
            }
            if place.file != self.source.file {
                return Err(format!(
                    "it is written in `{}`, apart from its statement",
                    source.path
                ));
            }
            if new.is_empty() {
                let visit = source.visit(id).ok_or_else(list::lost)?;
                let list = visit.parent.ok_or_else(list::lost)?;
                if source
                    .node(list)
                    .is_none_or(|it| !matches!(it.kind, NodeKind::List(_)))
                {
                    return Err("it stands alone, not in a list".to_owned());
                }
                holder = Some(list);
                removed.push((list, visit.index));
                continue;
            }
            edits.extend(list::replaced(source, id, &new)?);
        }
        if let Some(list) = holder {
            if removed.iter().any(|(other, _)| *other != list) {
                return Err("its actions are written in several lists".to_owned());
            }
            let indexes: Vec<usize> = removed.iter().map(|(_, index)| *index).collect();
            edits.extend(list::without(self.source, list, &indexes)?);
        }
        Ok(edits)
    }
}

/// A statement that allows these actions; on every resource where none is named.
pub(crate) fn allowing(actions: &[Name], resources: Option<&[privilege::Spelled]>) -> Out {
    let actions = actions.iter().map(|it| Out::text(it.as_str()));
    let resources = resources.map_or_else(|| vec![Out::text("*")], outs);
    Out::Map(vec![
        ("Effect".to_owned(), Out::text("Allow")),
        ("Action".to_owned(), Out::List(actions.collect())),
        ("Resource".to_owned(), Out::one_or_list(resources)),
    ])
}
