//! Resources that are not created because their `Condition` does not hold, left out before anything refers to them.
//!
//! As in `Fn::If`, a parameter has its default value. What is left out is said in a diagnostic, for a deployment may be given
//! other values.

use base::{Budget, Code, Diagnostic, Diagnostics, Name, Place};

use super::evaluate::Evaluator;
use super::scope::scopes;
use crate::stack::{ResourceDeclaration, StackTemplate};

/// A resource that is not created.
struct Absent {
    logical_id: Name,
    condition: Name,
    /// Its name in the template.
    place: Place,
    /// All that is written of it.
    whole: Place,
}

/// Leaves out the resources that are not created, with what their dialect declares or implies because of them.
pub(super) fn leave_out(stacks: &mut [StackTemplate], budget: &Budget) -> Diagnostics {
    if stacks.iter().all(|stack| stack.conditions.is_null()) {
        return Vec::new();
    }
    let scopes = scopes(stacks);
    let evaluator = Evaluator::new(&scopes, budget);
    let absent_of = |(scope, stack): (usize, &StackTemplate)| {
        let declared = stack.resources.iter();
        let absent = declared.filter_map(|resource| absent(&evaluator, scope, resource));
        absent.collect::<Vec<_>>()
    };
    let absent: Vec<Vec<Absent>> = stacks.iter().enumerate().map(absent_of).collect();
    drop(evaluator);
    drop(scopes);
    let mut diagnostics = Vec::new();
    for (stack, absent) in stacks.iter_mut().zip(&absent) {
        diagnostics.extend(absent.iter().map(|absent| diagnostic(stack, absent)));
        stack.leave_out(absent);
    }
    diagnostics
}

fn absent(
    evaluator: &Evaluator<'_>,
    scope: usize,
    resource: &ResourceDeclaration,
) -> Option<Absent> {
    let condition = resource.tree.get("Condition")?.as_name()?;
    let is_absent = evaluator.holds(scope, &condition) == Some(false);
    is_absent.then(|| Absent {
        logical_id: resource.logical_id.clone(),
        condition,
        place: resource.place,
        whole: resource.tree.place,
    })
}

fn diagnostic(stack: &StackTemplate, absent: &Absent) -> Diagnostic {
    let Absent {
        logical_id,
        condition,
        ..
    } = absent;
    Diagnostic {
        path: stack.path.clone(),
        place: Some(absent.place),
        code: Code::NotDeployed,
        message: format!(
            "`{logical_id}` is left out, because its condition `{condition}` does not hold with the parameters' default \
             values; to have it analysed, scan the template with the other defaults"
        ),
    }
}

impl StackTemplate {
    fn leave_out(&mut self, absent: &[Absent]) {
        if absent.is_empty() {
            return;
        }
        let is_absent = |id: &str| absent.iter().any(|absent| absent.logical_id == id);
        self.events.retain(|event| !is_absent(&event.function));
        self.functions.retain(|id, _| !is_absent(id));
        let events = &self.events;
        // An API that several functions imply stays for the others.
        let is_used = |id: &Name| {
            let mut sources = events.iter().filter_map(|event| event.source.as_ref());
            sources.any(|source| source.referenced_id() == Some(id))
        };
        let is_implied_by_absent = |resource: &ResourceDeclaration| {
            let mut implying = absent.iter();
            resource.is_implied
                && implying.any(|absent| absent.covers(resource.place))
                && !is_used(&resource.logical_id)
        };
        self.resources
            .retain(|resource| !is_absent(&resource.logical_id) && !is_implied_by_absent(resource));
    }
}

impl Absent {
    fn covers(&self, place: Place) -> bool {
        let is_inside = |outer: Place| outer.file == place.file && outer.span.contains(place.span);
        is_inside(self.place) || is_inside(self.whole)
    }
}
