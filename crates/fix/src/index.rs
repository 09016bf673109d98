//! What of an application has a name or stands at a place, looked up once for all findings.

use app::{Effect, FunctionId, Grant, GrantOrigin, Role, RoleId};
use base::{Map, Name, Place};
use finding::Finding;
use link::Model;

/// What allows what is found.
#[derive(Clone, Debug)]
pub(crate) enum Allowance {
    /// The statement with this index among those of the role.
    Statement(usize),
    /// A policy template of SAM.
    Template(Name),
    /// A policy of the platform.
    Managed,
    /// A statement that the template does not spell out.
    Unwritten,
}

/// The functions by their names, and the roles by what is written for them.
pub(crate) struct Index<'m> {
    functions: Map<Name, Vec<FunctionId>>,
    statements: Map<Place, Vec<&'m Role>>,
    managed: Map<Place, Vec<&'m Role>>,
}

impl<'m> Index<'m> {
    pub(crate) fn new(model: &'m Model<'_>) -> Self {
        let application = &model.application;
        let mut functions: Map<Name, Vec<FunctionId>> = Map::default();
        for (id, _) in application.functions() {
            let name = application.function_name(id);
            functions.entry(name).or_default().push(id);
        }
        let mut statements: Map<Place, Vec<&Role>> = Map::default();
        let mut managed: Map<Place, Vec<&Role>> = Map::default();
        for role in &application.roles {
            let file = |known: &mut Map<Place, Vec<&'m Role>>, place: Place| {
                let roles = known.entry(place).or_default();
                if roles.last().is_none_or(|last| !std::ptr::eq(*last, role)) {
                    roles.push(role);
                }
            };
            for grant in &role.grants {
                file(&mut statements, grant.place);
            }
            for (_, place) in &role.managed_policies {
                file(&mut managed, *place);
            }
        }
        Self {
            functions,
            statements,
            managed,
        }
    }

    /// The functions that a finding is about, in their order.
    pub(crate) fn functions(&self, finding: &Finding) -> Vec<FunctionId> {
        let names = finding.functions.iter();
        let found = names.filter_map(|name| self.functions.get(name));
        let mut found: Vec<FunctionId> = found.flatten().copied().collect();
        found.sort();
        found.dedup();
        found
    }

    /// The roles for which a statement is written.
    pub(crate) fn with_statement(&self, grant: &Grant) -> &[&'m Role] {
        let roles = self.statements.get(&grant.place);
        roles.map_or(&[], Vec::as_slice)
    }

    /// The roles to which a policy of the platform is attached at this place.
    pub(crate) fn with_policy(&self, place: Place) -> &[&'m Role] {
        self.managed.get(&place).map_or(&[], Vec::as_slice)
    }
}

/// What allows something, by the places where findings about it are.
pub(crate) fn allowances<'r>(
    roles: impl Iterator<Item = (RoleId, &'r Role)>,
) -> Map<Place, (RoleId, Allowance)> {
    let mut known: Map<Place, (RoleId, Allowance)> = Map::default();
    for (id, role) in roles {
        let mut note = |place: Place, allowance: Allowance| {
            known.entry(place).or_insert((id, allowance));
        };
        for (_, place) in &role.managed_policies {
            note(*place, Allowance::Managed);
        }
        for (index, grant) in role.grants.iter().enumerate() {
            if let GrantOrigin::PolicyTemplate(name) = &grant.origin {
                note(grant.place, Allowance::Template(name.clone()));
            }
            if grant.effect != Effect::Allow {
                continue;
            }
            let written = grant.actions.iter().chain(&grant.resources);
            for (_, place) in written.chain(&grant.not_actions) {
                let allowance = match grant.origin {
                    GrantOrigin::Written => Allowance::Statement(index),
                    _ => Allowance::Unwritten,
                };
                note(*place, allowance);
            }
        }
    }
    known
}
