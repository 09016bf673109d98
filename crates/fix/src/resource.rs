//! How a resource is named in the policy of a role, where that can be done.

use std::collections::BTreeSet;

use app::{Dialect, ResourceId, Text, TextPart, Value, ValueKind};
use link::Model;
use privilege::{Spelled, UsedRole};

/// The resource in the words of the role's own template.
///
/// # Errors
/// When the template cannot name it; the reason is a clause.
pub(crate) fn spelled(
    model: &Model<'_>,
    used: &UsedRole<'_>,
    text: &Text,
) -> Result<Spelled, String> {
    let mut text = text.clone();
    for id in text.resources().collect::<Vec<_>>() {
        if let Err(reason) = is_nameable(model, used, id) {
            text = by_name(model, &text, id).ok_or(reason)?;
        }
    }
    // A name may be made of the names of other resources.
    for id in text.resources() {
        is_nameable(model, used, id)?;
    }
    Ok(privilege::spell(&model.application, &text))
}

/// Why somebody should look at a resource of a service of the Serverless Framework, as a clause: its name may be another one in
/// another stage, of which only the one is known that is deployed where nobody says which.
pub(crate) fn depends_on_stage(
    model: &Model<'_>,
    used: &UsedRole<'_>,
    text: &Text,
) -> Option<String> {
    let stack = model.application.stack(used.role.stack)?;
    if stack.dialect != Dialect::ServerlessFramework {
        return None;
    }
    let stage = stack.stage.as_deref().unwrap_or("dev");
    let literals = text.0.iter().filter_map(|part| match part {
        TextPart::Literal(literal) => Some(literal),
        _ => None,
    });
    let mut words = literals.flat_map(|it| it.split(|c: char| !c.is_ascii_alphanumeric()));
    let is_named = words.any(|word| word == stage);
    is_named.then(|| format!("a resource has the stage `{stage}` in its name, which may be another one when it is deployed"))
}

fn is_nameable(model: &Model<'_>, used: &UsedRole<'_>, id: ResourceId) -> Result<(), String> {
    let resource = model.application.resource(id).ok_or("it is not known")?;
    let name = &resource.logical_id;
    if resource.stack != used.role.stack {
        return Err(format!("`{name}` is declared in another stack"));
    }
    if waits_for(model, id, used) {
        return Err(format!(
            "`{name}` refers to what runs under the role, so that neither could be created first"
        ));
    }
    Ok(())
}

/// The text with the name of a resource in the place of its ARN.
fn by_name(model: &Model<'_>, text: &Text, id: ResourceId) -> Option<Text> {
    let mut parts = Vec::new();
    for part in &text.0 {
        match part {
            TextPart::Attribute {
                resource,
                attribute,
            } if *resource == id => {
                let is_arn = attribute == "Arn";
                parts.extend(model.arn_by_name(id).filter(|_| is_arn)?.0);
            }
            other => parts.push(other.clone()),
        }
    }
    let is_open =
        |part: &TextPart| matches!(part, TextPart::Unknown(_)) && part.reference().is_none();
    let is_known = !parts.iter().any(is_open);
    is_known.then_some(Text(parts))
}

/// Whether a resource refers, at whatever remove, to the role or to a function that runs under it: the role would wait for what
/// waits for the role.
fn waits_for(model: &Model<'_>, start: ResourceId, used: &UsedRole<'_>) -> bool {
    let functions = used.functions.iter();
    let mut ends: BTreeSet<ResourceId> = functions
        .filter_map(|id| model.application.function(*id)?.resource)
        .collect();
    ends.extend(used.role.resource);
    let mut seen = BTreeSet::new();
    let mut pending = vec![start];
    while let Some(id) = pending.pop() {
        if ends.contains(&id) {
            return true;
        }
        if seen.insert(id)
            && let Some(resource) = model.application.resource(id)
        {
            mentioned(&resource.properties, &mut pending);
        }
    }
    false
}

fn mentioned(value: &Value, found: &mut Vec<ResourceId>) {
    match &value.kind {
        ValueKind::Text(text) => found.extend(text.resources()),
        ValueKind::List(items) => items.iter().for_each(|item| mentioned(item, found)),
        ValueKind::Map(entries) => entries
            .iter()
            .for_each(|(_, value)| mentioned(value, found)),
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Unknown(_) => {}
    }
}
