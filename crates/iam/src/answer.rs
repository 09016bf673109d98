//! Yes, no, or not to be told.

/// The answer to a question about a policy with parts that are known at deployment only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// No, whatever the unknown parts turn out to be.
    No,
    /// It depends on the unknown parts.
    Unknown,
    /// Yes, whatever the unknown parts turn out to be.
    Yes,
}

impl Answer {
    /// Yes where both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// Yes where one is.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The opposite; unknown stays unknown.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }

    /// Yes where one of them is.
    #[must_use]
    pub fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Self::No;
        for answer in answers {
            any = any.or(answer);
            if any == Self::Yes {
                break;
            }
        }
        any
    }
}
