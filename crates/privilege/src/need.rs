//! What a function needs: actions on resources, each with its reasons.

use app::{FunctionId, ResourceId, Text};
use base::{Name, Place};

/// What one function needs.
#[derive(Clone, Debug)]
pub struct Needs {
    /// The function.
    pub function: FunctionId,
    /// Each action on each resource once, in the order in which they are met.
    pub needs: Vec<Need>,
    /// Where its code may need more than can be seen.
    pub gaps: Vec<Gap>,
    /// Packages of others that the code uses and of which nobody knows what they call.
    pub libraries: Vec<Name>,
}

/// An action on a resource.
#[derive(Clone, Debug)]
pub struct Need {
    /// `dynamodb:PutItem`.
    pub action: Name,
    /// The resource as a statement names it, in the words of the template, which can refer to each of its parts.
    pub resource: Text,
    /// How closely that is known.
    pub scope: Scope,
    /// The resource of the application that it is, or lies in.
    pub declared: Option<ResourceId>,
    /// What takes it.
    pub cause: Cause,
    /// It is needed for certain, rather than by one of the ways in which a call may go.
    pub is_certain: bool,
    /// Why, first met first.
    pub reasons: Vec<Reason>,
}

/// How closely a resource is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// It is this one.
    Named,
    /// The action knows no resources, so that a statement can only say `*`.
    Anywhere,
    /// It could not be told which; the pattern is the narrowest that is enough for certain. Why, as a clause.
    Pattern(app::Reason),
}

/// What takes an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A call of the code.
    Call,
    /// The platform reads the source of a trigger with the function's role, or sends failed events on.
    Trigger,
    /// A resource that is used is encrypted with a key of the customer.
    Key,
    /// The platform writes logs and traces with the function's role, and attaches it to a network.
    Platform,
}

/// Why an action is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The call, the trigger, the setting.
    pub place: Place,
    /// A sentence without a full stop.
    pub message: String,
    /// It is only one of the ways in which the call may go.
    pub is_possible_only: bool,
}

/// Where code may need more than can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The call, or the function.
    pub place: Place,
    /// A sentence without a full stop.
    pub message: String,
}

impl Need {
    /// The service of its action.
    #[must_use]
    pub fn service(&self) -> &str {
        iam::service(&self.action)
    }

    /// Whether the platform does it by itself with the role: reads triggers, writes logs.
    #[must_use]
    pub fn is_of_platform(&self) -> bool {
        matches!(self.cause, Cause::Trigger | Cause::Platform)
    }
}

impl Needs {
    /// The actions, sorted.
    #[must_use]
    pub fn actions(&self) -> Vec<&Name> {
        let mut actions: Vec<&Name> = self.needs.iter().map(|need| &need.action).collect();
        actions.sort();
        actions.dedup();
        actions
    }

    /// Whether nothing can be missing: the code was found and followed to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }
}
