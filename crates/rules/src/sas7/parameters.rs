//! SAS-7: parameters of stacks that take a secret and show it, or have one as their default.

use crate::family::{Family, Input};
use app::Resource;
use detect::{Detector, Secret, Written};
use finding::{Finding, Impact, Reach};

use super::files::TEMPLATE;

/// The rule is that of secrets in templates; its row stands there.
pub(super) const FAMILY: Family = Family {
    rules: Vec::new,
    check,
};

/// The type of resource that stands for a parameter.
const PARAMETER: &str = "AWS::CloudFormation::Parameter";

fn check(input: &Input<'_>) -> Vec<Finding> {
    let parameters = input.model.application.resources_of(PARAMETER);
    parameters
        .filter(|(_, parameter)| Detector::builtin().is_secret_name(&parameter.logical_id))
        .filter(|(_, parameter)| takes_text(parameter))
        .filter_map(|(_, parameter)| with_default(parameter).or_else(|| shown(parameter)))
        .collect()
}

/// Whether the value is typed in: other types are ids, or names of entries in the parameter store.
fn takes_text(parameter: &Resource) -> bool {
    parameter
        .properties
        .text_at("Type")
        .known()
        .is_none_or(|kind| kind == "String")
}

fn with_default(parameter: &Resource) -> Option<Finding> {
    let value = parameter.properties.get("Default")?;
    let text = value.as_name()?;
    let name = &parameter.logical_id;
    let secret: Secret = Detector::builtin().secret_value(name, &text, Written::InConfiguration)?;
    let message = format!(
        "The default of parameter `{name}` is the literal `{}`",
        secret.shown
    );
    Some(
        Finding::new(&TEMPLATE, value.place, message)
            .score(Impact::Serious, Reach::Tenant)
            .fix(
                "Remove the default, or make the parameter the name of a secret in Secrets Manager",
            )
            .subject(name.to_string())
            .secret(secret.digest()),
    )
}

/// A parameter without `NoEcho`: whoever may describe the stack reads its value.
fn shown(parameter: &Resource) -> Option<Finding> {
    let hides = parameter.properties.bool_at("NoEcho");
    let is_shown = hides.is_absent() || hides.known() == Some(&false);
    let has_text_default = parameter
        .properties
        .get("Default")
        .and_then(|value| value.as_name())
        .is_some_and(|text| !text.is_empty());
    // A default that is no secret says that the parameter is the secret's name, a path or a switch.
    if !is_shown || has_text_default {
        return None;
    }
    let name = &parameter.logical_id;
    Some(
        Finding::new(
            &TEMPLATE,
            parameter.place,
            format!(
                "Parameter `{name}` takes a secret and shows it to whoever may describe the stack"
            ),
        )
        .score(Impact::Limited, Reach::Tenant)
        .fix("Set `NoEcho: true`, or pass the name of a secret instead")
        .subject(name.to_string()),
    )
}
