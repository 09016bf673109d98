//! SAS-8: what somebody outside can make the application cost in an hour.

use crate::family::{Family, Input};
use app::FunctionId;
use base::Set;
use cost::{Entry, Estimate, FunctionCost, Limit};
use finding::{Finding, Impact, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/wallet-amplification",
    title: "Requests from outside can cost more in an hour than is bearable",
    page: include_str!("../../docs/sas8/wallet-amplification.md"),
    cwe: 400,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let estimate = cost::estimate(input.model, input.cost);
    let mut seen = Set::default();
    let entries = estimate.entries.iter();
    entries
        .filter(|entry| seen.insert(entry.function))
        .filter_map(|entry| finding(input, &estimate, entry))
        .collect()
}

fn finding(input: &Input<'_>, estimate: &Estimate, entry: &Entry) -> Option<Finding> {
    let model = input.model;
    let following: Vec<FunctionId> = entry.functions();
    let per_hour = estimate.per_hour_of(&following);
    if per_hour < input.cost.per_hour {
        return None;
    }
    let functions = following.iter().filter_map(|id| estimate.function(*id));
    let dearest: &FunctionCost =
        functions.max_by(|one, other| one.per_hour().total_cmp(&other.per_hour()))?;
    let name = model.function_name(entry.function);
    let others = match following.len() {
        0 | 1 => String::new(),
        2 => " and the function that it invokes".to_owned(),
        several => format!(" and the {} functions that it invokes", several - 1),
    };
    let message = format!(
        "Requests to `{name}`{others} can cost ${per_hour:.0} an hour: {} of {} MiB may run at the same time",
        dearest.concurrency, dearest.memory
    );
    let place = model.application.function(entry.function)?.place;
    let mut finding = Finding::new(&INFO, place, message)
        .score(Impact::Limited, entry.reach)
        .functions(model.function_names(&following))
        .step(
            StepKind::Trigger,
            entry.place,
            format!("invokes `{name}`, whoever sends the request"),
        )
        .fix("Reserve a concurrency that legitimate traffic does not reach, or give the functions less memory")
        .subject(name.to_string());
    for delivery in &entry.deliveries {
        let to = model.function_name(delivery.to);
        let through = model.resource_label(delivery.through);
        finding = finding.step(
            StepKind::Channel,
            delivery.place,
            format!(
                "`{}` writes to `{through}`, which invokes `{to}`",
                delivery.by
            ),
        );
    }
    if let Limit::Reserved(place) = dearest.limit {
        finding = finding.step(
            StepKind::Config,
            place,
            format!("{} may run at the same time", dearest.concurrency),
        );
    }
    Some(finding)
}
