//! A small tree for what policies are written as, and its two forms: JSON, and YAML with the short forms of CloudFormation.

use privilege::Spelled;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A value of a document. The order of a map is the order in which it is written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Text(String),
    Number(u32),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    Spelled(Spelled),
    /// Lines of comment before a value; JSON has none.
    Commented(Vec<String>, Box<Node>),
}

/// How references to resources look in YAML.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum References {
    /// `!GetAtt Orders.Arn`.
    Short,
    /// `Fn::GetAtt: [Orders, Arn]`.
    Long,
}

impl Node {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn map<const N: usize>(entries: [(&str, Self); N]) -> Self {
        let entries = entries.into_iter();
        Self::Map(
            entries
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// One value without a list around it, as policies allow.
    pub(super) fn one_or_list(mut items: Vec<Self>) -> Self {
        match (items.pop(), items.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                items.extend(last);
                Self::List(items)
            }
        }
    }

    /// The value with references in their long form and without comments.
    fn long(&self) -> Self {
        match self {
            Self::Spelled(spelled) => match spelled {
                Spelled::Plain(text) => Self::text(text),
                Spelled::GetAtt(resource, attribute) => Self::map([(
                    "Fn::GetAtt",
                    Self::List(vec![Self::text(resource), Self::text(attribute)]),
                )]),
                Spelled::Ref(resource) => Self::map([("Ref", Self::text(resource))]),
                Spelled::Sub(text) => Self::map([("Fn::Sub", Self::text(text))]),
            },
            Self::Commented(_, inner) => inner.long(),
            other => other.clone(),
        }
    }

    pub(super) fn yaml(&self, references: References) -> String {
        let mut out = String::new();
        self.block(0, references, &mut out);
        out
    }

    /// Writes the value as lines at this depth.
    fn block(&self, depth: usize, references: References, out: &mut String) {
        let indent = "  ".repeat(depth);
        match self {
            Self::Map(entries) => {
                for (key, value) in entries {
                    let value = value.comments(&indent, out);
                    out.push_str(&indent);
                    out.push_str(&scalar(key));
                    out.push(':');
                    value.after_key(depth, references, out);
                }
            }
            Self::List(items) => {
                for item in items {
                    let item = item.comments(&indent, out);
                    out.push_str(&indent);
                    out.push('-');
                    item.after_dash(depth, references, out);
                }
            }
            other => {
                out.push_str(&indent);
                out.push_str(&other.inline(references).unwrap_or_default());
                out.push('\n');
            }
        }
    }

    /// Writes the comments of a value and gives what they are about.
    fn comments(&self, indent: &str, out: &mut String) -> &Self {
        match self {
            Self::Commented(lines, inner) => {
                for line in lines {
                    out.push_str(&format!("{indent}# {line}\n"));
                }
                inner.comments(indent, out)
            }
            other => other,
        }
    }

    fn after_key(&self, depth: usize, references: References, out: &mut String) {
        match self.inline(references) {
            Some(text) => out.push_str(&format!(" {text}\n")),
            None => {
                out.push('\n');
                let is_list = matches!(self, Self::List(_));
                let resolved = match self {
                    Self::Spelled(_) => self.long(),
                    other => other.clone(),
                };
                resolved.block(depth + usize::from(!is_list), references, out);
            }
        }
    }

    fn after_dash(&self, depth: usize, references: References, out: &mut String) {
        match self.inline(references) {
            Some(text) => out.push_str(&format!(" {text}\n")),
            None => {
                let resolved = match self {
                    Self::Spelled(_) => self.long(),
                    other => other.clone(),
                };
                let mut inner = String::new();
                resolved.block(depth + 1, references, &mut inner);
                // The first line stands behind the dash.
                let indent = "  ".repeat(depth + 1);
                let first = inner.strip_prefix(&indent).unwrap_or(&inner);
                out.push_str(&format!(" {first}"));
            }
        }
    }

    /// The value on one line, where it fits on one.
    fn inline(&self, references: References) -> Option<String> {
        match self {
            Self::Text(text) => Some(scalar(text)),
            Self::Number(number) => Some(number.to_string()),
            Self::List(items) if items.is_empty() => Some("[]".to_owned()),
            Self::Map(entries) if entries.is_empty() => Some("{}".to_owned()),
            Self::List(_) | Self::Map(_) | Self::Commented(..) => None,
            Self::Spelled(Spelled::Plain(text)) => Some(scalar(text)),
            Self::Spelled(_) if references == References::Long => None,
            Self::Spelled(Spelled::GetAtt(resource, attribute)) => {
                Some(format!("!GetAtt {resource}.{attribute}"))
            }
            Self::Spelled(Spelled::Ref(resource)) => Some(format!("!Ref {resource}")),
            Self::Spelled(Spelled::Sub(text)) => Some(format!("!Sub {}", quoted(text))),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_u32(*number),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Spelled(_) | Self::Commented(..) => self.long().serialize(serializer),
        }
    }
}

/// A text as YAML reads it back: plain where nothing in it could be taken for something else.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./:+*@()=".contains(c))
        && !text.contains(": ")
        && !text.ends_with(':')
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if is_plain {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn quoted(text: &str) -> String {
    let is_printable = !text.contains(|c: char| c.is_control());
    if is_printable {
        return format!("'{}'", text.replace('\'', "''"));
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_is_read_back_as_it_was_meant() {
        let statement = Node::map([
            ("Effect", Node::text("Allow")),
            ("Action", Node::List(vec![Node::text("s3:GetObject")])),
            (
                "Resource",
                Node::Spelled(Spelled::Sub("${B.Arn}/it's/*".to_owned())),
            ),
        ]);
        let document = Node::map([
            ("Version", Node::text("2012-10-17")),
            ("Statement", Node::List(vec![statement])),
            ("Empty", Node::List(Vec::new())),
        ]);
        assert_eq!(
            document.yaml(References::Short),
            "Version: '2012-10-17'\nStatement:\n- Effect: Allow\n  Action:\n  - s3:GetObject\n  Resource: !Sub \
             '${B.Arn}/it''s/*'\nEmpty: []\n"
        );
        assert_eq!(
            document.yaml(References::Long).lines().nth(5),
            Some("  Resource:")
        );
        assert_eq!(scalar("yes"), "'yes'");
        assert_eq!(scalar("a: b"), "'a: b'");
        assert_eq!(scalar("a\nb"), "\"a\\u000ab\"");
        assert_eq!(scalar("*"), "'*'");
    }
}
