//! What roles allow: the statements of templates as policies of the algebra, and the questions that calls put to them.

use app::{
    Application, Effect, FunctionId, Grant, GrantOrigin, ResourceId, Role, RoleId, Text, TextPart,
    Value, ValueKind,
};
use base::{Name, Place};
use flow::CallFact;
use iam::{Answer, Condition, Pattern, Piece, Policy, Scope, Statement, Subject};
use knowledge::{Knowledge, Reference};
use rayon::prelude::*;

use crate::{Model, managed};

/// How many texts deep the name of a resource may be made of names of other resources.
const DEEPEST_NAME: u32 = 4;

/// The policies of all roles, by their ids.
pub(crate) fn policies(application: &Application, knowledge: &Knowledge) -> Vec<Policy> {
    let names = Names {
        application,
        knowledge,
    };
    let policy = |role: &Role| Policy {
        statements: role.grants.iter().map(|it| names.statement(it)).collect(),
        is_open: role.open.is_some() || has_unknown_policies(role),
    };
    application.roles.par_iter().map(policy).collect()
}

/// Whether a managed policy is attached whose statements are not known.
fn has_unknown_policies(role: &Role) -> bool {
    role.managed_policies.iter().any(|(text, _)| {
        let name = managed::name(text);
        !role.grants.iter().any(|grant| match &grant.origin {
            GrantOrigin::ManagedPolicy(known) => name.as_ref() == Some(known),
            _ => false,
        })
    })
}

impl Model<'_> {
    /// What the role says, as a policy of the algebra.
    #[must_use]
    pub fn policy(&self, role: RoleId) -> Option<&Policy> {
        self.policies.get(role.0 as usize)
    }

    /// Whether the function's role allows the call: yes where it allows every action that the operation needs, no where it
    /// allows none of them. A role that is not part of the project may allow anything.
    #[must_use]
    pub fn allows(&self, function: FunctionId, call: &CallFact) -> Answer {
        let role = self
            .application
            .function(function)
            .and_then(|function| function.role.known());
        let (Some(policy), Some(operation)) = (
            role.and_then(|role| self.policy(*role)),
            self.operation(call),
        ) else {
            return Answer::Unknown;
        };
        let resources: Vec<Option<ResourceId>> = match self.resources_of(function, call) {
            Some(known) if !known.is_empty() => known.into_iter().map(Some).collect(),
            _ => vec![None],
        };
        let answers: Vec<Answer> = operation
            .actions
            .iter()
            .flat_map(|action| resources.iter().map(move |resource| (action, *resource)))
            .map(|(action, resource)| self.allows_action(policy, action, resource))
            .collect();
        match answers.iter().copied().reduce(Answer::and) {
            Some(Answer::Yes) => Answer::Yes,
            Some(_) => Answer::any(answers).min(Answer::Unknown),
            None => Answer::Unknown,
        }
    }

    /// Whether the policy allows the action on the resource or on what is inside it: the objects of a bucket, the indexes of
    /// a table. On a resource that is not known it is asked for all.
    #[must_use]
    pub fn allows_action(
        &self,
        policy: &Policy,
        action: &str,
        resource: Option<ResourceId>,
    ) -> Answer {
        let action = Subject::action(action);
        let Some(mut pieces) = resource.and_then(|resource| self.arn(resource)) else {
            return policy.allows(&action, &Subject::anything());
        };
        let itself = policy.allows(&action, &Subject::resource(&pieces));
        if itself == Answer::Yes {
            return itself;
        }
        pieces.extend([Piece::Literal("/".into()), Piece::Anything]);
        itself.or(policy.allows(&action, &Subject::resource(&pieces)))
    }

    /// The ARN of a resource, as far as it is known.
    #[must_use]
    pub fn arn(&self, resource: ResourceId) -> Option<Vec<Piece>> {
        let names = Names {
            application: &self.application,
            knowledge: self.knowledge,
        };
        names.arn(resource, 0)
    }

    /// A text of a template as a text of the algebra.
    #[must_use]
    pub fn pieces(&self, text: &Text) -> Vec<Piece> {
        let names = Names {
            application: &self.application,
            knowledge: self.knowledge,
        };
        names.pieces(text, 0)
    }

    /// A pattern of a statement's resources.
    #[must_use]
    pub fn resource_pattern(&self, text: &Text) -> Pattern {
        let names = Names {
            application: &self.application,
            knowledge: self.knowledge,
        };
        Pattern::resource(&names.pieces(text, 0))
    }
}

/// Turns texts of templates into texts of the algebra.
#[derive(Clone, Copy)]
struct Names<'a> {
    application: &'a Application,
    knowledge: &'a Knowledge,
}

impl Names<'_> {
    fn statement(self, grant: &Grant) -> Statement {
        Statement {
            effect: match grant.effect {
                Effect::Allow => iam::Effect::Allow,
                Effect::Deny => iam::Effect::Deny,
            },
            actions: self.scope(&grant.actions, &grant.not_actions, Pattern::action),
            resources: self.scope(&grant.resources, &grant.not_resources, Pattern::resource),
            conditions: grant.condition.as_ref().map_or_else(Vec::new, conditions),
        }
    }

    fn scope(
        self,
        only: &[(Text, Place)],
        except: &[(Text, Place)],
        pattern: fn(&[Piece]) -> Pattern,
    ) -> Scope {
        let patterns = |texts: &[(Text, Place)]| {
            texts
                .iter()
                .map(|(text, _)| pattern(&self.pieces(text, 0)))
                .collect()
        };
        if only.is_empty() && !except.is_empty() {
            Scope::Except(patterns(except))
        } else {
            Scope::Only(patterns(only))
        }
    }

    fn pieces(self, text: &Text, depth: u32) -> Vec<Piece> {
        text.0
            .iter()
            .flat_map(|part| match part {
                TextPart::Literal(text) => vec![Piece::Literal(text.clone())],
                TextPart::Pseudo(name) => vec![Piece::Named(name.clone())],
                TextPart::Attribute {
                    resource,
                    attribute,
                } => self.attribute(*resource, attribute, depth),
                TextPart::Unknown(_) => vec![Piece::Anything],
            })
            .collect()
    }

    fn attribute(self, resource: ResourceId, attribute: &str, depth: u32) -> Vec<Piece> {
        let reference = self
            .application
            .resource(resource)
            .and_then(|it| self.knowledge.resource_type(&it.kind))
            .map(|kind| kind.reference);
        let pieces = match (attribute, reference) {
            ("Arn", _) | ("Ref", Some(Reference::Arn)) => self.arn(resource, depth),
            ("Ref", Some(Reference::Name | Reference::Id)) => Some(self.name(resource, depth)),
            _ => None,
        };
        pieces.unwrap_or_else(|| vec![Piece::Anything])
    }

    fn arn(self, resource: ResourceId, depth: u32) -> Option<Vec<Piece>> {
        let kind = &self.application.resource(resource)?.kind;
        let mut rest = self.knowledge.resource_type(kind)?.arn.as_deref()?;
        let mut pieces = Vec::new();
        while let Some((literal, (hole, after))) = rest
            .split_once('{')
            .and_then(|(literal, tail)| Some((literal, tail.split_once('}')?)))
        {
            let inside = match hole {
                "partition" => vec![Piece::Named("AWS::Partition".into())],
                "region" => vec![Piece::Named("AWS::Region".into())],
                "account" => vec![Piece::Named("AWS::AccountId".into())],
                _ => self.name(resource, depth),
            };
            // The name of a parameter starts with the slash that the ARN holds already.
            let is_doubled = literal.ends_with('/')
                && matches!(inside.first(), Some(Piece::Literal(name)) if name.starts_with('/'));
            let literal = if is_doubled {
                literal.trim_end_matches('/')
            } else {
                literal
            };
            pieces.push(Piece::Literal(literal.into()));
            pieces.extend(inside);
            rest = after;
        }
        pieces.push(Piece::Literal(rest.into()));
        Some(pieces)
    }

    /// The physical name: what the template gives, or one that the platform makes up.
    fn name(self, resource: ResourceId, depth: u32) -> Vec<Piece> {
        let made_up = vec![Piece::Named(Name::from(format!("name of #{}", resource.0)))];
        let Some(declared) = self.application.resource(resource) else {
            return made_up;
        };
        let written = self
            .knowledge
            .resource_type(&declared.kind)
            .and_then(|kind| declared.properties.get(kind.name.as_deref()?));
        match written.map(|value| (&value.kind, value.as_text())) {
            Some((_, Some(text))) if depth < DEEPEST_NAME => self.pieces(text, depth + 1),
            Some((ValueKind::Null, _)) | None => made_up,
            Some(_) => vec![Piece::Anything],
        }
    }
}

/// The conditions of a statement: operator, key, values.
fn conditions(condition: &Value) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for (operator, keys) in condition.entries() {
        for (key, values) in keys.entries() {
            conditions.push(Condition {
                operator: operator.clone(),
                key: key.clone(),
                values: values.items().iter().map(Value::as_name).collect(),
            });
        }
    }
    if conditions.is_empty() && !matches!(condition.kind, ValueKind::Null) {
        conditions.push(Condition {
            operator: Name::default(),
            key: Name::default(),
            values: Vec::new(),
        });
    }
    conditions
}
