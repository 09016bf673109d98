//! What is to be known about packages beyond what a project says of them. Read from `knowledge/packages/*.toml`; who publishes
//! layers, from `knowledge/platform/layers.toml`.

use base::Name;
use serde::{Deserialize, Serialize};

/// What is known about the packages of one registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packages {
    /// Tools for work on a project.
    pub tools: NamePatterns,
    /// Packages that do their work without being imported by the code that is deployed.
    pub silent: NamePatterns,
    /// Tools and frameworks that deploy what the code imports and their settings name, and nothing else of what is installed.
    pub bundlers: NamePatterns,
    /// Packages of which it is known what their installation runs.
    pub builds: NamePatterns,
    /// Words of commands that take something from elsewhere.
    pub fetching: Vec<Name>,
    /// Words of commands that run what they are given.
    pub running: Vec<Name>,
    /// What runtimes bring along.
    pub provided: Vec<Provided>,
    /// Packages that their authors have given up.
    pub retired: Vec<Retired>,
}

impl Packages {
    /// Whether a package is the platform's own SDK, and a runtime brings it along.
    #[must_use]
    pub fn is_sdk_of(&self, runtime: &str, package: &str) -> bool {
        self.provided.iter().any(|row| {
            row.is_sdk
                && row.packages.has(package)
                && row.runtimes.iter().any(|known| known == runtime)
        })
    }
}

/// Packages that some runtimes bring along.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provided {
    /// The packages.
    pub packages: NamePatterns,
    /// The runtimes' identifiers.
    pub runtimes: Vec<Name>,
    /// They are the platform's own SDK, and not what it happens to need.
    pub is_sdk: bool,
    /// Where that is published.
    pub source: String,
}

/// A package that its authors have given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// Its name.
    pub name: Name,
    /// Why, as a clause.
    pub why: String,
    /// What to use.
    pub instead: String,
}

/// Names of packages; a `*` at an end of one stands for anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NamePatterns(Vec<Name>);

impl NamePatterns {
    /// The names and patterns as they are written.
    pub fn iter(&self) -> impl Iterator<Item = &Name> {
        self.0.iter()
    }

    /// Whether a name is among them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| {
            let (start, end) = (pattern.strip_suffix('*'), pattern.strip_prefix('*'));
            match (start, end) {
                (Some(start), _) => name.starts_with(start),
                (None, Some(end)) => name.ends_with(end),
                (None, None) => pattern == name,
            }
        })
    }
}

/// Who publishes layers for everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerPublisher {
    /// Its name.
    pub name: Name,
    /// The accounts that its layers are in.
    pub accounts: Vec<Name>,
}

#[cfg(test)]
mod tests {
    use crate::Knowledge;

    #[test]
    fn patterns_stand_for_names() {
        let npm = Knowledge::builtin().packages("npm");
        assert!(npm.tools.has("serverless") && npm.tools.has("serverless-offline"));
        assert!(npm.tools.has("copy-webpack-plugin") && !npm.tools.has("express"));
        assert!(npm.is_sdk_of("nodejs22.x", "@aws-sdk/client-s3"));
        assert!(!npm.is_sdk_of("nodejs16.x", "@aws-sdk/client-s3"));
        assert!(npm.is_sdk_of("nodejs16.x", "aws-sdk"));
        assert_eq!(
            Knowledge::builtin().packages("Maven"),
            &super::Packages::default()
        );
    }
}
