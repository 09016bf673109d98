//! Policy templates of SAM of which a smaller one is enough, or none.

use app::GrantOrigin;
use base::{Name, Place};
use link::Model;
use privilege::UsedRole;

use crate::document::Sources;
use crate::edit::Edit;
use crate::list;

/// What is changed, a sentence in the imperative, and how.
///
/// # Errors
/// When no template is smaller, or it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn narrowed(
    model: &Model<'_>,
    sources: &Sources<'_>,
    used: &UsedRole<'_>,
    name: &Name,
    place: Place,
) -> Result<(String, Vec<Edit>), String> {
    used.is_seen(model)?;
    let origin = GrantOrigin::PolicyTemplate(name.clone());
    let grants = used.role.grants.iter();
    let allowed: Vec<Name> = grants
        .filter(|grant| grant.place == place && grant.origin == origin)
        .flat_map(|grant| &grant.actions)
        .filter_map(|(action, _)| action.literal())
        .collect();
    let needed: Vec<&Name> = allowed
        .iter()
        .filter(|action| used.needed(action).next().is_some())
        .collect();
    let source = sources.get(place.file).ok_or_else(list::lost)?;
    let (entry, count) = source.entry_at(place.span)?;
    if needed.is_empty() {
        let visit = source.visit(entry).ok_or_else(list::lost)?;
        let holder = visit.parent.ok_or_else(list::lost)?;
        let siblings = source.node(holder).map_or(0, |node| node.items().len());
        if count != 1 || siblings < 2 {
            return Err("it is the only one of the policies, and none of it is needed: remove `Policies` itself".to_owned());
        }
        let edits = list::without(source, holder, &[visit.index])?;
        return Ok((format!("Remove `{name}`"), edits));
    }
    let narrower = privilege::narrower_template(name, &needed)
        .filter(|narrower| takes_the_same(narrower, name))
        .ok_or(
            "no policy template is smaller and enough; write a statement, see `tenrec policy`",
        )?;
    let edit = Edit::new(place, narrower.as_str());
    Ok((format!("Use `{narrower}` in place of `{name}`"), vec![edit]))
}

/// Whether two templates are about the same kind of resource, and so take the same parameters.
fn takes_the_same(one: &str, other: &str) -> bool {
    const KINDS: [&str; 4] = ["DynamoDB", "S3", "SQS", "SNS"];
    let mut kinds = KINDS.iter();
    kinds.any(|kind| one.starts_with(kind) && other.starts_with(kind))
}
