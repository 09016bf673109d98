//! A property read from a template is known with its place, absent, or unknown: never a bare value.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use base::{Name, Place};

/// Why a property is unknown, as a clause that fits after "because": `the variable ${ssm:/db/password} is read at deployment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    clause: Arc<str>,
    /// How the template itself refers to the one text that is known at deployment only, without `${` and `}`: the name of a
    /// parameter, `ssm:/orders/table`.
    reference: Option<Name>,
}

impl Reason {
    /// The same for what the template that is deployed can refer to.
    #[must_use]
    pub fn with_reference(mut self, reference: impl Into<Name>) -> Self {
        self.reference = Some(reference.into());
        self
    }

    /// The same as another template sees it, which cannot refer to it.
    #[must_use]
    pub fn without_reference(mut self) -> Self {
        self.reference = None;
        self
    }

    /// How the template refers to it, without `${` and `}`.
    #[must_use]
    pub fn reference(&self) -> Option<&Name> {
        self.reference.as_ref()
    }
}

impl Deref for Reason {
    type Target = str;

    fn deref(&self) -> &str {
        &self.clause
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.clause)
    }
}

impl<T: Into<Arc<str>>> From<T> for Reason {
    fn from(clause: T) -> Self {
        Self {
            clause: clause.into(),
            reference: None,
        }
    }
}

/// A property of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Prop<T> {
    /// Written in the template, there.
    Known(T, Place),
    /// Not written: the platform's default applies.
    Absent,
    /// Written, but its value cannot be told from the project alone.
    Unknown(Reason),
}

impl<T> Prop<T> {
    /// An unknown property.
    pub fn unknown(reason: impl Into<Reason>) -> Self {
        Self::Unknown(reason.into())
    }

    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value, _) => Some(value),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Where the value is written, where it is known.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Known(_, place) => Some(*place),
            Self::Absent | Self::Unknown(_) => None,
        }
    }

    /// Whether the platform's default applies for certain.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the value cannot be told.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// The same property with its known value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Prop<U> {
        match self {
            Self::Known(value, place) => Prop::Known(change(value), place),
            Self::Absent => Prop::Absent,
            Self::Unknown(reason) => Prop::Unknown(reason),
        }
    }

    /// A view that borrows the value.
    pub fn as_ref(&self) -> Prop<&T> {
        match self {
            Self::Known(value, place) => Prop::Known(value, *place),
            Self::Absent => Prop::Absent,
            Self::Unknown(reason) => Prop::Unknown(reason.clone()),
        }
    }

    /// This property, or `other` where it is absent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Absent => other,
            written => written,
        }
    }
}
