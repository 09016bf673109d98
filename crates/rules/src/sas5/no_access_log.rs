//! SAS-5: APIs, distributions and load balancers that do not note who called them.

use app::{Application, Prop, Resource, ResourceId, Trigger, Value};
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

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = apis(input);
    findings.extend(front_doors(input));
    findings
}

/// One finding for each API that has a stage without a log, whichever stage it is.
fn apis(input: &Input<'_>) -> Vec<Finding> {
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

/// What else answers callers and keeps no log of them.
fn front_doors(input: &Input<'_>) -> Vec<Finding> {
    let application = &input.model.application;
    let mut findings = Vec::new();
    for (id, resource) in application.resources() {
        let stack = application.stack(resource.stack);
        if stack.is_none_or(|stack| stack.open.is_some()) {
            continue;
        }
        let fix = match resource.kind.as_str() {
            "AWS::CloudFront::Distribution" if !distribution_logs(application, resource) => {
                "Set `Logging` of the distribution, or deliver its log with `AWS::Logs::DeliverySource`"
            }
            "AWS::ElasticLoadBalancingV2::LoadBalancer"
                if serves_unlogged(application, id, resource) =>
            {
                "Set the attribute `access_logs.s3.enabled` of the load balancer"
            }
            "AWS::AppSync::GraphQLApi" if resource.properties.at("LogConfig").is_absent() => {
                "Set `LogConfig` of the API"
            }
            _ => continue,
        };
        let reach = match resource.kind.as_str() {
            "AWS::AppSync::GraphQLApi" => Reach::Authenticated,
            _ => Reach::Anonymous,
        };
        let message = format!(
            "`{}` keeps no access log: nothing tells afterwards who called it, and from where",
            resource.logical_id
        );
        findings.push(
            Finding::new(&INFO, resource.place, message.clone())
                .score(Impact::Hygiene, reach)
                .step(StepKind::Config, resource.place, "no log is written")
                .fix(fix)
                .subject(resource.logical_id.clone()),
        );
    }
    findings
}

/// Whether a distribution logs its callers, or may.
fn distribution_logs(application: &Application, distribution: &Resource) -> bool {
    let config = &distribution.properties;
    let is_off = config.bool_at("DistributionConfig.Enabled").known() == Some(&false);
    let mut delivered = application.resources_of("AWS::Logs::DeliverySource");
    is_off
        || config.at("DistributionConfig").is_unknown()
        || !config.at("DistributionConfig.Logging").is_absent()
        || delivered.any(|(_, source)| source.stack == distribution.stack)
}

/// Whether a load balancer on the internet has a listener, and certainly no log.
fn serves_unlogged(application: &Application, id: ResourceId, balancer: &Resource) -> bool {
    let properties = &balancer.properties;
    let is = |name: &str, wanted: &str| match properties.text_at(name) {
        Prop::Known(value, _) => value == wanted,
        Prop::Absent => true,
        Prop::Unknown(_) => false,
    };
    let logs = match properties.at("LoadBalancerAttributes") {
        Prop::Absent => false,
        Prop::Unknown(_) => true,
        Prop::Known(attributes, _) => attributes.items().iter().any(|attribute| {
            let key = attribute.text_at("Key");
            let is_log = key
                .known()
                .is_none_or(|key| key == "access_logs.s3.enabled");
            is_log && attribute.bool_at("Value").known() != Some(&false)
        }),
    };
    let mut listeners = application.resources_of("AWS::ElasticLoadBalancingV2::Listener");
    let is_used = listeners.any(|(_, listener)| {
        let of = listener.properties.get("LoadBalancerArn");
        of.and_then(Value::as_text)
            .is_some_and(|of| of.resources().any(|it| it == id))
    });
    is("Scheme", "internet-facing") && is("Type", "application") && is_used && !logs
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
