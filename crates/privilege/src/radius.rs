//! Blast radius: what comes of a function in the wrong hands, as one figure. Severities are raised by it.

use std::sync::OnceLock;

use app::{Effect, FunctionId, Grant, GrantOrigin, Role, RoleId};
use base::Name;
use iam::{Answer, Pattern, Piece, Subject};
use knowledge::{Access, Escalation, Knowledge};
use link::Model;

use crate::blast::held;
use crate::escalation::escalations;

/// What comes of the roles of an application in the wrong hands. Each is worked out when it is first asked for and kept:
/// functions share roles, and many findings ask for each.
#[derive(Debug)]
pub struct Abuses<'m> {
    model: &'m Model<'m>,
    by_role: Vec<Abuse<'m>>,
}

#[derive(Debug, Default)]
struct Abuse<'m> {
    escalations: OnceLock<Vec<&'m Escalation>>,
    radius: OnceLock<u8>,
}

impl<'m> Abuses<'m> {
    /// Of the roles of this model.
    #[must_use]
    pub fn new(model: &'m Model<'m>) -> Self {
        let roles = model.application.roles.iter();
        Self {
            model,
            by_role: roles.map(|_| Abuse::default()).collect(),
        }
    }

    /// The ways from what a role allows to more permissions.
    #[must_use]
    pub fn escalations(&self, role: RoleId) -> &[&'m Escalation] {
        let abuse = self.by_role.get(role.0 as usize);
        let found = abuse.map(|it| it.escalations.get_or_init(|| escalations(self.model, role)));
        found.map_or(&[], Vec::as_slice)
    }

    /// How much whoever owns the function may do with its role, and with those of the functions and roles that it takes over:
    /// 0 nothing that is known, 1 changes data, 2 takes over a service or the account.
    #[must_use]
    pub fn blast_radius(&self, function: FunctionId) -> u8 {
        let declared = self.model.application.function(function);
        let role = declared.and_then(|declared| declared.role.known().copied());
        let abuse = role.and_then(|role| Some((role, self.by_role.get(role.0 as usize)?)));
        abuse.map_or(0, |(role, abuse)| {
            *abuse.radius.get_or_init(|| self.radius(role))
        })
    }

    fn radius(&self, role: RoleId) -> u8 {
        let radii = held(self.model, role).into_iter().filter_map(|id| {
            let role = self.model.application.role(id)?;
            match of_statements(self.model.knowledge, role) {
                radius @ ..2 if self.escalations(id).is_empty() => Some(radius),
                _ => Some(2),
            }
        });
        radii.max().unwrap_or(0)
    }
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
