//! SAS-7: outputs of stacks that show a secret to whoever may describe the stack.

use crate::family::{Family, Input};
use app::{Reason, Resource, StackId, TextPart, Value, ValueKind};
use base::Name;
use detect::{Detector, Written};
use finding::{Finding, Impact, Reach, RuleInfo};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas7/secret-in-output",
    title: "An output of a stack shows a secret",
    page: include_str!("../../docs/sas7/secret-in-output.md"),
    cwe: 200,
};

/// The types of resource that stand for an output and for a parameter.
const OUTPUT: &str = "AWS::CloudFormation::Output";
const PARAMETER: &str = "AWS::CloudFormation::Parameter";

fn check(input: &Input<'_>) -> Vec<Finding> {
    let outputs = input.model.application.resources_of(OUTPUT);
    outputs
        .filter_map(|(_, output)| {
            let value = output.properties.get("Value")?;
            shown(input, output, value).or_else(|| literal(input, output, value))
        })
        .collect()
}

/// What the stack makes or takes and must not show.
fn shown(input: &Input<'_>, output: &Resource, value: &Value) -> Option<Finding> {
    let what = match &value.kind {
        ValueKind::Unknown(reason) => parameter(input, output.stack, reason),
        ValueKind::Text(text) => text.0.iter().find_map(|part| match part {
            TextPart::Attribute {
                resource,
                attribute,
            } => {
                let places = &input.model.knowledge.secrets.places;
                let of = input.model.application.resource(*resource)?;
                let is_secret = places.attributes.contains(attribute);
                is_secret.then(|| format!("`{attribute}` of `{}`", of.logical_id))
            }
            TextPart::Unknown(reason) => parameter(input, output.stack, reason),
            TextPart::Literal(_) | TextPart::Pseudo(_) => None,
        }),
        _ => None,
    }?;
    let name = &output.logical_id;
    let message = format!("Output `{name}` shows {what} to whoever may describe the stack");
    Some(
        Finding::new(&INFO, value.place, message)
            .score(Impact::Serious, Reach::Tenant)
            .fix("Put the secret into Secrets Manager, and let the output be its ARN")
            .subject(name.to_string()),
    )
}

/// The parameter that a value waits for, where it takes a secret.
fn parameter(input: &Input<'_>, stack: StackId, reason: &Reason) -> Option<String> {
    let name = reason.reference()?;
    let mut parameters = input.model.application.resources_of(PARAMETER);
    let (_, parameter) = parameters.find(|(_, it)| it.stack == stack && it.logical_id == *name)?;
    let hides = parameter.properties.bool_at("NoEcho").known() == Some(&true);
    let is_secret = hides || Detector::builtin().is_secret_name(name);
    is_secret.then(|| format!("the secret in parameter `{name}`"))
}

/// A secret that is written out, where its looks do not tell it in the template's text already.
fn literal(input: &Input<'_>, output: &Resource, value: &Value) -> Option<Finding> {
    let name: &Name = &output.logical_id;
    let text = value.as_name()?;
    let secret = Detector::builtin().secret_value(name, &text, Written::InConfiguration)?;
    let is_default = input
        .model
        .application
        .resources_of(PARAMETER)
        .any(|(_, it)| {
            let default = it.properties.get("Default").and_then(Value::as_name);
            it.stack == output.stack && default.as_ref() == Some(&text)
        });
    let file = value.place.file;
    let mut known = super::secrets_in(input, file).iter();
    if is_default || known.any(|other| secret.is(&text) && other.digest() == secret.digest()) {
        return None;
    }
    let secret = secret.at(value.place.span);
    let mut finding = super::finding(input.model, &INFO, file, &secret, false, &[]);
    finding.message = format!("Output `{name}` is the literal `{}`", secret.shown);
    Some(finding.fix("Put the secret into Secrets Manager, and let the output be its ARN"))
}
