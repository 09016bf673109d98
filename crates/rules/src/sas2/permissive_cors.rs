//! SAS-2: cross-origin policies that let any site act with the visitor's credentials.

use crate::family::{Family, Input};
use app::{Prop, Resource, Value};
use base::Place;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{Constant, Facts, Origin, Shape};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/permissive-cors-with-credentials",
    title: "Any site may act with the visitor's credentials",
    page: include_str!("../../docs/sas2/permissive-cors-with-credentials.md"),
    cwe: 942,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = in_triggers(input);
    findings.extend(in_resources(input));
    findings.extend(in_code(input));
    findings
}

fn finding(place: Place, message: String, subject: String) -> Finding {
    Finding::new(&INFO, place, message)
        .score(Impact::Limited, Reach::Anonymous)
        .step(
            StepKind::Config,
            place,
            "every origin is allowed, with credentials",
        )
        .fix("List the origins that need credentials, or allow none")
        .subject(subject)
}

/// Policies that triggers have of their own. That of an HTTP API is a property of the API.
fn in_triggers(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let triggers = model.application.triggers.iter();
    triggers
        .filter(|trigger| trigger.kind != "aws.apigw.http")
        .filter_map(|trigger| {
            let Prop::Known(cors, place) = &trigger.cors else {
                return None;
            };
            let is_any = cors.origins.iter().any(|origin| {
                origin
                    .literal()
                    .is_some_and(|origin| origin.trim_matches('\'') == "*")
            });
            let function = model.function_name(trigger.function);
            // Browsers refuse a literal `*` with credentials, but function URLs answer with the origin that asks.
            let impact = if trigger.kind == "aws.lambda.url" {
                Impact::Limited
            } else {
                Impact::Hygiene
            };
            (is_any && cors.credentials).then(|| {
                finding(
                    *place,
                    format!("`{function}` answers every origin with credentials allowed"),
                    function.to_string(),
                )
                .score(impact, Reach::Anonymous)
                .functions([function])
            })
        })
        .collect()
}

/// Where types of resources keep a cross-origin policy: the policy, its origins and whether it allows credentials.
const POLICIES: [(&str, &str, &str, &str); 3] = [
    (
        "AWS::ApiGatewayV2::Api",
        "CorsConfiguration",
        "AllowOrigins",
        "AllowCredentials",
    ),
    (
        "AWS::CloudFront::ResponseHeadersPolicy",
        "ResponseHeadersPolicyConfig.CorsConfig",
        "AccessControlAllowOrigins.Items",
        "AccessControlAllowCredentials",
    ),
    (
        "AWS::ApiGateway::RestApi",
        "Cors",
        "AllowOrigin",
        "AllowCredentials",
    ),
];

fn in_resources(input: &Input<'_>) -> Vec<Finding> {
    let resources = input.model.application.resources();
    resources
        .filter_map(|(_, resource)| in_resource(resource))
        .collect()
}

fn in_resource(resource: &Resource) -> Option<Finding> {
    let (_, policy, origins, credentials) = POLICIES
        .iter()
        .find(|(kind, ..)| *kind == resource.kind.as_str())?;
    let policy = *resource.properties.at(policy).known()?;
    let Prop::Known(true, place) = policy.bool_at(credentials) else {
        return None;
    };
    let origins = *policy.at(origins).known()?;
    // SAM wants the origin of a REST API quoted inside the text.
    let is_any = origins
        .items()
        .iter()
        .filter_map(Value::as_name)
        .any(|origin| origin.trim_matches('\'') == "*");
    let name = &resource.logical_id;
    is_any.then(|| {
        finding(
            place,
            format!("`{name}` answers every origin with credentials allowed"),
            name.to_string(),
        )
        .score(Impact::Hygiene, Reach::Anonymous)
    })
}

/// Answers of handlers whose headers allow credentials to the origin that the request names. A browser itself refuses `*`
/// with credentials.
fn in_code(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        for answer in &analysis.facts.returns {
            let headers = field(&answer.value, "headers");
            let origin = headers.and_then(|it| field(it, "access-control-allow-origin"));
            let credentials = headers.and_then(|it| field(it, "access-control-allow-credentials"));
            let (Some(origin), Some(credentials)) = (origin, credentials) else {
                continue;
            };
            if !is_reflected(&analysis.facts, origin) || !is_true(credentials) {
                continue;
            }
            let functions = model.function_names(&analysis.functions);
            let names = functions.join("`, `");
            findings.push(
                finding(
                    answer.place,
                    format!("`{names}` allows credentials to whatever origin the request names"),
                    names,
                )
                .functions(functions),
            );
        }
    }
    findings
}

fn field<'a>(value: &'a flow::Value, name: &str) -> Option<&'a flow::Value> {
    match &value.shape {
        Shape::Object(object) => object
            .fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value),
        _ => None,
    }
}

fn is_reflected(facts: &Facts, value: &flow::Value) -> bool {
    let labels = value.taint.labels().iter();
    let mut sources = labels.filter_map(|label| facts.source(label.source));
    sources.any(|source| matches!(source.origin, Origin::Event { .. }))
}

fn is_true(value: &flow::Value) -> bool {
    match &value.shape {
        Shape::Constant(Constant::Bool(truth)) => *truth,
        Shape::Constant(Constant::Text(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}
