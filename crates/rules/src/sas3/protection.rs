//! SAS-3: stores and channels that lack a protection, by what their services do today where a template says nothing
//! (`knowledge/platform/defaults.toml`).

use crate::family::{Family, Input};
use app::{Prop, Resource, ResourceId, StackId, Value};
use base::{Name, Place};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use knowledge::{Access, Concern, ServiceDefault};

pub(super) const FAMILY: Family = Family {
    rules: || vec![AT_REST, RECOVERY],
    check,
};

const AT_REST: RuleInfo = RuleInfo {
    name: "sas3/unencrypted-at-rest",
    title: "Stored data is not encrypted",
    page: include_str!("../../docs/sas3/unencrypted-at-rest.md"),
    cwe: 311,
};

const RECOVERY: RuleInfo = RuleInfo {
    name: "sas3/missing-versioning-or-recovery",
    title: "Deleted or overwritten data cannot be brought back",
    page: include_str!("../../docs/sas3/missing-versioning-or-recovery.md"),
    cwe: 693,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = unencrypted(input);
    findings.extend(unrecoverable(input));
    findings
}

/// A protection that a resource lacks.
pub(super) struct Lack<'a> {
    pub(super) resource: ResourceId,
    pub(super) declaration: &'a Resource,
    pub(super) default: &'a ServiceDefault,
    /// Where it is switched off; nothing where it is off because nothing is written.
    pub(super) written: Option<Place>,
}

/// The resources of the application that lack a protection, in their order.
pub(super) fn lacks<'a>(input: &Input<'a>, concern: Concern) -> Vec<Lack<'a>> {
    let model = input.model;
    let mut lacks = Vec::new();
    for (id, resource) in model.application.resources() {
        let defaults = model.knowledge.defaults_of(&resource.kind);
        for default in defaults.iter().filter(|it| it.protects == concern) {
            let is_decided_elsewhere = default
                .unless
                .iter()
                .any(|other| !resource.properties.at(other).is_absent());
            let written = match switched(&resource.properties, default) {
                Some(written) if !is_decided_elsewhere => written,
                _ => continue,
            };
            lacks.push(Lack {
                resource: id,
                declaration: resource,
                default,
                written,
            });
        }
    }
    lacks
}

/// Where a protection is switched off: at a place, or by the default. Nothing where it is on, or cannot be told.
fn switched(properties: &Value, default: &ServiceDefault) -> Option<Option<Place>> {
    match properties.at(&default.property) {
        Prop::Known(value, place) => value
            .as_name()
            .is_some_and(|value| ServiceDefault::is_off(&value))
            .then_some(Some(place)),
        Prop::Absent => ServiceDefault::is_off(&default.value).then_some(None),
        Prop::Unknown(_) => None,
    }
}

/// The last part of a type's name, with its service: `RDS DBInstance`.
pub(super) fn type_name(kind: &str) -> String {
    kind.trim_start_matches("AWS::").replace("::", " ")
}

fn unencrypted(input: &Input<'_>) -> Vec<Finding> {
    let is_stateful = |kind: &str| {
        let known = input.model.knowledge.resource_type(kind);
        known.is_some_and(|kind| kind.is_stateful)
    };
    lacks(input, Concern::DataAtRest)
        .iter()
        .map(|lack| {
            let Resource {
                logical_id, kind, ..
            } = lack.declaration;
            let property = &lack.default.property;
            // What only passes through is gone soon; what somebody switched off was meant to be protected.
            let impact = if is_stateful(kind) || lack.written.is_some() {
                Impact::Serious
            } else {
                Impact::Limited
            };
            let (place, why) = match lack.written {
                Some(place) => (place, "is switched off"),
                None => (
                    lack.declaration.place,
                    "is not written, and the service does not encrypt by itself",
                ),
            };
            Finding::new(
                &AT_REST,
                place,
                format!(
                    "`{logical_id}` ({}) stores its data unencrypted: `{property}` {why}",
                    type_name(kind)
                ),
            )
            .score(impact, Reach::Operator)
            .step(StepKind::Config, place, format!("`{property}` {why}"))
            .fix(format!("Set `{property}`"))
            .subject(logical_id.clone())
        })
        .collect()
}

/// One finding a stack and type of resource: a team decides on recovery for all its tables at once.
fn unrecoverable(input: &Input<'_>) -> Vec<Finding> {
    let mut groups: Vec<(StackId, Name, Vec<Lack<'_>>)> = Vec::new();
    for lack in lacks(input, Concern::Recovery) {
        if !holds_data(input, &lack) {
            continue;
        }
        let (stack, kind) = (lack.declaration.stack, &lack.declaration.kind);
        let known = groups
            .iter_mut()
            .find(|(its_stack, its_kind, _)| *its_stack == stack && its_kind == kind);
        match known {
            Some((_, _, lacks)) => lacks.push(lack),
            None => groups.push((stack, kind.clone(), vec![lack])),
        }
    }
    groups
        .iter()
        .filter_map(|(_, kind, lacks)| {
            let first = lacks.first()?;
            let names: Vec<String> = lacks
                .iter()
                .map(|lack| format!("`{}`", lack.declaration.logical_id))
                .collect();
            let place = first.written.unwrap_or(first.declaration.place);
            let property = &first.default.property;
            let impact = if first.written.is_some() {
                Impact::Serious
            } else {
                Impact::Limited
            };
            let mut finding = Finding::new(
                &RECOVERY,
                place,
                format!(
                    "What is deleted or overwritten in {} ({}) cannot be brought back: `{property}` is off",
                    names.join(", "),
                    type_name(kind)
                ),
            )
            .score(impact, Reach::Operator)
            .fix(format!("Set `{property}`"))
            .subject(kind.clone());
            for lack in lacks {
                finding = finding.step(
                    StepKind::Config,
                    lack.written.unwrap_or(lack.declaration.place),
                    format!("`{}` has no `{property}`", lack.declaration.logical_id),
                );
            }
            Some(finding)
        })
        .collect()
}

/// Whether losing what is in the resource would matter: not what expires by itself, and of buckets only those that functions
/// write to.
fn holds_data(input: &Input<'_>, lack: &Lack<'_>) -> bool {
    let properties = &lack.declaration.properties;
    match lack.declaration.kind.as_str() {
        "AWS::DynamoDB::Table" => properties.at("TimeToLiveSpecification").is_absent(),
        "AWS::S3::Bucket" => {
            properties.at("LifecycleConfiguration").is_absent()
                && properties.at("WebsiteConfiguration").is_absent()
                && is_written_by_code(input, lack.resource)
        }
        _ => true,
    }
}

fn is_written_by_code(input: &Input<'_>, resource: ResourceId) -> bool {
    let model = input.model;
    model.application.functions().any(|(function, _)| {
        model
            .operations_of(function)
            .filter(|(operation, _)| operation.access == Access::Write)
            .any(|(_, call)| model.resource_of(function, call) == Some(resource))
    })
}
