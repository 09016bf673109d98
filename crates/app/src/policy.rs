//! Roles and grants: who may do what to which resource.

use base::{Name, Place};

use crate::{Prop, Reason, ResourceId, StackId, Text, Value};

/// An execution role.
#[derive(Clone, Debug)]
pub struct Role {
    /// The stack that declares it.
    pub stack: StackId,
    /// Its `AWS::IAM::Role` resource; nothing for a role outside the project.
    pub resource: Option<ResourceId>,
    /// Its name for people: logical id or ARN.
    pub name: Name,
    /// Where it is declared, or where its statements are.
    pub place: Place,
    /// The statements of its inline policies, policies attached by the template, policy templates and connectors.
    pub grants: Vec<Grant>,
    /// Managed policies by ARN or name. Those that the knowledge base holds are grants as well.
    pub managed_policies: Vec<(Text, Place)>,
    /// Who may assume it.
    pub trust: Vec<Grant>,
    /// Permissions boundary.
    pub boundary: Prop<Text>,
    /// Set when it may hold grants that the project alone does not show.
    pub open: Option<Reason>,
    /// The framework creates it; the template does not spell it out.
    pub is_implied: bool,
}

/// One statement of a role or of a resource policy.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Allows or denies.
    pub effect: Effect,
    /// Its `Sid`.
    pub sid: Option<Name>,
    /// Actions as written (`dynamodb:*`), each with its place.
    pub actions: Vec<(Text, Place)>,
    /// `NotAction`.
    pub not_actions: Vec<(Text, Place)>,
    /// Resources as written (ARN patterns), each with its place.
    pub resources: Vec<(Text, Place)>,
    /// `NotResource`.
    pub not_resources: Vec<(Text, Place)>,
    /// Who, in resource policies and trust policies.
    pub principals: Vec<Principal>,
    /// `NotPrincipal` is written.
    pub has_not_principal: bool,
    /// `Condition`.
    pub condition: Option<Value>,
    /// Where the statement came from.
    pub origin: GrantOrigin,
    /// The statement.
    pub place: Place,
}

/// Allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

/// Where a statement came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantOrigin {
    /// Written in the template.
    Written,
    /// A managed policy of the platform, by name.
    ManagedPolicy(Name),
    /// A SAM policy template or connector, by name.
    PolicyTemplate(Name),
    /// The framework adds it by itself (log group, stream polling).
    Framework,
}

/// Whom a statement of a resource policy is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// `*`.
    Anyone,
    /// `Service`: `s3.amazonaws.com`.
    Service(Text),
    /// `AWS`: an account, role or user.
    Aws(Text),
    /// `Federated`: an identity provider.
    Federated(Text),
    /// `CanonicalUser` and what else a policy may name.
    Other(Text),
}

/// A policy attached to a resource.
#[derive(Clone, Debug)]
pub struct ResourcePolicy {
    /// The resource it is attached to, as the template names it.
    pub target: Text,
    /// The type of that resource: `AWS::S3::Bucket`, `AWS::Lambda::Function`.
    pub target_kind: Name,
    /// Its statements. A Lambda permission is one with its source as a condition.
    pub grants: Vec<Grant>,
    /// Where it is declared.
    pub place: Place,
    /// The policy has parts that cannot be told.
    pub open: Option<Reason>,
}
