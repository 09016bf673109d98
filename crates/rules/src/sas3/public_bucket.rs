//! SAS-3: buckets that anyone may read, by access list or policy, against what the service blocks by itself.

use crate::family::{Family, Input};
use crate::grants::covers;
use app::{Prop, Resource, ResourceId, Value};
use base::Place;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/public-bucket",
    title: "Anyone may read a bucket",
    page: include_str!("../../docs/sas3/public-bucket.md"),
    cwe: 732,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, bucket) in input.model.application.resources_of("AWS::S3::Bucket") {
        findings.extend(by_access_list(bucket));
        findings.extend(by_policy(input, id, bucket));
    }
    findings
}

/// Whether a bucket's settings keep the public out, whatever its access list or policy says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Block {
    /// They do, or it cannot be told.
    Written,
    /// Nothing is written: buckets made since April 2023 keep it out, older ones do not.
    Default,
    /// They do not.
    Open,
}

/// What the two settings of a bucket's public access block that are named here amount to.
pub(crate) fn block(bucket: &Value, settings: [&str; 2]) -> Block {
    match bucket.at("PublicAccessBlockConfiguration") {
        Prop::Absent => Block::Default,
        Prop::Unknown(_) => Block::Written,
        Prop::Known(written, _) => {
            let is_open = settings.iter().all(|setting| {
                matches!(
                    written.bool_at(setting),
                    Prop::Absent | Prop::Known(false, _)
                )
            });
            if is_open { Block::Open } else { Block::Written }
        }
    }
}

fn by_access_list(bucket: &Resource) -> Option<Finding> {
    let Prop::Known(list, place) = bucket.properties.text_at("AccessControl") else {
        return None;
    };
    let (whom, what, impact) = match list.as_str() {
        "PublicReadWrite" => (Reach::Anonymous, "read and write", Impact::Serious),
        "PublicRead" => (Reach::Anonymous, "list and read", Impact::Serious),
        "AuthenticatedRead" => (Reach::Authenticated, "list and read", Impact::Serious),
        _ => return None,
    };
    let block = block(&bucket.properties, ["BlockPublicAcls", "IgnorePublicAcls"]);
    let who = match whom {
        Reach::Anonymous => "anyone",
        _ => "anyone with an AWS account",
    };
    let open = Opening {
        place,
        what: format!("the access list `{list}` lets {who} {what} objects"),
        impact,
        whom,
        can_write: list == "PublicReadWrite",
    };
    finding(bucket, block, &open)
}

fn by_policy(input: &Input<'_>, id: ResourceId, bucket: &Resource) -> Option<Finding> {
    let block = block(
        &bucket.properties,
        ["BlockPublicPolicy", "RestrictPublicBuckets"],
    );
    let policies = input.model.application.policies_of(id);
    let (grant, can_list) = policies
        .flat_map(|policy| policy.grants_for_anyone())
        .filter_map(|grant| {
            let can_list = covers(grant, "s3:ListBucket");
            (can_list || covers(grant, "s3:GetObject")).then_some((grant, can_list))
        })
        .max_by_key(|(_, can_list)| *can_list)?;
    let open = Opening {
        place: grant.place,
        what: format!(
            "a statement of its policy lets anyone {}",
            if can_list {
                "list and read objects"
            } else {
                "read objects"
            }
        ),
        // Without the list, objects are as secret as their keys.
        impact: if can_list {
            Impact::Serious
        } else {
            Impact::Limited
        },
        whom: Reach::Anonymous,
        can_write: covers(grant, "s3:PutObject"),
    };
    finding(bucket, block, &open)
}

/// What opens a bucket.
struct Opening {
    place: Place,
    what: String,
    impact: Impact,
    whom: Reach,
    can_write: bool,
}

fn finding(bucket: &Resource, block: Block, open: &Opening) -> Option<Finding> {
    let is_website = bucket.properties.get("WebsiteConfiguration").is_some();
    let name = &bucket.logical_id;
    let mut message = format!("Bucket `{name}` is public: {}", open.what);
    let (mut impact, mut whom, mut confidence) = (open.impact, open.whom, Confidence::High);
    match block {
        Block::Written => return None,
        Block::Default => {
            message.push_str(
                " (buckets made since April 2023 refuse that until their public access block is lifted)",
            );
            confidence = Confidence::Medium;
            impact = impact.min(Impact::Limited);
        }
        Block::Open => {}
    }
    let mut fix = format!("Remove what opens `{name}`, and hand out presigned URLs instead");
    if is_website && !open.can_write {
        message.push_str("; it is a website, so reading is meant to be public");
        (impact, whom) = (Impact::Hygiene, Reach::Tenant);
        fix = format!("Put CloudFront with origin access control in front of `{name}`");
    }
    Some(
        Finding::new(&INFO, open.place, message)
            .score(impact, whom)
            .confidence(confidence)
            .step(StepKind::Config, open.place, open.what.clone())
            .fix(fix)
            .subject(name.clone()),
    )
}
