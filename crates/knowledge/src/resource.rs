//! Types of cloud resources and the runtimes of functions. Read from `knowledge/resources/*.toml` and
//! `knowledge/runtimes.toml`.

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
    /// Losing it loses data.
    pub is_stateful: bool,
    /// The event kinds for which it is the source: `aws.s3`.
    pub feeds: Vec<Name>,
    /// What holds where the template says nothing.
    pub defaults: Vec<ServiceDefault>,
}

impl ResourceType {
    /// What holds for `property` where the template does not say, if that is known.
    #[must_use]
    pub fn default_of(&self, property: &str) -> Option<&ServiceDefault> {
        self.defaults.iter().find(|it| it.property == property)
    }
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

/// What a service does where the template does not say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceDefault {
    /// The property as CloudFormation names it, dotted: `PublicAccessBlockConfiguration.BlockPublicAcls`.
    pub property: Name,
    /// The value, as text: `AES256`, `3`, `none`.
    pub value: Name,
    /// Since when, `YYYY-MM-DD`; nothing where it has always been so.
    pub since: Option<Name>,
    /// Where that is published.
    pub source: String,
}

/// A runtime of functions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// Its identifier in templates: `python3.9`.
    pub id: Name,
    /// The folder that holds its language's knowledge, `python` or `javascript`, or another language's name.
    pub language: Name,
    /// The day from which the provider no longer patches it, `YYYY-MM-DD`. Days in this form compare as texts. Nothing
    /// where no day is set.
    pub deprecated: Option<Name>,
    /// The day from which no new function can use it, `YYYY-MM-DD`.
    pub blocks_create: Option<Name>,
    /// The day from which functions that use it cannot be changed, `YYYY-MM-DD`.
    pub blocks_update: Option<Name>,
    /// The runtime to move to.
    pub upgrade_to: Option<Name>,
    /// Where the days are published.
    pub source: String,
}

impl Runtime {
    /// Whether it is out of support on `day` (`YYYY-MM-DD`).
    #[must_use]
    pub fn is_deprecated_on(&self, day: &str) -> bool {
        self.deprecated
            .as_ref()
            .is_some_and(|since| since.as_str() <= day)
    }
}
