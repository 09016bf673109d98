//! `requirements.txt`, and the requirements of PEP 508 that other files hold as texts.

use std::collections::BTreeSet;
use std::str::FromStr;

use base::{FileId, Name, Place, RelPath, Span, System};
use pep508_rs::pep440_rs::{Operator, VersionSpecifiers};
use pep508_rs::{VerbatimUrl, VersionOrUrl};

use crate::{Ecosystem, Lock, Origin, Package, Requirement, Specifier};

/// The packages that a requirements file names itself. Files that it includes (`-r`) are manifests of their own; constraints,
/// index options and markers name no package.
pub(crate) fn read(file: FileId, text: &str) -> Vec<Requirement> {
    lines(text)
        .iter()
        .filter_map(|(from, line)| requirement_at(file, *from, line))
        .collect()
}

/// The most files that one requirements file may draw in.
const MOST_INCLUDES: usize = 64;

/// The exact versions that a requirements file names, those of the files that it includes among them.
pub(crate) fn pins(lock: &mut Lock, system: &dyn System) {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![(lock.path.clone(), false)];
    let mut constraints = Vec::new();
    let mut wanted = Vec::new();
    while let Some((path, is_constraint)) = waiting.pop() {
        let files = system.files();
        let Ok(index) = files.binary_search_by(|entry| entry.path.cmp(&path)) else {
            continue;
        };
        if MOST_INCLUDES < seen.len() || !seen.insert(path.clone()) {
            continue;
        }
        let Ok(text) = system.read(&path) else {
            continue;
        };
        for (from, line) in lines(&text) {
            if let Some((written, is_constraint)) = include(&line) {
                let included = path.parent().join(written);
                waiting.extend(included.ok().map(|path: RelPath| (path, is_constraint)));
            } else if let Some(found) = requirement_at(FileId(index as u32), from, &line) {
                let list = if is_constraint {
                    &mut constraints
                } else {
                    &mut wanted
                };
                list.push(found);
            }
        }
    }
    wanted.sort_by_key(|requirement| requirement.place);
    for requirement in wanted {
        let constraint = constraints.iter().find(|it| it.name == requirement.name);
        let version = requirement.version.as_ref();
        let version = version.or_else(|| constraint?.version.as_ref());
        if let Some(version) = version {
            let ecosystem = Ecosystem::PyPI;
            let mut package =
                Package::new(ecosystem, &requirement.name, version, requirement.place);
            package.has_integrity = requirement.has_hash;
            package.origin = Origin::Registry;
            lock.packages.push(package);
        }
    }
}

/// The file that a line draws in, and whether it only constrains.
fn include(line: &str) -> Option<(&str, bool)> {
    let line = line.trim();
    let options = [
        ("--requirement", false),
        ("-r", false),
        ("--constraint", true),
        ("-c", true),
    ];
    let (rest, is_constraint) = options
        .iter()
        .find_map(|(option, is_constraint)| Some((line.strip_prefix(option)?, *is_constraint)))?;
    let path = rest.trim_start_matches(['=', ' ', '\t']);
    let path = path.split(" #").next().unwrap_or_default().trim();
    (!path.is_empty() && !path.contains("://")).then_some((path, is_constraint))
}

/// The lines with those that a backslash continues put together, and where each starts.
fn lines(text: &str) -> Vec<(usize, String)> {
    let mut whole_lines = Vec::new();
    let mut start = 0;
    let mut held: Option<(usize, String)> = None;
    for line in text.split_inclusive('\n') {
        let (from, mut whole) = held.take().unwrap_or((start, String::new()));
        start += line.len();
        let line = line.trim_end();
        match line.strip_suffix('\\') {
            Some(begun) => {
                whole.push_str(begun);
                held = Some((from, whole));
            }
            None => {
                whole.push_str(line);
                whole_lines.push((from, whole));
            }
        }
    }
    whole_lines.extend(held);
    whole_lines
}

fn requirement_at(file: FileId, from: usize, line: &str) -> Option<Requirement> {
    let indent = line.len() - line.trim_start().len();
    let content = line.trim_start();
    let content = content.split(" #").next().unwrap_or_default().trim_end();
    if content.is_empty() || content.starts_with('#') {
        return None;
    }
    let start = (from + indent) as u32;
    let first = content
        .split_once(" --")
        .map_or(content, |(first, _)| first);
    let place = Place::new(file, Span::new(start, start + first.len() as u32));
    let editable = content
        .strip_prefix("-e ")
        .or_else(|| content.strip_prefix("--editable "))
        .or_else(|| content.strip_prefix("--editable="));
    if content.starts_with('-') && editable.is_none() {
        return None;
    }
    let has_hash = content.contains("--hash=");
    let content = editable.unwrap_or(first).trim();
    let mut requirement = requirement(content, place);
    if has_hash {
        requirement.specifier = Specifier::Exact;
        requirement.has_hash = true;
    }
    Some(requirement)
}

/// A requirement of PEP 508, or what pip takes beside: an address or a path alone.
pub(crate) fn requirement(text: &str, place: Place) -> Requirement {
    let bare = |name: &str, specifier| Requirement {
        name: Name::from(name),
        specifier,
        version: None,
        has_hash: false,
        text: Name::from(text),
        place,
    };
    if text.starts_with(['.', '/']) || text.starts_with("file:") {
        return bare(text, Specifier::Local);
    }
    let starts_with_address = text
        .split_once("://")
        .is_some_and(|(scheme, _)| !scheme.contains([' ', '@']));
    if starts_with_address {
        let name = text.split_once("#egg=").map_or(text, |(_, name)| name);
        return bare(name, Specifier::address(text));
    }
    match parse(text) {
        Some(parsed) => {
            let specifier = match &parsed.version_or_url {
                None => Specifier::Open,
                Some(VersionOrUrl::VersionSpecifier(versions)) => of_versions(versions),
                Some(VersionOrUrl::Url(_)) => {
                    let address = text.split_once('@').map_or(text, |(_, address)| address);
                    let address = address.split(" ;").next().unwrap_or_default().trim();
                    if address.starts_with("file:") {
                        Specifier::Local
                    } else {
                        Specifier::address(address)
                    }
                }
            };
            let version = match &parsed.version_or_url {
                Some(VersionOrUrl::VersionSpecifier(versions)) => exact(versions),
                _ => None,
            };
            Requirement {
                name: Name::from(parsed.name.to_string()),
                specifier,
                version,
                has_hash: false,
                text: Name::from(text),
                place,
            }
        }
        None => bare(text, Specifier::Unknown),
    }
}

/// A requirement of PEP 508. The parser gives up, and all with it, on names and extras that end in no letter or digit; these are
/// none here.
pub(crate) fn parse(text: &str) -> Option<pep508_rs::Requirement<VerbatimUrl>> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let ends_well = |name: &str| name.ends_with(|last: char| last.is_ascii_alphanumeric());
    let text = text.trim();
    let end = text.find(|letter| !is_name(letter)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    let extras = rest.trim_start().strip_prefix('[');
    let extras = extras.and_then(|rest| rest.split(']').next());
    let mut extras = extras.unwrap_or_default().split(',').map(str::trim);
    let is_good = ends_well(name) && extras.all(|extra| extra.is_empty() || ends_well(extra));
    if !is_good {
        return None;
    }
    pep508_rs::Requirement::from_str(text).ok()
}

/// The one version that specifiers leave.
fn exact(versions: &VersionSpecifiers) -> Option<Name> {
    let one = versions
        .iter()
        .find(|it| matches!(it.operator(), Operator::Equal | Operator::ExactEqual))?;
    Some(Name::from(one.version().to_string()))
}

/// Whether specifiers name one version, versions up to a bound, or whatever is newest.
pub(crate) fn of_versions(versions: &VersionSpecifiers) -> Specifier {
    let has = |operators: &[Operator]| {
        versions
            .iter()
            .any(|version| operators.contains(version.operator()))
    };
    if has(&[Operator::Equal, Operator::ExactEqual]) {
        Specifier::Exact
    } else if has(&[
        Operator::EqualStar,
        Operator::LessThan,
        Operator::LessThanEqual,
        Operator::TildeEqual,
    ]) {
        Specifier::Bounded
    } else {
        Specifier::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Transport;

    #[test]
    fn requirements_are_read_as_pip_does() {
        let text = "# tools\n\
            --index-url https://pypi.org/simple\n\
            -r common.txt\n\
            -c constraints.txt\n\
            flask\n\
            requests>=2.0  # why\n\
            boto3~=1.34 ; python_version >= '3.9'\n\
            PyYAML==6.0.1\n\
            celery[redis]==5.*\n\
            urllib3==2.0.7 \\\n    --hash=sha256:ab\n\
            six --hash=sha256:cd\n\
            git+https://git.net/tool.git@main#egg=tool\n\
            helper @ https://files.net/helper-1.0.whl\n\
            -e ./local\n\
            ???\n\
            name-\n\
            name[extra-, more]>=2\n";
        let found = read(FileId(0), text);
        let address = |transport| Specifier::Address {
            transport,
            is_pinned: false,
        };
        let expected = [
            ("flask", Specifier::Open),
            ("requests", Specifier::Open),
            ("boto3", Specifier::Bounded),
            ("pyyaml", Specifier::Exact),
            ("celery", Specifier::Bounded),
            ("urllib3", Specifier::Exact),
            ("six", Specifier::Exact),
            ("tool", address(Transport::Repository)),
            ("helper", address(Transport::Archive)),
            ("./local", Specifier::Local),
            ("???", Specifier::Unknown),
            ("name-", Specifier::Unknown),
            ("name[extra-, more]>=2", Specifier::Unknown),
        ];
        let names: Vec<(&str, Specifier)> = found
            .iter()
            .map(|one| (one.name.as_str(), one.specifier.clone()))
            .collect();
        assert_eq!(names, expected);
        let place = found.get(1).unwrap().place;
        assert_eq!(place.span.of(text), "requests>=2.0");
    }
}
