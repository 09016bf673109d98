//! Entries as OSV writes them, cut to what a finding says.

use base::Name;
use serde::{Deserialize, Serialize};

use super::{Affected, Event, Range, Rating};
use crate::Ecosystem;

/// One known vulnerability of one package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advisory {
    /// Its name in the database it is from: `GHSA-…`, `PYSEC-…`, `MAL-…`.
    pub id: Name,
    /// Its names elsewhere: `CVE-…`, sorted.
    pub aliases: Vec<Name>,
    /// What is wrong, one line.
    pub summary: Name,
    /// How bad it is.
    pub rating: Rating,
    /// The CVSS vector behind the rating.
    pub vector: Option<Name>,
    /// The versions it is about.
    pub affected: Affected,
    /// The parts of the package that must be called to be affected; empty where the advisory does not say.
    pub symbols: Vec<Name>,
}

/// What one version of a package is affected by: advisories that are one and the same under several names are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerability {
    /// The advisory that says most about it.
    pub advisory: Advisory,
    /// All its other names, sorted.
    pub aliases: Vec<Name>,
    /// The first version without it.
    pub fixed_in: Option<Name>,
}

impl Vulnerability {
    /// The name under which people know it: the CVE number, where there is one.
    #[must_use]
    pub fn name(&self) -> &Name {
        let mut aliases = self.aliases.iter();
        let cve = aliases.find(|alias| alias.starts_with("CVE-"));
        match self.advisory.id.starts_with("CVE-") {
            true => &self.advisory.id,
            false => cve.unwrap_or(&self.advisory.id),
        }
    }

    /// Somebody has put harmful code into the package on purpose.
    #[must_use]
    pub fn is_malicious(&self) -> bool {
        let is_mark = |name: &Name| name.starts_with("MAL-");
        is_mark(&self.advisory.id) || self.aliases.iter().any(is_mark)
    }

    /// Those of a package's advisories that are about one version, worst first.
    #[must_use]
    pub fn of(ecosystem: Ecosystem, version: &str, advisories: &[Advisory]) -> Vec<Self> {
        let about = advisories
            .iter()
            .filter(|advisory| advisory.affected.contains(ecosystem, version));
        let mut groups: Vec<Vec<&Advisory>> = Vec::new();
        for advisory in about {
            let mut group = vec![advisory];
            groups.retain(|other| {
                let is_same = other.iter().any(|other| other.is_same(advisory));
                if is_same {
                    group.extend(other);
                }
                !is_same
            });
            groups.push(group);
        }
        let merged = groups
            .into_iter()
            .filter_map(|group| Self::merged(ecosystem, version, group));
        let mut vulnerabilities: Vec<Self> = merged.collect();
        vulnerabilities.sort_by(|one, other| {
            let by_rating = other.advisory.rating.cmp(&one.advisory.rating);
            by_rating.then_with(|| one.advisory.id.cmp(&other.advisory.id))
        });
        vulnerabilities
    }

    fn merged(ecosystem: Ecosystem, version: &str, mut group: Vec<&Advisory>) -> Option<Self> {
        group.sort_by(|one, other| one.weight().cmp(&other.weight()));
        let first = *group.first()?;
        let names = group
            .iter()
            .flat_map(|one| [&one.id].into_iter().chain(&one.aliases));
        let mut aliases: Vec<Name> = names.filter(|name| **name != first.id).cloned().collect();
        aliases.sort();
        aliases.dedup();
        let fixes = group.iter();
        let fixed_in = fixes
            .filter_map(|one| one.affected.fixed_in(ecosystem, version))
            .next();
        let mut advisory = first.clone();
        let rated = group.iter().filter(|one| one.rating != Rating::Unknown);
        if let Some(rated) = rated
            .clone()
            .next()
            .filter(|_| advisory.rating == Rating::Unknown)
        {
            (advisory.rating, advisory.vector) = (rated.rating, rated.vector.clone());
        }
        Some(Self {
            advisory,
            aliases,
            fixed_in: fixed_in.cloned(),
        })
    }
}

impl Advisory {
    fn is_same(&self, other: &Self) -> bool {
        let names = |advisory: &Self| -> Vec<Name> {
            let names = [&advisory.id].into_iter().chain(&advisory.aliases);
            names.cloned().collect()
        };
        let others = names(other);
        names(self).iter().any(|name| others.contains(name))
    }

    /// Among several that are the same, the least tells it best: GitHub's are reviewed and rated.
    fn weight(&self) -> (bool, bool, &Name) {
        let is_reviewed = self.id.starts_with("GHSA-");
        (!is_reviewed, self.rating == Rating::Unknown, &self.id)
    }
}

/// Why a text is no entry.
#[derive(Debug, thiserror::Error)]
#[error("it is no OSV entry: {0}")]
pub struct EntryError(#[from] serde_json::Error);

/// The advisories of one OSV entry, one for each package of a known registry; none where it is withdrawn.
///
/// # Errors
/// When the text is not an entry.
pub fn advisories(text: &[u8]) -> Result<Vec<(Ecosystem, String, Advisory)>, EntryError> {
    let entry: Entry = serde_json::from_slice(text)?;
    if entry.withdrawn.is_some() {
        return Ok(Vec::new());
    }
    let mut found: Vec<(Ecosystem, String, Advisory)> = Vec::new();
    for written in &entry.affected {
        let Some(package) = &written.package else {
            continue;
        };
        let Some(ecosystem) = Ecosystem::parse(&package.ecosystem) else {
            continue;
        };
        let name = ecosystem.normal_name(&package.name);
        let advisory = entry.advisory(written);
        // One package may stand in an entry several times, once for each branch of its versions.
        match found
            .iter_mut()
            .find(|(with, known, _)| *with == ecosystem && *known == name)
        {
            Some((_, _, known)) => {
                known.affected.ranges.extend(advisory.affected.ranges);
                known.affected.versions.extend(advisory.affected.versions);
            }
            None => found.push((ecosystem, name, advisory)),
        }
    }
    Ok(found)
}

#[derive(Deserialize)]
struct Entry {
    id: Name,
    #[serde(default)]
    withdrawn: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    aliases: Option<Vec<Name>>,
    #[serde(default)]
    summary: Option<String>,
    #[serde(default)]
    details: Option<String>,
    #[serde(default)]
    severity: Option<Vec<Severity>>,
    #[serde(default)]
    affected: Vec<Written>,
    #[serde(default)]
    database_specific: Option<DatabaseSpecific>,
}

#[derive(Deserialize)]
struct Severity {
    #[serde(default)]
    score: String,
}

#[derive(Deserialize)]
struct DatabaseSpecific {
    #[serde(default)]
    severity: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Written {
    #[serde(default)]
    package: Option<Package>,
    #[serde(default)]
    severity: Option<Vec<Severity>>,
    #[serde(default)]
    ranges: Option<Vec<WrittenRange>>,
    #[serde(default)]
    versions: Option<Vec<Name>>,
    #[serde(default)]
    ecosystem_specific: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct WrittenRange {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    events: Vec<WrittenEvent>,
}

#[derive(Deserialize)]
struct WrittenEvent {
    introduced: Option<Name>,
    fixed: Option<Name>,
    last_affected: Option<Name>,
    limit: Option<Name>,
}

impl Entry {
    fn advisory(&self, written: &Written) -> Advisory {
        let own = written.severity.iter().flatten();
        let vectors = own.chain(self.severity.iter().flatten());
        let rated = vectors.filter_map(|severity| {
            let (rating, tenths) = Rating::of_vector(&severity.score)?;
            Some((tenths, rating, Name::from(severity.score.as_str())))
        });
        let in_words = || {
            let word = self
                .database_specific
                .as_ref()?
                .severity
                .as_ref()?
                .as_str()?;
            Some((Rating::of_word(word), None))
        };
        let (rating, vector) = rated
            .max_by_key(|(tenths, ..)| *tenths)
            .map(|(_, rating, vector)| (rating, Some(vector)))
            .or_else(in_words)
            .unwrap_or_default();
        let mut aliases = self.aliases.clone().unwrap_or_default();
        aliases.sort();
        let ranges = written
            .ranges
            .iter()
            .flatten()
            .filter_map(WrittenRange::read);
        Advisory {
            id: self.id.clone(),
            aliases,
            summary: self.line(),
            rating,
            vector,
            affected: Affected {
                ranges: ranges.collect(),
                versions: written.versions.clone().unwrap_or_default(),
            },
            symbols: written
                .ecosystem_specific
                .as_ref()
                .map(symbols)
                .unwrap_or_default(),
        }
    }

    /// One line that says what is wrong: the summary, else how the details begin.
    fn line(&self) -> Name {
        const LONGEST: usize = 200;
        let details = self.details.as_deref().unwrap_or_default();
        let text = self
            .summary
            .as_deref()
            .filter(|text| !text.trim().is_empty());
        let line = text
            .unwrap_or(details)
            .lines()
            .find(|line| !line.trim().is_empty());
        let line = line
            .unwrap_or_default()
            .trim()
            .trim_start_matches('#')
            .trim();
        let cut: String = line
            .chars()
            .filter(|it| !it.is_control())
            .take(LONGEST)
            .collect();
        Name::from(cut)
    }
}

impl WrittenRange {
    /// Ranges of commits say nothing about versions.
    fn read(&self) -> Option<Range> {
        let is_semver = match self.kind.as_str() {
            "SEMVER" => true,
            "ECOSYSTEM" => false,
            _ => return None,
        };
        let events = self.events.iter().filter_map(|event| {
            let introduced = event.introduced.clone().map(Event::Introduced);
            let fixed = event.fixed.clone().map(Event::Fixed);
            let last = event.last_affected.clone().map(Event::LastAffected);
            let limit = event.limit.clone().map(Event::Limit);
            introduced.or(fixed).or(last).or(limit)
        });
        Some(Range {
            is_semver,
            events: events.collect(),
        })
    }
}

/// The symbols of the entries of Go (`imports[].symbols`), Python (`imports[].attribute`), Rust (`affects.functions`) and GitHub
/// (`affected_functions`).
fn symbols(specific: &serde_json::Value) -> Vec<Name> {
    let texts = |value: &serde_json::Value| -> Vec<Name> {
        let items = value.as_array().into_iter().flatten();
        items
            .filter_map(|item| item.as_str().map(Name::from))
            .collect()
    };
    let imports = specific.get("imports").and_then(|it| it.as_array());
    let imports = imports.into_iter().flatten();
    let attributes = imports.clone().filter_map(|it| it.get("attribute"));
    let mut symbols: Vec<Name> = attributes
        .filter_map(|it| it.as_str().map(Name::from))
        .collect();
    symbols.extend(imports.filter_map(|it| it.get("symbols")).flat_map(texts));
    let of_rust = specific.get("affects").and_then(|it| it.get("functions"));
    let of_github = specific.get("affected_functions");
    symbols.extend(of_rust.into_iter().chain(of_github).flat_map(texts));
    symbols.retain(|symbol| !symbol.is_empty());
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;

    const REVIEWED: &str = r#"{
        "id": "GHSA-aaaa-bbbb-cccc",
        "aliases": ["CVE-2024-1"],
        "summary": "Code injection",
        "severity": [
            {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}
        ],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "Flask_Thing"},
                "ranges": [
                    {"type": "GIT", "events": [{"introduced": "0"}]},
                    {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.4"}]}
                ]
            },
            {
                "package": {"ecosystem": "PyPI", "name": "flask-thing"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"last_affected": "2.1"}]}]
            },
            {"package": {"ecosystem": "Linux", "name": "Kernel"}}
        ]
    }"#;

    const SAME: &str = r#"{
        "id": "PYSEC-2024-7",
        "aliases": ["CVE-2024-1"],
        "details": "\n# Code injection in a template\nMore.",
        "affected": [{"package": {"ecosystem": "PyPI", "name": "flask-thing"}, "versions": ["1.0", "1.2", "9.0"]}]
    }"#;

    #[test]
    fn an_entry_gives_one_advisory_for_each_package() {
        let found = advisories(REVIEWED.as_bytes()).unwrap();
        let [(ecosystem, name, advisory)] = found.as_slice() else {
            panic!("one package: {found:?}");
        };
        assert_eq!(
            (*ecosystem, name.as_str()),
            (Ecosystem::PyPI, "flask-thing")
        );
        assert_eq!(advisory.rating, Rating::Critical);
        for (version, expected) in [("1.0", true), ("1.4", false), ("2.1", true), ("2.2", false)] {
            assert_eq!(
                advisory.affected.contains(*ecosystem, version),
                expected,
                "{version}"
            );
        }
    }

    #[test]
    fn an_entry_under_several_names_is_one_vulnerability() {
        let mut all: Vec<Advisory> = Vec::new();
        for text in [SAME, REVIEWED] {
            all.extend(
                advisories(text.as_bytes())
                    .unwrap()
                    .into_iter()
                    .map(|it| it.2),
            );
        }
        let found = Vulnerability::of(Ecosystem::PyPI, "1.2", &all);
        let [one] = found.as_slice() else {
            panic!("one vulnerability: {found:?}");
        };
        assert_eq!(one.advisory.id, "GHSA-aaaa-bbbb-cccc");
        assert_eq!(one.name(), "CVE-2024-1");
        assert_eq!(one.aliases, ["CVE-2024-1", "PYSEC-2024-7"]);
        assert_eq!(one.fixed_in.as_deref(), Some("1.4"));
        let late = Vulnerability::of(Ecosystem::PyPI, "9.0", &all);
        assert_eq!(
            late.first().unwrap().advisory.summary,
            "Code injection in a template"
        );
        assert_eq!(Vulnerability::of(Ecosystem::PyPI, "1.5", &all), []);
    }

    #[test]
    fn what_is_withdrawn_is_none() {
        let text = r#"{"id": "X-1", "withdrawn": "2024-01-01T00:00:00Z",
            "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0"]}]}"#;
        assert_eq!(advisories(text.as_bytes()).unwrap(), []);
        assert!(advisories(b"[]").is_err());
    }
}
