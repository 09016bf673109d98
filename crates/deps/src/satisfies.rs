//! Whether a version is one that a requirement asks for.

use std::str::FromStr;

use nodejs_semver::{Range, Version};
use pep508_rs::VersionOrUrl;
use pep508_rs::pep440_rs;

use crate::python::parse;
use crate::{Ecosystem, Requirement, Specifier};

impl Requirement {
    /// Whether this requirement takes a version; nothing where it does not ask by version, or what is written cannot be read.
    #[must_use]
    pub fn takes(&self, ecosystem: Ecosystem, version: &str) -> Option<bool> {
        match (&self.specifier, ecosystem) {
            (Specifier::Address { .. } | Specifier::Local | Specifier::Unknown, _) => None,
            (_, Ecosystem::Npm) => npm(&self.text, version),
            (_, Ecosystem::PyPI) => python(&self.text, version),
            _ => None,
        }
    }
}

fn npm(range: &str, version: &str) -> Option<bool> {
    let range = Range::parse(range.trim()).ok()?;
    let version = Version::parse(version.trim()).ok()?;
    // A range takes a pre-release only where it names one of the same release; who locked one knows why.
    (!version.is_prerelease()).then(|| range.satisfies(&version))
}

/// The text is a whole requirement, or the versions alone as Poetry and Pipenv write them.
fn python(text: &str, version: &str) -> Option<bool> {
    let version = pep440_rs::Version::from_str(version).ok()?;
    if version.any_prerelease() {
        return None;
    }
    let text = text.trim();
    if text == "*" {
        return Some(true);
    }
    let versions = if let Some(from) = text.strip_prefix('^') {
        caret(from)?
    } else if text.starts_with(|first: char| first.is_ascii_digit()) {
        format!("=={text}")
    } else if text.starts_with(['<', '>', '=', '~', '!']) {
        text.to_owned()
    } else {
        return match parse(text)?.version_or_url {
            None => Some(true),
            Some(VersionOrUrl::VersionSpecifier(versions)) => Some(versions.contains(&version)),
            Some(VersionOrUrl::Url(_)) => None,
        };
    };
    let versions = pep440_rs::VersionSpecifiers::from_str(&versions).ok()?;
    Some(versions.contains(&version))
}

/// Poetry's `^1.2.3`: what does not change the first number that is not zero.
fn caret(from: &str) -> Option<String> {
    let version = pep440_rs::Version::from_str(from).ok()?;
    let numbers = version.release();
    let at = numbers.iter().position(|number| *number != 0);
    let at = at.unwrap_or(numbers.len().saturating_sub(1));
    let mut below: Vec<String> = numbers.iter().take(at).map(ToString::to_string).collect();
    below.push(numbers.get(at)?.checked_add(1)?.to_string());
    Some(format!(">={from},<{}", below.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_take_what_their_tools_take() {
        for (range, version, expected) in [
            ("^1.2.3", "1.9.0", Some(true)),
            ("^1.2.3", "2.0.0", Some(false)),
            ("~0.2", "0.2.9", Some(true)),
            ("1.x || >=3", "2.5.0", Some(false)),
            ("*", "1.0.0", Some(true)),
            ("^2.0.0", "2.0.0-rc.1", None),
            ("latest", "1.0.0", None),
        ] {
            assert_eq!(npm(range, version), expected, "{range} {version}");
        }
        for (text, version, expected) in [
            ("flask>=2,<3", "2.3.0", Some(true)),
            ("flask>=2,<3", "3.0", Some(false)),
            ("flask", "3.0", Some(true)),
            ("*", "3.0", Some(true)),
            ("==1.34.0", "1.34", Some(true)),
            ("1.34.0", "1.35.0", Some(false)),
            ("^1.2", "1.9", Some(true)),
            ("^1.2", "2.0", Some(false)),
            ("^0.2.3", "0.3.0", Some(false)),
            ("^0.0", "0.1", Some(false)),
            ("~=2.1", "2.9", Some(true)),
            ("^1.2 || ^2", "2.0", None),
        ] {
            assert_eq!(python(text, version), expected, "{text} {version}");
        }
    }
}
