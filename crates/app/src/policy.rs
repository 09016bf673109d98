//! Roles and grants: who may do what to which resource.

use base::{Name, Place};
use knowledge::Knowledge;

use crate::{Prop, Reason, ResourceId, StackId, Text, Value, ValueKind};

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

impl Grant {
    /// Whether it allows something to everyone. A condition that says who may ask, or that cannot be told, narrows it down.
    #[must_use]
    pub fn is_for_anyone(&self) -> bool {
        self.effect == Effect::Allow
            && self.principals.contains(&Principal::Anyone)
            && !self.is_narrowed()
    }

    /// Whether it denies all those whom it does not name. One that names whom it denies leaves everyone else.
    fn is_fence(&self) -> bool {
        let names_the_denied = match self.condition.as_ref().map(|condition| &condition.kind) {
            Some(ValueKind::Map(operators)) => {
                let naming = &Knowledge::builtin().resource_policies.naming_operators;
                let mut operators = operators.iter().map(|(operator, _)| operator);
                operators.all(|operator| naming.contains(operator))
            }
            _ => false,
        };
        self.effect == Effect::Deny
            && (self.has_not_principal || (self.is_narrowed() && !names_the_denied))
    }

    /// Whether a condition says who may ask or from where, or cannot be told.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        let Some(condition) = &self.condition else {
            return false;
        };
        match &condition.kind {
            ValueKind::Map(operators) => operators.iter().any(|(_, keys)| match &keys.kind {
                ValueKind::Map(keys) => keys.iter().any(|(key, value)| narrows(key, value)),
                _ => true,
            }),
            ValueKind::Null => false,
            _ => true,
        }
    }
}

impl ResourcePolicy {
    /// The statements that let everyone in, unless another statement denies those whom it does not name: then who is let in
    /// is a matter of both.
    pub fn grants_for_anyone(&self) -> impl Iterator<Item = &Grant> {
        let is_fenced = self.grants.iter().any(Grant::is_fence);
        self.grants
            .iter()
            .filter(move |grant| !is_fenced && grant.is_for_anyone())
    }
}

fn narrows(key: &str, value: &Value) -> bool {
    let key = key.to_ascii_lowercase();
    let known = &Knowledge::builtin().resource_policies.narrowing_keys;
    let is_known = known.iter().any(|start| key.starts_with(start.as_str()));
    let is_open = |value: &Value| {
        value
            .as_name()
            .is_some_and(|text| matches!(text.as_str(), "*" | "0.0.0.0/0" | "::/0"))
    };
    is_known && !value.items().iter().any(is_open)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{FileId, Span};

    fn place() -> Place {
        Place::new(FileId(0), Span::new(0, 0))
    }

    fn value(kind: ValueKind) -> Value {
        Value {
            kind,
            place: place(),
        }
    }

    fn grant(condition: Option<(&str, &str, &str)>) -> Grant {
        let written = |text: &str| value(ValueKind::Text(Text::known(text)));
        Grant {
            effect: Effect::Allow,
            sid: None,
            actions: vec![(Text::known("sqs:SendMessage"), place())],
            not_actions: Vec::new(),
            resources: Vec::new(),
            not_resources: Vec::new(),
            principals: vec![Principal::Anyone],
            has_not_principal: false,
            condition: condition.map(|(operator, key, text)| {
                let keys = value(ValueKind::Map(vec![(key.into(), written(text))]));
                value(ValueKind::Map(vec![(operator.into(), keys)]))
            }),
            origin: GrantOrigin::Written,
            place: place(),
        }
    }

    #[test]
    fn only_conditions_on_who_asks_narrow_a_grant() {
        for (condition, expected) in [
            (None, true),
            (Some(("Bool", "aws:SecureTransport", "true")), true),
            (Some(("StringLike", "aws:Referer", "https://a/*")), true),
            (Some(("IpAddress", "aws:SourceIp", "0.0.0.0/0")), true),
            (Some(("IpAddress", "aws:SourceIp", "10.0.0.0/8")), false),
            (Some(("ArnLike", "AWS:SourceArn", "arn:aws:sns:*")), false),
            (Some(("StringEquals", "aws:PrincipalOrgID", "o-1")), false),
        ] {
            let grant = grant(condition);
            assert_eq!(grant.is_for_anyone(), expected, "{condition:?}");
        }
    }
}
