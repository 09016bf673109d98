//! Policies of the platform in whose place a role gets the statements that it needs.

use std::collections::BTreeSet;

use app::{Grant, GrantOrigin, Text};
use base::{Name, Place};
use iam::Answer;
use link::Model;
use privilege::Need;

use crate::document::{Source, Sources};
use crate::edit::Edit;
use crate::list::{self, lost};
use crate::map;
use crate::needed::{self, Needed};
use crate::own::POLICY;
use crate::role::Used;
use crate::style::Style;
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
    sources: &Sources,
    used: &Used<'_>,
    places: &BTreeSet<Place>,
) -> Result<Replaced, String> {
    used.is_seen(model)?;
    let names = names(model, used, places)?;
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
    let policies: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let policies = policies.join(" and ");
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
    used: &Used<'_>,
    places: &BTreeSet<Place>,
) -> Result<BTreeSet<Name>, String> {
    let is_meant = |policy: &&(Text, Place)| places.contains(&policy.1);
    let policies = used.role.managed_policies.iter().filter(is_meant);
    let names = policies.map(|(text, place)| {
        let mut roles = model.application.roles.iter();
        let is_shared = roles.any(|other| {
            other.place != used.role.place && other.managed_policies.iter().any(|it| it.1 == *place)
        });
        if is_shared {
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

fn edits(source: &Source, places: &BTreeSet<Place>, needed: &Needed) -> Result<Vec<Edit>, String> {
    let style = Style::of(source);
    let ids: Vec<usize> = places
        .iter()
        .map(|place| source.find(place.span))
        .collect::<Result<_, _>>()?;
    let first = ids
        .first()
        .and_then(|id| source.visit(*id))
        .ok_or_else(lost)?;
    // A single one may stand without a list.
    let (field, in_list) = match &first.key {
        Some(_) => (first, None),
        None => (
            first
                .parent
                .and_then(|id| source.visit(id))
                .ok_or_else(lost)?,
            first.parent,
        ),
    };
    let (key, _) = field.key.as_ref().ok_or_else(lost)?;
    let owner = field.parent.ok_or_else(lost)?;
    let mut indexes = Vec::new();
    for id in &ids {
        let visit = source.visit(*id).ok_or_else(lost)?;
        if in_list.is_some() && visit.parent != in_list {
            return Err("its policies are written in several lists".to_owned());
        }
        indexes.push(visit.index);
    }
    let is_all = in_list.is_none() || indexes.len() == field.node.items().len();
    let removed = || match in_list {
        Some(list) if !is_all => list::without(source, list, &indexes),
        _ => map::without(source, owner, key),
    };
    if needed.is_empty() {
        return removed();
    }
    if key == AMONG {
        let statements = Out::List(needed.statements());
        let policy = Out::Map(vec![("Statement".to_owned(), statements)]);
        let Some(list) = in_list else {
            let value = Out::List(vec![policy]);
            return map::instead(source, &style, owner, key, (key, &value));
        };
        let (kept, rest) = ids.split_first().ok_or_else(lost)?;
        let mut edits = list::replaced(source, &style, *kept, &[policy])?;
        if !rest.is_empty() {
            edits.extend(list::without(
                source,
                list,
                indexes.get(1..).unwrap_or_default(),
            )?);
        }
        return Ok(edits);
    }
    let holder = HOLDERS.iter().find(|holder| holder.policies == key);
    let holder = holder.ok_or("it is attached in a way that has no edit")?;
    let mut statements = needed.statements();
    if holder.has_documents {
        let document = vec![
            ("Version".to_owned(), Out::text("2012-10-17")),
            ("Statement".to_owned(), Out::List(statements)),
        ];
        statements = vec![Out::Map(vec![
            ("PolicyName".to_owned(), Out::text(POLICY)),
            ("PolicyDocument".to_owned(), Out::Map(document)),
        ])];
    }
    let known = source
        .node(owner)
        .and_then(|node| node.entry(holder.statements));
    let Some(known) = known else {
        let value = Out::List(statements);
        if is_all {
            return map::instead(source, &style, owner, key, (holder.statements, &value));
        }
        let mut edits = removed()?;
        edits.extend(map::add(
            source,
            &style,
            owner,
            &[(holder.statements, value)],
        )?);
        return Ok(edits);
    };
    let last = known.value.items().last();
    let last = last.ok_or_else(|| format!("`{}` is not a list", holder.statements))?;
    let mut edits = removed()?;
    edits.extend(list::inserted(
        source,
        &style,
        source.find(last.span)?,
        &statements,
    )?);
    Ok(edits)
}
