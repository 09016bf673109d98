//! SAS-3: endpoints that still speak versions of TLS which are broken.

use crate::family::{Family, Input};
use crate::sas3::protection::type_name;
use crate::sas3::transport::is_of_internet;
use app::{Prop, Resource};
use base::{Name, Place};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/weak-tls",
    title: "An endpoint accepts old versions of TLS",
    page: include_str!("../../docs/sas3/weak-tls.md"),
    cwe: 326,
};

/// Where a type of endpoint says which versions it speaks, and the words for those that include TLS 1.0 or 1.1.
struct Setting {
    kind: &'static str,
    property: &'static str,
    weak: &'static [&'static str],
    better: &'static str,
}

const SETTINGS: [Setting; 5] = [
    Setting {
        kind: "AWS::CloudFront::Distribution",
        property: "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        weak: &["SSLv3", "TLSv1", "TLSv1_2016", "TLSv1.1_2016"],
        better: "TLSv1.2_2021",
    },
    Setting {
        kind: "AWS::ApiGateway::DomainName",
        property: "SecurityPolicy",
        weak: &["TLS_1_0"],
        better: "TLS_1_2",
    },
    Setting {
        kind: "AWS::ElasticLoadBalancingV2::Listener",
        property: "SslPolicy",
        weak: &[
            BALANCERS_DEFAULT,
            "ELBSecurityPolicy-2015-05",
            "ELBSecurityPolicy-TLS-1-0-2015-04",
            "ELBSecurityPolicy-TLS-1-1-2017-01",
            "ELBSecurityPolicy-FS-2018-06",
            "ELBSecurityPolicy-FS-1-1-2019-08",
            "ELBSecurityPolicy-TLS13-1-0-2021-06",
            "ELBSecurityPolicy-TLS13-1-1-2021-06",
        ],
        better: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    },
    Setting {
        kind: "AWS::OpenSearchService::Domain",
        property: "DomainEndpointOptions.TLSSecurityPolicy",
        weak: &["Policy-Min-TLS-1-0-2019-07"],
        better: "Policy-Min-TLS-1-2-PFS-2023-10",
    },
    Setting {
        kind: "AWS::Elasticsearch::Domain",
        property: "DomainEndpointOptions.TLSSecurityPolicy",
        weak: &["Policy-Min-TLS-1-0-2019-07"],
        better: "Policy-Min-TLS-1-2-2019-07",
    },
];

/// What listeners get that templates make without a policy.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html>
const BALANCERS_DEFAULT: &str = "ELBSecurityPolicy-2016-08";

fn check(input: &Input<'_>) -> Vec<Finding> {
    let resources = input.model.application.resources();
    resources
        .filter_map(|(_, resource)| {
            let setting = SETTINGS.iter().find(|it| it.kind == resource.kind)?;
            let (value, place) = chosen(resource, setting)?;
            let is_weak = setting.weak.contains(&value.as_str());
            let reach = match setting.property {
                "SslPolicy" if !is_of_internet(input, resource) => Reach::Tenant,
                _ => Reach::Anonymous,
            };
            (is_weak && is_heeded(resource))
                .then(|| finding(resource, setting, &value, place).score(Impact::Hygiene, reach))
        })
        .collect()
}

/// The policy of an endpoint, written or by default.
fn chosen(resource: &Resource, setting: &Setting) -> Option<(Name, Place)> {
    match resource.properties.text_at(setting.property) {
        Prop::Known(value, place) => Some((value, place)),
        Prop::Absent => {
            let protocol = resource.properties.text_at("Protocol");
            let is_listener = setting.property == "SslPolicy"
                && protocol
                    .known()
                    .is_some_and(|it| it == "HTTPS" || it == "TLS");
            is_listener.then(|| (Name::new_static(BALANCERS_DEFAULT), resource.place))
        }
        Prop::Unknown(_) => None,
    }
}

/// With its own certificate CloudFront speaks what it wishes, whatever is written.
fn is_heeded(resource: &Resource) -> bool {
    let path = "DistributionConfig.ViewerCertificate.CloudFrontDefaultCertificate";
    resource.properties.bool_at(path).known() != Some(&true)
}

fn finding(resource: &Resource, setting: &Setting, value: &str, place: Place) -> Finding {
    let name = &resource.logical_id;
    let property = setting.property.rsplit('.').next().unwrap_or_default();
    let is_default = resource.properties.at(setting.property).is_absent();
    let how = if is_default { ", the default," } else { "" };
    let message = format!(
        "`{name}` ({}) speaks versions of TLS before 1.2: `{value}`{how} allows them",
        type_name(&resource.kind)
    );
    Finding::new(&INFO, place, message)
        .step(
            StepKind::Config,
            place,
            format!("`{property}` is `{value}`"),
        )
        .fix(format!("Set `{property}` to `{}`", setting.better))
        .subject(name.clone())
}
