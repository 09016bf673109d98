//! Which data is a credential: told by the field that it is read from, the variable that it goes into, or because it comes from
//! a store of secrets.

use base::{Name, Place};
use detect::Detector;
use flow::{Facts, Label, Note, Origin};
use knowledge::{SecretPlaces, Step};
use link::Model;

/// Whether a variable, field or header of this name holds a credential.
pub(crate) fn is_credential(name: &str) -> bool {
    Detector::builtin().is_credential_name(name)
}

/// Whether a credential of this name is a password.
pub(crate) fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("passw") || name.contains("passphrase") || name == "pwd"
}

/// Whether an environment variable of this name holds a credential.
pub(crate) fn is_secret_variable(name: &str) -> bool {
    Detector::builtin().is_secret_name(name)
}

/// The environment variable that holds a secret by its name. What is called public is none, nor what says which secret to read.
pub(crate) fn secret_variable<'v>(
    model: &Model<'_>,
    facts: &Facts,
    variables: &'v [Name],
) -> Option<&'v Name> {
    variables.iter().find(|name| {
        let upper = name.to_ascii_uppercase();
        is_secret_variable(name)
            && !["PUBLIC", "PUBLISH"]
                .iter()
                .any(|word| upper.contains(word))
            && !names_resource(model, facts, name)
    })
}

/// Whether an operation takes what the environment variable holds for the name of a resource, as that of a stored secret.
fn names_resource(model: &Model<'_>, facts: &Facts, variable: &Name) -> bool {
    facts.calls.iter().any(|call| {
        let operation = model.operation(call);
        let resource = operation.and_then(|operation| operation.resource.as_ref());
        resource.is_some_and(|resource| {
            let mut parameters = call.parameters.iter();
            parameters.any(|(name, value)| {
                *name == resource.parameter && value.environment_variables().contains(variable)
            })
        })
    })
}

/// Where the stored secret that the data of a label is was read; nothing for other data.
pub(crate) fn stored(places: &SecretPlaces, facts: &Facts, label: Label) -> Option<Place> {
    let source = facts.source(label.source)?;
    let is_read = matches!(&source.origin, Origin::Secret(name) if name.is_empty());
    let is_whole = facts.way(label).iter().all(|step| match &step.note {
        Note::Through(name) => places.is_form(name.trim_end_matches("()")),
        Note::Checked(_) | Note::File => false,
        Note::Read | Note::Assigned(_) | Note::Passed(_) => true,
    });
    (is_read && is_whole).then_some(source.place)
}

/// The name of the credential that the data of a label is, where it is one.
pub(crate) fn credential(facts: &Facts, label: Label) -> Option<Name> {
    let source = facts.source(label.source)?;
    match &source.origin {
        Origin::Secret(name) if name.is_empty() => Some("a stored secret".into()),
        Origin::Secret(name) => Some(name.clone()),
        _ => named(facts, label, is_credential),
    }
}

/// The name of what belongs to a person, where the data of a label is that: the number of a card, an account, a document.
pub(crate) fn personal(facts: &Facts, label: Label) -> Option<Name> {
    named(facts, label, |name| {
        Detector::builtin().is_personal_name(name)
    })
}

/// The name of such a kind under which the data is read, or that it is given on its way.
fn named(facts: &Facts, label: Label, is_such: impl Fn(&str) -> bool) -> Option<Name> {
    match &facts.source(label.source)?.origin {
        Origin::Event { path, .. } => {
            let mut fields = path.iter().rev().filter_map(|step| match step {
                Step::Field(name) => Some(name),
                _ => None,
            });
            match fields.next() {
                Some(name) if is_such(name) => return Some(name.clone()),
                // What the platform calls it counts for more than what the code calls it.
                Some(name) if Detector::builtin().is_harmless_name(name) => return None,
                _ => {}
            }
        }
        Origin::Call { .. } | Origin::Remote(_) => {}
        Origin::Environment | Origin::Exception | Origin::Stack | Origin::Secret(_) => return None,
    }
    facts
        .way(label)
        .into_iter()
        .find_map(|step| match &step.note {
            Note::Assigned(name) if is_such(name) => Some(name.clone()),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_credentials() {
        let table = [
            ("Authorization", true),
            ("x-api-key", true),
            ("userPassword", true),
            ("access_token", true),
            ("authorizationToken", true),
            ("nextToken", false),
            ("tokenizer", false),
            ("secretary", false),
            ("key", false),
        ];
        for (name, expected) in table {
            assert_eq!(is_credential(name), expected, "{name}");
        }
        assert!(is_secret_variable("JWT_SECRET"));
        assert!(!is_secret_variable("DB_SECRET_ARN"));
        assert!(!is_secret_variable("STAGE"));
    }
}
