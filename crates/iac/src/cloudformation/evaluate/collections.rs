//! Lists, texts and mappings taken apart and put together: `Fn::Join`, `Fn::Select`, `Fn::Split`, `Fn::FindInMap`.

use app::{TextPart, Value, ValueKind};
use base::{Name, Place};

use super::{At, Evaluator, cost, same, text, unknown};
use crate::cloudformation::text::{TextBuilder, value_of_text};
use crate::tree::Tree;

impl Evaluator<'_> {
    pub(super) fn join(&self, at: At, argument: &Tree, place: Place) -> Value {
        let [delimiter, list] = argument.items() else {
            return unknown(place, "`Fn::Join` takes a delimiter and a list");
        };
        let delimiter = delimiter.as_text().unwrap_or_default();
        let list = match self.value(at, list) {
            Some(Value {
                kind: ValueKind::Unknown(reason),
                ..
            }) => return unknown(place, reason),
            Some(list) => list,
            None => return unknown(place, "`Fn::Join` has no list"),
        };
        let mut joined = TextBuilder::default();
        for (index, item) in list.items().iter().enumerate() {
            if 0 < index {
                joined.literal(delimiter);
            }
            joined.value(item);
        }
        value_of_text(joined.finish(), place)
    }

    pub(super) fn select(&self, at: At, argument: &Tree, place: Place) -> Value {
        let [index, list] = argument.items() else {
            return unknown(place, "`Fn::Select` takes an index and a list");
        };
        let index = self
            .value(at, index)
            .and_then(|it| it.as_name()?.parse::<usize>().ok());
        match (index, self.value(at, list)) {
            (
                _,
                Some(Value {
                    kind: ValueKind::Unknown(reason),
                    ..
                }),
            ) => unknown(place, reason),
            (Some(index), Some(list)) => match list.items().get(index) {
                Some(item) => Value {
                    place,
                    ..item.clone()
                },
                None => unknown(
                    place,
                    "`Fn::Select` takes an element that the list does not have",
                ),
            },
            _ => unknown(place, "the selected element is known at deployment only"),
        }
    }

    pub(super) fn split(&self, at: At, argument: &Tree, place: Place) -> Value {
        let [delimiter, whole] = argument.items() else {
            return unknown(place, "`Fn::Split` takes a delimiter and a text");
        };
        let delimiter = delimiter
            .as_text()
            .filter(|delimiter| !delimiter.is_empty());
        let whole = self.value(at, whole).and_then(|whole| whole.as_name());
        match (delimiter, whole) {
            (Some(delimiter), Some(whole)) => {
                let items = whole
                    .split(delimiter)
                    .map(|item| text(vec![TextPart::Literal(Name::new(item))], place));
                Value {
                    kind: ValueKind::List(items.collect()),
                    place,
                }
            }
            _ => unknown(place, "the text that is split is known at deployment only"),
        }
    }

    /// `Fn::FindInMap`. A key that cannot be told matches every entry, which must then agree.
    pub(super) fn find_in_map(&self, at: At, argument: &Tree, place: Place) -> Value {
        let keys: Vec<Option<Name>> = argument
            .items()
            .iter()
            .take(3)
            .map(|key| self.value(at, key).and_then(|key| key.as_name()))
            .collect();
        let [Some(map), top, second] = keys.as_slice() else {
            return unknown(place, "the mapping is known at deployment only");
        };
        let Some(map) = self
            .scopes
            .get(at.scope)
            .and_then(|it| it.stack.mappings.get(map))
        else {
            return unknown(
                place,
                format!("no mapping `{map}` is declared in the template"),
            );
        };
        let matches = |key: &Option<Name>, name: &Name| key.as_ref().is_none_or(|key| key == name);
        let mut found: Option<Value> = None;
        for outer in map
            .entries()
            .iter()
            .filter(|field| matches(top, &field.key))
        {
            for inner in outer
                .value
                .entries()
                .iter()
                .filter(|field| matches(second, &field.key))
            {
                let Some(value) = self.value(at, &inner.value) else {
                    continue;
                };
                match &found {
                    Some(other) if !same(other, &value) => {
                        return unknown(
                            place,
                            "the key of the mapping is known at deployment only",
                        );
                    }
                    _ => found = Some(value),
                }
            }
        }
        let default = || {
            let options = argument.items().get(3)?;
            self.value(at, options.get("DefaultValue")?)
        };
        match found.or_else(default) {
            Some(value) if self.spend(at, cost(&value)) => Value { place, ..value },
            Some(_) => unknown(place, "the template has too many references"),
            None => unknown(place, "the mapping has no such key"),
        }
    }
}
