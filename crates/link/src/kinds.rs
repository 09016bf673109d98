//! The kind of event of a handler that no template names: told by the type of its parameter, else by the fields it reads.

use base::Name;
use flow::{Facts, Origin};
use knowledge::{Event, Knowledge, Step};

use crate::Model;

/// The kinds that the handler's event may be of; none where nothing tells. `facts` are those of an event of any kind.
pub(crate) fn told(model: &Model<'_>, facts: &Facts) -> Vec<Name> {
    let typed = told_by_type(model, facts);
    if typed.is_empty() {
        told_by_fields(model.knowledge, facts)
    } else {
        typed
    }
}

fn told_by_type(model: &Model<'_>, facts: &Facts) -> Vec<Name> {
    let annotation = facts.handler.and_then(|id| {
        let function = model.program.module(id.module)?.function(id.function)?;
        function.parameters.first()?.annotation.clone()
    });
    let Some(annotation) = annotation else {
        return Vec::new();
    };
    let name = annotation.rsplit('.').next().unwrap_or_default();
    kinds(model.knowledge, |event| {
        event.types.iter().any(|known| known == name)
    })
}

/// The kinds that have every field that is read, and one at least that tells them from others.
fn told_by_fields(knowledge: &Knowledge, facts: &Facts) -> Vec<Name> {
    let read: Vec<&[Step]> = facts
        .sources
        .iter()
        .filter_map(|source| match &source.origin {
            Origin::Event { seed: 0, path } if !path.is_empty() => Some(&**path),
            _ => None,
        })
        .collect();
    kinds(knowledge, |event| {
        let has_all = read.iter().all(|path| has_field(event, path));
        has_all
            && event
                .shape
                .iter()
                .any(|shape| read.iter().any(|path| path.starts_with(shape.0.as_slice())))
    })
}

/// Whether a row speaks of the field by name, down to its second step.
fn has_field(event: &Event, path: &[Step]) -> bool {
    const TOLD_APART: usize = 2;
    event.fields.iter().any(|field| {
        let row = field.path.0.iter();
        let named = row
            .zip(path)
            .take(TOLD_APART)
            .take_while(|(row, _)| **row != Step::Deep);
        let mut steps = 0;
        let is_alike = named.fold(true, |alike, (row, step)| {
            steps += 1;
            alike && (row == step || *row == Step::AnyField)
        });
        is_alike && 0 < steps
    })
}

fn kinds(knowledge: &Knowledge, is_wanted: impl Fn(&Event) -> bool) -> Vec<Name> {
    knowledge
        .events()
        .iter()
        .filter(|event| !event.kind.starts_with("web."))
        .filter(|event| is_wanted(event))
        .map(|event| event.kind.clone())
        .collect()
}
