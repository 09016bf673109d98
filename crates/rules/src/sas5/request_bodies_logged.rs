//! SAS-5: APIs that write whole requests and answers to their log.

use app::{Prop, Resource};
use base::Place;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/request-bodies-logged",
    title: "An API writes whole requests to its log",
    page: include_str!("../../docs/sas5/request-bodies-logged.md"),
    cwe: 532,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let application = &input.model.application;
    let resources = application.resources();
    resources
        .filter_map(|(id, resource)| Some((id, resource, traced(resource)?)))
        .map(|(id, resource, place)| {
            let api = resource.properties.get("RestApiId");
            let api = api.and_then(|api| api.as_text()?.resource()).unwrap_or(id);
            let label = input.model.resource_label(api);
            let message = format!(
                "`{label}` writes the bodies of all requests and answers to its log, with the passwords and tokens in them"
            );
            Finding::new(&INFO, place, message)
                .score(Impact::Limited, Reach::Tenant)
                .step(StepKind::Config, place, "every request is traced in full")
                .fix("Switch the tracing of data off; an access log says who called what")
                .subject(label)
        })
        .collect()
}

/// Where a stage is told to trace data.
fn traced(resource: &Resource) -> Option<Place> {
    let properties = &resource.properties;
    match resource.kind.as_str() {
        "AWS::ApiGateway::Stage" => {
            let settings = properties.at("MethodSettings");
            let mut settings = settings.known()?.items().iter();
            settings.find_map(|setting| match setting.bool_at("DataTraceEnabled") {
                Prop::Known(true, place) => Some(place),
                _ => None,
            })
        }
        "AWS::ApiGatewayV2::Stage" => {
            match properties.bool_at("DefaultRouteSettings.DataTraceEnabled") {
                Prop::Known(true, place) => Some(place),
                _ => None,
            }
        }
        _ => None,
    }
}
