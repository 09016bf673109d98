//! Roles: their own policies, policies of the template that are attached to them, and what dialects add.

use app::{
    Grant, GrantOrigin, Reason, Resource, ResourceId, Role, RoleId, StackId, Value, ValueKind,
};
use base::Budget;

use super::model::{Model, text_prop};
use super::policy::{self, Statements};
use super::text::text_of;

/// Adds the roles of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let roles: Vec<Role> = model
        .application
        .resources_of("AWS::IAM::Role")
        .map(|(id, resource)| role(model, id, resource))
        .collect();
    for role in roles {
        let id = RoleId(model.application.roles.len() as u32);
        if let Some(resource) = role.resource {
            model.roles.insert(resource, id);
        }
        model.application.roles.push(role);
    }
    attach_policies(model);
    add_declared_grants(model);
}

fn role(model: &Model<'_>, id: ResourceId, resource: &Resource) -> Role {
    let properties = &resource.properties;
    let mut contents = Contents {
        grants: Vec::new(),
        open: unknown_reason(properties),
    };
    for policy in items(properties, "Policies") {
        match &policy.kind {
            ValueKind::Unknown(reason) => contents.open(reason.clone()),
            _ => contents.add(policy.get("PolicyDocument"), model.budget),
        }
    }
    let mut managed_policies = Vec::new();
    for arn in items(properties, "ManagedPolicyArns") {
        let text = text_of(arn);
        match (&arn.kind, local_policy(model, arn)) {
            (ValueKind::Unknown(reason), _) => contents.open(reason.clone()),
            (_, Some(policy)) => contents.add(policy.get("PolicyDocument"), model.budget),
            (_, None) => managed_policies.push((text, arn.place)),
        }
    }
    let trust = properties.get("AssumeRolePolicyDocument");
    let trust =
        trust.map(|document| policy::document(document, &GrantOrigin::Written, model.budget));
    Role {
        stack: resource.stack,
        resource: Some(id),
        name: resource.logical_id.clone(),
        place: resource.place,
        grants: contents.grants,
        managed_policies,
        trust: trust.unwrap_or_default().grants,
        boundary: text_prop(properties.at("PermissionsBoundary")),
        open: contents.open,
        is_implied: resource.is_implied,
    }
}

/// The properties of a managed policy of the project, where `arn` refers to one.
fn local_policy<'m>(model: &'m Model<'_>, arn: &Value) -> Option<&'m Value> {
    let resource = model.application.resource(arn.as_text()?.resource()?)?;
    (resource.kind == "AWS::IAM::ManagedPolicy").then_some(&resource.properties)
}

/// Adds the policies of the template that name the roles they are attached to.
fn attach_policies(model: &mut Model<'_>) {
    let mut attached: Vec<(RoleId, Statements)> = Vec::new();
    let mut open: Vec<(StackId, Reason)> = Vec::new();
    for (_, resource) in model.application.resources() {
        let roles = match resource.kind.as_str() {
            "AWS::IAM::Policy" | "AWS::IAM::ManagedPolicy" => "Roles",
            "AWS::IAM::RolePolicy" => "RoleName",
            _ => continue,
        };
        if let Some(ValueKind::Unknown(reason)) = resource.properties.get(roles).map(|it| &it.kind)
        {
            open.push((resource.stack, reason.clone()));
        }
        for role in items(&resource.properties, roles) {
            let id = role.as_text().and_then(|text| {
                text.resource()
                    .and_then(|id| model.roles.get(&id).copied())
                    .or_else(|| {
                        let name = text.literal()?;
                        role_named(model, &name)
                    })
            });
            if let (Some(id), Some(document)) = (id, resource.properties.get("PolicyDocument")) {
                attached.push((
                    id,
                    policy::document(document, &GrantOrigin::Written, model.budget),
                ));
            }
        }
    }
    for (id, statements) in attached {
        extend(model, id, statements);
    }
    for (stack, reason) in open {
        for role in model
            .application
            .roles
            .iter_mut()
            .filter(|role| role.stack == stack)
        {
            role.open.get_or_insert_with(|| reason.clone());
        }
    }
}

fn role_named(model: &Model<'_>, name: &str) -> Option<RoleId> {
    let mut named = model
        .application
        .resources_of("AWS::IAM::Role")
        .filter(|(_, resource)| {
            resource
                .properties
                .text_at("RoleName")
                .known()
                .is_some_and(|known| known == name)
        });
    let (id, _) = named.next()?;
    model.roles.get(&id).copied()
}

fn add_declared_grants(model: &mut Model<'_>) {
    for (scope, names) in model.scopes().iter().enumerate() {
        for declaration in &names.stack.grants {
            let role = names.resources.get(declaration.role.as_str());
            let Some(&id) = role.and_then(|resource| model.roles.get(resource)) else {
                continue;
            };
            if let Some(value) = model.evaluator.evaluate(scope, &declaration.statements) {
                let mut statements = policy::statements(&value, &declaration.origin);
                if declaration.origin != GrantOrigin::Written {
                    for grant in &mut statements.grants {
                        grant.place = declaration.place;
                    }
                }
                extend(model, id, statements);
            }
        }
    }
}

fn extend(model: &mut Model<'_>, id: RoleId, statements: Statements) {
    if let Some(role) = model.application.roles.get_mut(id.0 as usize) {
        role.grants.extend(statements.grants);
        role.open = role.open.take().or(statements.open);
    }
}

/// What a role's policies hold.
struct Contents {
    grants: Vec<Grant>,
    open: Option<Reason>,
}

impl Contents {
    fn add(&mut self, document: Option<&Value>, budget: &Budget) {
        let Some(document) = document else { return };
        let statements = policy::document(document, &GrantOrigin::Written, budget);
        self.grants.extend(statements.grants);
        if let Some(reason) = statements.open {
            self.open(reason);
        }
    }

    fn open(&mut self, reason: Reason) {
        self.open.get_or_insert(reason);
    }
}

fn items<'v>(properties: &'v Value, name: &str) -> &'v [Value] {
    properties.get(name).map(Value::items).unwrap_or_default()
}

fn unknown_reason(value: &Value) -> Option<Reason> {
    match &value.kind {
        ValueKind::Unknown(reason) => Some(reason.clone()),
        _ => None,
    }
}
