//! A property read from a template is known with its place, absent, or unknown: never a bare value.

use std::sync::Arc;

use base::Place;

/// Why a property is unknown, as a clause that fits after "because": `the variable ${ssm:/db/password} is read at deployment`.
pub type Reason = Arc<str>;

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
            Self::Unknown(reason) => Prop::Unknown(Arc::clone(reason)),
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
