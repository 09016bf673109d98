//! Values as text in the style of a file.

use doc::{Node, NodeKind};
use privilege::Spelled;

use crate::style::Style;

/// What is added to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Out {
    Text(String),
    /// A truth value or a number.
    Plain(String),
    Reference(Spelled),
    List(Vec<Out>),
    Map(Vec<(String, Out)>),
}

impl Out {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Whether a node of a document says the same.
    pub(crate) fn is(&self, node: &Node) -> bool {
        match (self, &node.kind) {
            (Self::Text(text), NodeKind::Text(written)) => written == text,
            (Self::Plain(text), NodeKind::Bool(written)) => written.to_string() == *text,
            (Self::Plain(text), NodeKind::Number(written)) => written.to_string() == *text,
            _ => false,
        }
    }

    /// One value without a list around it, as policies allow.
    pub(crate) fn one_or_list(mut items: Vec<Self>) -> Self {
        match (items.pop(), items.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                items.extend(last);
                Self::List(items)
            }
        }
    }

    /// References of the long form are maps.
    fn resolved(&self, style: &Style) -> Self {
        let Self::Reference(spelled) = self else {
            return self.clone();
        };
        let call = |name: &str, argument: Self| Self::Map(vec![(name.to_owned(), argument)]);
        match spelled {
            Spelled::Plain(text) => Self::text(text),
            _ if style.has_short_references => self.clone(),
            Spelled::GetAtt(resource, attribute) => call(
                "Fn::GetAtt",
                Self::List(vec![Self::text(resource), Self::text(attribute)]),
            ),
            Spelled::Ref(resource) => call("Ref", Self::text(resource)),
            Spelled::Sub(text) => call("Fn::Sub", Self::text(text)),
        }
    }

    /// The quotes of what stood there are those of a text, not of the names in a reference.
    fn quote(&self, quote: Option<char>) -> Option<char> {
        match self {
            Self::Reference(Spelled::GetAtt(..) | Spelled::Ref(_) | Spelled::Sub(_)) => None,
            _ => quote,
        }
    }

    /// On one line, in brackets where it has parts; JSON is written so as well.
    pub(crate) fn flow(&self, style: &Style, quote: Option<char>) -> String {
        let quote = self.quote(quote);
        match self.resolved(style) {
            Self::Text(text) => scalar(&text, style, quote, true),
            Self::Plain(text) => text,
            Self::Reference(spelled) => short(&spelled, style),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(|it| it.flow(style, quote)).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| {
                        format!("{}: {}", name(key, style), value.flow(style, quote))
                    })
                    .collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }

    /// In brackets over several lines, of which all but the first start with `indent`.
    pub(crate) fn spread(&self, indent: &str, style: &Style) -> String {
        let inner = format!("{indent}{}", style.unit);
        let lines = |open: &str, parts: Vec<String>, close: &str| {
            let newline = style.newline;
            let parts = parts.join(&format!(",{newline}{inner}"));
            format!("{open}{newline}{inner}{parts}{newline}{indent}{close}")
        };
        match self {
            Self::List(items) if !items.is_empty() => {
                let parts = items.iter().map(|it| it.spread(&inner, style)).collect();
                lines("[", parts, "]")
            }
            Self::Map(entries) if !entries.is_empty() => {
                let parts = entries
                    .iter()
                    .map(|(key, value)| {
                        format!("{}: {}", name(key, style), value.spread(&inner, style))
                    })
                    .collect();
                lines("{", parts, "}")
            }
            other => other.flow(style, None),
        }
    }

    /// In block style behind a key (`Action:`) that stands at `indent`, with the blank or the new line before it.
    pub(crate) fn after_key(&self, indent: &str, style: &Style, quote: Option<char>) -> String {
        let quote = self.quote(quote);
        match self.resolved(style) {
            Self::List(items) if items.is_empty() => " []".to_owned(),
            Self::List(items) => {
                let dash = format!("{indent}{}", " ".repeat(style.dash));
                let items = items
                    .iter()
                    .map(|item| format!("{}{}", style.newline, item.item(&dash, style, quote)));
                items.collect()
            }
            Self::Map(entries) => {
                let inner = format!("{indent}{}", style.unit);
                let entries = entries.iter().map(|(key, value)| {
                    // The arguments of a function stay on its line.
                    let value = match key.as_str() {
                        "Fn::GetAtt" => format!(" {}", value.flow(style, quote)),
                        _ => value.after_key(&inner, style, quote),
                    };
                    format!("{}{inner}{}:{value}", style.newline, name(key, style))
                });
                entries.collect()
            }
            Self::Text(text) => format!(" {}", scalar(&text, style, quote, false)),
            Self::Plain(text) => format!(" {text}"),
            Self::Reference(spelled) => format!(" {}", short(&spelled, style)),
        }
    }

    /// As an item in block style whose dash stands at `dash`; without a new line around it.
    pub(crate) fn item(&self, dash: &str, style: &Style, quote: Option<char>) -> String {
        let quote = self.quote(quote);
        match self.resolved(style) {
            Self::Map(entries) => {
                let inner = format!("{dash}  ");
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| {
                        let value = match key.as_str() {
                            "Fn::GetAtt" => format!(" {}", value.flow(style, quote)),
                            _ => value.after_key(&inner, style, quote),
                        };
                        format!("{}:{value}", name(key, style))
                    })
                    .collect();
                format!(
                    "{dash}- {}",
                    entries.join(&format!("{}{inner}", style.newline))
                )
            }
            Self::List(_) => format!("{dash}- {}", self.flow(style, quote)),
            Self::Text(text) => format!("{dash}- {}", scalar(&text, style, quote, false)),
            Self::Plain(text) => format!("{dash}- {text}"),
            Self::Reference(spelled) => format!("{dash}- {}", short(&spelled, style)),
        }
    }
}

pub(crate) fn name(key: &str, style: &Style) -> String {
    if style.is_json {
        json(key)
    } else {
        key.to_owned()
    }
}

fn short(spelled: &Spelled, style: &Style) -> String {
    match spelled {
        Spelled::Plain(text) => scalar(text, style, None, false),
        Spelled::GetAtt(resource, attribute) => format!("!GetAtt {resource}.{attribute}"),
        Spelled::Ref(resource) => format!("!Ref {resource}"),
        Spelled::Sub(text) => format!("!Sub {}", quoted(text, style.quote)),
    }
}

/// A text, in quotes where the one in whose place it stands had them or where it needs them.
fn scalar(text: &str, style: &Style, quote: Option<char>, in_brackets: bool) -> String {
    if style.is_json {
        return json(text);
    }
    match quote {
        Some(quote) => quoted(text, quote),
        None if is_plain(text, in_brackets) => text.to_owned(),
        None => quoted(text, style.quote),
    }
}

/// Whether YAML reads the text as this text without quotes.
fn is_plain(text: &str, in_brackets: bool) -> bool {
    let starts_well = text
        .chars()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '/');
    let is_word = matches!(
        text.to_ascii_lowercase().as_str(),
        "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
    );
    let is_meant = |c: char| {
        c.is_ascii_alphanumeric() || "-_./*:".contains(c) || (!in_brackets && "$?+=@".contains(c))
    };
    starts_well && !is_word && text.chars().all(is_meant) && !text.ends_with(':')
}

fn quoted(text: &str, quote: char) -> String {
    match quote {
        '\'' => format!("'{}'", text.replace('\'', "''")),
        _ => json(text),
    }
}

/// A text as JSON writes it, which YAML reads as well.
fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
