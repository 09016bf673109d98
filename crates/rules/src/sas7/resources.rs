//! SAS-7: secrets in properties of resources whose own name does not say so: the value of an API key, a variable that is
//! written as a pair of a name and a value.

use crate::family::{Family, Input};
use app::{Resource, Value, ValueKind};
use detect::{Detector, Secret, Written};
use finding::{Confidence, Finding};
use knowledge::SecretPlaces;

use super::files::TEMPLATE;

/// The rule is that of secrets in templates; its row stands there.
pub(super) const FAMILY: Family = Family {
    rules: Vec::new,
    check,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let resources = input.model.application.resources.iter();
    resources
        .filter(|resource| !resource.is_implied)
        .flat_map(|resource| in_resource(input, resource))
        .collect()
}

fn in_resource(input: &Input<'_>, resource: &Resource) -> Vec<Finding> {
    let mut found = Vec::new();
    let places = &input.model.knowledge.secrets.places;
    let rows = places.properties.iter();
    for row in rows.filter(|row| row.kind == resource.kind) {
        if let Some(value) = resource.properties.get(&row.property) {
            found.extend(secret(&row.holds, value));
        }
    }
    pairs(places, &resource.properties, &mut found);
    // What its looks or its name tell is found in the template's text.
    found.retain(|secret| {
        let known = super::secrets_in(input, resource.place.file).iter();
        !known.clone().any(|other| secret.span.contains(other.span))
    });
    found
        .iter()
        .map(|secret| {
            let file = resource.place.file;
            let mut finding = super::finding(input.model, &TEMPLATE, file, secret, false, &[]);
            finding.message = format!("{} in `{}`", finding.message, resource.logical_id);
            finding
                .confidence(Confidence::Medium)
                .fix("Refer to a secret of Secrets Manager or an SSM SecureString, and replace the leaked one")
        })
        .collect()
}

/// The secrets among pairs of a name and a value, anywhere in a property.
fn pairs(places: &SecretPlaces, value: &Value, found: &mut Vec<Secret>) {
    if let ValueKind::List(items) = &value.kind {
        items.iter().for_each(|item| pairs(places, item, found));
    }
    for (_, inner) in value.entries() {
        pairs(places, inner, found);
    }
    if is_pointer(places, value) {
        return;
    }
    for (name, content) in &places.pairs {
        if let (Some(name), Some(content)) = (value.get(name), value.get(content))
            && let Some(name) = name.as_name()
        {
            found.extend(secret(&name, content));
        }
    }
}

/// Whether it is said beside a variable that its value is the name of what holds it.
fn is_pointer(places: &SecretPlaces, value: &Value) -> bool {
    let kind = value.get("Type").and_then(Value::as_name);
    kind.is_some_and(|kind| places.pointers.contains(&kind))
}

fn secret(name: &str, value: &Value) -> Option<Secret> {
    if !matches!(value.kind, ValueKind::Text(_)) {
        return None;
    }
    let text = value.as_name()?;
    let secret = Detector::builtin().secret_value(name, &text, Written::InConfiguration)?;
    Some(secret.at(value.place.span))
}
