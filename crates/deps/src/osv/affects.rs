//! Which versions an advisory is about, evaluated as the schema of OSV says.

use std::cmp::Ordering;

use base::Name;
use serde::{Deserialize, Serialize};

use crate::Ecosystem;
use crate::version::{compare, compare_semver};

/// The versions of one package that an advisory is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Ranges; a version in any of them is affected.
    pub ranges: Vec<Range>,
    /// Single versions, affected too.
    pub versions: Vec<Name>,
}

/// A range, as the events at which versions begin and cease to be affected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Ordered by Semantic Versioning instead of by the registry's own order.
    pub is_semver: bool,
    /// In any order.
    pub events: Vec<Event>,
}

/// A version at which something changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// The first that is affected; `0` comes before all versions.
    Introduced(Name),
    /// The first that is not affected any more.
    Fixed(Name),
    /// The last that is affected.
    LastAffected(Name),
    /// Nothing is said about this version and those above it; `*` is above all.
    Limit(Name),
}

impl Event {
    fn version(&self) -> &str {
        match self {
            Self::Introduced(version)
            | Self::Fixed(version)
            | Self::LastAffected(version)
            | Self::Limit(version) => version,
        }
    }
}

impl Affected {
    /// Whether a version is affected.
    #[must_use]
    pub fn contains(&self, ecosystem: Ecosystem, version: &str) -> bool {
        let is_listed = |listed: &Name| {
            listed == version || compare(ecosystem, listed, version) == Some(Ordering::Equal)
        };
        self.ranges
            .iter()
            .any(|range| range.contains(ecosystem, version))
            || self.versions.iter().any(is_listed)
    }

    /// The lowest version above `version` that a range names as fixed.
    #[must_use]
    pub fn fixed_in(&self, ecosystem: Ecosystem, version: &str) -> Option<&Name> {
        let ranges = self.ranges.iter();
        let events = ranges.flat_map(|range| range.events.iter().map(move |event| (range, event)));
        let fixes = events.filter_map(|(range, event)| match event {
            Event::Fixed(fix) => {
                let order = range.compare(ecosystem, fix, version)?;
                (order == Ordering::Greater).then_some((range, fix))
            }
            _ => None,
        });
        fixes
            .min_by(|(range, one), (_, other)| {
                range
                    .compare(ecosystem, one, other)
                    .unwrap_or(Ordering::Equal)
            })
            .map(|(_, fix)| fix)
    }
}

impl Range {
    fn compare(&self, ecosystem: Ecosystem, one: &str, other: &str) -> Option<Ordering> {
        if self.is_semver {
            compare_semver(one, other)
        } else {
            compare(ecosystem, one, other)
        }
    }

    /// The algorithm of the schema: the events are gone through in the order of their versions, and the last one at or below the
    /// version decides.
    fn contains(&self, ecosystem: Ecosystem, version: &str) -> bool {
        let against = |event: &Event| match event.version() {
            "0" => Some(Ordering::Greater),
            bound => self.compare(ecosystem, version, bound),
        };
        let mut limits = self
            .events
            .iter()
            .filter(|event| matches!(event, Event::Limit(_)))
            .peekable();
        let is_below =
            |limit: &Event| limit.version() == "*" || against(limit) == Some(Ordering::Less);
        if limits.peek().is_some() && !limits.any(is_below) {
            return false;
        }
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by(|one, other| self.order(ecosystem, one, other));
        let mut is_affected = false;
        for event in events {
            let Some(order) = against(event) else {
                continue;
            };
            match event {
                Event::Introduced(_) if order != Ordering::Less => is_affected = true,
                Event::Fixed(_) if order != Ordering::Less => is_affected = false,
                Event::LastAffected(_) if order == Ordering::Greater => is_affected = false,
                _ => {}
            }
        }
        is_affected
    }

    /// By version; what begins comes before what ends at the same one.
    fn order(&self, ecosystem: Ecosystem, one: &Event, other: &Event) -> Ordering {
        let is_end = |event: &Event| !matches!(event, Event::Introduced(_));
        let versions = match (one.version(), other.version()) {
            ("0", "0") => Ordering::Equal,
            ("0", _) => Ordering::Less,
            (_, "0") => Ordering::Greater,
            (one, other) => self
                .compare(ecosystem, one, other)
                .unwrap_or(Ordering::Equal),
        };
        versions.then_with(|| is_end(one).cmp(&is_end(other)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(is_semver: bool, events: &[(&str, &str)]) -> Affected {
        let events = events.iter().map(|(kind, version)| match *kind {
            "introduced" => Event::Introduced(Name::from(*version)),
            "fixed" => Event::Fixed(Name::from(*version)),
            "last_affected" => Event::LastAffected(Name::from(*version)),
            _ => Event::Limit(Name::from(*version)),
        });
        Affected {
            ranges: vec![Range {
                is_semver,
                events: events.collect(),
            }],
            versions: Vec::new(),
        }
    }

    fn check(ecosystem: Ecosystem, affected: &Affected, inside: &[&str], outside: &[&str]) {
        for version in inside {
            assert!(
                affected.contains(ecosystem, version),
                "{version} is affected"
            );
        }
        for version in outside {
            assert!(
                !affected.contains(ecosystem, version),
                "{version} is not affected"
            );
        }
    }

    #[test]
    fn ranges_begin_and_end_where_the_schema_says() {
        let one = range(true, &[("introduced", "0"), ("fixed", "4.17.21")]);
        check(
            Ecosystem::Npm,
            &one,
            &["0.0.1", "4.17.20", "4.17.21-pre"],
            &["4.17.21", "5.0.0"],
        );
        let branches = range(
            true,
            &[
                ("introduced", "2.0.0"),
                ("fixed", "1.2.4"),
                ("introduced", "1.0.0"),
                ("fixed", "2.1.0"),
            ],
        );
        check(
            Ecosystem::Npm,
            &branches,
            &["1.0.0", "1.2.3", "2.0.0", "2.0.9"],
            &["0.9.0", "1.2.4", "1.9.0", "2.1.0"],
        );
        assert_eq!(branches.fixed_in(Ecosystem::Npm, "1.1.0").unwrap(), "1.2.4");
        assert_eq!(branches.fixed_in(Ecosystem::Npm, "2.0.0").unwrap(), "2.1.0");
        let last = range(false, &[("introduced", "0"), ("last_affected", "1.0")]);
        check(
            Ecosystem::PyPI,
            &last,
            &["0.1", "1.0", "1.0.0"],
            &["1.0.1", "1.0.post1"],
        );
        let limited = range(false, &[("introduced", "1.0"), ("limit", "2.0")]);
        check(
            Ecosystem::PyPI,
            &limited,
            &["1.0", "1.9"],
            &["0.9", "2.0", "3.0"],
        );
        let endless = range(true, &[("introduced", "0"), ("limit", "*")]);
        check(Ecosystem::Npm, &endless, &["0.0.0-0", "9.9.9"], &[]);
        let nothing = range(true, &[("fixed", "1.0.0")]);
        check(Ecosystem::Npm, &nothing, &[], &["0.1.0", "1.0.0"]);
    }

    #[test]
    fn each_registry_orders_its_own_versions() {
        let maven = range(false, &[("introduced", "2.0-beta9"), ("fixed", "2.15.0")]);
        check(
            Ecosystem::Maven,
            &maven,
            &["2.0-beta9", "2.0-rc1", "2.0", "2.14.1"],
            &["2.0-beta8", "1.2.17", "2.15.0"],
        );
        let python = range(false, &[("introduced", "2.0a1"), ("fixed", "2.0")]);
        check(
            Ecosystem::PyPI,
            &python,
            &["2.0a1", "2.0rc1"],
            &["1.9", "2.0", "2.0.dev1"],
        );
        let go = range(
            true,
            &[
                ("introduced", "0"),
                ("fixed", "0.0.0-20211202192323-5770296d904e"),
            ],
        );
        check(
            Ecosystem::Go,
            &go,
            &["0.0.0-20200622213623-75b288015ac9"],
            &["0.0.0-20220314234659-1baeb1ce4c0b", "0.1.0"],
        );
        let nuget = range(false, &[("introduced", "0"), ("fixed", "13.0.1")]);
        check(
            Ecosystem::NuGet,
            &nuget,
            &["12.0.3", "13.0.1-beta1"],
            &["13.0.1", "13.0.1.0"],
        );
        let ruby = range(false, &[("introduced", "0"), ("fixed", "1.11.4")]);
        check(
            Ecosystem::RubyGems,
            &ruby,
            &["1.11.4.rc1", "1.9"],
            &["1.11.4", "1.11.10"],
        );
    }

    #[test]
    fn single_versions_count_beside_ranges() {
        let listed = Affected {
            ranges: Vec::new(),
            versions: vec!["1.0".into(), "2.0".into()],
        };
        check(Ecosystem::PyPI, &listed, &["1.0", "1.0.0", "2.0"], &["1.1"]);
        check(Ecosystem::Npm, &listed, &["1.0"], &["1.1"]);
    }
}
