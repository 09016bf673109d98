//! What roles allow, compared with what the functions that run under them need.

use std::sync::LazyLock;

use app::{FunctionId, Grant, RoleId, Text};
use base::Name;
use iam::{Answer, Pattern, Piece, Policy, Subject};
use link::Model;
use serde_json::Value;

use crate::{Need, Needs};

/// Whether a pattern of actions, `s3:Get*`, stands for an action that is needed.
#[must_use]
pub fn is_needed(needs: &[&Needs], pattern: &str) -> bool {
    let pattern = Pattern::action(&[Piece::Literal(pattern.into())]);
    let mut all = needs.iter().flat_map(|needs| &needs.needs);
    all.any(|need| pattern.matches(&Subject::action(&need.action)) == Answer::Yes)
}

/// Whether the role of the function allows what it needs. It does not only where that is certain: where neither the role can
/// hold more than is known nor a policy of the resource may allow it instead.
#[must_use]
pub fn is_allowed(model: &Model<'_>, function: FunctionId, need: &Need) -> Answer {
    let role = model
        .application
        .function(function)
        .and_then(|function| function.role.known());
    let Some(policy) = role.and_then(|role| model.policy(*role)) else {
        return Answer::Unknown;
    };
    match allows(model, policy, need) {
        Answer::No if may_have_policy(model, need) => Answer::Unknown,
        answer => answer,
    }
}

/// Whether those statements of a role that are meant allow what is needed.
#[must_use]
pub fn is_allowed_by(
    model: &Model<'_>,
    role: RoleId,
    need: &Need,
    is_meant: impl Fn(&Grant) -> bool,
) -> Answer {
    let declared = model.application.role(role);
    let (Some(declared), Some(policy)) = (declared, model.policy(role)) else {
        return Answer::Unknown;
    };
    let statements = declared.grants.iter().zip(&policy.statements);
    let meant = statements.filter(|(grant, _)| is_meant(grant));
    let policy = Policy {
        statements: meant.map(|(_, statement)| statement.clone()).collect(),
        is_open: policy.is_open,
    };
    allows(model, &policy, need)
}

fn allows(model: &Model<'_>, policy: &Policy, need: &Need) -> Answer {
    let action = Subject::action(&need.action);
    let resource = Subject::resource(&opened(&model.pieces(&need.resource)));
    policy.allows(&action, &resource)
}

/// The pieces of a resource with what `*` stands for left open.
fn opened(pieces: &[Piece]) -> Vec<Piece> {
    let mut opened = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => {
                for (index, part) in text.split('*').enumerate() {
                    opened.extend((index != 0).then_some(Piece::Anything));
                    opened.push(Piece::Literal(part.into()));
                }
            }
            known => opened.push(known.clone()),
        }
    }
    opened
}

/// Whether the resource may have a policy of its own that allows it.
fn may_have_policy(model: &Model<'_>, need: &Need) -> bool {
    let policies = &model.knowledge.needs.resource_policies;
    if !policies.iter().any(|it| it == need.service()) {
        return false;
    }
    match need.declared {
        Some(resource) => model.application.policies_of(resource).next().is_some(),
        None => true,
    }
}

/// The policy templates of SAM with the actions of each.
static TEMPLATES: LazyLock<Vec<(Name, Vec<Name>)>> = LazyLock::new(|| {
    let text = include_str!("../../../knowledge/sam/policy-templates.json");
    let Ok(Value::Object(templates)) = serde_json::from_str(text) else {
        return Vec::new();
    };
    let actions = |statements: &Value| -> Vec<Name> {
        let statements = statements.as_array().into_iter().flatten();
        let actions = statements.filter_map(|statement| statement.get("Action")?.as_array());
        actions
            .flatten()
            .filter_map(Value::as_str)
            .map(Name::from)
            .collect()
    };
    let named = templates.iter();
    named
        .map(|(name, statements)| (name.as_str().into(), actions(statements)))
        .collect()
});

/// The smallest policy template of SAM that allows these actions and is smaller than the one with this name.
#[must_use]
pub fn narrower_template(name: &str, actions: &[&Name]) -> Option<Name> {
    let (_, own) = TEMPLATES.iter().find(|(known, _)| known == name)?;
    TEMPLATES
        .iter()
        .filter(|(_, allowed)| {
            allowed.len() < own.len()
                && allowed.iter().all(|action| own.contains(action))
                && actions.iter().all(|action| allowed.contains(action))
        })
        .min_by_key(|(name, allowed)| (allowed.len(), name.clone()))
        .map(|(name, _)| name.clone())
}

/// A resource of a need for people: the name in the template, else the ARN.
#[must_use]
pub fn resource_name(model: &Model<'_>, need: &Need) -> String {
    match need.declared.and_then(|id| model.application.resource(id)) {
        Some(resource) => resource.logical_id.to_string(),
        None => crate::spell(&model.application, &need.resource).shown(),
    }
}

/// The ARN, or what stands for one, as it is written.
#[must_use]
pub fn shown(model: &Model<'_>, resource: &Text) -> String {
    crate::spell(&model.application, resource).shown()
}

#[cfg(test)]
mod tests {
    use super::narrower_template;
    use base::Name;

    #[test]
    fn the_smallest_template_that_is_enough_is_named() {
        let put = Name::from("dynamodb:PutItem");
        let found = narrower_template("DynamoDBCrudPolicy", &[&put]);
        assert_eq!(found.as_deref(), Some("DynamoDBWritePolicy"));
        let found = narrower_template("DynamoDBWritePolicy", &[&put]);
        assert_eq!(found, None);
    }
}
