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

/// Types with a property that gives them a public address.
const KINDS: [&str; 4] = [
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBCluster",
    "AWS::Redshift::Cluster",
    "AWS::AmazonMQ::Broker",
];

const PROPERTY: &str = "PubliclyAccessible";

fn check(input: &Input<'_>) -> Vec<Finding> {
    let application = &input.model.application;
    let of_kinds = KINDS.iter().flat_map(|kind| application.resources_of(kind));
    of_kinds
        .filter_map(|(_, resource)| {
            let Prop::Known(true, place) = resource.properties.bool_at(PROPERTY) else {
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
                    .step(StepKind::Config, place, format!("`{PROPERTY}` is on"))
                    .fix(format!(
                        "Switch `{PROPERTY}` off, and attach the functions that need it to its network"
                    ))
                    .subject(name.clone()),
            )
        })
        .collect()
}
