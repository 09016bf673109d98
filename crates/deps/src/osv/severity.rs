//! How bad an advisory says it is.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The ratings of CVSS, and of registries that rate in words.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Rating {
    /// Nobody has rated it.
    #[default]
    Unknown,
    /// Below 4.
    Low,
    /// From 4.
    Medium,
    /// From 7.
    High,
    /// From 9.
    Critical,
}

impl Rating {
    /// Its name: `high`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The rating of a vector of CVSS 3 or 4, with its score in tenths.
    #[must_use]
    pub fn of_vector(vector: &str) -> Option<(Self, u16)> {
        let score = cvss::Cvss::from_str(vector).ok()?.score();
        let tenths = (score * 10.0).round() as u16;
        let rating = match tenths {
            0..40 => Self::Low,
            40..70 => Self::Medium,
            70..90 => Self::High,
            _ => Self::Critical,
        };
        Some((rating, tenths))
    }

    /// The rating that a registry writes: `MODERATE`, `HIGH`.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "low" => Self::Low,
            "medium" | "moderate" => Self::Medium,
            "high" | "important" => Self::High,
            "critical" => Self::Critical,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_and_words_are_rated() {
        for (vector, expected) in [
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
                Some((Rating::Critical, 100)),
            ),
            (
                "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H",
                Some((Rating::High, 72)),
            ),
            (
                "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L",
                Some((Rating::Medium, 53)),
            ),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                Some((Rating::Critical, 93)),
            ),
            ("AV:N", None),
            ("", None),
        ] {
            assert_eq!(Rating::of_vector(vector), expected, "{vector}");
        }
        assert_eq!(Rating::of_word("MODERATE"), Rating::Medium);
    }
}
