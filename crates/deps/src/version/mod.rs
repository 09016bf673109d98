//! The order of versions, as each registry defines it.
//!
//! Python's order is its kept crate's. The others are short and are compared as they are written: a version of a lock file may be
//! any text, of any length, with numbers of any size, and an order must exist for what a strict parser of one tool refuses.

mod gem;
mod maven;
mod nuget;
mod semver;

use std::cmp::Ordering;
use std::str::FromStr;

use pep508_rs::pep440_rs;

use crate::Ecosystem;

/// The longest text that is taken for a version.
const LONGEST: usize = 512;

/// The order of two versions of a package; nothing where one of them is no version.
#[must_use]
pub fn compare(ecosystem: Ecosystem, one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (one.trim(), other.trim());
    if LONGEST < one.len() || LONGEST < other.len() {
        return None;
    }
    match ecosystem {
        Ecosystem::Npm | Ecosystem::Go | Ecosystem::CratesIo => semver::compare(one, other),
        Ecosystem::PyPI => {
            let one = pep440_rs::Version::from_str(one).ok()?;
            let other = pep440_rs::Version::from_str(other).ok()?;
            Some(one.cmp(&other))
        }
        Ecosystem::Maven => Some(maven::compare(one, other)),
        Ecosystem::NuGet => nuget::compare(one, other),
        Ecosystem::RubyGems => gem::compare(one, other),
    }
}

/// The order of two versions by Semantic Versioning, whatever their registry's own order is.
#[must_use]
pub(crate) fn compare_semver(one: &str, other: &str) -> Option<Ordering> {
    if LONGEST < one.len() || LONGEST < other.len() {
        return None;
    }
    semver::compare(one, other)
}

/// The order of two texts of digits as numbers of any size.
fn numbers(one: &str, other: &str) -> Ordering {
    let (one, other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

/// The dotted numbers of a version, those that are left out as `0`, and what stands behind its first dash; what stands behind a
/// plus does not count.
fn dotted<const N: usize>(text: &str) -> Option<([&str; N], Option<&str>)> {
    let (text, _metadata) = text.split_once('+').unwrap_or((text, ""));
    let (numbers, label) = match text.split_once('-') {
        Some((numbers, label)) => (numbers, Some(label)),
        None => (text, None),
    };
    let mut parts = ["0"; N];
    let mut written = numbers.split('.');
    for (at, slot) in parts.iter_mut().enumerate() {
        match written.next() {
            Some(part) if is_number(part) => *slot = part,
            None if 0 < at => {}
            _ => return None,
        }
    }
    written.next().is_none().then_some((parts, label))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions in ascending order; those in one row are equal.
    fn check(ecosystem: Ecosystem, rows: &[&[&str]]) {
        for (low, first) in rows.iter().enumerate() {
            for (high, second) in rows.iter().enumerate() {
                for one in *first {
                    for other in *second {
                        assert_eq!(
                            compare(ecosystem, one, other),
                            Some(low.cmp(&high)),
                            "{ecosystem}: {one} against {other}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn semantic_versions() {
        let rows: &[&[&str]] = &[
            &["0.0.0-0"],
            &["0.0.0", "0"],
            &["1.0.0-alpha"],
            &["1.0.0-alpha.1"],
            &["1.0.0-alpha.beta"],
            &["1.0.0-beta"],
            &["1.0.0-beta.2"],
            &["1.0.0-beta.11"],
            &["1.0.0-rc.1"],
            &["1.0.0", "1.0", "1", "v1.0.0", "1.0.0+build.7"],
            &["1.0.1"],
            &["1.2.0"],
            &["1.10.0"],
            &["99999999999999999999999.0.0"],
        ];
        for ecosystem in [Ecosystem::Npm, Ecosystem::Go, Ecosystem::CratesIo] {
            check(ecosystem, rows);
        }
        assert_eq!(compare(Ecosystem::Npm, "latest", "1.0.0"), None);
    }

    #[test]
    fn pseudo_versions_of_go() {
        check(
            Ecosystem::Go,
            &[
                &["0.0.0-20180904163835-0709b304e793"],
                &["0.0.0-20211202192323-5770296d904e"],
                &["0.1.0"],
                &["1.2.4-0.20191109021931-daa7c04131f5"],
                &["1.2.4"],
                &["2.0.0+incompatible", "2.0.0"],
            ],
        );
    }

    #[test]
    fn versions_of_python() {
        check(
            Ecosystem::PyPI,
            &[
                &["1.0.dev456"],
                &["1.0a1", "1.0-alpha1", "1.0.a.1"],
                &["1.0b1.dev456"],
                &["1.0b2"],
                &["1.0rc1", "1.0c1"],
                &["1.0", "1.0.0", "1", "v1.0"],
                &["1.0+abc.5"],
                &["1.0.post456"],
                &["1.1.dev1"],
                &["1!0.5"],
            ],
        );
    }

    #[test]
    fn versions_of_maven() {
        check(
            Ecosystem::Maven,
            &[
                &["1-alpha-1", "1-a1", "1.0.0-alpha1"],
                &["1-beta-1", "1-b1"],
                &["1-milestone-1", "1-m1"],
                &["1-rc", "1-cr", "1-RC"],
                &["1-snapshot", "1-SNAPSHOT"],
                &[
                    "1",
                    "1.0",
                    "1.0.0",
                    "1-ga",
                    "1-final",
                    "1.0.0.Final",
                    "1.Final",
                ],
                &["1-sp"],
                &["1-foo"],
                &["1-foo-1", "1-foo1"],
                &["1-1"],
                &["1.0.1"],
                &["1.1"],
                &["2.9.10"],
                &["2.10"],
                &["20040616"],
            ],
        );
        // The specification's own cases.
        check(
            Ecosystem::Maven,
            &[&["1foo", "1-foo"], &["1-1.foo-bar1baz-.1"], &["1.1"]],
        );
        check(
            Ecosystem::Maven,
            &[
                &["2.0-beta9"],
                &["2.0-rc1"],
                &["2.0"],
                &["2.12.2"],
                &["2.15.0"],
            ],
        );
        check(
            Ecosystem::Maven,
            &[
                &["31.1-android"],
                &["31.1-jre"],
                &["32.0.0-android"],
                &["32.0.0-jre"],
            ],
        );
    }

    #[test]
    fn versions_of_nuget() {
        check(
            Ecosystem::NuGet,
            &[
                &["1.0.0-ALPHA", "1.0.0-alpha"],
                &["1.0.0-beta.2"],
                &["1.0.0-beta.11"],
                &["1.0.0", "1.0", "1.0.0.0", "1.0.0+meta", "01.0.0"],
                &["1.0.0.1"],
                &["1.0.1"],
                &["13.0.1"],
            ],
        );
    }

    #[test]
    fn versions_of_ruby() {
        check(
            Ecosystem::RubyGems,
            &[
                &["1.0.0.a"],
                &["1.0.0.beta1", "1.0.0.beta.1"],
                &["1.0.0.pre1", "1.0.0-1"],
                &["1.0.0.rc1"],
                &["1.0.0", "1", "1.0"],
                &["1.0.0.1"],
                &["1.2.b1"],
                &["1.2"],
                &["1.10"],
            ],
        );
    }

    /// The cases of Maven's own `ComparableVersionTest`.
    #[test]
    fn versions_of_maven_by_its_own_tests() {
        let qualifiers = [
            "1-alpha2snapshot",
            "1-alpha2",
            "1-alpha-123",
            "1-beta-2",
            "1-beta123",
            "1-m2",
            "1-m11",
            "1-rc",
            "1-cr2",
            "1-rc123",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-sp2",
            "1-sp123",
            "1-abc",
            "1-def",
            "1-pom-1",
            "1-1-snapshot",
            "1-1",
            "1-2",
            "1-123",
        ];
        let numbers = [
            "2.0", "2.0.a", "2-1", "2.0.2", "2.0.123", "2.1.0", "2.1-a", "2.1b", "2.1-c", "2.1-1",
            "2.1.0.1", "2.2", "2.123", "11.a2", "11.a11", "11.b2", "11.b11", "11.m2", "11.m11",
            "11", "11.a", "11b", "11c", "11m",
        ];
        for versions in [&qualifiers[..], &numbers] {
            let rows: Vec<&[&str]> = versions.iter().map(std::slice::from_ref).collect();
            check(Ecosystem::Maven, &rows);
        }
        for (low, high) in [
            ("6.1.0rc3", "6.1.0"),
            ("6.1.0rc3", "6.1H.5-beta"),
            ("6.1.0", "6.1H.5-beta"),
            ("20190126.230843", "1234567890.12345"),
            ("1.0.RC2", "1.0-RC3"),
            ("1.0-RC3", "1.0.1"),
        ] {
            check(Ecosystem::Maven, &[&[low], &[high]]);
        }
    }

    #[test]
    fn unusual_versions() {
        check(
            Ecosystem::PyPI,
            &[
                &["1.0.dev1"],
                &["1.0a1.dev1"],
                &["1.0a1"],
                &["1.0a1.post1"],
                &["1.0"],
            ],
        );
        check(
            Ecosystem::PyPI,
            &[
                &["1.0+a"],
                &["1.0+1"],
                &["1.0+1.a"],
                &["1.0+9"],
                &["1.0+10"],
                &["1.0.post1.dev1"],
                &["1.0.post1", "1.0-1"],
            ],
        );
        check(
            Ecosystem::NuGet,
            &[
                &["1.2.3.4-1"],
                &["1.2.3.4-a"],
                &["1.2.3.4-a.1"],
                &["1.2.3.4"],
                &["1.2.4-a"],
                &["1.2.4"],
            ],
        );
        check(
            Ecosystem::RubyGems,
            &[&["5.a"], &["5.0.0.rc2"], &["5.x"], &["5"]],
        );
        check(
            Ecosystem::RubyGems,
            &[
                &["0.0.beta", "0.beta"],
                &["0.beta.1", "0.0.beta.1"],
                &["1.8.2.a9"],
                &["1.8.2.a10"],
                &["1.8.2.b"],
                &["1.8.2"],
            ],
        );
        check(
            Ecosystem::Go,
            &[
                &["v1.2.3-pre"],
                &["v1.2.3-pre.0.20191109021931-daa7c04131f5"],
                &["v1.2.3-rc.1"],
                &["v1.2.3"],
            ],
        );
    }
}
