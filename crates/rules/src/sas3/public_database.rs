//! SAS-3: databases and brokers that have an address on the internet.

use crate::family::{Family, Input};
use crate::sas3::protection::type_name;
use app::Prop;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/public-database",
    title: "A database or broker has an address on the internet",
    page: include_str!("../../docs/sas3/public-database.md"),
    cwe: 668,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let application = &input.model.application;
    let rows = input.model.knowledge.endpoints.public.iter();
    let resources = rows.flat_map(|(kind, property)| {
        let resources = application.resources_of(kind);
        resources.map(move |(_, resource)| (resource, property))
    });
    resources
        .filter_map(|(resource, property)| {
            let Prop::Known(true, place) = resource.properties.bool_at(property) else {
                return None;
            };
            let name = &resource.logical_id;
            let message = format!(
                "`{name}` ({}) has an address on the internet: a security group and a password are all that keeps strangers out",
                type_name(&resource.kind)
            );
            Some(
                Finding::new(&INFO, place, message)
                    .score(Impact::Limited, Reach::Anonymous)
                    .confidence(Confidence::Medium)
                    .step(StepKind::Config, place, format!("`{property}` is on"))
                    .fix(format!(
                        "Switch `{property}` off, and attach the functions that need it to its network"
                    ))
                    .subject(name.clone()),
            )
        })
        .collect()
}
