//! SAS-8: APIs that anyone can call and that have no limit of their own on the rate of requests.

use crate::family::{Family, Input};
use app::{AuthKind, Trigger, Value, ValueKind};
use base::{Name, Set};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/no-throttling",
    title: "An API that anyone can call has no throttling of its own",
    page: include_str!("../../docs/sas8/no-throttling.md"),
    cwe: 770,
};

/// One finding for each API, at its first open route.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut seen: Set<(app::StackId, Name)> = Set::default();
    let limited = limited_stacks(input);
    let mut findings = Vec::new();
    for trigger in &model.application.triggers {
        let is_open = matches!(trigger.auth.kind, AuthKind::None)
            && matches!(trigger.kind.as_str(), "aws.apigw.rest" | "aws.apigw.http");
        let Some(stack) = model
            .application
            .function(trigger.function)
            .map(|function| function.stack)
            .filter(|_| is_open)
        else {
            continue;
        };
        let api = api_name(input, trigger);
        if !seen.insert((stack, api.clone())) || limited.contains(&stack) {
            continue;
        }
        let route = trigger.route.as_ref().map_or_else(
            || "a route".to_owned(),
            |route| format!("`{} {}`", route.method, route.path),
        );
        findings.push(
            Finding::new(
                &INFO,
                trigger.place,
                format!("Anyone can call {route}, and the API has no throttling below the account's own 10,000 requests a second"),
            )
            .score(Impact::Hygiene, Reach::Tenant)
            .functions([model.function_name(trigger.function)])
            .step(StepKind::Trigger, trigger.place, "no authorizer is declared")
            .fix("Set a rate and a burst limit on the API's stage, or put a web ACL with a rate rule in front")
            .subject(api.to_string()),
        );
    }
    findings
}

fn api_name(input: &Input<'_>, trigger: &Trigger) -> Name {
    let source = trigger.source.known();
    let resource = source.and_then(|source| input.model.resource_of_text(source));
    match (resource, source) {
        (Some(resource), _) => input.model.resource_label(resource).into(),
        (None, Some(source)) => source.display().into(),
        (None, None) => trigger.kind.clone(),
    }
}

/// The stacks in which something limits the rate of requests, or may: a stage, a usage plan, a web ACL. A setting that cannot
/// be told counts.
fn limited_stacks(input: &Input<'_>) -> Set<app::StackId> {
    let resources = input.model.application.resources();
    let limits = resources.filter(|(_, resource)| match resource.kind.as_str() {
        "AWS::WAFv2::WebACLAssociation" | "AWS::WAFRegional::WebACLAssociation" => true,
        "AWS::ApiGateway::Stage"
        | "AWS::ApiGateway::Deployment"
        | "AWS::ApiGateway::UsagePlan"
        | "AWS::ApiGatewayV2::Stage" => throttles(&resource.properties),
        _ => false,
    });
    limits.map(|(_, resource)| resource.stack).collect()
}

fn throttles(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Map(fields) => fields.iter().any(|(name, value)| {
            let is_limit = matches!(
                name.as_str(),
                "Throttle" | "ThrottlingRateLimit" | "ThrottlingBurstLimit"
            );
            let is_settings = matches!(
                name.as_str(),
                "MethodSettings"
                    | "StageDescription"
                    | "DefaultRouteSettings"
                    | "RouteSettings"
                    | "ApiStages"
            );
            is_limit
                || is_settings && (matches!(value.kind, ValueKind::Unknown(_)) || throttles(value))
        }),
        ValueKind::List(items) => items.iter().any(throttles),
        _ => false,
    }
}
