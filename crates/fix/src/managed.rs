//! Policies of the platform in whose place a role gets the statements that it needs.

use std::collections::BTreeSet;

use app::{Grant, GrantOrigin, Text};
use base::{Name, Place};
use finding::words;
use iam::Answer;
use link::Model;
use privilege::{Need, UsedRole};

use crate::document::{Source, Sources};
use crate::edit::Edit;
use crate::index::Index;
use crate::list::{self, lost};
use crate::map;
use crate::needed::{self, Needed};
use crate::write::Out;

/// What is changed.
pub(crate) struct Replaced {
    /// A sentence in the imperative.
    pub(crate) message: String,
    pub(crate) edits: Vec<Edit>,
    /// Why somebody should look at it first, as a clause.
    pub(crate) review: String,
}

/// Puts statements in the place of policies of the platform that a role has attached at these places.
///
/// # Errors
/// When it is not certain what is needed of them, or they are written in a way that this cannot keep; the reason is a clause.
pub(crate) fn replaced(
    model: &Model<'_>,
    index: &Index<'_>,
    sources: &Sources<'_>,
    used: &UsedRole<'_>,
    places: &BTreeSet<Place>,
) -> Result<Replaced, String> {
    used.is_seen(model)?;
    let names = names(model, index, used, places)?;
    let is_taken = |grant: &Grant| match &grant.origin {
        GrantOrigin::ManagedPolicy(name) => names.contains(name),
        _ => false,
    };
    let all = used.each().flat_map(|(_, needs)| &needs.needs);
    let all = all.filter(|need| !used.is_by_framework(need));
    let needs: Vec<&Need> = all
        .filter(|need| {
            let is_allowed = |is_meant: &dyn Fn(&Grant) -> bool| {
                privilege::is_allowed_by(model, used.id, need, is_meant)
            };
            is_allowed(&is_taken) != Answer::No && is_allowed(&|it| !is_taken(it)) != Answer::Yes
        })
        .collect();
    let needed = needed::needed(model, used, &needs)?;
    let place = places.first().ok_or_else(lost)?;
    let source = sources.get(place.file).ok_or_else(lost)?;
    let edits = edits(source, places, &needed)?;
    let policies = words::whole(&names.iter().collect::<Vec<_>>());
    let message = if needed.is_empty() {
        format!("Remove {policies}, of which nothing is needed")
    } else {
        format!("Allow {} in place of {policies}", needed.shown())
    };
    let review = used
        .besides(model)
        .or(needed.review)
        .unwrap_or_else(|| format!("{policies} allowed more, on which a library may have relied"));
    Ok(Replaced {
        message,
        edits,
        review,
    })
}

/// The names of the policies at these places, of which it is known what they allow.
fn names(
    model: &Model<'_>,
    index: &Index<'_>,
    used: &UsedRole<'_>,
    places: &BTreeSet<Place>,
) -> Result<BTreeSet<Name>, String> {
    let is_meant = |policy: &&(Text, Place)| places.contains(&policy.1);
    let policies = used.role.managed_policies.iter().filter(is_meant);
    let names = policies.map(|(text, place)| {
        let mut roles = index.with_policy(*place).iter();
        if roles.any(|other| other.place != used.role.place) {
            return Err("it is written once for several roles".to_owned());
        }
        let name = link::managed_policy_name(text);
        let name = name.filter(|name| model.knowledge.managed_policy(name).is_some());
        name.ok_or_else(|| "it is not known what the policy allows".to_owned())
    });
    names.collect()
}

/// Where policies are listed, and where statements of the same role are.
struct Holder {
    /// The field that lists the policies.
    policies: &'static str,
    /// The field beside it for statements.
    statements: &'static str,
    /// Statements stand in documents with names.
    has_documents: bool,
}

const HOLDERS: [Holder; 3] = [
    Holder {
        policies: "ManagedPolicyArns",
        statements: "Policies",
        has_documents: true,
    },
    Holder {
        policies: "managedPolicies",
        statements: "statements",
        has_documents: false,
    },
    Holder {
        policies: "iamManagedPolicies",
        statements: "iamRoleStatements",
        has_documents: false,
    },
];

/// The policies of a function of SAM, among which statements stand as well.
const AMONG: &str = "Policies";

/// Policies where they are written.
struct Written<'s> {
    source: &'s Source,
    /// Those that go.
    ids: Vec<usize>,
    /// Their list; nothing where a single one stands without.
    list: Option<usize>,
    /// The field that holds them, and its map.
    key: &'s str,
    owner: usize,
}

fn edits(source: &Source, places: &BTreeSet<Place>, needed: &Needed) -> Result<Vec<Edit>, String> {
    let written = Written::at(source, places)?;
    if needed.is_empty() {
        return written.removed();
    }
    if written.key == AMONG {
        return written.among(needed);
    }
    let holder = HOLDERS.iter().find(|it| it.policies == written.key);
    let holder = holder.ok_or("it is attached in a way that has no edit")?;
    written.beside(holder, needed)
}

impl<'s> Written<'s> {
    fn at(source: &'s Source, places: &BTreeSet<Place>) -> Result<Self, String> {
        let ids = places.iter().map(|place| source.find(place.span));
        let ids: Vec<usize> = ids.collect::<Result<_, _>>()?;
        let visits = ids.iter().filter_map(|id| source.visit(*id));
        let parents: BTreeSet<Option<usize>> = visits.map(|visit| visit.parent).collect();
        if 1 < parents.len() {
            return Err("its policies are written in several lists".to_owned());
        }
        let first = ids.first().and_then(|id| source.visit(*id));
        let first = first.ok_or_else(lost)?;
        let list = first.parent.filter(|_| first.key.is_none());
        let field = match list {
            Some(list) => source.visit(list).ok_or_else(lost)?,
            None => first,
        };
        let (key, _) = field.key.as_ref().ok_or_else(lost)?;
        Ok(Self {
            source,
            ids,
            list,
            key,
            owner: field.parent.ok_or_else(lost)?,
        })
    }

    /// Where the policies stand in their list.
    fn indexes(&self) -> Vec<usize> {
        let visits = self.ids.iter().filter_map(|id| self.source.visit(*id));
        visits.map(|visit| visit.index).collect()
    }

    /// Their list, if other policies stand in it as well.
    fn list_of_others(&self) -> Option<usize> {
        let count = |list: &usize| self.source.node(*list).map_or(0, |it| it.items().len());
        self.list.filter(|list| self.ids.len() < count(list))
    }

    fn removed(&self) -> Result<Vec<Edit>, String> {
        match self.list_of_others() {
            Some(list) => list::without(self.source, list, &self.indexes()),
            None => map::without(self.source, self.owner, self.key),
        }
    }

    /// Statements among the policies, in the place of the first.
    fn among(&self, needed: &Needed) -> Result<Vec<Edit>, String> {
        let statements = Out::List(needed.statements());
        let policy = Out::Map(vec![("Statement".to_owned(), statements)]);
        let (Some(list), Some((first, rest))) = (self.list, self.ids.split_first()) else {
            let value = Out::List(vec![policy]);
            let field = (self.key, &value);
            return map::instead(self.source, self.owner, self.key, field);
        };
        let mut edits = list::replaced(self.source, *first, &[policy])?;
        if !rest.is_empty() {
            let indexes = self.indexes();
            let rest = indexes.get(1..).unwrap_or_default();
            edits.extend(list::without(self.source, list, rest)?);
        }
        Ok(edits)
    }

    /// Statements in the field beside the policies.
    fn beside(&self, holder: &Holder, needed: &Needed) -> Result<Vec<Edit>, String> {
        let statements = match holder.has_documents {
            true => vec![needed.policy()],
            false => needed.statements(),
        };
        let (source, owner) = (self.source, self.owner);
        let known = source
            .node(owner)
            .and_then(|node| node.entry(holder.statements));
        let added = match known {
            None if self.list_of_others().is_none() => {
                let value = Out::List(statements);
                let field = (holder.statements, &value);
                return map::instead(source, owner, self.key, field);
            }
            None => {
                let value = Out::List(statements);
                map::add(source, owner, &[(holder.statements, value)])?
            }
            Some(known) => {
                let last = known.value.items().last();
                let last = last.ok_or_else(|| format!("`{}` is not a list", holder.statements))?;
                list::inserted(source, source.find(last.span)?, &statements)?
            }
        };
        let mut edits = self.removed()?;
        edits.extend(added);
        Ok(edits)
    }
}
