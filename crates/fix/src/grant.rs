//! What a statement of a role should say instead: which actions go, which take their place, and which resources they need.

use app::{Grant, Text, TextPart};
use base::{Name, Place};
use knowledge::Knowledge;
use link::Model;
use privilege::{Scope, Spelled, UsedRole};

use crate::resource;
use crate::write::Out;

/// What is to be mended of one statement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Actions that nothing needs.
    pub(crate) unused: Vec<Name>,
    /// Actions that stand for a whole service, or for all.
    pub(crate) expand_actions: bool,
    /// `*` as a resource.
    pub(crate) name_resources: bool,
}

/// Actions with the resources that they need; none where they keep those that are written.
pub(crate) type Part = (Vec<Name>, Option<Vec<Spelled>>);

/// What the statement should say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Aim {
    /// For each action as written: what stands there instead, nothing where it goes, itself where it stays.
    pub(crate) actions: Vec<(Place, Vec<Name>)>,
    /// The statements that the one becomes, the first of which takes its place.
    pub(crate) parts: Vec<Part>,
    /// Why a person should look at it, as a clause.
    pub(crate) review: Option<String>,
}

/// Works out what a statement should say.
///
/// # Errors
/// When that is not certain enough; the reason is a clause.
pub(crate) fn aim(
    model: &Model<'_>,
    used: &UsedRole<'_>,
    grant: &Grant,
    wanted: &Wanted,
) -> Result<Aim, String> {
    let mut aim = Aim {
        actions: Vec::new(),
        parts: Vec::new(),
        review: None,
    };
    // Of actions that are not needed, the rule has asked already whether something besides the code may need them.
    if wanted.expand_actions || wanted.name_resources {
        aim.review = used.besides(model);
    }
    let mut kept: Vec<Name> = Vec::new();
    for (text, place) in &grant.actions {
        let Some(written) = text.literal() else {
            return Err("one of its actions is known at deployment only".to_owned());
        };
        let instead = instead(model, used, wanted, &written, &mut aim.review)?;
        let new: Vec<Name> = instead
            .into_iter()
            .filter(|action| !kept.contains(action))
            .collect();
        kept.extend(new.iter().cloned());
        aim.actions.push((*place, new));
    }
    if wanted.name_resources && !kept.is_empty() {
        aim.parts = parts(model, used, &grant.actions, kept, &mut aim)?;
    } else {
        aim.parts = vec![(kept, None)];
    }
    Ok(aim)
}

/// What stands in the place of an action.
fn instead(
    model: &Model<'_>,
    used: &UsedRole<'_>,
    wanted: &Wanted,
    written: &Name,
    review: &mut Option<String>,
) -> Result<Vec<Name>, String> {
    if wanted.unused.contains(written) {
        return Ok(Vec::new());
    }
    let is_wide = written == "*" || written.ends_with(":*");
    if !wanted.expand_actions || !is_wide || is_customary(model.knowledge, written) {
        return Ok(vec![written.clone()]);
    }
    let actions = |is_meant: &dyn Fn(&privilege::Need) -> bool| {
        let needed = used.needed(written).filter(|need| is_meant(need));
        let mut actions: Vec<Name> = needed.map(|need| need.action.clone()).collect();
        actions.sort();
        actions.dedup();
        actions
    };
    let mut instead = actions(&|need| !used.is_by_framework(need));
    if instead.is_empty() {
        instead = actions(&|_| true);
    }
    if instead.is_empty() {
        review.get_or_insert_with(|| {
            format!("the code calls nothing of `{written}`; make sure that no library does")
        });
    }
    if written == "*" {
        review.get_or_insert_with(|| {
            "the role allowed everything, so that a library may have relied on it".to_owned()
        });
    }
    Ok(instead)
}

/// The actions by the resources that they need.
fn parts(
    model: &Model<'_>,
    used: &UsedRole<'_>,
    written: &[(Text, Place)],
    kept: Vec<Name>,
    aim: &mut Aim,
) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    for action in kept {
        let Some(resources) = resources(model, used, &action, &mut aim.review)? else {
            // Nothing needs it and it says nothing of where it would be needed.
            if !used.calls(iam::service(&action)) {
                return Err(format!(
                    "`{action}` is allowed there as well, and it is not seen what calls it on which resource"
                ));
            }
            for (_, instead) in &mut aim.actions {
                instead.retain(|it| *it != action);
            }
            continue;
        };
        match parts.iter_mut().find(|(_, known)| *known == resources) {
            Some((actions, _)) => actions.push(action),
            None => parts.push((vec![action], resources)),
        }
    }
    if parts.iter().all(|(_, resources)| resources.is_none()) {
        let is_written = |(place, new): &(Place, Vec<Name>)| {
            let mut written = written.iter().filter(|(_, at)| at == place);
            written.any(|(text, _)| text.literal().as_slice() == new.as_slice())
        };
        if aim.actions.iter().all(is_written) {
            return Err(
                "what it allows can be allowed on every resource only, or nothing in the code tells on which it is needed"
                    .to_owned(),
            );
        }
    }
    Ok(parts)
}

/// The resources on which an action is needed; the inner nothing where it can only be allowed on all, the outer one where
/// nothing needs it.
fn resources(
    model: &Model<'_>,
    used: &UsedRole<'_>,
    action: &str,
    review: &mut Option<String>,
) -> Result<Option<Option<Vec<Spelled>>>, String> {
    if is_customary(model.knowledge, action) {
        return Ok(Some(None));
    }
    let needs: Vec<_> = used.needed(action).collect();
    let left: Vec<_> = needs
        .iter()
        .filter(|need| !used.is_by_framework(need))
        .collect();
    let meant: Vec<_> = if left.is_empty() {
        needs.iter().collect()
    } else {
        left
    };
    if meant.is_empty() {
        // Other calls may need it as well; it stays as it is.
        let is_implied = is_among(&model.knowledge.allowances.implied, action);
        return Ok(is_implied.then_some(None));
    }
    if meant.iter().any(|need| need.scope == Scope::Anywhere) {
        return Ok(Some(None));
    }
    let mut named = Vec::new();
    for need in meant {
        if let Scope::Pattern(why) = &need.scope {
            if is_anything(&need.resource) {
                return Err(format!(
                    "it cannot be told on which resource `{}` is called: {why}",
                    need.action
                ));
            }
            review.get_or_insert_with(|| {
                format!(
                    "the resource of `{}` is known as a pattern only: {why}",
                    need.action
                )
            });
        }
        if review.is_none() {
            *review = resource::depends_on_stage(model, used, &need.resource);
        }
        named.push(resource::spelled(model, used, &need.resource)?);
    }
    named.sort();
    named.dedup();
    Ok(Some(Some(named)))
}

/// Whether a resource is named by its kind alone at best: `*`, `arn:aws:dynamodb:*:*:table/*`.
fn is_anything(text: &Text) -> bool {
    if text.resources().next().is_some() {
        return false;
    }
    let parts = text.0.iter().map(|part| match part {
        TextPart::Literal(text) => text.as_str(),
        _ => "?",
    });
    let arn: String = parts.collect();
    let resource = arn.splitn(6, ':').last().unwrap_or_default();
    let mut segments: Vec<&str> = resource.split([':', '/']).collect();
    if 1 < segments.len() && arn.split(':').nth(2) != Some("s3") {
        segments.remove(0);
    }
    segments.iter().all(|it| matches!(*it, "*" | "index" | ""))
}

/// Whether roles allow it as a matter of course: writing logs and traces.
fn is_customary(knowledge: &Knowledge, pattern: &str) -> bool {
    is_among(&knowledge.allowances.customary, pattern)
}

fn is_among(patterns: &[Name], action: &str) -> bool {
    patterns
        .iter()
        .any(|known| iam::action_matches(known, action))
}

pub(crate) fn outs(resources: &[Spelled]) -> Vec<Out> {
    let resources = resources.iter();
    resources.map(|it| Out::Reference(it.clone())).collect()
}
