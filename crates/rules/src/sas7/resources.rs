//! SAS-7: secrets in properties of resources whose own name does not say so: the value of an API key, a variable that is
//! written as a pair of a name and a value.

use crate::family::{Family, Input};
use app::{Resource, Value, ValueKind};
use detect::{Detector, Secret, Written};
use finding::{Confidence, Finding};

use super::files::TEMPLATE;

/// The rule is that of secrets in templates; its row stands there.
pub(super) const FAMILY: Family = Family {
    rules: Vec::new,
    check,
};

/// Properties that are secrets, and what they are.
const SECRETS: [(&str, &str, &str); 2] = [
    ("AWS::ApiGateway::ApiKey", "Value", "api key"),
    ("AWS::SecretsManager::Secret", "SecretString", "secret"),
];

/// How lists of variables call the two halves of one.
const HALVES: [(&str, &str); 3] = [
    ("Name", "Value"),
    ("name", "value"),
    ("ParameterKey", "ParameterValue"),
];

fn check(input: &Input<'_>) -> Vec<Finding> {
    let resources = input.model.application.resources.iter();
    resources
        .filter(|resource| !resource.is_implied)
        .flat_map(|resource| in_resource(input, resource))
        .collect()
}

fn in_resource(input: &Input<'_>, resource: &Resource) -> Vec<Finding> {
    let mut found = Vec::new();
    for (kind, property, name) in SECRETS {
        if resource.kind == kind
            && let Some(value) = resource.properties.get(property)
        {
            found.extend(secret(name, value));
        }
    }
    pairs(&resource.properties, &mut found);
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
fn pairs(value: &Value, found: &mut Vec<Secret>) {
    if let ValueKind::List(items) = &value.kind {
        items.iter().for_each(|item| pairs(item, found));
    }
    for (_, inner) in value.entries() {
        pairs(inner, found);
    }
    if is_pointer(value) {
        return;
    }
    for (name, content) in HALVES {
        if let (Some(name), Some(content)) = (value.get(name), value.get(content))
            && let Some(name) = name.as_name()
        {
            found.extend(secret(&name, content));
        }
    }
}

/// CodeBuild says beside a variable that its value is the name of what holds it.
fn is_pointer(value: &Value) -> bool {
    let kind = value.get("Type").and_then(Value::as_name);
    kind.is_some_and(|kind| matches!(kind.as_str(), "PARAMETER_STORE" | "SECRETS_MANAGER"))
}

fn secret(name: &str, value: &Value) -> Option<Secret> {
    if !matches!(value.kind, ValueKind::Text(_)) {
        return None;
    }
    let text = value.as_name()?;
    let secret = Detector::builtin().secret_value(name, &text, Written::InConfiguration)?;
    Some(secret.at(value.place.span))
}
