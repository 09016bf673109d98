//! Statements and policies, and what they allow together.

use base::Name;

use crate::{Answer, Pattern, Subject};

/// What a role's policies say together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The statements, of all its documents.
    pub statements: Vec<Statement>,
    /// It may hold more statements than are known.
    pub is_open: bool,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Allows or denies.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub actions: Scope,
    /// `Resource` or `NotResource`.
    pub resources: Scope,
    /// What must hold as well.
    pub conditions: Vec<Condition>,
}

/// Allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Allows.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

/// Patterns, or everything but them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What one of them matches.
    Only(Vec<Pattern>),
    /// What none of them matches.
    Except(Vec<Pattern>),
}

/// A condition: `StringEquals`, `aws:SourceArn`, the values of which one must be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `StringEquals`, `ArnLike`, `Bool`, ….
    pub operator: Name,
    /// `aws:SourceArn`, `dynamodb:LeadingKeys`, ….
    pub key: Name,
    /// The values as written; nothing for one that is known at deployment only.
    pub values: Vec<Option<Name>>,
}

impl Scope {
    /// Whether the subject is meant.
    #[must_use]
    pub fn covers(&self, subject: &Subject) -> Answer {
        let any = |patterns: &[Pattern]| {
            Answer::any(patterns.iter().map(|pattern| pattern.matches(subject)))
        };
        match self {
            Self::Only(patterns) => any(patterns),
            Self::Except(patterns) => any(patterns).negated(),
        }
    }
}

impl Statement {
    /// Whether the statement is about this action on this resource. Conditions depend on the request, so that with one the
    /// answer is never yes.
    #[must_use]
    pub fn applies(&self, action: &Subject, resource: &Subject) -> Answer {
        let holds = if self.conditions.is_empty() {
            Answer::Yes
        } else {
            Answer::Unknown
        };
        let covers = self.actions.covers(action).and(holds);
        match covers {
            Answer::No => Answer::No,
            covers => covers.and(self.resources.covers(resource)),
        }
    }
}

impl Policy {
    /// Whether the policy allows the action on the resource: some statement allows it and none denies it.
    #[must_use]
    pub fn allows(&self, action: &Subject, resource: &Subject) -> Answer {
        let one = |effect: Effect| {
            let statements = self.statements.iter();
            let statements = statements.filter(|statement| statement.effect == effect);
            Answer::any(statements.map(|statement| statement.applies(action, resource)))
        };
        let allowed = match (one(Effect::Allow), self.is_open) {
            (Answer::No, true) => Answer::Unknown,
            (allowed, _) => allowed,
        };
        match allowed {
            Answer::No => Answer::No,
            allowed => allowed.and(one(Effect::Deny).negated()),
        }
    }
}
