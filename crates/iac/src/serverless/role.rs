//! The roles that functions of a service run under: shared, their own, or one from elsewhere.

use app::{GrantOrigin, ROLES_PLUGIN};
use base::{Name, Place};

use super::{Service, naming};
use crate::stack::{GrantDeclaration, StackTemplate};
use crate::tree::Tree;

/// Adds the role that all functions without one of their own share.
pub(super) fn shared(stack: &mut StackTemplate, provider: &Tree) {
    if provider_role(provider).is_some() {
        return;
    }
    let written = shared_statements(provider);
    let place = written.map_or(provider.place, |statements| statements.place);
    let mut properties = Tree::map(place, []);
    for (name, value) in [
        (
            "ManagedPolicyArns",
            provider
                .at("iam.role.managedPolicies")
                .or_else(|| provider.get("iamManagedPolicies")),
        ),
        (
            "PermissionsBoundary",
            provider
                .at("iam.role.permissionsBoundary")
                .or_else(|| provider.at("iam.role.permissionBoundary"))
                .or_else(|| provider.get("rolePermissionsBoundary")),
        ),
        ("RoleName", provider.at("iam.role.name")),
    ] {
        if let Some(value) = value {
            properties = properties.with(name, value.clone());
        }
    }
    if let Some(statements) = written {
        properties = properties.with("Policies", policies(statements));
    }
    let id = Name::new_static(naming::SHARED_ROLE);
    stack.imply(id, "AWS::IAM::Role", place, properties);
}

/// The policy that the framework makes of statements.
fn policies(statements: &Tree) -> Tree {
    let place = statements.place;
    let document = Tree::map(
        place,
        [
            ("Version", Tree::text(place, "2012-10-17")),
            ("Statement", statements.clone()),
        ],
    );
    Tree::list(place, [Tree::map(place, [("PolicyDocument", document)])])
}

fn shared_statements(provider: &Tree) -> Option<&Tree> {
    provider
        .at("iam.role.statements")
        .or_else(|| provider.get("iamRoleStatements"))
}

/// A role from elsewhere that all functions run under: `provider.iam.role` as an ARN, or the older `provider.role`.
fn provider_role(provider: &Tree) -> Option<&Tree> {
    let role = provider.at("iam.role").or_else(|| provider.get("role"))?;
    let is_reference = role.as_intrinsic().is_some();
    (is_reference || !role.is_map()).then_some(role)
}

/// The `Role` of one function, and the role itself where it is the function's own.
pub(super) fn of_function(
    stack: &mut StackTemplate,
    service: &Service,
    key: &Name,
    place: Place,
    declared: &Tree,
) -> Tree {
    let written = declared.get("role").or_else(|| {
        let role = declared.at("iam.role")?;
        (role.as_intrinsic().is_some() || !role.is_map()).then_some(role)
    });
    if let Some(role) = written {
        return reference(role);
    }
    if let Some(id) = own(stack, service, key, declared) {
        return Tree::get_att(place, id, "Arn");
    }
    match provider_role(&service.provider) {
        Some(role) => reference(role),
        None => Tree::get_att(place, naming::SHARED_ROLE, "Arn"),
    }
}

/// An ARN, a reference, or the logical id of a role in `resources`.
fn reference(role: &Tree) -> Tree {
    match role.as_text() {
        Some(id) if !id.contains(':') => Tree::get_att(role.place, id, "Arn"),
        _ => role.clone(),
    }
}

/// Adds the function's own role, if it has one.
fn own(stack: &mut StackTemplate, service: &Service, key: &Name, declared: &Tree) -> Option<Name> {
    // Version 4 of the framework does so by itself, with `iam.role.statements`.
    let by_plugin = declared
        .get("iamRoleStatements")
        .filter(|_| service.has_plugin(ROLES_PLUGIN));
    let statements = by_plugin.or_else(|| declared.at("iam.role.statements"))?;
    let defaults = service.custom.get(ROLES_PLUGIN);
    let inherits = declared
        .get("iamRoleStatementsInherit")
        .or_else(|| declared.at("iam.inheritStatements"))
        .or_else(|| declared.at("iam.role.inheritStatements"))
        .or_else(|| defaults?.get("defaultInherit"));
    let id = Name::from(naming::own_role(key));
    let mut properties = Tree::map(statements.place, []);
    for (name, value) in [
        ("RoleName", declared.get("iamRoleStatementsName")),
        (
            "PermissionsBoundary",
            declared.get("iamPermissionsBoundary"),
        ),
        ("ManagedPolicyArns", declared.at("iam.role.managedPolicies")),
    ] {
        if let Some(value) = value {
            properties = properties.with(name, value.clone());
        }
    }
    properties = properties.with("Policies", policies(statements));
    stack.imply(id.clone(), "AWS::IAM::Role", statements.place, properties);
    if inherits.and_then(Tree::as_bool) == Some(true)
        && let Some(shared) = shared_statements(&service.provider)
    {
        grant(stack, &id, shared.clone(), GrantOrigin::Written);
    }
    Some(id)
}

/// Adds statements to the role that a function's `Role` refers to, if that is one the framework creates.
pub(super) fn grant_by_framework(
    stack: &mut StackTemplate,
    role: &Tree,
    actions: &[&str],
    resource: Tree,
) {
    let Some(id) = role.referenced_id().map(Name::new) else {
        return;
    };
    let place = resource.place;
    let actions = actions.iter().map(|action| Tree::text(place, *action));
    let statement = Tree::map(
        place,
        [
            ("Effect", Tree::text(place, "Allow")),
            ("Action", Tree::list(place, actions)),
            ("Resource", resource),
        ],
    );
    let is_implied = stack
        .resources
        .iter()
        .any(|resource| resource.logical_id == id && resource.is_implied);
    if is_implied {
        grant(stack, &id, statement, GrantOrigin::Framework);
    }
}

fn grant(stack: &mut StackTemplate, role: &Name, statements: Tree, origin: GrantOrigin) {
    stack.grants.push(GrantDeclaration {
        role: role.clone(),
        place: statements.place,
        statements,
        origin,
    });
}
