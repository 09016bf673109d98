//! Policy documents to grants.

use app::{Effect, Grant, GrantOrigin, Principal, Reason, Text, Value, ValueKind};
use base::{Budget, Name, Place};

use super::text::{parse_json, text_of};

/// The statements of a policy document as far as they can be told.
#[derive(Default)]
pub(crate) struct Statements {
    pub(crate) grants: Vec<Grant>,
    /// Why there may be more.
    pub(crate) open: Option<Reason>,
}

/// Reads a policy document: a map with `Statement`, or the same as JSON text.
pub(crate) fn document(document: &Value, origin: &GrantOrigin, budget: &Budget) -> Statements {
    match &document.kind {
        ValueKind::Unknown(reason) => open(reason.clone()),
        ValueKind::Text(text) => match parse_json(text, document.place, budget) {
            Some(Value {
                kind: ValueKind::Text(_),
                ..
            })
            | None => open("its policy document is not written as JSON".into()),
            Some(parsed) => self::document(&parsed, origin, budget),
        },
        _ => match document.get("Statement") {
            Some(list) => statements(list, origin),
            None => Statements::default(),
        },
    }
}

/// Reads a statement or a list of them.
pub(crate) fn statements(list: &Value, origin: &GrantOrigin) -> Statements {
    let mut result = Statements::default();
    let mut pending: Vec<&Value> = list.items().iter().rev().collect();
    while let Some(item) = pending.pop() {
        match &item.kind {
            ValueKind::Map(_) => match grant(item, origin) {
                Ok(grant) => result.grants.push(grant),
                Err(reason) => result.open = result.open.or(Some(reason)),
            },
            ValueKind::List(items) => pending.extend(items.iter().rev()),
            ValueKind::Unknown(reason) => result.open = result.open.or(Some(reason.clone())),
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Text(_) => {}
        }
    }
    result
}

fn grant(statement: &Value, origin: &GrantOrigin) -> Result<Grant, Reason> {
    let effect = match statement.get("Effect").and_then(Value::as_name).as_deref() {
        Some("Allow") => Effect::Allow,
        Some("Deny") => Effect::Deny,
        _ => return Err("a statement has an effect that is neither `Allow` nor `Deny`".into()),
    };
    Ok(Grant {
        effect,
        sid: statement.get("Sid").and_then(Value::as_name),
        actions: texts(statement.get("Action")),
        not_actions: texts(statement.get("NotAction")),
        resources: texts(statement.get("Resource")),
        not_resources: texts(statement.get("NotResource")),
        principals: statement
            .get("Principal")
            .map(principals)
            .unwrap_or_default(),
        has_not_principal: statement.get("NotPrincipal").is_some(),
        condition: statement.get("Condition").cloned(),
        origin: origin.clone(),
        place: statement.place,
    })
}

/// A text or a list of texts, each with its place.
pub(crate) fn texts(value: Option<&Value>) -> Vec<(Text, Place)> {
    let mut texts = Vec::new();
    let mut pending: Vec<&Value> = value.into_iter().collect();
    while let Some(value) = pending.pop() {
        match &value.kind {
            ValueKind::List(items) => pending.extend(items.iter().rev()),
            ValueKind::Null => {}
            _ => texts.push((text_of(value), value.place)),
        }
    }
    texts
}

fn principals(value: &Value) -> Vec<Principal> {
    let ValueKind::Map(kinds) = &value.kind else {
        return texts(Some(value))
            .into_iter()
            .map(|(text, _)| aws(text))
            .collect();
    };
    let of_kind = |(kind, value): &(Name, Value)| -> Vec<Principal> {
        let wrap: fn(Text) -> Principal = match kind.as_str() {
            "AWS" => aws,
            "Service" => Principal::Service,
            "Federated" => Principal::Federated,
            _ => Principal::Other,
        };
        texts(Some(value))
            .into_iter()
            .map(|(text, _)| wrap(text))
            .collect()
    };
    kinds.iter().flat_map(of_kind).collect()
}

fn aws(text: Text) -> Principal {
    if text.literal().is_some_and(|text| text == "*") {
        Principal::Anyone
    } else {
        Principal::Aws(text)
    }
}

fn open(reason: Reason) -> Statements {
    Statements {
        grants: Vec::new(),
        open: Some(reason),
    }
}
