//! Policies of the platform, by name, the actions that roles allow without their code calling them, and those that no role
//! should allow everywhere. Read from
//! `knowledge/iam/`.

use std::collections::BTreeMap;

use base::Name;
use serde::{Deserialize, Serialize};

/// A policy that the platform publishes: `AmazonS3ReadOnlyAccess`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// Its name, the end of its ARN.
    pub name: Name,
    /// Its statements.
    pub statements: Vec<PolicyStatement>,
}

/// A statement of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyStatement {
    /// It denies rather than allows.
    pub denies: bool,
    /// `Action`.
    pub actions: Vec<Name>,
    /// `NotAction`.
    pub not_actions: Vec<Name>,
    /// `Resource`.
    pub resources: Vec<Name>,
    /// `NotResource`.
    pub not_resources: Vec<Name>,
    /// `Condition`: operator, key, values.
    pub conditions: BTreeMap<Name, BTreeMap<Name, Vec<Name>>>,
}

/// Actions that a role may allow although no code calls them or no resource is named, as patterns of policies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowances {
    /// What the platform's own policies for functions allow on every resource.
    pub customary: Vec<Name>,
    /// What a call of another action may need as well, or what the platform does for a function with its role.
    pub implied: Vec<Name>,
    /// What callers who do not sign in are meant to do.
    pub guests: Vec<Name>,
}

impl Allowances {
    /// The patterns of all that a role may allow although no code calls it.
    pub fn expected(&self) -> impl Iterator<Item = &Name> {
        self.customary.iter().chain(&self.implied)
    }
}

/// A way from some permissions to more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its name: `new-function-invoked`.
    pub name: Name,
    /// The actions that together do it.
    pub actions: Vec<Name>,
    /// The service that is handed a role: `lambda.amazonaws.com`.
    pub passes_to: Option<Name>,
    /// It works on the role itself, which a statement may name.
    pub own_role: bool,
    /// What whoever does it comes to, after "so that they": "run their own code under any role".
    pub gives: Name,
}

/// What a role should not be able to do to every resource of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposures {
    /// Actions that answer with credentials.
    pub credentials: Vec<Name>,
    /// Actions that read or copy what is stored.
    pub data: Vec<Name>,
}

/// Policies of resources.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePolicies {
    /// Where templates write them.
    pub carriers: Vec<PolicyCarrier>,
    /// Services that work for whoever sets them up, on resources of whichever account lets them.
    pub deputies: Vec<Name>,
    /// Starts of condition keys, in lower case, that say who asks or from where.
    pub narrowing_keys: Vec<Name>,
    /// Operators of conditions that hold for what they name.
    pub naming_operators: Vec<Name>,
    /// By type, the properties with the policies of identities and roles, as dotted paths.
    pub documents: BTreeMap<Name, Vec<Name>>,
    /// What everyone must not be allowed; of several for a type, the first that is allowed counts.
    pub harms: Vec<OpenHarm>,
    /// Identity providers that everybody may sign in at.
    pub providers: Vec<IdentityProvider>,
}

/// An identity provider that everybody may sign in at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityProvider {
    /// `token.actions.githubusercontent.com`.
    pub host: Name,
    /// The claim that says which of its subjects are meant: `sub`.
    pub claim: Name,
}

/// A type of resource that holds a policy, of its own or of another resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyCarrier {
    /// `AWS::SQS::QueuePolicy`.
    pub kind: Name,
    /// The type of the resource that the policy is of: `AWS::SQS::Queue`.
    pub target: Name,
    /// The property that names that resource; nothing where it is the same.
    pub named_by: Option<Name>,
    /// The property with the policy.
    pub document: Name,
    /// How bad it is that a service may use the resource on behalf of anybody; nothing where that is not asked.
    pub deputy: Option<Badness>,
}

/// What everyone must not be allowed on a type of resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenHarm {
    /// The type.
    pub kind: Name,
    /// Any of these actions.
    pub actions: Vec<Name>,
    /// What they let everyone do: "send messages".
    pub allows: Name,
    /// How bad that is.
    pub impact: Badness,
}

/// How bad something is, as the impact of a finding has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Badness {
    /// Defence in depth is missing.
    Hygiene,
    /// A service degrades.
    Limited,
    /// Data is read or changed.
    Serious,
    /// All is open.
    Full,
}

/// What a role in the wrong hands comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlastTerms {
    /// Services of which permission to change everything gives the account or its code away.
    pub control: Vec<Name>,
    /// Services that hold data.
    pub data: Vec<Name>,
    /// By type of resource, the actions that make its triggers fire.
    pub feeds: BTreeMap<Name, Vec<Name>>,
}
