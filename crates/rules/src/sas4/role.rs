//! A role as the rules of this risk look at it: with the functions that run under it, and what they need.

use std::ops::Deref;

use app::{FunctionId, GrantOrigin};
use base::Name;
use finding::Reach;
use link::Model;
use privilege::{Abuses, Cause, Need};

use super::words;
use crate::family::Input;
use crate::grants::covers;

/// A role that functions run under.
pub(super) struct UsedRole<'m> {
    pub(super) model: &'m Model<'m>,
    pub(super) abuses: &'m Abuses<'m>,
    used: privilege::UsedRole<'m>,
}

impl<'m> Deref for UsedRole<'m> {
    type Target = privilege::UsedRole<'m>;

    fn deref(&self) -> &Self::Target {
        &self.used
    }
}

/// The roles that functions run under, in the order of their ids.
pub(super) fn used<'m>(input: &Input<'m>) -> impl Iterator<Item = UsedRole<'m>> {
    let Input {
        model,
        needs,
        abuses,
        ..
    } = *input;
    let used = privilege::used_roles(model, |id| needs.get(id.0 as usize));
    used.into_values().map(move |used| UsedRole {
        model,
        abuses,
        used,
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

    /// Whether all that the functions need is seen, so that what they are not seen to need, they do not.
    pub(super) fn is_seen(&self) -> bool {
        self.unseen().is_none()
    }

    /// Why the functions may need more than is seen, as a clause.
    fn unseen(&self) -> Option<String> {
        let mut gaps = self.needs.iter().flat_map(|needs| &needs.gaps);
        if let Some(gap) = gaps.next() {
            return Some(gap.message.clone());
        }
        let is_seen = |id: &FunctionId| self.model.is_fully_seen(*id);
        if !self.functions.iter().all(is_seen) {
            return Some("not all of the code is seen".to_owned());
        }
        self.is_assumed_by_others()
            .then(|| "others than functions may assume the role".to_owned())
    }

    /// Why the functions may need more of these services than is seen, as a clause.
    pub(super) fn doubt(&self, services: &[&str]) -> Option<String> {
        self.unseen().or_else(|| {
            if let Some(front) = services.iter().find_map(|it| self.in_front(it)) {
                return Some(format!(
                    "`{front}` works with the permissions of its caller"
                ));
            }
            if services.iter().any(|it| self.sends_failures(it)) {
                return Some("it is not known where failed events are sent".to_owned());
            }
            let mut libraries = self.needs.iter().flat_map(|needs| &needs.libraries);
            match libraries.next() {
                Some(library) => Some(format!("what `{library}` calls is not seen")),
                None => self
                    .has_layer()
                    .then(|| "the code of its layers is not seen".to_owned()),
            }
        })
    }

    /// Whether something may call services that the code itself does not: a library of which nobody knows, a layer, a file
    /// system that is mounted.
    pub(super) fn may_be_library(&self) -> bool {
        self.has_layer() || self.needs.iter().any(|needs| !needs.libraries.is_empty())
    }

    fn has_layer(&self) -> bool {
        let application = &self.model.application;
        self.functions.iter().any(|id| {
            let function = application.function(*id);
            let resource = function.and_then(|it| application.resource(it.resource?));
            let mounts = resource.and_then(|it| it.properties.get("FileSystemConfigs"));
            mounts.is_some() || function.is_some_and(|function| !function.layers.is_empty())
        })
    }

    /// A service that the code calls and that uses this one with the permissions of its caller.
    pub(super) fn in_front(&self, service: &str) -> Option<&str> {
        let is_called = |front: &str| {
            let mut needs = self.needs.iter().flat_map(|needs| &needs.needs);
            needs.any(|need| need.cause == Cause::Call && words::service(&need.action) == front)
        };
        let mut behind = self.model.knowledge.needs.behind.iter();
        let found = behind.find(|(front, uses)| {
            uses.iter()
                .any(|it| it == "*" || it.eq_ignore_ascii_case(service))
                && is_called(front)
        });
        found.map(|(front, _)| front.as_str())
    }

    /// Whether the platform sends failed events to this service with the role, where it is not known where to.
    pub(super) fn sends_failures(&self, service: &str) -> bool {
        let mut functions = self.functions.iter();
        matches!(service, "sqs" | "sns" | "lambda" | "events")
            && functions.any(|id| {
                let function = self.model.application.function(*id);
                function.is_some_and(|function| function.failure_destination.is_unknown())
            })
    }

    /// Whether nothing but what is to be replaced, or a statement of the project, allows what is needed: a framework adds by
    /// itself what the platform needs to the roles that it makes, and policies of the platform hold it.
    pub(super) fn is_left_to_user(&self, need: &Need, replaced: &GrantOrigin) -> bool {
        let is_by_others = || {
            self.role.grants.iter().any(|grant| {
                grant.origin != GrantOrigin::Written
                    && grant.origin != *replaced
                    && covers(grant, &need.action)
            })
        };
        match need.cause {
            Cause::Call | Cause::Key => true,
            Cause::Trigger => !self.role.is_implied,
            Cause::Platform => !self.role.is_implied && !is_by_others(),
        }
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
}
