//! A role with the functions that run under it and all that they need, where all of it is seen.

use std::collections::BTreeMap;

use app::{Function, FunctionId, Principal, Role, RoleId};
use iam::{Answer, Pattern, Piece, Subject};
use link::Model;

use crate::{Cause, Need, Needs};

/// A role that functions run under.
pub struct UsedRole<'m> {
    /// Its id.
    pub id: RoleId,
    /// What it allows.
    pub role: &'m Role,
    /// The functions, in the order of their ids.
    pub functions: Vec<FunctionId>,
    /// What each of them needs.
    pub needs: Vec<&'m Needs>,
}

/// The roles that functions run under, by their ids.
pub fn used_roles<'m>(
    model: &'m Model<'m>,
    needs_of: impl Fn(FunctionId) -> Option<&'m Needs>,
) -> BTreeMap<RoleId, UsedRole<'m>> {
    let mut roles: BTreeMap<RoleId, UsedRole<'m>> = BTreeMap::new();
    for (id, function) in model.application.functions() {
        let Some(role_id) = function.role.known() else {
            continue;
        };
        let Some(role) = model.application.role(*role_id) else {
            continue;
        };
        let used = roles.entry(*role_id).or_insert_with(|| UsedRole {
            id: *role_id,
            role,
            functions: Vec::new(),
            needs: Vec::new(),
        });
        used.functions.push(id);
        used.needs.extend(needs_of(id));
    }
    roles
}

impl UsedRole<'_> {
    /// Whether all that its functions need is seen.
    ///
    /// # Errors
    /// When they may need more, or something else may; the reason is a clause.
    pub fn is_seen(&self, model: &Model<'_>) -> Result<(), String> {
        if let Some(reason) = &self.role.open {
            return Err(format!("the role may hold more than can be seen: {reason}"));
        }
        if self.is_assumed_by_others() {
            return Err("not only functions may assume the role".to_owned());
        }
        for (id, needs) in self.functions.iter().zip(&self.needs) {
            let name = model.function_name(*id);
            if let Some(gap) = needs.gaps.first() {
                return Err(format!(
                    "not all that `{name}` needs can be seen: {}",
                    gap.message
                ));
            }
            if !model.is_fully_seen(*id) {
                return Err(format!(
                    "the code of `{name}` was not found or not followed to its end"
                ));
            }
        }
        Ok(())
    }

    /// What may call services besides the code that was read, as a clause.
    #[must_use]
    pub fn besides(&self, model: &Model<'_>) -> Option<String> {
        let libraries = self.needs.iter().flat_map(|needs| &needs.libraries);
        if let Some(library) = libraries.into_iter().next() {
            return Some(format!(
                "the package `{library}` may call services of which the code says nothing"
            ));
        }
        let functions = self.functions.iter();
        let mut functions = functions.filter_map(|id| model.application.function(*id));
        let has_layer = |function: &&Function| !function.layers.is_empty();
        let layered = functions.find(has_layer)?;
        Some(format!(
            "code in the layers of `{}` is not read and may call services too",
            layered.name
        ))
    }

    /// Its functions, each with what it needs.
    pub fn each(&self) -> impl Iterator<Item = (FunctionId, &Needs)> {
        let functions = self.functions.iter().copied();
        functions.zip(self.needs.iter().copied())
    }

    /// The needs that a pattern of actions stands for.
    pub fn needed<'a>(&'a self, pattern: &str) -> impl Iterator<Item = &'a Need> + 'a {
        let pattern = Pattern::action(&[Piece::Literal(pattern.into())]);
        let all = self.needs.iter().flat_map(|needs| &needs.needs);
        all.filter(move |need| pattern.matches(&Subject::action(&need.action)) != Answer::No)
    }

    /// Whether a call of the code needs an action of the service.
    #[must_use]
    pub fn calls(&self, service: &str) -> bool {
        let mut all = self.needs.iter().flat_map(|needs| &needs.needs);
        all.any(|need| need.cause == Cause::Call && need.service().eq_ignore_ascii_case(service))
    }

    /// Whether a framework lets the role do by itself what is needed for this cause. Not every one lets it read the credentials
    /// for the source of a trigger.
    #[must_use]
    pub fn is_by_framework(&self, need: &Need) -> bool {
        self.role.is_implied && need.is_of_platform() && !need.action.starts_with("secretsmanager:")
    }

    /// Whether something else than functions may assume the role as well.
    #[must_use]
    pub fn is_assumed_by_others(&self) -> bool {
        let principals = self.role.trust.iter().flat_map(|grant| &grant.principals);
        let mut others = principals.filter(|principal| match principal {
            Principal::Service(service) => {
                service.literal().as_deref() != Some("lambda.amazonaws.com")
            }
            _ => true,
        });
        others.next().is_some()
    }
}
