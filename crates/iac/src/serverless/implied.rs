//! What the framework creates beside the functions: APIs and their stages, layers, log groups.

use base::{Name, Place};

use super::naming;
use crate::stack::StackTemplate;
use crate::tree::Tree;

/// An API that events share, and how its provider settings are called.
struct Api {
    event: &'static str,
    id: &'static str,
    kind: &'static str,
    stage: (&'static str, &'static str),
    logs: &'static str,
    log_setting: &'static str,
}

const APIS: [Api; 3] = [
    Api {
        event: "aws.apigw.rest",
        id: naming::REST_API,
        kind: "AWS::ApiGateway::RestApi",
        stage: ("ApiGatewayStage", "AWS::ApiGateway::Stage"),
        logs: "logs.restApi",
        log_setting: "AccessLogSetting",
    },
    Api {
        event: "aws.apigw.http",
        id: naming::HTTP_API,
        kind: "AWS::ApiGatewayV2::Api",
        stage: ("HttpApiStage", "AWS::ApiGatewayV2::Stage"),
        logs: "logs.httpApi",
        log_setting: "AccessLogSettings",
    },
    Api {
        event: "aws.apigw.websocket",
        id: naming::WEBSOCKET_API,
        kind: "AWS::ApiGatewayV2::Api",
        stage: ("WebsocketsDeploymentStage", "AWS::ApiGatewayV2::Stage"),
        logs: "logs.websocket",
        log_setting: "AccessLogSettings",
    },
];

/// Adds the APIs that the events of the stack come from, where the framework creates them.
pub(super) fn apis(stack: &mut StackTemplate, provider: &Tree) {
    for api in &APIS {
        let place = stack
            .events
            .iter()
            .find(|event| {
                let source = event.source.as_ref().and_then(Tree::referenced_id);
                event.kind == api.event && source == Some(api.id)
            })
            .map(|event| event.place);
        if let Some(place) = place {
            self::api(stack, provider, api, place);
        }
    }
}

fn api(stack: &mut StackTemplate, provider: &Tree, api: &Api, place: Place) {
    let properties = match api.id {
        naming::REST_API => rest_api(provider, place),
        naming::HTTP_API => http_api(provider, place),
        _ => Tree::map(place, [("ProtocolType", Tree::text(place, "WEBSOCKET"))]),
    };
    stack.imply(api.id, api.kind, place, properties);
    let mut stage = Tree::map(
        place,
        [(
            if api.id == naming::REST_API {
                "RestApiId"
            } else {
                "ApiId"
            },
            Tree::reference(place, api.id),
        )],
    );
    if let Some(logs) = provider.at(api.logs).filter(|logs| is_on(logs)) {
        let mut setting = Tree::map(logs.place, []);
        if let Some(format) = logs.get("format") {
            setting = setting.with("Format", format.clone());
        }
        if logs.get("accessLogging").and_then(Tree::as_bool) != Some(false) {
            stage = stage.with(api.log_setting, setting);
        }
    }
    if let Some(tracing) = provider
        .at("tracing.apiGateway")
        .filter(|_| api.id == naming::REST_API)
    {
        stage = stage.with("TracingEnabled", tracing.clone());
    }
    let (id, kind) = api.stage;
    stack.imply(id, kind, place, stage);
    let plan = provider.at("apiGateway.usagePlan");
    if let Some(plan) = plan.filter(|_| api.id == naming::REST_API) {
        usage_plan(stack, plan);
    }
}

/// The usage plan that `provider.apiGateway.usagePlan` asks for; of several, for named API keys, the first.
fn usage_plan(stack: &mut StackTemplate, plan: &Tree) {
    let first = plan
        .items()
        .first()
        .filter(|_| plan.is_list())
        .and_then(|named| named.entries().first());
    let plan = first.map_or(plan, |named| &named.value);
    let mut properties = Tree::map(plan.place, []);
    if let Some(throttle) = plan.get("throttle") {
        let limits = [("rateLimit", "RateLimit"), ("burstLimit", "BurstLimit")]
            .into_iter()
            .filter_map(|(from, to)| Some((to, throttle.get(from)?.clone())));
        properties = properties.with("Throttle", Tree::map(throttle.place, limits));
    }
    stack.imply(
        "ApiGatewayUsagePlan",
        "AWS::ApiGateway::UsagePlan",
        plan.place,
        properties,
    );
}

/// Logging is switched on by `true` and by a map of settings.
fn is_on(logs: &Tree) -> bool {
    logs.as_bool() != Some(false) && !logs.is_null()
}

fn rest_api(provider: &Tree, place: Place) -> Tree {
    let mut properties = Tree::map(place, []);
    let policy = provider
        .at("apiGateway.resourcePolicy")
        .or_else(|| provider.get("resourcePolicy"));
    if let Some(statements) = policy {
        let document = Tree::map(statements.place, [("Statement", statements.clone())]);
        properties = properties.with("Policy", document);
    }
    let endpoint = provider
        .at("apiGateway.endpointType")
        .or_else(|| provider.get("endpointType"));
    if let Some(endpoint) = endpoint {
        let kind = match endpoint.as_text() {
            Some(text) => Tree::text(endpoint.place, text.to_ascii_uppercase()),
            None => endpoint.clone(),
        };
        let types = Tree::list(endpoint.place, [kind]);
        properties = properties.with(
            "EndpointConfiguration",
            Tree::map(endpoint.place, [("Types", types)]),
        );
    }
    if let Some(size) = provider.at("apiGateway.minimumCompressionSize") {
        properties = properties.with("MinimumCompressionSize", size.clone());
    }
    properties
}

fn http_api(provider: &Tree, place: Place) -> Tree {
    let mut properties = Tree::map(place, [("ProtocolType", Tree::text(place, "HTTP"))]);
    if let Some(cors) = provider.at("httpApi.cors").and_then(super::auth::cors) {
        properties = properties.with("CorsConfiguration", cors);
    }
    if let Some(disabled) = provider.at("httpApi.disableDefaultEndpoint") {
        properties = properties.with("DisableExecuteApiEndpoint", disabled.clone());
    }
    properties
}

/// Adds the layers of the service's `layers` section.
pub(super) fn layers(stack: &mut StackTemplate, layers: &Tree) {
    for field in layers.entries() {
        let id = Name::from(format!("{}LambdaLayer", naming::normalized(&field.key)));
        let mut properties = Tree::map(field.key_place, []);
        for (from, to) in [
            ("name", "LayerName"),
            ("compatibleRuntimes", "CompatibleRuntimes"),
            ("path", "Content"),
        ] {
            if let Some(value) = field.value.get(from) {
                properties = properties.with(to, value.clone());
            }
        }
        let place = field.key_place;
        stack.imply(id, "AWS::Lambda::LayerVersion", place, properties);
    }
}

/// Adds the log group of a function and gives its name, unless the service switches its logs off.
pub(super) fn log_group(
    stack: &mut StackTemplate,
    key: &Name,
    place: Place,
    name: &Tree,
    retention: Option<&Tree>,
) -> Name {
    let id = Name::from(format!("{}LogGroup", naming::normalized(key)));
    let mut properties = Tree::map(place, []);
    if let Some(name) = name.as_text() {
        let group = Tree::text(place, format!("/aws/lambda/{name}"));
        properties = properties.with("LogGroupName", group);
    }
    if let Some(days) = retention {
        properties = properties.with("RetentionInDays", days.clone());
    }
    stack.imply(id.clone(), "AWS::Logs::LogGroup", place, properties);
    id
}
