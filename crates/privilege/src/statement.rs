//! From needs to the fewest statements that allow them and nothing else.

use app::{Text, TextPart};
use base::Name;
use iam::{Answer, Pattern, Subject};
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
    let wide: Vec<Wide<'_>> = needs
        .iter()
        .filter_map(|need| Wide::new(model, need))
        .collect();
    let mut by_resource: Vec<Statement> = Vec::new();
    for need in &needs {
        let own = wide.iter().position(|it| std::ptr::eq(it.need, *need));
        // Of two that allow the same, the first stays.
        let is_covered = wide.iter().enumerate().any(|(index, other)| {
            other.covers(model, need)
                && own.is_none_or(|own| {
                    index < own
                        || wide
                            .get(own)
                            .is_none_or(|own| !own.covers(model, other.need))
                })
        });
        if is_covered {
            continue;
        }
        let same = |statement: &&mut Statement| statement.resources.first() == Some(&need.resource);
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

/// A need of which the resource is a pattern, so that it may allow others as well.
struct Wide<'n> {
    need: &'n Need,
    pattern: Pattern,
}

impl<'n> Wide<'n> {
    fn new(model: &Model<'_>, need: &'n Need) -> Option<Self> {
        let mut parts = need.resource.0.iter();
        let is_open = parts.any(|part| match part {
            TextPart::Literal(text) => text.contains(['*', '?']),
            _ => false,
        });
        is_open.then(|| Self {
            need,
            pattern: model.resource_pattern(&need.resource),
        })
    }

    fn covers(&self, model: &Model<'_>, narrow: &Need) -> bool {
        self.need.action == narrow.action
            && self.need.resource != narrow.resource
            && self
                .pattern
                .matches(&Subject::resource(&model.pieces(&narrow.resource)))
                == Answer::Yes
    }
}
