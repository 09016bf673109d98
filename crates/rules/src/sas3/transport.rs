//! SAS-3: listeners, distributions, subscriptions, integrations and stores that take or send data in the clear.

use crate::family::{Family, Input};
use crate::sas3::protection::{lacks, type_name};
use app::{Prop, Resource, Value};
use base::Place;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};
use knowledge::Concern;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/plaintext-transport",
    title: "Data travels unencrypted",
    page: include_str!("../../docs/sas3/plaintext-transport.md"),
    cwe: 319,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = lacks(input, Concern::DataInTransit)
        .iter()
        .map(|lack| {
            let property = &lack.default.property;
            let message = format!(
                "Not all connections of `{}` ({}) are encrypted: `{property}` is off",
                lack.declaration.logical_id,
                type_name(&lack.declaration.kind)
            );
            let place = lack.written.unwrap_or(lack.declaration.place);
            finding(lack.declaration, place, message)
                .score(Impact::Limited, Reach::Tenant)
                .fix(format!("Set `{property}`"))
        })
        .collect();
    for (_, resource) in input.model.application.resources() {
        match resource.kind.as_str() {
            "AWS::ElasticLoadBalancingV2::Listener" => findings.extend(listener(input, resource)),
            "AWS::CloudFront::Distribution" => findings.extend(distribution(resource)),
            "AWS::SNS::Subscription" => findings.extend(subscription(resource)),
            "AWS::ApiGateway::Method" => {
                let uri = resource.properties.at("Integration.Uri");
                findings.extend(integration(resource, "Integration.Type", uri));
            }
            "AWS::ApiGatewayV2::Integration" => {
                let uri = resource.properties.at("IntegrationUri");
                findings.extend(integration(resource, "IntegrationType", uri));
            }
            _ => {}
        }
    }
    findings
}

fn finding(resource: &Resource, place: Place, message: String) -> Finding {
    Finding::new(&INFO, place, message.clone())
        .step(StepKind::Config, place, message)
        .subject(resource.logical_id.clone())
}

/// A listener for HTTP that serves rather than sends to HTTPS, on a balancer that the internet reaches.
fn listener(input: &Input<'_>, resource: &Resource) -> Option<Finding> {
    let properties = &resource.properties;
    let Prop::Known(protocol, place) = properties.text_at("Protocol") else {
        return None;
    };
    let is_public = is_of_internet(input, resource);
    let actions = properties.at("DefaultActions");
    let serves = actions.known()?.items().iter().any(|action| {
        action
            .text_at("Type")
            .known()
            .is_some_and(|kind| kind == "forward")
    });
    (protocol == "HTTP" && is_public && serves).then(|| {
        let message = format!(
            "Listener `{}` serves HTTP to the internet",
            resource.logical_id
        );
        finding(resource, place, message)
            .score(Impact::Limited, Reach::Anonymous)
            .fix("Serve HTTPS, and let the HTTP listener redirect to it")
    })
}

/// Whether a listener is that of a balancer which the internet certainly reaches.
pub(super) fn is_of_internet(input: &Input<'_>, listener: &Resource) -> bool {
    let balancer = listener.properties.get("LoadBalancerArn");
    let balancer = balancer.and_then(Value::as_text);
    let balancer = balancer.and_then(|arn| arn.resources().next());
    let balancer = balancer.and_then(|id| input.model.application.resource(id));
    balancer.is_some_and(|balancer| match balancer.properties.text_at("Scheme") {
        Prop::Known(scheme, _) => scheme == "internet-facing",
        Prop::Absent => true,
        Prop::Unknown(_) => false,
    })
}

/// Behaviours of a distribution that answer over HTTP, and origins that it asks over HTTP.
fn distribution(resource: &Resource) -> Vec<Finding> {
    let properties = &resource.properties;
    let mut findings = Vec::new();
    let behaviours = ["DefaultCacheBehavior", "CacheBehaviors"]
        .into_iter()
        .filter_map(|name| {
            properties
                .at(&format!("DistributionConfig.{name}"))
                .known()
                .copied()
        })
        .flat_map(Value::items);
    for behaviour in behaviours {
        if let Prop::Known(policy, place) = behaviour.text_at("ViewerProtocolPolicy")
            && policy == "allow-all"
        {
            let message = format!(
                "Distribution `{}` answers over HTTP as well",
                resource.logical_id
            );
            findings.push(
                finding(resource, place, message)
                    .score(Impact::Hygiene, Reach::Anonymous)
                    .fix("Set `ViewerProtocolPolicy` to `redirect-to-https`"),
            );
        }
    }
    let origins = properties.at("DistributionConfig.Origins");
    for origin in origins.known().map(|it| it.items()).unwrap_or_default() {
        let policy = origin.text_at("CustomOriginConfig.OriginProtocolPolicy");
        // Websites of buckets speak nothing else. A name that cannot be told may be one.
        let name = origin.get("DomainName").and_then(Value::as_name);
        let can_encrypt = name.is_some_and(|name| !name.contains("s3-website"));
        if let Prop::Known(policy, place) = policy
            && policy == "http-only"
            && can_encrypt
        {
            let message = format!(
                "Distribution `{}` asks its origin over HTTP",
                resource.logical_id
            );
            findings.push(
                finding(resource, place, message)
                    .score(Impact::Limited, Reach::Tenant)
                    .fix("Set `OriginProtocolPolicy` to `https-only`"),
            );
        }
    }
    findings
}

fn subscription(resource: &Resource) -> Option<Finding> {
    let protocol = resource.properties.text_at("Protocol");
    let place = protocol.place()?;
    (protocol.known()? == "http").then(|| {
        let message = format!(
            "Subscription `{}` sends its messages over HTTP",
            resource.logical_id
        );
        finding(resource, place, message)
            .score(Impact::Limited, Reach::Tenant)
            .fix("Subscribe an `https` endpoint")
    })
}

fn integration(resource: &Resource, kind: &str, uri: Prop<&Value>) -> Option<Finding> {
    let Prop::Known(uri, place) = uri else {
        return None;
    };
    let kind = resource.properties.text_at(kind);
    let start = uri.as_text()?.0.first()?;
    let is_plain = matches!(start, app::TextPart::Literal(text) if text.starts_with("http://"));
    let is_proxy = matches!(kind.known()?.as_str(), "HTTP" | "HTTP_PROXY");
    let is_inside = ["Integration.ConnectionType", "ConnectionType"]
        .iter()
        .any(|path| !resource.properties.at(path).is_absent());
    (is_plain && is_proxy && !is_inside).then(|| {
        let message = format!("`{}` passes requests on over HTTP", resource.logical_id);
        finding(resource, place, message)
            .score(Impact::Limited, Reach::Tenant)
            .fix("Pass requests on to an `https` address")
    })
}
