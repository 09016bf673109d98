//! One package at one version, and the registries that packages come from: plain data.

use std::fmt;

use base::{Name, Place};
use serde::{Deserialize, Serialize};

use crate::osv::Vulnerability;

/// A registry with its own names and its own order of versions. The names are those of OSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Ecosystem {
    /// JavaScript.
    #[serde(rename = "npm")]
    Npm,
    /// Python.
    PyPI,
    /// Java; a name is `group:artifact`.
    Maven,
    /// .NET.
    NuGet,
    /// Go; a name is a module's path, a version has no leading `v`.
    Go,
    /// Ruby.
    RubyGems,
    /// Rust.
    #[serde(rename = "crates.io")]
    CratesIo,
}

impl Ecosystem {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Npm,
        Self::PyPI,
        Self::Maven,
        Self::NuGet,
        Self::Go,
        Self::RubyGems,
        Self::CratesIo,
    ];

    /// Its name in OSV: `npm`, `crates.io`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::PyPI => "PyPI",
            Self::Maven => "Maven",
            Self::NuGet => "NuGet",
            Self::Go => "Go",
            Self::RubyGems => "RubyGems",
            Self::CratesIo => "crates.io",
        }
    }

    /// The ecosystem that OSV names so; a suffix (`Maven:https://…`) names a registry of the same kind.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (name, _) = name.split_once(':').unwrap_or((name, ""));
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// The form of a package's name under which its registry knows it: spellings that the registry takes for the same package
    /// become one.
    #[must_use]
    pub fn normal_name(self, name: &str) -> String {
        match self {
            Self::PyPI => {
                let lower = name.to_ascii_lowercase();
                let words = lower.split(['-', '_', '.']).filter(|word| !word.is_empty());
                words.collect::<Vec<_>>().join("-")
            }
            Self::NuGet => name.to_ascii_lowercase(),
            Self::Npm | Self::Maven | Self::Go | Self::RubyGems | Self::CratesIo => name.to_owned(),
        }
    }

    /// The type of its package URLs.
    fn purl_type(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::PyPI => "pypi",
            Self::Maven => "maven",
            Self::NuGet => "nuget",
            Self::Go => "golang",
            Self::RubyGems => "gem",
            Self::CratesIo => "cargo",
        }
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One package at one version, as a lock file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its registry.
    pub ecosystem: Ecosystem,
    /// Its name in the registry.
    pub name: Name,
    /// Its version; empty where the file does not say.
    pub version: Name,
    /// Where it is fetched from, where the file says.
    pub url: Option<Name>,
    /// What kind of place that is.
    pub origin: Origin,
    /// The file holds a hash of its content.
    pub has_integrity: bool,
    /// Only work on the project needs it; it is not deployed.
    pub is_dev: bool,
    /// The project itself asks for it.
    pub is_direct: bool,
    /// Installing it runs a program that it brings along.
    pub has_install_script: bool,
    /// Why its authors advise against it, in their words.
    pub deprecated: Option<Name>,
    /// What it needs: indexes of the same lock file's packages, ascending.
    pub needs: Vec<u32>,
    /// What is known to be wrong with it, worst first; filled by [`crate::Inventory::look_up`].
    pub vulnerabilities: Vec<Vulnerability>,
    /// Where the file names it.
    pub place: Place,
}

/// What kind of place a package is fetched from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A registry.
    Registry,
    /// An address: an archive or a repository.
    Address,
    /// The project's own tree.
    Local,
}

impl Package {
    /// A package from a registry of which no more is known.
    pub(crate) fn new(ecosystem: Ecosystem, name: &str, version: &str, place: Place) -> Self {
        Self {
            ecosystem,
            name: Name::from(name),
            version: Name::from(version),
            url: None,
            origin: Origin::Registry,
            has_integrity: false,
            is_dev: false,
            is_direct: false,
            has_install_script: false,
            deprecated: None,
            needs: Vec::new(),
            vulnerabilities: Vec::new(),
            place,
        }
    }

    /// Its package URL: `pkg:npm/%40scope/name@1.2.3`.
    #[must_use]
    pub fn purl(&self) -> String {
        let name = match self.ecosystem {
            Ecosystem::PyPI => self.ecosystem.normal_name(&self.name),
            Ecosystem::Maven => self.name.replacen(':', "/", 1),
            _ => self.name.to_string(),
        };
        let name: Vec<String> = name.split('/').map(encoded).collect();
        let mut purl = format!("pkg:{}/{}", self.ecosystem.purl_type(), name.join("/"));
        if !self.version.is_empty() {
            let go = if self.ecosystem == Ecosystem::Go {
                "v"
            } else {
                ""
            };
            purl = format!("{purl}@{go}{}", encoded(&self.version));
        }
        purl
    }
}

/// Percent-encoded as package URLs are: letters, digits and `.-_~:` stay.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b':' => {
                encoded.push(char::from(byte));
            }
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::{FileId, Span};

    #[test]
    fn package_urls_are_those_of_the_specification() {
        let place = Place::new(FileId(0), Span::default());
        for (ecosystem, name, version, expected) in [
            (
                Ecosystem::Npm,
                "@scope/a",
                "1.0.0",
                "pkg:npm/%40scope/a@1.0.0",
            ),
            (
                Ecosystem::PyPI,
                "Zope.Interface",
                "5.0",
                "pkg:pypi/zope-interface@5.0",
            ),
            (
                Ecosystem::PyPI,
                "torch",
                "2.0+cpu",
                "pkg:pypi/torch@2.0%2Bcpu",
            ),
            (Ecosystem::Maven, "org.x:y", "1", "pkg:maven/org.x/y@1"),
            (
                Ecosystem::Go,
                "github.com/a/b",
                "1.2.3",
                "pkg:golang/github.com/a/b@v1.2.3",
            ),
            (Ecosystem::CratesIo, "serde", "", "pkg:cargo/serde"),
        ] {
            let package = Package::new(ecosystem, name, version, place);
            assert_eq!(package.purl(), expected);
        }
    }
}
