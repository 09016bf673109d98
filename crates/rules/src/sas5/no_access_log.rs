//! SAS-5: APIs that do not note who called them.

use app::{Prop, Resource, ResourceId, Trigger, Value};
use base::{Map, Set};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use link::Model;

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/no-access-log",
    title: "An API keeps no access log",
    page: include_str!("../../docs/sas5/no-access-log.md"),
    cwe: 778,
};

/// Words in the names of plugins that set the logs of stages.
const PLUGINS: [&str; 4] = [
    "access-log",
    "api-stage",
    "stage-settings",
    "apigateway-log",
];

/// One finding for each API that has a stage without a log, whichever stage it is.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let application = &model.application;
    let callers = callers(model);
    let mut seen: Set<ResourceId> = Set::default();
    let mut findings = Vec::new();
    for (_, stage) in application.resources() {
        let Some(api) = unlogged(stage) else { continue };
        let Some(stack) = application.stack(stage.stack) else {
            continue;
        };
        let is_set_elsewhere = stack.open.is_some()
            || stack
                .plugins
                .iter()
                .any(|plugin| PLUGINS.iter().any(|word| plugin.contains(word)));
        // An API whose routes are not known may serve nothing.
        let Some((reach, first)) = callers.get(&api).filter(|_| !is_set_elsewhere) else {
            continue;
        };
        if !seen.insert(api) {
            continue;
        }
        let is_implied = application.resource(api).is_some_and(|api| api.is_implied);
        let what = if is_implied {
            format!("The API of `{}`", stack.name)
        } else {
            format!("`{}`", model.resource_label(api))
        };
        findings.push(
            Finding::new(
                &INFO,
                stage.place,
                format!("{what} keeps no access log: nothing tells afterwards who called it, and from where"),
            )
            .score(Impact::Hygiene, *reach)
            .step(StepKind::Trigger, first.place, "a route of the API")
            .fix("Give the stage an access log with the caller's address, identity, route and status")
            .subject(model.resource_label(api)),
        );
    }
    findings
}

/// The API of a stage that certainly has no access log.
fn unlogged(stage: &Resource) -> Option<ResourceId> {
    let (api, log) = match stage.kind.as_str() {
        "AWS::ApiGateway::Stage" => ("RestApiId", "AccessLogSetting"),
        "AWS::ApiGatewayV2::Stage" => ("ApiId", "AccessLogSettings"),
        _ => return None,
    };
    let properties = &stage.properties;
    if !properties.at(log).is_absent() || logs_requests(properties) {
        return None;
    }
    properties.get(api)?.as_text()?.resource()
}

/// Whether the stage logs the execution of every request, or may.
fn logs_requests(properties: &Value) -> bool {
    let settings = match properties.at("MethodSettings") {
        Prop::Known(settings, _) => settings.items(),
        Prop::Absent => return false,
        Prop::Unknown(_) => return true,
    };
    settings
        .iter()
        .any(|setting| match setting.text_at("LoggingLevel") {
            Prop::Known(level, _) => level == "INFO",
            Prop::Absent => false,
            Prop::Unknown(_) => true,
        })
}

/// Who can call each API, and its first route.
fn callers<'m>(model: &'m Model<'_>) -> Map<ResourceId, (Reach, &'m Trigger)> {
    let mut callers: Map<ResourceId, (Reach, &Trigger)> = Map::default();
    let routes = model
        .application
        .triggers
        .iter()
        .filter(|trigger| trigger.kind.starts_with("aws.apigw."));
    for trigger in routes {
        let Some(api) = trigger.source.known().and_then(|source| source.resource()) else {
            continue;
        };
        let reach = model.exposure_of(trigger);
        callers
            .entry(api)
            .and_modify(|known| known.0 = known.0.max(reach))
            .or_insert((reach, trigger));
    }
    callers
}
