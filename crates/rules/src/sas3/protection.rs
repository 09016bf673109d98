//! SAS-3: stores and channels that lack a protection, by what their services do today where a template says nothing
//! (`knowledge/platform/defaults.toml`).

use crate::family::{Family, Input};
use app::{Prop, Resource, ResourceId, StackId, Value};
use base::{Map, Name, Place, Set};
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
    findings.extend(unencrypted_caches(input));
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

/// One finding for each store, and for each protection that somebody switched off; of channels that merely go without, one a
/// stack and type.
fn unencrypted(input: &Input<'_>) -> Vec<Finding> {
    let is_stateful = |kind: &str| {
        let known = input.model.knowledge.resource_type(kind);
        known.is_some_and(|kind| kind.is_stateful)
    };
    let (grave, passing): (Vec<_>, Vec<_>) = lacks(input, Concern::DataAtRest)
        .into_iter()
        .partition(|lack| is_stateful(&lack.declaration.kind) || lack.written.is_some());
    let each = grave
        .iter()
        .map(|lack| unencrypted_among(std::slice::from_ref(lack), Impact::Serious));
    let together = by_stack_and_type(passing);
    // What only passes through is gone soon.
    let together = together
        .iter()
        .map(|lacks| unencrypted_among(lacks, Impact::Limited));
    each.chain(together).flatten().collect()
}

fn unencrypted_among(lacks: &[Lack<'_>], impact: Impact) -> Option<Finding> {
    let first = lacks.first()?;
    let kind = &first.declaration.kind;
    let property = &first.default.property;
    let (place, why) = match first.written {
        Some(place) => (place, "is switched off"),
        None => (
            first.declaration.place,
            "is not written, and the service does not encrypt by itself",
        ),
    };
    let mut finding = Finding::new(
        &AT_REST,
        place,
        format!(
            "What {} ({}) {} is not encrypted: `{property}` {why}",
            names(lacks),
            type_name(kind),
            if lacks.len() == 1 { "stores" } else { "store" }
        ),
    )
    .score(impact, Reach::Operator)
    .fix(format!("Set `{property}`"));
    for lack in lacks {
        finding = finding.step(
            StepKind::Config,
            lack.written.unwrap_or(lack.declaration.place),
            format!("`{property}` of `{}` {why}", lack.declaration.logical_id),
        );
    }
    let subject = match lacks {
        [only] => only.declaration.logical_id.clone(),
        _ => kind.clone(),
    };
    Some(finding.subject(subject))
}

/// Caches of APIs: what one caller was answered lies in them, in the clear unless the setting of the method says otherwise.
fn unencrypted_caches(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, stage) in input
        .model
        .application
        .resources_of("AWS::ApiGateway::Stage")
    {
        let settings = stage.properties.at("MethodSettings");
        for setting in settings.known().map(|it| it.items()).unwrap_or_default() {
            let caches = setting.bool_at("CachingEnabled");
            let encrypted = setting.bool_at("CacheDataEncrypted");
            let is_plain = matches!(encrypted, Prop::Absent | Prop::Known(false, _));
            if let Prop::Known(true, place) = caches
                && is_plain
            {
                let place = encrypted.place().unwrap_or(place);
                let name = &stage.logical_id;
                findings.push(
                    Finding::new(
                        &AT_REST,
                        place,
                        format!(
                            "The cache of `{name}` is not encrypted: `CacheDataEncrypted` is off"
                        ),
                    )
                    .score(Impact::Limited, Reach::Operator)
                    .step(
                        StepKind::Config,
                        place,
                        "answers of the API are kept in the clear",
                    )
                    .fix("Set `CacheDataEncrypted`")
                    .subject(format!("{name}:cache")),
                );
            }
        }
    }
    findings
}

/// The names of resources for people.
fn names(lacks: &[Lack<'_>]) -> String {
    let names: Vec<String> = lacks
        .iter()
        .map(|lack| format!("`{}`", lack.declaration.logical_id))
        .collect();
    names.join(", ")
}

/// Groups of the same stack and type, in the order of their first resources.
fn by_stack_and_type(lacks: Vec<Lack<'_>>) -> Vec<Vec<Lack<'_>>> {
    let mut groups: Vec<Vec<Lack<'_>>> = Vec::new();
    let mut known: Map<(StackId, Name), usize> = Map::default();
    for lack in lacks {
        let key = (lack.declaration.stack, lack.declaration.kind.clone());
        let at = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(lack),
            None => groups.push(vec![lack]),
        }
    }
    groups
}

/// One finding a stack and type of resource: a team decides on recovery for all its tables at once.
fn unrecoverable(input: &Input<'_>) -> Vec<Finding> {
    let written = written_by_code(input);
    let lacks = lacks(input, Concern::Recovery)
        .into_iter()
        .filter(|lack| holds_data(&written, lack))
        .collect();
    by_stack_and_type(lacks)
        .iter()
        .filter_map(|lacks| {
            let first = lacks.first()?;
            let kind = &first.declaration.kind;
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
                    names(lacks),
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
fn holds_data(written: &Set<ResourceId>, lack: &Lack<'_>) -> bool {
    let properties = &lack.declaration.properties;
    match lack.declaration.kind.as_str() {
        "AWS::DynamoDB::Table" => {
            properties.at("TimeToLiveSpecification").is_absent() && !is_of_the_moment(properties)
        }
        "AWS::S3::Bucket" => {
            properties.at("LifecycleConfiguration").is_absent()
                && properties.at("WebsiteConfiguration").is_absent()
                && written.contains(&lack.resource)
        }
        _ => true,
    }
}

/// Whether the items of a table are about connections or sessions, which end with what would restore them.
fn is_of_the_moment(table: &Value) -> bool {
    let keys = table.at("KeySchema");
    let first = keys.known().and_then(|keys| keys.items().first());
    let name = first.and_then(|key| key.text_at("AttributeName").known().cloned());
    name.is_some_and(|name| {
        let name = name.to_ascii_lowercase().replace(['_', '-'], "");
        matches!(name.as_str(), "connectionid" | "sessionid")
    })
}

/// The resources that functions of the project write to.
fn written_by_code(input: &Input<'_>) -> Set<ResourceId> {
    let model = input.model;
    let functions = model.application.functions();
    let written = functions.flat_map(|(function, _)| {
        model
            .operations_of(function)
            .filter(|(operation, _)| operation.access == Access::Write)
            .filter_map(move |(_, call)| model.resource_of(function, call))
    });
    written.collect()
}
