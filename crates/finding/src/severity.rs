//! Severity: impact × exposure × blast radius, each on a small scale, so that a report can say how it was computed.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Mend when passing by.
    Low,
    /// Plan to mend.
    Medium,
    /// Mend soon.
    High,
    /// Mend now.
    Critical,
}

impl Severity {
    /// All, worst first.
    pub const ALL: [Self; 5] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
    ];

    /// Its name: `critical`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == name)
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Something that decides is not visible in the project.
    Low,
    /// Likely; a convention or name stands in for proof.
    Medium,
    /// Proven from template and code.
    High,
}

impl Confidence {
    /// Its name: `high`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What happens if it is exploited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Defence in depth is missing.
    Hygiene = 1,
    /// Information about the inside leaks, or a service degrades.
    Limited = 2,
    /// Data of others is read or changed, or the service stops.
    Serious = 3,
    /// The attacker's code runs, or all data is open.
    Full = 4,
}

/// Who can get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Deployers only.
    Operator = 1,
    /// Other functions or accounts.
    Tenant = 2,
    /// Signed-in users.
    Authenticated = 3,
    /// The internet.
    Anonymous = 4,
}

impl Impact {
    /// Its name in the JSON report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hygiene => "hygiene",
            Self::Limited => "limited",
            Self::Serious => "serious",
            Self::Full => "full",
        }
    }
}

impl Reach {
    /// Who that is, for people.
    #[must_use]
    pub fn who(self) -> &'static str {
        match self {
            Self::Anonymous => "anyone on the internet",
            Self::Authenticated => "a signed-in user",
            Self::Tenant => "another function or account",
            Self::Operator => "a deployer",
        }
    }

    /// Its name in the JSON report; for a source also its *who*.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Tenant => "tenant",
            Self::Authenticated => "authenticated",
            Self::Anonymous => "anonymous",
        }
    }
}

/// The three factors of a severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// What happens if it is exploited.
    pub impact: Impact,
    /// Who can get there.
    pub exposure: Reach,
    /// What the function's role allows beyond the function itself, from 0 (nothing, or not known) to 2 (everything).
    pub blast_radius: u8,
}

impl Score {
    /// A score without a blast radius of its own.
    #[must_use]
    pub fn new(impact: Impact, exposure: Reach) -> Self {
        Self {
            impact,
            exposure,
            blast_radius: 0,
        }
    }

    /// The severity: the product of impact and exposure on a scale of 16, a role that allows much moves it up a little.
    #[must_use]
    pub fn severity(self) -> Severity {
        let product = self.impact as u8 * self.exposure as u8 + self.blast_radius;
        match product {
            0..=2 => Severity::Info,
            3..=5 => Severity::Low,
            6..=8 => Severity::Medium,
            9..=12 => Severity::High,
            _ => Severity::Critical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_follows_impact_exposure_and_blast_radius() {
        let table = [
            (Impact::Full, Reach::Anonymous, 0, Severity::Critical),
            (Impact::Full, Reach::Authenticated, 0, Severity::High),
            (Impact::Full, Reach::Authenticated, 1, Severity::Critical),
            (Impact::Full, Reach::Tenant, 0, Severity::Medium),
            (Impact::Serious, Reach::Anonymous, 0, Severity::High),
            (Impact::Serious, Reach::Anonymous, 2, Severity::Critical),
            (Impact::Limited, Reach::Tenant, 0, Severity::Low),
            (Impact::Hygiene, Reach::Operator, 0, Severity::Info),
        ];
        for (impact, exposure, blast_radius, expected) in table {
            let score = Score {
                impact,
                exposure,
                blast_radius,
            };
            assert_eq!(score.severity(), expected, "{score:?}");
        }
    }
}
