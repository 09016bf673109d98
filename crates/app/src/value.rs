//! Property trees: what a template says about a resource, in CloudFormation's property vocabulary, with intrinsic functions
//! already applied as far as the project alone allows.

use std::borrow::Cow;

use base::{Name, Place};

use crate::{Prop, Reason, ResourceId};

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it is written.
    pub place: Place,
}

/// The kinds of value.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueKind {
    /// `null`, `~`, nothing after a colon; CloudFormation's `AWS::NoValue` removes the property instead.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text, possibly with parts that are known at deployment only.
    Text(Text),
    /// A list.
    List(Vec<Value>),
    /// A map, in source order.
    Map(Vec<(Name, Value)>),
    /// A value that cannot be told from the project alone.
    Unknown(Reason),
}

/// A text in parts.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Text(pub Vec<TextPart>);

/// One part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPart {
    /// Characters.
    Literal(Name),
    /// An attribute of a resource of the application: `Ref` (CloudFormation's `Ref` of it), `Arn`, `QueueUrl`, ….
    Attribute {
        /// The resource.
        resource: ResourceId,
        /// The attribute's name as in `Fn::GetAtt`, or `Ref`.
        attribute: Name,
    },
    /// A pseudo parameter: `AWS::Region`, `AWS::AccountId`, `AWS::StackName`, `AWS::Partition`.
    Pseudo(Name),
    /// Anything; the reason says why.
    Unknown(Reason),
}

impl Value {
    /// The value of field `name` of a map.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            ValueKind::Map(entries) => entries
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// Sets the property at a dotted path, below maps that are made where they lack. Nothing is set below what is no map.
    pub fn set(&mut self, path: &str, value: Self) {
        let (step, rest) = match path.split_once('.') {
            Some((step, rest)) => (step, Some(rest)),
            None => (path, None),
        };
        if matches!(self.kind, ValueKind::Null) {
            self.kind = ValueKind::Map(Vec::new());
        }
        let ValueKind::Map(entries) = &mut self.kind else {
            return;
        };
        if !entries.iter().any(|(key, _)| key == step) {
            let kind = ValueKind::Null;
            let place = value.place;
            entries.push((step.into(), Self { kind, place }));
        }
        let mut entries = entries.iter_mut();
        if let Some((_, inner)) = entries.find(|(key, _)| key == step) {
            match rest {
                Some(rest) => inner.set(rest, value),
                None => *inner = value,
            }
        }
    }

    /// The property at a dotted path: `BucketEncryption.ServerSideEncryptionConfiguration`. Unknown when an ancestor is;
    /// absent when a step is missing or null.
    #[must_use]
    pub fn at(&self, path: &str) -> Prop<&Self> {
        let mut value = self;
        for step in path.split('.') {
            if let ValueKind::Unknown(reason) = &value.kind {
                return Prop::Unknown(reason.clone());
            }
            match value.get(step) {
                Some(next) => value = next,
                None => return Prop::Absent,
            }
        }
        match &value.kind {
            ValueKind::Unknown(reason) => Prop::Unknown(reason.clone()),
            ValueKind::Null => Prop::Absent,
            _ => Prop::Known(value, value.place),
        }
    }

    /// The text at a dotted path, where all of it is known. Numbers and truth values read as their text, as CloudFormation
    /// converts them.
    #[must_use]
    pub fn text_at(&self, path: &str) -> Prop<Name> {
        convert(self.at(path), |value| value.as_name())
    }

    /// The truth value at a dotted path; `"true"` and `"false"` count, as CloudFormation converts them.
    #[must_use]
    pub fn bool_at(&self, path: &str) -> Prop<bool> {
        convert(self.at(path), |value| match &value.kind {
            ValueKind::Bool(truth) => Some(*truth),
            ValueKind::Text(text) => match text.literal()?.to_ascii_lowercase().as_str() {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            _ => None,
        })
    }

    /// The number at a dotted path; a text of digits counts, as CloudFormation converts it.
    #[must_use]
    pub fn number_at(&self, path: &str) -> Prop<f64> {
        convert(self.at(path), |value| match &value.kind {
            ValueKind::Number(number) => Some(*number),
            ValueKind::Text(text) => text.literal()?.trim().parse().ok(),
            _ => None,
        })
    }

    /// The elements of a list; a single value counts as a list of one, as policies and many properties allow. Empty for null.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            ValueKind::List(items) => items,
            ValueKind::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// The fields of a map; none for anything else.
    #[must_use]
    pub fn entries(&self) -> &[(Name, Self)] {
        match &self.kind {
            ValueKind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The text, where the value is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            ValueKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole value as a known scalar in its text form.
    #[must_use]
    pub fn as_name(&self) -> Option<Name> {
        match &self.kind {
            ValueKind::Text(text) => text.literal(),
            ValueKind::Number(number) => Some(Name::from(number.to_string())),
            ValueKind::Bool(truth) => Some(Name::from(truth.to_string())),
            ValueKind::Null | ValueKind::List(_) | ValueKind::Map(_) | ValueKind::Unknown(_) => {
                None
            }
        }
    }

    /// Whether this or a value inside it is unknown, so that an absence in it proves nothing.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        match &self.kind {
            ValueKind::Unknown(_) => true,
            ValueKind::List(items) => items.iter().any(Self::has_unknown),
            ValueKind::Map(entries) => entries.iter().any(|(_, value)| value.has_unknown()),
            ValueKind::Text(text) => text
                .0
                .iter()
                .any(|part| matches!(part, TextPart::Unknown(_))),
            ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) => false,
        }
    }
}

fn convert<T>(prop: Prop<&Value>, read: impl FnOnce(&Value) -> Option<T>) -> Prop<T> {
    match prop {
        Prop::Known(value, place) => match read(value) {
            Some(read) => Prop::Known(read, place),
            None => Prop::unknown("its value is known at deployment only"),
        },
        Prop::Absent => Prop::Absent,
        Prop::Unknown(reason) => Prop::Unknown(reason),
    }
}

impl TextPart {
    /// How the template refers to a part that is known at deployment only, without `${` and `}`.
    #[must_use]
    pub fn reference(&self) -> Option<&Name> {
        match self {
            Self::Unknown(reason) => reason.reference(),
            Self::Literal(_) | Self::Attribute { .. } | Self::Pseudo(_) => None,
        }
    }
}

impl Text {
    /// A text that is known whole.
    pub fn known(text: impl Into<Name>) -> Self {
        Self(vec![TextPart::Literal(text.into())])
    }

    /// The whole text, where every part is literal.
    #[must_use]
    pub fn literal(&self) -> Option<Name> {
        self.written().map(Name::from)
    }

    /// The same, borrowed where it is of one part, as nearly all are.
    #[must_use]
    pub fn written(&self) -> Option<Cow<'_, str>> {
        match self.0.as_slice() {
            [] => Some(Cow::Borrowed("")),
            [TextPart::Literal(text)] => Some(Cow::Borrowed(text)),
            parts => {
                let literals = parts.iter().map(|part| match part {
                    TextPart::Literal(text) => Some(text.as_str()),
                    _ => None,
                });
                literals.collect::<Option<String>>().map(Cow::Owned)
            }
        }
    }

    /// The resource, where the text is one of its attributes and nothing else (`!Ref Bucket`, `!GetAtt Queue.Arn`).
    #[must_use]
    pub fn resource(&self) -> Option<ResourceId> {
        match self.0.as_slice() {
            [TextPart::Attribute { resource, .. }] => Some(*resource),
            _ => None,
        }
    }

    /// Every resource that a part of the text is an attribute of.
    pub fn resources(&self) -> impl Iterator<Item = ResourceId> {
        self.0.iter().filter_map(|part| match part {
            TextPart::Attribute { resource, .. } => Some(*resource),
            _ => None,
        })
    }

    /// The text for people: unknown parts as `…`, attributes as `${name}`.
    #[must_use]
    pub fn display(&self) -> String {
        self.0
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => text.to_string(),
                TextPart::Attribute { attribute, .. } => format!("${{{attribute}}}"),
                TextPart::Pseudo(name) => format!("${{{name}}}"),
                TextPart::Unknown(_) => "…".to_owned(),
            })
            .collect()
    }
}
