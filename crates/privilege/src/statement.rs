//! From needs to the fewest statements that allow them and nothing else.

use app::Text;
use base::Name;
use iam::{Answer, Subject};
use link::Model;

use crate::{Need, spell};

/// A statement that allows actions on resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its actions, sorted.
    pub actions: Vec<Name>,
    /// Its resources, sorted as they are spelled.
    pub resources: Vec<Text>,
}

/// The statements for needs, grouped by resource, in an order that depends on nothing but what they say.
#[must_use]
pub fn statements<'n>(
    model: &Model<'_>,
    needs: impl IntoIterator<Item = &'n Need>,
) -> Vec<Statement> {
    let needs: Vec<&Need> = needs.into_iter().collect();
    let mut by_resource: Vec<Statement> = Vec::new();
    for (index, need) in needs.iter().enumerate() {
        // Of two that allow the same, the first stays.
        let is_covered = needs.iter().enumerate().any(|(other_index, other)| {
            covers(model, other, need) && (other_index < index || !covers(model, need, other))
        });
        if is_covered {
            continue;
        }
        let same = |statement: &&mut Statement| statement.resources == [need.resource.clone()];
        match by_resource.iter_mut().find(same) {
            Some(statement) => statement.actions.push(need.action.clone()),
            None => by_resource.push(Statement {
                actions: vec![need.action.clone()],
                resources: vec![need.resource.clone()],
            }),
        }
    }
    let mut merged: Vec<Statement> = Vec::new();
    for mut statement in by_resource {
        statement.actions.sort();
        statement.actions.dedup();
        match merged.iter_mut().find(|it| it.actions == statement.actions) {
            Some(same) => same.resources.extend(statement.resources),
            None => merged.push(statement),
        }
    }
    let shown = |text: &Text| spell(&model.application, text).shown();
    for statement in &mut merged {
        statement.resources.sort_by_cached_key(shown);
        statement.resources.dedup();
    }
    merged.sort_by_cached_key(|statement| {
        let resources: Vec<String> = statement.resources.iter().map(shown).collect();
        (statement.actions.clone(), resources)
    });
    merged
}

/// Whether a statement for one need allows the other as well.
fn covers(model: &Model<'_>, wide: &Need, narrow: &Need) -> bool {
    wide.action == narrow.action
        && wide.resource != narrow.resource
        && model
            .resource_pattern(&wide.resource)
            .matches(&Subject::resource(&model.pieces(&narrow.resource)))
            == Answer::Yes
}
