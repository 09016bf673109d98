//! Whether a trigger's filter lets through what a call writes: what is excluded for certain, and what passes for certain.

use app::{Filter, KeyFilter, Text, ValueKind};
use base::Name;
use flow::{Atom, Constant, Shape, Value};
use knowledge::Step;

use crate::channels::Write;
use crate::parts::{Written, walk, without_types};

/// Whether nothing of what is written can pass the filter.
pub(crate) fn holds_back(filter: &Filter, written: &Written) -> bool {
    match filter {
        Filter::All | Filter::Unknown(_) => false,
        Filter::Objects { events, keys } => {
            let never_created = !events.is_empty()
                && events
                    .iter()
                    .all(|event| !event.contains("ObjectCreated") && event != "s3:*");
            never_created || part(written, "object.key").is_some_and(|key| other_key(keys, key))
        }
        Filter::Patterns { patterns, scope } => {
            !patterns.is_empty()
                && !patterns
                    .iter()
                    .any(|pattern| passes(pattern, scope, written))
        }
    }
}

/// Whether what is written passes the filter whatever its unknown parts are.
pub(crate) fn lets_through(filter: &Filter, write: &Write) -> bool {
    match filter {
        Filter::All => true,
        Filter::Objects { events, keys } => {
            let created = created_by(&write.operation);
            let on_creation = events.iter().any(|event| {
                event.contains("ObjectCreated:*")
                    || event.contains(&format!("ObjectCreated:{created}"))
            });
            on_creation && has_key(keys, &write.written)
        }
        Filter::Patterns { .. } | Filter::Unknown(_) => false,
    }
}

/// S3's word for how an operation creates an object.
fn created_by(operation: &str) -> &'static str {
    match operation {
        "CopyObject" => "Copy",
        "CompleteMultipartUpload" => "CompleteMultipartUpload",
        _ => "Put",
    }
}

/// Whether the key of the written object has the prefix and suffix that the filter wants.
fn has_key(keys: &KeyFilter, written: &Written) -> bool {
    if keys.prefix.is_none() && keys.suffix.is_none() {
        return true;
    }
    let Some(atoms) = part(written, "object.key").and_then(Value::atoms) else {
        return false;
    };
    let starts = |wanted: &str| match atoms.first() {
        Some(Atom::Literal(start)) => start.starts_with(wanted),
        _ => wanted.is_empty(),
    };
    let ends = |wanted: &str| match atoms.last() {
        Some(Atom::Literal(end)) => end.ends_with(wanted),
        _ => wanted.is_empty(),
    };
    let holds = |side: &Option<Text>, test: &dyn Fn(&str) -> bool| match side {
        None => true,
        Some(text) => text.literal().is_some_and(|wanted| test(&wanted)),
    };
    holds(&keys.prefix, &starts) && holds(&keys.suffix, &ends)
}

/// Whether the filter leaves but a few fixed texts for the field of the event.
pub(crate) fn fixes(filter: &Filter, path: &[Step]) -> bool {
    let Filter::Patterns { patterns, scope } = filter else {
        return false;
    };
    let is_fixed = |pattern: &app::Value| {
        let mut wanted = pattern;
        for step in path {
            match step {
                Step::Field(name) => match wanted.get(name) {
                    Some(inner) => wanted = inner,
                    None => return false,
                },
                Step::Deep => {}
                _ => return false,
            }
        }
        let texts = wanted.items();
        !texts.is_empty() && texts.iter().all(|text| text.as_name().is_some())
    };
    scope == "Event" && !patterns.is_empty() && patterns.iter().all(is_fixed)
}

fn part<'w>(written: &'w Written, name: &str) -> Option<&'w Value> {
    let found = written.parts.iter().find(|(part, _)| part == name);
    found.map(|(_, value)| value)
}

/// Whether the key cannot have the prefix and suffix that the filter wants.
fn other_key(keys: &KeyFilter, key: &Value) -> bool {
    let Some(atoms) = key.atoms() else {
        return false;
    };
    let wanted = |side: &Option<app::Text>| side.as_ref().and_then(app::Text::literal);
    let prefix = wanted(&keys.prefix).is_some_and(|wanted| match atoms.as_slice() {
        [Atom::Literal(whole)] => !whole.starts_with(wanted.as_str()),
        [Atom::Literal(start), ..] => {
            !start.starts_with(wanted.as_str()) && !wanted.starts_with(start.as_str())
        }
        _ => false,
    });
    let suffix = wanted(&keys.suffix).is_some_and(|wanted| match atoms.as_slice() {
        [Atom::Literal(whole)] => !whole.ends_with(wanted.as_str()),
        [.., Atom::Literal(end)] => {
            !end.ends_with(wanted.as_str()) && !wanted.ends_with(end.as_str())
        }
        _ => false,
    });
    prefix || suffix
}

/// Whether what is written may match one pattern.
fn passes(pattern: &app::Value, scope: &str, written: &Written) -> bool {
    let ValueKind::Map(entries) = &pattern.kind else {
        return true;
    };
    entries.iter().all(|(name, wanted)| {
        let value = match (scope, name.as_str()) {
            ("MessageAttributes", _) => part(written, "message.attributes").map(|attributes| {
                let path = [Step::Field(name.clone()), Step::Field("StringValue".into())];
                one(walk(attributes, &path))
            }),
            ("MessageBody", _) => part(written, "message.body")
                .map(|body| one(walk(body, &[Step::Field(name.clone())]))),
            (_, "body") => part(written, "message.body").map(|body| Some(body.clone())),
            (_, "data") => part(written, "record.data").map(|data| Some(data.clone())),
            (_, "detail") => part(written, "event.detail").map(|detail| Some(detail.clone())),
            (_, "detail-type") => entry(written, "DetailType"),
            (_, "source") => entry(written, "Source"),
            (_, "eventName") => return !is_removal(wanted),
            (_, "dynamodb") => return image_passes(wanted, written),
            _ => None,
        };
        match value {
            Some(value) => matches(wanted, value.as_ref(), 0),
            None => true,
        }
    })
}

fn entry(written: &Written, name: &str) -> Option<Option<Value>> {
    let found = written.entry.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| Some(value.clone()))
}

/// The joined values; nothing where there is none.
fn one(values: Vec<Value>) -> Option<Value> {
    values.into_iter().reduce(|one, other| one.join(&other))
}

/// Only removals are wanted.
fn is_removal(names: &app::Value) -> bool {
    let names = names.items();
    !names.is_empty()
        && names
            .iter()
            .all(|name| name.as_name().as_deref() == Some("REMOVE"))
}

fn image_passes(wanted: &app::Value, written: &Written) -> bool {
    let Some(image) = wanted.get("NewImage") else {
        return true;
    };
    let is_whole = written.entry.iter().any(|(name, _)| name == "Item");
    let Some(item) = part(written, "item").filter(|_| is_whole) else {
        return true;
    };
    image.entries().iter().all(|(name, wanted)| {
        let value = one(walk(item, &[Step::Field(name.clone())]));
        wanted.entries().iter().all(|(kind, wanted)| {
            let typed = value.as_ref().map(|value| {
                let path = [Step::Field(name.clone()), Step::Field(kind.clone())];
                match without_types(&path).len() {
                    1 => one(walk(value, &[Step::Field(kind.clone())]))
                        .filter(|_| matches!(value.shape, Shape::Object(_)))
                        .unwrap_or_else(|| value.clone()),
                    _ => value.clone(),
                }
            });
            matches(wanted, typed.as_ref(), 0)
        })
    })
}

/// Whether a value may match a pattern. No value: the field is not there.
fn matches(wanted: &app::Value, value: Option<&Value>, depth: u32) -> bool {
    const DEEPEST: u32 = 16;
    if DEEPEST < depth {
        return true;
    }
    match &wanted.kind {
        ValueKind::Map(fields) => fields.iter().all(|(name, wanted)| {
            let inner = value.map(|value| walk(value, &[Step::Field(name.clone())]));
            name.starts_with('$') || matches(wanted, inner.and_then(one).as_ref(), depth + 1)
        }),
        ValueKind::List(alternatives) => alternatives
            .iter()
            .any(|alternative| is_one(alternative, value)),
        _ => true,
    }
}

/// Whether a value may match one of the alternatives of a pattern.
fn is_one(wanted: &app::Value, value: Option<&Value>) -> bool {
    let Some(value) = value else {
        return wanted
            .get("exists")
            .is_some_and(|_| wanted.bool_at("exists").known() == Some(&false));
    };
    let texts = texts_of(value);
    let Some(texts) = texts else { return true };
    let holds = |test: &dyn Fn(&str) -> bool| texts.iter().any(|text| test(text));
    if let Some(whole) = wanted.as_name() {
        return holds(&|text| text == whole);
    }
    match wanted.entries() {
        [(operator, operand)] => {
            let operands: Vec<Name> = operand
                .items()
                .iter()
                .filter_map(app::Value::as_name)
                .collect();
            let is_complete = operands.len() == operand.items().len();
            match operator.as_str() {
                "prefix" if is_complete => holds(&|text| {
                    operands
                        .iter()
                        .any(|start| text.starts_with(start.as_str()))
                }),
                "suffix" if is_complete => {
                    holds(&|text| operands.iter().any(|end| text.ends_with(end.as_str())))
                }
                "anything-but" if is_complete => {
                    holds(&|text| !operands.iter().any(|other| other == text))
                }
                "exists" => operand.as_name().as_deref() != Some("false"),
                _ => true,
            }
        }
        _ => true,
    }
}

/// The constants that a value may be; nothing where it may be anything.
fn texts_of(value: &Value) -> Option<Vec<Name>> {
    let constants = value.shape.alternatives().iter().map(|shape| match shape {
        Shape::Constant(Constant::Text(text) | Constant::Number(text)) => Some(text.clone()),
        Shape::Constant(Constant::Bool(truth)) => Some(Name::from(truth.to_string())),
        _ => None,
    });
    constants
        .collect::<Option<Vec<Name>>>()
        .filter(|_| value.taint.is_clean())
}
