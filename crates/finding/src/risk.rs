//! The ten most critical risks for serverless applications.

/// One of the ten risks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Risk {
    /// Event-data injection.
    Injection = 1,
    /// Broken authentication.
    Authentication,
    /// Insecure deployment configuration.
    Deployment,
    /// Over-privileged roles.
    Privilege,
    /// Inadequate monitoring and logging.
    Monitoring,
    /// Insecure dependencies.
    Dependencies,
    /// Insecure secrets storage.
    Secrets,
    /// Denial of service and of wallet.
    Exhaustion,
    /// Execution-flow manipulation.
    ExecutionFlow,
    /// Verbose errors.
    Errors,
}

impl Risk {
    /// All ten in order.
    pub const ALL: [Self; 10] = [
        Self::Injection,
        Self::Authentication,
        Self::Deployment,
        Self::Privilege,
        Self::Monitoring,
        Self::Dependencies,
        Self::Secrets,
        Self::Exhaustion,
        Self::ExecutionFlow,
        Self::Errors,
    ];

    /// Its number, 1 to 10.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Its identifier: `SAS-1`.
    #[must_use]
    pub fn id(self) -> String {
        format!("SAS-{}", self.number())
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Injection => "Event-data injection",
            Self::Authentication => "Broken authentication",
            Self::Deployment => "Insecure deployment configuration",
            Self::Privilege => "Over-privileged roles",
            Self::Monitoring => "Inadequate monitoring and logging",
            Self::Dependencies => "Insecure dependencies",
            Self::Secrets => "Insecure secrets storage",
            Self::Exhaustion => "Denial of service and of wallet",
            Self::ExecutionFlow => "Execution-flow manipulation",
            Self::Errors => "Verbose errors",
        }
    }

    /// The risk that a rule's name starts with: `sas1/…`.
    #[must_use]
    pub fn of_rule(rule: &str) -> Option<Self> {
        let (folder, _) = rule.split_once('/')?;
        let number: u8 = folder.strip_prefix("sas")?.parse().ok()?;
        Self::ALL.into_iter().find(|risk| risk.number() == number)
    }
}
