//! The statements that a project writes itself, with what they belong to, for the rules about the language of policies.

use app::{Grant, GrantOrigin};
use iam::Statement;
use link::Model;

/// A statement of a role's policies.
pub(super) struct Written<'m> {
    /// The role's name.
    pub(super) role: &'m str,
    pub(super) grant: &'m Grant,
    /// The same for the algebra.
    pub(super) statement: &'m Statement,
}

/// The statements that roles have of policies of the project, role by role.
pub(super) fn by_role<'m>(model: &'m Model<'m>) -> impl Iterator<Item = Vec<Written<'m>>> {
    let roles = (0..).map(app::RoleId).zip(&model.application.roles);
    roles.filter_map(|(id, role)| {
        let statements = &model.policy(id)?.statements;
        let all = role.grants.iter().zip(statements);
        let written = all.filter(|(grant, _)| grant.origin == GrantOrigin::Written);
        let written = written.map(|(grant, statement)| Written {
            role: &role.name,
            grant,
            statement,
        });
        Some(written.collect())
    })
}

/// All statements of roles.
pub(super) fn all<'m>(model: &'m Model<'m>) -> impl Iterator<Item = Written<'m>> {
    by_role(model).flatten()
}
