//! Types of cloud resources. Read from `knowledge/resources/*.toml`.

use base::Name;
use serde::{Deserialize, Serialize};

/// A type of resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceType {
    /// CloudFormation's name: `AWS::S3::Bucket`.
    pub kind: Name,
    /// The property with the physical name: `BucketName`.
    pub name: Option<Name>,
    /// What `Ref` gives.
    pub reference: Reference,
    /// The ARN with `{partition}`, `{region}`, `{account}` and `{name}` left open: `arn:{partition}:s3:::{name}`.
    pub arn: Option<Name>,
    /// The attribute for `Fn::GetAtt` that gives the ARN: `Arn`.
    pub arn_attribute: Option<Name>,
    /// Losing it loses data.
    pub is_stateful: bool,
    /// The event kinds for which it is the source: `aws.s3`.
    pub feeds: Vec<Name>,
}

/// What CloudFormation's `Ref` gives for a type of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reference {
    /// The physical name.
    Name,
    /// The ARN.
    Arn,
    /// A URL: SQS queues.
    Url,
    /// An id that the service makes.
    Id,
}
