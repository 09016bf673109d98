//! SAS-8: functions in a network that one failure, or their own growth, cuts off.

use crate::family::{Family, Input};
use app::{Function, FunctionId, Prop, Resource, Value, Vpc};
use base::{Name, Place};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use link::Model;

pub(super) const FAMILY: Family = Family {
    rules: || vec![ZONE, ADDRESSES],
    check,
};

const ZONE: RuleInfo = RuleInfo {
    name: "sas8/vpc-single-zone",
    title: "A function runs in one availability zone only",
    page: include_str!("../../docs/sas8/vpc-single-zone.md"),
    cwe: 654,
};

const ADDRESSES: RuleInfo = RuleInfo {
    name: "sas8/vpc-address-exhaustion",
    title: "A function's subnets have too few addresses for its concurrency",
    page: include_str!("../../docs/sas8/vpc-address-exhaustion.md"),
    cwe: 770,
};

/// The addresses of every subnet that the platform keeps for itself.
const RESERVED_ADDRESSES: u32 = 5;

/// The runs that one network interface of Lambda serves at the worst: it carries 65,000 connections, and a run may hold 1,024
/// files and connections open. (Lambda's quotas, 2026.)
const RUNS_PER_ADDRESS: f64 = 65_000.0 / 1024.0;

/// What a function without a reserved concurrency may take: the account's default limit.
const ACCOUNT_CONCURRENCY: f64 = 1000.0;

/// One finding for each attachment as it is written: one that functions inherit is written once.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings: Vec<Finding> = Vec::new();
    for (id, function) in model.application.functions() {
        let Prop::Known(vpc, place) = &function.vpc else {
            continue;
        };
        let found = [
            single_zone(model, id, vpc, *place),
            few_addresses(model, id, function, vpc, *place),
        ];
        for finding in found.into_iter().flatten() {
            let known = findings
                .iter_mut()
                .find(|known| known.rule == finding.rule && known.place == finding.place);
            match known {
                Some(known) => known.functions.extend(finding.functions),
                None => findings.push(finding),
            }
        }
    }
    findings
}

/// The subnet of the project that a value refers to.
fn subnet<'m>(model: &'m Model<'_>, value: &Value) -> Option<&'m Resource> {
    let resource = model.application.resource(value.as_text()?.resource()?)?;
    (resource.kind == "AWS::EC2::Subnet").then_some(resource)
}

fn single_zone(model: &Model<'_>, id: FunctionId, vpc: &Vpc, place: Place) -> Option<Finding> {
    let subnets = vpc.subnets.as_ref()?;
    let why = match subnets.as_slice() {
        [] => return None,
        [only] => {
            let text = only.as_text()?;
            let is_one = subnet(model, only).is_some()
                || text.literal().is_some_and(|id| id.starts_with("subnet-"));
            is_one.then(|| "one subnet".to_owned())?
        }
        several => {
            let zones: Option<Vec<Name>> = several
                .iter()
                .map(|value| zone(subnet(model, value)?))
                .collect();
            let zones = zones?;
            let first = zones.first()?;
            zones
                .iter()
                .all(|zone| zone == first)
                .then(|| format!("{} subnets of one zone", several.len()))?
        }
    };
    Some(
        Finding::new(
            &ZONE,
            place,
            format!("The function runs in {why}: when the zone fails, it is down"),
        )
        .score(Impact::Hygiene, Reach::Tenant)
        .functions([model.function_name(id)])
        .fix("Name subnets of at least two availability zones")
        .subject("vpc"),
    )
}

/// A subnet's zone, as far as two of them can be compared.
fn zone(subnet: &Resource) -> Option<Name> {
    let zone = subnet.properties.get("AvailabilityZone")?;
    zone.as_name()
}

fn few_addresses(
    model: &Model<'_>,
    id: FunctionId,
    function: &Function,
    vpc: &Vpc,
    place: Place,
) -> Option<Finding> {
    let subnets: Option<Vec<&Resource>> = vpc
        .subnets
        .as_ref()?
        .iter()
        .map(|value| subnet(model, value))
        .collect();
    let subnets = subnets.filter(|subnets| !subnets.is_empty())?;
    let sizes: Option<Vec<(u32, Place)>> = subnets.iter().map(|subnet| addresses(subnet)).collect();
    let sizes = sizes?;
    let available: u32 = sizes.iter().map(|(size, _)| *size).sum();
    let concurrency = match &function.reserved_concurrency {
        Prop::Known(limit, _) => *limit,
        Prop::Absent => ACCOUNT_CONCURRENCY,
        Prop::Unknown(_) => return None,
    };
    // Each subnet needs an interface before the load counts.
    let needed = subnets.len() as f64 + (concurrency / RUNS_PER_ADDRESS).ceil();
    if needed <= f64::from(available) {
        return None;
    }
    let message = format!(
        "The function's subnets have {available} free addresses at most, and {concurrency} runs at once may need {needed} of them"
    );
    let mut finding = Finding::new(&ADDRESSES, place, message)
        .score(Impact::Hygiene, Reach::Tenant)
        .functions([model.function_name(id)])
        .fix("Give the subnets a larger range, or reserve a smaller concurrency for the function")
        .subject("vpc");
    for (size, place) in sizes {
        finding = finding.step(StepKind::Config, place, format!("{size} addresses"));
    }
    Some(finding)
}

/// The addresses that a subnet has to give, and where that is written.
fn addresses(subnet: &Resource) -> Option<(u32, Place)> {
    let Prop::Known(range, place) = subnet.properties.text_at("CidrBlock") else {
        return None;
    };
    let (_, prefix) = range.split_once('/')?;
    let bits = 32u32.checked_sub(prefix.parse().ok()?)?;
    let all = 1u32.checked_shl(bits).unwrap_or(u32::MAX);
    Some((all.saturating_sub(RESERVED_ADDRESSES), place))
}
