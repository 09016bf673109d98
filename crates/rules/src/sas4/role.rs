//! A role as the rules of this risk look at it: with the functions that run under it, and what their code calls.

use std::collections::BTreeMap;

use app::{FunctionId, Principal, Role, RoleId};
use base::Name;
use finding::Reach;
use link::Model;

/// A role that functions run under.
pub(super) struct UsedRole<'m> {
    pub(super) model: &'m Model<'m>,
    pub(super) id: RoleId,
    pub(super) role: &'m Role,
    pub(super) functions: Vec<FunctionId>,
}

/// The roles that functions run under, in the order of their ids.
pub(super) fn used<'m>(model: &'m Model<'m>) -> impl Iterator<Item = UsedRole<'m>> {
    let mut users: BTreeMap<RoleId, Vec<FunctionId>> = BTreeMap::new();
    for (id, function) in model.application.functions() {
        if let Some(role) = function.role.known() {
            users.entry(*role).or_default().push(id);
        }
    }
    users.into_iter().filter_map(|(role, functions)| {
        Some(UsedRole {
            model,
            id: role,
            role: model.application.role(role)?,
            functions,
        })
    })
}

impl UsedRole<'_> {
    pub(super) fn names(&self) -> Vec<Name> {
        self.model.function_names(&self.functions)
    }

    /// The cheapest way to one of the functions.
    pub(super) fn exposure(&self) -> Reach {
        let reaches = self.functions.iter().map(|id| self.model.exposure(*id));
        reaches.max().unwrap_or(Reach::Tenant)
    }

    /// The actions that the code calls, where the code of every function is seen to its end.
    pub(super) fn called(&self) -> Option<Vec<Name>> {
        let is_seen = |id: &FunctionId| self.model.is_fully_seen(*id);
        if self.role.open.is_some() || self.is_shared() || !self.functions.iter().all(is_seen) {
            return None;
        }
        let operations = self
            .functions
            .iter()
            .flat_map(|id| self.model.operations_of(*id));
        let mut actions: Vec<Name> = operations
            .flat_map(|(operation, _)| operation.actions.iter().cloned())
            .collect();
        actions.sort();
        actions.dedup();
        Some(actions)
    }

    /// The services of which the platform polls queues or streams for the functions with the role, which takes actions that no
    /// code calls. A framework adds them by itself to the roles that it makes.
    pub(super) fn polled(&self) -> impl Iterator<Item = &str> {
        const POLLED: [&str; 3] = ["sqs", "kinesis", "dynamodb"];
        let functions = self.functions.iter().filter(|_| !self.role.is_implied);
        functions
            .flat_map(|id| self.model.application.triggers_of(*id))
            .filter_map(|trigger| trigger.kind.strip_prefix("aws."))
            .filter(|service| POLLED.contains(service))
    }

    /// The resources that calls of these actions work on, where that is known of each call.
    pub(super) fn worked_on(&self, is_meant: impl Fn(&Name) -> bool) -> Option<Vec<Name>> {
        let mut resources = Vec::new();
        for id in &self.functions {
            for (operation, call) in self.model.operations_of(*id) {
                if operation.actions.iter().any(&is_meant) {
                    for resource in self.model.resources_of(*id, call)? {
                        let declared = self.model.application.resource(resource)?;
                        resources.push(declared.logical_id.clone());
                    }
                }
            }
        }
        resources.sort();
        resources.dedup();
        (!resources.is_empty()).then_some(resources)
    }

    /// Whether the code performs the action on what has no name in policies, as a message to a telephone is sent to no topic.
    pub(super) fn names_no_resource(&self, action: &str) -> bool {
        self.functions.iter().any(|id| {
            let mut operations = self.model.operations_of(*id);
            operations.any(|(operation, call)| {
                let parameter = operation.resource.as_ref().map(|it| it.parameter.as_str());
                let head = parameter.and_then(|it| it.split(['.', '[']).next());
                call.is_complete
                    && !operation.writes.is_empty()
                    && operation.actions.iter().any(|needed| needed == action)
                    && head.is_some_and(|head| call.parameters.iter().all(|(name, _)| name != head))
            })
        })
    }

    /// Whether something else than functions may assume the role as well.
    fn is_shared(&self) -> bool {
        self.role.trust.iter().any(|grant| {
            grant.principals.iter().any(|principal| match principal {
                Principal::Service(service) => {
                    service.literal().as_deref() != Some("lambda.amazonaws.com")
                }
                _ => true,
            })
        })
    }
}
