//! Resources that are not created because their `Condition` does not hold, left out before anything refers to them.
//!
//! As in `Fn::If`, a parameter has its default value. What is left out is said in a diagnostic, for a deployment may be given
//! other values.

use std::collections::BTreeMap;

use base::{Budget, Code, Diagnostic, Diagnostics, FileId, Name, Place, Set, Span};

use super::evaluate::Evaluator;
use super::scope::scopes;
use crate::stack::{ResourceDeclaration, StackTemplate};
use crate::tree::Tree;

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
        let ids: Set<&Name> = absent.iter().map(|absent| &absent.logical_id).collect();
        self.events.retain(|event| !ids.contains(&event.function));
        self.functions.retain(|id, _| !ids.contains(id));
        // An API that several functions imply stays for the others.
        let sources = self.events.iter().filter_map(|event| event.source.as_ref());
        let used: Set<&str> = sources.filter_map(Tree::referenced_id).collect();
        let written = Written::new(absent);
        let is_implied_by_absent = |resource: &ResourceDeclaration| {
            resource.is_implied
                && written.covers(resource.place)
                && !used.contains(resource.logical_id.as_str())
        };
        self.resources.retain(|resource| {
            !ids.contains(&resource.logical_id) && !is_implied_by_absent(resource)
        });
    }
}

/// What is written of absent resources, by where it starts. No resource is written in another one.
struct Written(BTreeMap<(FileId, u32), Span>);

impl Written {
    fn new(absent: &[Absent]) -> Self {
        let places = absent.iter().flat_map(|it| [it.place, it.whole]);
        Self(
            places
                .map(|it| ((it.file, it.span.start), it.span))
                .collect(),
        )
    }

    fn covers(&self, place: Place) -> bool {
        let until = self.0.range(..=(place.file, place.span.start));
        until
            .last()
            .is_some_and(|((file, _), span)| *file == place.file && span.contains(place.span))
    }
}
