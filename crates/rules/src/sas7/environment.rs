//! SAS-7: environment variables of functions whose value is a secret, readable by all who may read the function's settings.

use crate::family::{Family, Input};
use app::{FunctionId, TextPart, Value, ValueKind, Variable};
use base::{FileId, Map, Name, Place};
use detect::{Detector, Secret, SecretKind, Written};
use finding::{Finding, Impact, Reach, RuleInfo};
use knowledge::SecretPlaces;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas7/secret-in-environment",
    title: "An environment variable holds a secret in plain text",
    page: include_str!("../../docs/sas7/secret-in-environment.md"),
    cwe: 526,
};

/// One finding for each variable as it is written: a variable that functions inherit is written once.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut written: Vec<(&Variable, Vec<FunctionId>)> = Vec::new();
    let mut indexes: Map<(&Name, Place), usize> = Map::default();
    for (id, function) in input.model.application.functions() {
        for variable in &function.environment.variables {
            let key = (&variable.name, variable.value.place);
            let index = *indexes.entry(key).or_insert(written.len());
            match written.get_mut(index) {
                Some((_, functions)) => functions.push(id),
                None => written.push((variable, vec![id])),
            }
        }
    }
    written
        .iter()
        .filter_map(|(variable, functions)| variable_with_secret(input, variable, functions))
        .collect()
}

fn variable_with_secret(
    input: &Input<'_>,
    variable: &Variable,
    functions: &[FunctionId],
) -> Option<Finding> {
    let model = input.model;
    let place = variable.value.place;
    let places = &model.knowledge.secrets.places;
    if let Some(store) = store_read_at_deployment(places, &variable.value) {
        let is_secret = store == KEY || Detector::builtin().is_secret_name(&variable.name);
        if !is_secret {
            return None;
        }
        let message = format!(
            "`{}` is read from {store} when the stack is deployed and then stands in plain text in the function's settings",
            variable.name
        );
        return Some(
            Finding::new(&INFO, place, message)
                .score(Impact::Hygiene, Reach::Tenant)
                .functions(model.function_names(functions))
                .fix("Give the function the secret's name and let it read the value when it starts")
                .subject(variable.name.to_string()),
        );
    }
    let (file, secret) = secret_of(input, variable)?;
    let mut finding = super::finding(model, &INFO, file, &secret, false, functions);
    finding.message = match &secret.kind {
        SecretKind::Named { .. } => format!(
            "The environment variable `{}` is the literal `{}`",
            variable.name, secret.shown
        ),
        SecretKind::Format { title, .. } => format!(
            "The environment variable `{}` holds a {title}, `{}`",
            variable.name, secret.shown
        ),
    };
    finding.subject = variable.name.to_string();
    Some(
        finding.fix(
            "Keep it in Secrets Manager or an SSM SecureString and give the function its name",
        ),
    )
}

/// The secret in a variable's value: told by its looks, else by the variable's name. A secret that is written elsewhere in a
/// file of the project and only used here is reported there.
fn secret_of(input: &Input<'_>, variable: &Variable) -> Option<(FileId, Secret)> {
    let place = variable.value.place;
    let here = super::secrets_in(input, place.file)
        .iter()
        .find(|secret| place.span.contains(secret.span));
    if let Some(secret) = here {
        return Some((place.file, secret.clone()));
    }
    let value = variable.value.as_text()?.literal()?;
    let secret =
        Detector::builtin().secret_value(&variable.name, &value, Written::InConfiguration)?;
    let is_written_elsewhere = input
        .secrets
        .iter()
        .flat_map(|file| &file.secrets)
        .any(|other| other.is(&value));
    (!is_written_elsewhere).then(|| (place.file, secret.at(place.span)))
}

/// What a resource of the stack gives away.
const KEY: &str = "a key that the stack makes";

/// The store from which the deployment reads the value, if it does: the whole value is `${ssm:…}`, `{{resolve:…}}` or the secret
/// half of a key.
fn store_read_at_deployment(places: &SecretPlaces, value: &Value) -> Option<&'static str> {
    let is_from_store = match &value.kind {
        ValueKind::Unknown(reason) => reason.starts_with("the variable ${ssm"),
        ValueKind::Text(text) => match text.0.first()? {
            TextPart::Literal(start) if start.starts_with("{{resolve:secretsmanager:") => {
                return Some("Secrets Manager");
            }
            TextPart::Literal(start) => start.starts_with("{{resolve:ssm"),
            TextPart::Attribute { attribute, .. } => {
                let is_key = places.attributes.contains(attribute);
                return is_key.then_some(KEY);
            }
            _ => false,
        },
        _ => false,
    };
    is_from_store.then_some("the parameter store")
}
