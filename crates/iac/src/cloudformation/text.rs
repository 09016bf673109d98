//! Texts in parts: putting them together, and reading JSON out of them, in which resources' attributes stand between
//! quotes (`"${Function.Arn}"`).

use app::{Text, TextPart, Value, ValueKind};
use base::{Budget, Name, Place, RelPath};
use doc::{Node, NodeKind};

/// Stand in for the parts of a text that are not characters while its JSON is parsed. They come from a private use area, and
/// a text that holds them itself is not parsed.
const OPEN: char = '\u{f7e0}';
const CLOSE: char = '\u{f7e1}';

/// Puts a text together. Characters are gathered before they become a part, so that the work is linear.
#[derive(Default)]
pub(crate) struct TextBuilder {
    parts: Vec<TextPart>,
    literal: String,
}

impl TextBuilder {
    /// Appends characters.
    pub(crate) fn literal(&mut self, text: &str) {
        self.literal.push_str(text);
    }

    /// Appends a part.
    pub(crate) fn part(&mut self, part: TextPart) {
        match part {
            TextPart::Literal(text) => self.literal.push_str(&text),
            other => {
                self.flush();
                self.parts.push(other);
            }
        }
    }

    /// Appends a value as text. A list or a map cannot stand in a text, so that it is unknown what the platform makes of
    /// it.
    pub(crate) fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Text(text) => text.0.iter().for_each(|part| self.part(part.clone())),
            ValueKind::Unknown(reason) => self.part(TextPart::Unknown(reason.clone())),
            ValueKind::Null | ValueKind::List(_) | ValueKind::Map(_) => {
                self.part(TextPart::Unknown("a list or a map stands in a text".into()));
            }
            ValueKind::Bool(_) | ValueKind::Number(_) => {
                self.literal(&value.as_name().unwrap_or_default());
            }
        }
    }

    /// The text.
    pub(crate) fn finish(mut self) -> Text {
        if !self.literal.is_empty() || self.parts.is_empty() {
            self.flush();
        }
        Text(self.parts)
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.parts.push(TextPart::Literal(Name::new(&self.literal)));
            self.literal.clear();
        }
    }
}

/// The value as text: a scalar's text form.
pub(crate) fn text_of(value: &Value) -> Text {
    let mut text = TextBuilder::default();
    text.value(value);
    text.finish()
}

/// A text as value. One that is wholly unknown is an unknown value.
pub(crate) fn value_of_text(text: Text, place: Place) -> Value {
    let kind = match text.0.as_slice() {
        [TextPart::Unknown(reason)] => ValueKind::Unknown(reason.clone()),
        _ => ValueKind::Text(text),
    };
    Value { kind, place }
}

/// A value as JSON text.
pub(crate) fn json_text(value: &Value) -> Text {
    let mut text = TextBuilder::default();
    write_json(value, &mut text);
    text.finish()
}

fn write_json(value: &Value, json: &mut TextBuilder) {
    match &value.kind {
        ValueKind::Null => json.literal("null"),
        ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Unknown(_) => json.value(value),
        ValueKind::Text(text) => {
            json.literal("\"");
            for part in &text.0 {
                match part {
                    TextPart::Literal(text) => json.literal(&escape_json(text)),
                    other => json.part(other.clone()),
                }
            }
            json.literal("\"");
        }
        ValueKind::List(items) => {
            json.literal("[");
            for (index, item) in items.iter().enumerate() {
                json.literal(if index == 0 { "" } else { "," });
                write_json(item, json);
            }
            json.literal("]");
        }
        ValueKind::Map(fields) => {
            json.literal("{");
            for (index, (key, value)) in fields.iter().enumerate() {
                let comma = if index == 0 { "" } else { "," };
                json.literal(&format!("{comma}\"{}\":", escape_json(key)));
                write_json(value, json);
            }
            json.literal("}");
        }
    }
}

fn escape_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            control if control < ' ' => {
                escaped.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

/// The value that a JSON text holds; nothing where it is not JSON. All of it stands at the text's place.
pub(crate) fn parse_json(text: &Text, place: Place, budget: &Budget) -> Option<Value> {
    let mut source = String::new();
    let mut quotes = Quotes::default();
    for (index, part) in text.0.iter().enumerate() {
        match part {
            TextPart::Literal(literal) if literal.contains([OPEN, CLOSE]) => return None,
            TextPart::Literal(literal) => {
                quotes.read(literal);
                source.push_str(literal);
            }
            _ if quotes.is_open => source.push_str(&format!("{OPEN}{index}{CLOSE}")),
            _ => source.push_str(&format!("\"{OPEN}{index}{CLOSE}\"")),
        }
    }
    let document = doc::parse_json(place.file, &RelPath::root(), &source, budget);
    match (document.roots.as_slice(), document.diagnostics.is_empty()) {
        ([root], true) => Some(value_of_node(root, &text.0, place)),
        _ => None,
    }
}

/// Whether reading stands inside of a JSON text's quotes.
#[derive(Default)]
struct Quotes {
    is_open: bool,
    is_escaped: bool,
}

impl Quotes {
    fn read(&mut self, json: &str) {
        for byte in json.bytes() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = self.is_open,
                b'"' => self.is_open = !self.is_open,
                _ => {}
            }
        }
    }
}

fn value_of_node(node: &Node, parts: &[TextPart], place: Place) -> Value {
    let kind = match &node.kind {
        NodeKind::Null => ValueKind::Null,
        NodeKind::Bool(truth) => ValueKind::Bool(*truth),
        NodeKind::Number(number) => ValueKind::Number(*number),
        NodeKind::Text(text) => return value_of_text(restore(text, parts), place),
        NodeKind::List(items) => ValueKind::List(
            items
                .iter()
                .map(|item| value_of_node(item, parts, place))
                .collect(),
        ),
        NodeKind::Map(entries) => ValueKind::Map(
            entries
                .iter()
                .map(|entry| {
                    let key = restore(&entry.key, parts).display();
                    (Name::from(key), value_of_node(&entry.value, parts, place))
                })
                .collect(),
        ),
    };
    Value { kind, place }
}

/// Puts the parts back for which placeholders stand.
fn restore(text: &str, parts: &[TextPart]) -> Text {
    let mut restored = TextBuilder::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        let Some((index, behind)) = after.split_once(CLOSE) else {
            break;
        };
        restored.literal(before);
        if let Some(part) = index.parse().ok().and_then(|index: usize| parts.get(index)) {
            restored.part(part.clone());
        }
        rest = behind;
    }
    restored.literal(rest);
    restored.finish()
}
