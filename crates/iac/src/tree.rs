//! Templates as one placed tree, whatever their dialect.
//!
//! Made from a [`doc::Node`], changed by the dialects (variables resolved, shorthand spelled out), read by `cloudformation`.
//! CloudFormation's short tags (`!Sub x`) are spelled out as maps (`Fn::Sub: x`) on the way in, so that everything behind
//! knows one form only.

use std::sync::Arc;

use app::Reason;
use base::{FileId, Name, Place};
use doc::{Node, NodeKind};

/// Intrinsic functions that have a short form `!Name`, besides `!Ref` and `!Condition`, which become maps without `Fn::`.
const SHORT_FORMS: [&str; 19] = [
    "And",
    "Base64",
    "Cidr",
    "Equals",
    "FindInMap",
    "ForEach",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

/// A value of a template and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// What it is.
    pub kind: TreeKind,
    /// Where it is written in the user's own file.
    pub place: Place,
    /// A YAML tag that is not an intrinsic function of CloudFormation.
    pub tag: Option<Name>,
}

/// The kinds of value. Children are shared, so that clones are cheap.
#[derive(Clone, Debug, PartialEq)]
pub enum TreeKind {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text in parts.
    Text(Arc<[Part]>),
    /// A list.
    List(Arc<[Tree]>),
    /// A map in source order, without double keys.
    Map(Arc<[Field]>),
    /// A value that cannot be told from the project alone.
    Unknown(Reason),
}

/// One part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Characters.
    Literal(Name),
    /// Characters that cannot be told from the project alone.
    Unknown(Reason),
}

/// One field of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its key.
    pub key: Name,
    /// Where the key stands.
    pub key_place: Place,
    /// Its value.
    pub value: Tree,
}

impl Tree {
    /// The tree of a document. Short tags of intrinsic functions become maps: `!Sub x` is `Fn::Sub: x`.
    #[must_use]
    pub fn from_node(file: FileId, node: &Node) -> Self {
        let place = Place::new(file, node.span);
        let kind = match &node.kind {
            NodeKind::Null => TreeKind::Null,
            NodeKind::Bool(truth) => TreeKind::Bool(*truth),
            NodeKind::Number(number) => TreeKind::Number(*number),
            NodeKind::Text(text) => TreeKind::Text(Arc::new([Part::Literal(text.clone())])),
            NodeKind::List(items) => TreeKind::List(
                items
                    .iter()
                    .map(|item| Self::from_node(file, item))
                    .collect(),
            ),
            NodeKind::Map(entries) => TreeKind::Map(
                entries
                    .iter()
                    .map(|entry| Field {
                        key: entry.key.clone(),
                        key_place: Place::new(file, entry.key_span),
                        value: Self::from_node(file, &entry.value),
                    })
                    .collect(),
            ),
        };
        let tree = Self {
            kind,
            place,
            tag: None,
        };
        let Some(tag) = &node.tag else { return tree };
        match tag.strip_prefix('!') {
            Some(name @ ("Ref" | "Condition")) => Self::map(place, [(name, tree)]),
            Some(name) if SHORT_FORMS.contains(&name) => {
                Self::map(place, [(format!("Fn::{name}").as_str(), tree)])
            }
            _ => Self {
                tag: Some(tag.clone()),
                ..tree
            },
        }
    }

    /// A value without a tag.
    #[must_use]
    pub fn new(kind: TreeKind, place: Place) -> Self {
        Self {
            kind,
            place,
            tag: None,
        }
    }

    /// Nothing.
    #[must_use]
    pub fn null(place: Place) -> Self {
        Self::new(TreeKind::Null, place)
    }

    /// A truth value.
    #[must_use]
    pub fn bool(place: Place, truth: bool) -> Self {
        Self::new(TreeKind::Bool(truth), place)
    }

    /// A number.
    #[must_use]
    pub fn number(place: Place, number: f64) -> Self {
        Self::new(TreeKind::Number(number), place)
    }

    /// A text that is known whole.
    #[must_use]
    pub fn text(place: Place, text: impl Into<Name>) -> Self {
        Self::new(
            TreeKind::Text(Arc::new([Part::Literal(text.into())])),
            place,
        )
    }

    /// A list.
    #[must_use]
    pub fn list(place: Place, items: impl IntoIterator<Item = Self>) -> Self {
        Self::new(TreeKind::List(items.into_iter().collect()), place)
    }

    /// A map whose keys stand where the map stands. Of a key given twice the first is kept.
    #[must_use]
    pub fn map<'a>(place: Place, fields: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let fields = fields.into_iter().map(|(key, value)| Field {
            key: Name::new(key),
            key_place: place,
            value,
        });
        Self::new(TreeKind::Map(fields.collect()), place)
    }

    /// A value that cannot be told.
    #[must_use]
    pub fn unknown(place: Place, reason: impl Into<Reason>) -> Self {
        Self::new(TreeKind::Unknown(reason.into()), place)
    }

    /// `Ref: logical_id`.
    #[must_use]
    pub fn reference(place: Place, logical_id: impl Into<Name>) -> Self {
        Self::map(place, [("Ref", Self::text(place, logical_id))])
    }

    /// `Fn::GetAtt: [logical_id, attribute]`.
    #[must_use]
    pub fn get_att(place: Place, logical_id: impl Into<Name>, attribute: impl Into<Name>) -> Self {
        let path = [Self::text(place, logical_id), Self::text(place, attribute)];
        Self::map(place, [("Fn::GetAtt", Self::list(place, path))])
    }

    /// The value of field `key` of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|field| &field.value)
    }

    /// Field `key` of a map with the place of its key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Field> {
        self.entries().iter().find(|field| field.key == key)
    }

    /// The value at a dotted path of map keys; of something unknown, that: it may hold the path.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('.')
            .try_fold(self, |tree, key| match tree.unknown_reason() {
                Some(_) => Some(tree),
                None => tree.get(key),
            })
    }

    /// The fields of a map; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[Field] {
        match &self.kind {
            TreeKind::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The elements of a list; a single value counts as a list of one, and null as none.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            TreeKind::List(items) => items,
            TreeKind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The text, where the value is one and known whole.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            TreeKind::Text(parts) => match &**parts {
                [] => Some(""),
                [Part::Literal(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// A known scalar in its text form; numbers and truth values count, as CloudFormation converts them.
    #[must_use]
    pub fn as_name(&self) -> Option<Name> {
        match &self.kind {
            TreeKind::Bool(truth) => Some(Name::from(truth.to_string())),
            TreeKind::Number(number) => Some(Name::from(number.to_string())),
            TreeKind::Text(_) => self.as_text().map(Name::new),
            TreeKind::Null | TreeKind::List(_) | TreeKind::Map(_) | TreeKind::Unknown(_) => None,
        }
    }

    /// The truth value, where it is one; the texts `true` and `false` count.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            TreeKind::Bool(truth) => Some(*truth),
            _ => self.as_text()?.to_ascii_lowercase().parse().ok(),
        }
    }

    /// Why the value, or a part of its text, cannot be told; nothing where it can.
    #[must_use]
    pub fn unknown_reason(&self) -> Option<Reason> {
        match &self.kind {
            TreeKind::Unknown(reason) => Some(reason.clone()),
            TreeKind::Text(parts) => parts.iter().find_map(|part| match part {
                Part::Unknown(reason) => Some(reason.clone()),
                Part::Literal(_) => None,
            }),
            _ => None,
        }
    }

    /// Whether the value is a map.
    #[must_use]
    pub fn is_map(&self) -> bool {
        matches!(self.kind, TreeKind::Map(_))
    }

    /// Whether the value is a list.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self.kind, TreeKind::List(_))
    }

    /// Whether nothing is written.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, TreeKind::Null)
    }

    /// The name and the argument, where the value is a call of an intrinsic function: `Ref`, `Condition`, `Fn::Sub`.
    #[must_use]
    pub fn as_intrinsic(&self) -> Option<(&str, &Self)> {
        match self.entries() {
            [Field { key, value, .. }]
                if key == "Ref" || key == "Condition" || key.starts_with("Fn::") =>
            {
                Some((key, value))
            }
            _ => None,
        }
    }

    /// The logical id that a `Ref` or a `Fn::GetAtt` names, and nothing else.
    #[must_use]
    pub fn referenced_id(&self) -> Option<&str> {
        match self.as_intrinsic()? {
            ("Ref", id) => id.as_text(),
            ("Fn::GetAtt", path) => match &path.kind {
                TreeKind::List(path) => path.first()?.as_text(),
                _ => path.as_text()?.split('.').next(),
            },
            ("Fn::Sub", text) => {
                let id = text.as_text()?.strip_prefix("${")?.strip_suffix('}')?;
                id.split('.').next().filter(|id| !id.contains("${"))
            }
            _ => None,
        }
    }

    /// The map with field `key` set to `value`, which replaces an earlier value.
    #[must_use]
    pub fn with(&self, key: &str, value: Self) -> Self {
        let mut fields = self.entries().to_vec();
        match fields.iter_mut().find(|field| field.key == key) {
            Some(field) => field.value = value,
            None => fields.push(Field {
                key: Name::new(key),
                key_place: value.place,
                value,
            }),
        }
        Self {
            kind: TreeKind::Map(fields.into()),
            ..self.clone()
        }
    }

    /// The map with field `from` called `to`, if it has one.
    #[must_use]
    pub fn renamed(&self, from: &str, to: &str) -> Self {
        match self.get(from).cloned() {
            Some(value) => self.without(from).with(to, value),
            None => self.clone(),
        }
    }

    /// The map without field `key`.
    #[must_use]
    pub fn without(&self, key: &str) -> Self {
        let fields = self.entries().iter().filter(|field| field.key != key);
        Self {
            kind: TreeKind::Map(fields.cloned().collect()),
            ..self.clone()
        }
    }
}
