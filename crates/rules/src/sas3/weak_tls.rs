//! SAS-3: endpoints that still speak versions of TLS which are broken.

use crate::family::{Family, Input};
use crate::sas3::protection::type_name;
use crate::sas3::transport::is_of_internet;
use app::{Prop, Resource};
use base::{Name, Place};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use knowledge::TlsEndpoint;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/weak-tls",
    title: "An endpoint accepts old versions of TLS",
    page: include_str!("../../docs/sas3/weak-tls.md"),
    cwe: 326,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let rows = &model.knowledge.endpoints.tls;
    let resources = model.application.resources();
    resources
        .filter_map(|(_, resource)| {
            let row = rows.iter().find(|row| row.kind == resource.kind)?;
            let (value, place) = chosen(resource, row)?;
            let reach = match row.is_balanced && !is_of_internet(input, resource) {
                true => Reach::Tenant,
                false => Reach::Anonymous,
            };
            (row.weak.contains(&value) && is_heeded(resource, row))
                .then(|| finding(resource, row, &value, place).score(Impact::Hygiene, reach))
        })
        .collect()
}

/// The policy of an endpoint, written or by default.
fn chosen(resource: &Resource, row: &TlsEndpoint) -> Option<(Name, Place)> {
    match resource.properties.text_at(&row.property) {
        Prop::Known(value, place) => Some((value, place)),
        Prop::Absent => {
            let protocol = resource.properties.text_at("Protocol");
            let speaks = protocol.known().is_some_and(|it| row.speaks.contains(it));
            let default = row.default.clone().filter(|_| speaks)?;
            Some((default, resource.place))
        }
        Prop::Unknown(_) => None,
    }
}

/// Whether what is written is what the endpoint speaks.
fn is_heeded(resource: &Resource, row: &TlsEndpoint) -> bool {
    let is_on = |path: &Name| resource.properties.bool_at(path).known() == Some(&true);
    !row.unless.as_ref().is_some_and(is_on)
}

fn finding(resource: &Resource, row: &TlsEndpoint, value: &str, place: Place) -> Finding {
    let name = &resource.logical_id;
    let property = row.property.rsplit('.').next().unwrap_or_default();
    let is_default = resource.properties.at(&row.property).is_absent();
    let how = if is_default { ", the default," } else { "" };
    let message = format!(
        "`{name}` ({}) speaks versions of TLS before 1.2: `{value}`{how} allows them",
        type_name(&resource.kind)
    );
    Finding::new(&INFO, place, message)
        .step(
            StepKind::Config,
            place,
            format!("`{property}` is `{value}`"),
        )
        .fix(format!("Set `{property}` to `{}`", row.better))
        .value(row.better.clone())
        .subject(name.clone())
}
