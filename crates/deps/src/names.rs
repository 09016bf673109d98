//! Names that look like that of a well-known package, as attackers choose them: one letter more, less, wrong or swapped, or
//! other separators. The well-known ones stand in `data/names-*.txt`, with packages in use that look like them by chance.

use std::sync::LazyLock;

use crate::Ecosystem;

const NPM: &str = include_str!("../data/names-npm.txt");
const PYPI: &str = include_str!("../data/names-pypi.txt");

static KNOWN_NPM: LazyLock<Known> = LazyLock::new(|| Known::new(NPM));
static KNOWN_PYPI: LazyLock<Known> = LazyLock::new(|| Known::new(PYPI));

/// Shorter names look alike by chance.
const SHORTEST: usize = 5;

/// The well-known package that a name may be mistaken for; nothing for one that is known itself.
#[must_use]
pub fn lookalike(ecosystem: Ecosystem, name: &str) -> Option<&'static str> {
    let known: &Known = match ecosystem {
        Ecosystem::Npm => &KNOWN_NPM,
        Ecosystem::PyPI => &KNOWN_PYPI,
        _ => return None,
    };
    let name = ecosystem.normal_name(name);
    let letters = letters(&name);
    if letters.len() < SHORTEST || known.has(&name) {
        return None;
    }
    let mut alike = known.names.iter().filter(|other| {
        SHORTEST <= other.letters.len()
            && (other.letters == letters || is_one_edit(name.as_bytes(), other.name.as_bytes()))
    });
    alike.next().map(|other| other.name)
}

/// The names of one registry.
struct Known {
    /// The well-known ones.
    names: Vec<WellKnown>,
    /// All that stand in the file, sorted.
    all: Vec<&'static str>,
}

struct WellKnown {
    name: &'static str,
    letters: String,
}

impl Known {
    fn new(table: &'static str) -> Self {
        let rows = || table.lines().filter(|line| !line.starts_with('#'));
        let names = rows().filter(|line| !line.starts_with('='));
        let names = names.map(|name| WellKnown {
            name,
            letters: letters(name),
        });
        let mut all: Vec<&str> = rows().map(|line| line.trim_start_matches('=')).collect();
        all.sort_unstable();
        Self {
            names: names.collect(),
            all,
        }
    }

    fn has(&self, name: &str) -> bool {
        self.all.binary_search(&name).is_ok()
    }
}

/// A name without its separators.
fn letters(name: &str) -> String {
    name.replace(['-', '_', '.'], "")
}

/// Whether one name becomes the other by one letter more, less, wrong, or swapped with the next. A digit more or another digit is
/// how people name a second one.
fn is_one_edit(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = match one.len() <= other.len() {
        true => (one, other),
        false => (other, one),
    };
    if 1 < long.len() - short.len() {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (short.get(same..), long.get(same..));
    match (short.unwrap_or_default(), long.unwrap_or_default()) {
        (short, [more, rest @ ..]) if short == rest => !more.is_ascii_digit(),
        ([a, rest @ ..], [b, others @ ..]) if rest == others => {
            !(a.is_ascii_digit() && b.is_ascii_digit())
        }
        ([a, b, rest @ ..], [c, d, others @ ..]) => a == d && b == c && rest == others,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_like_known_ones_are_told() {
        for (ecosystem, name, expected) in [
            (Ecosystem::Npm, "expresss", Some("express")),
            (Ecosystem::Npm, "axois", Some("axios")),
            (Ecosystem::Npm, "lodahs", Some("lodash")),
            (Ecosystem::Npm, "crossenv", Some("cross-env")),
            (Ecosystem::Npm, "@typess/node", Some("@types/node")),
            (Ecosystem::PyPI, "reqeusts", Some("requests")),
            (Ecosystem::PyPI, "Python_Dateutils", Some("python-dateutil")),
            (Ecosystem::Npm, "express", None),
            (Ecosystem::Npm, "express4", None),
            (Ecosystem::Npm, "json-pointer", None),
            (Ecosystem::Npm, "pq", None),
            (Ecosystem::Npm, "@company/orders", None),
            (Ecosystem::PyPI, "Python-DateUtil", None),
            (Ecosystem::Maven, "org.x:expresss", None),
        ] {
            assert_eq!(lookalike(ecosystem, name), expected, "{name}");
        }
    }

    #[test]
    fn one_edit_is_one_letter() {
        for (one, other, expected) in [
            ("abcde", "abcd", true),
            ("abcd", "abcde", true),
            ("abcde", "abxde", true),
            ("abcde", "abdce", true),
            ("abcde", "bacde", true),
            ("abcde", "abcde2", false),
            ("abcd1", "abcd2", false),
            ("abcde", "badce", false),
            ("abcde", "abc", false),
            ("abcde", "edcba", false),
        ] {
            let found = is_one_edit(one.as_bytes(), other.as_bytes());
            assert_eq!(found, expected, "{one} {other}");
        }
    }
}
