//! Policy documents that are written as JSON in a text, `!Sub '{"Statement": …}'`: read once, so that whoever looks at the
//! properties of a resource sees documents in one form.

use app::{Application, Value, ValueKind};
use base::Budget;
use knowledge::Knowledge;

use super::text::parse_json;

/// Reads the texts in the places where resources hold documents. A text that is no JSON stays one.
pub(crate) fn read(application: &mut Application, budget: &Budget) {
    let known = &Knowledge::builtin().resource_policies;
    for resource in &mut application.resources {
        let own = known.documents.get(&resource.kind).into_iter().flatten();
        let carrier = known.carriers.iter().find(|it| it.kind == resource.kind);
        for path in own.chain(carrier.map(|it| &it.document)) {
            read_at(&mut resource.properties, path, budget);
        }
    }
}

/// Reads the texts at a dotted path, through the elements of lists.
fn read_at(value: &mut Value, path: &str, budget: &Budget) {
    match &mut value.kind {
        ValueKind::List(items) => {
            for item in items {
                read_at(item, path, budget);
            }
        }
        ValueKind::Map(entries) if !path.is_empty() => {
            let (first, rest) = path.split_once('.').unwrap_or((path, ""));
            for (_, inner) in entries.iter_mut().filter(|(key, _)| key == first) {
                read_at(inner, rest, budget);
            }
        }
        ValueKind::Text(text) if path.is_empty() => {
            let document = parse_json(text, value.place, budget);
            let document = document.filter(|it| !matches!(it.kind, ValueKind::Text(_)));
            if let Some(document) = document {
                *value = document;
            }
        }
        _ => {}
    }
}
