//! Blast radius: what comes of a function in the wrong hands, as one figure. Severities are raised by it.

use app::{Effect, FunctionId, Grant, GrantOrigin, Role};
use base::Name;
use iam::{Answer, Pattern, Piece, Subject};
use knowledge::{Access, Knowledge};
use link::Model;

use crate::blast::held;
use crate::escalation::escalations;

/// How much whoever owns the function may do with its role, and with those of the functions and roles that it takes over: 0
/// nothing that is known, 1 changes data, 2 takes over a service or the account.
#[must_use]
pub fn blast_radius(model: &Model<'_>, function: FunctionId) -> u8 {
    let roles = held(model, function).into_iter();
    let radii = roles.filter_map(|id| {
        let role = model.application.role(id)?;
        match of_statements(model.knowledge, role) {
            radius @ ..2 if escalations(model, id).is_empty() => Some(radius),
            _ => Some(2),
        }
    });
    radii.max().unwrap_or(0)
}

fn of_statements(knowledge: &Knowledge, role: &Role) -> u8 {
    let grants = role.grants.iter();
    grants
        .map(|grant| blast_of(knowledge, grant))
        .max()
        .unwrap_or(0)
}

fn blast_of(knowledge: &Knowledge, grant: &Grant) -> u8 {
    if grant.effect == Effect::Deny || grant.origin == GrantOrigin::Framework {
        return 0;
    }
    let everywhere = grant.resources.iter().any(|(resource, _)| {
        let written = resource.display();
        written == "*" || written.ends_with(":*") || written == "arn:aws:s3:::*"
    });
    let conditional = grant.condition.is_some();
    let of_action = |action: &Name| -> u8 {
        let action = action.to_ascii_lowercase();
        let (service, verb) = action.split_once(':').unwrap_or((&action, "*"));
        let changes = verb == "*" || changes(knowledge, service, &action);
        let is_whole = verb == "*" || changes && verb.ends_with('*');
        let terms = &knowledge.blast;
        let is_among = |services: &[Name]| services.iter().any(|it| it == service);
        match (service, everywhere) {
            ("*", true) => 2,
            _ if is_among(&terms.control) && changes && everywhere => 2,
            _ if is_among(&terms.data) && is_whole && everywhere => 2,
            _ if is_among(&terms.data) && changes => 1,
            _ => 0,
        }
    };
    let actions = grant
        .actions
        .iter()
        .filter_map(|(action, _)| action.literal());
    let worst = actions.map(|action| of_action(&action)).max().unwrap_or(0);
    let worst = match (&grant.not_actions[..], everywhere) {
        ([_, ..], true) => 2,
        _ => worst,
    };
    if conditional { worst.min(1) } else { worst }
}

/// Whether the pattern stands for an action of the service that changes something.
fn changes(knowledge: &Knowledge, service: &str, pattern: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        let action = knowledge.action(pattern);
        return action.is_some_and(|action| action.access != Access::Read);
    }
    let pattern = Pattern::action(&[Piece::Literal(pattern.into())]);
    let mut actions = knowledge
        .service(service)
        .into_iter()
        .flat_map(|service| service.actions());
    actions.any(|action| {
        let name = format!("{service}:{}", action.name);
        action.access != Access::Read && pattern.matches(&Subject::action(&name)) == Answer::Yes
    })
}
