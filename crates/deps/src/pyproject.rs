//! `pyproject.toml` (the standard's table, and Poetry's) and `Pipfile`.

use std::str::FromStr;

use base::{FileId, Name, Place, Span};
use pep508_rs::pep440_rs::VersionSpecifiers;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::python::{of_versions, requirement};
use crate::{Requirement, Specifier};

/// The packages of a `pyproject.toml`; nothing where it names none (it may only configure tools).
pub(crate) fn read(file: FileId, text: &str) -> Option<Vec<Requirement>> {
    let root = DeTable::parse(text).ok()?;
    let root = root.get_ref();
    let standard = table(root, "project").and_then(|project| project.get("dependencies"));
    if let Some(DeValue::Array(items)) = standard.map(Spanned::get_ref) {
        let items = items.iter().filter_map(|item| {
            let text = item.get_ref().as_str()?;
            Some(requirement(text, place(file, item)))
        });
        return Some(items.collect());
    }
    let poetry = table(table(root, "tool")?, "poetry")?;
    Some(named(file, table(poetry, "dependencies")?))
}

/// The packages of a `Pipfile`.
pub(crate) fn pipfile(file: FileId, text: &str) -> Option<Vec<Requirement>> {
    let root = DeTable::parse(text).ok()?;
    Some(named(file, table(root.get_ref(), "packages")?))
}

fn table<'t, 'i>(parent: &'t DeTable<'i>, name: &str) -> Option<&'t DeTable<'i>> {
    match parent.get(name)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn place(file: FileId, value: &Spanned<DeValue<'_>>) -> Place {
    let span = value.span();
    Place::new(file, Span::new(span.start as u32, span.end as u32))
}

/// `name = "^1.2"`, `name = {version = "*", extras = […]}`, `name = {git = "…", rev = "…"}`.
fn named(file: FileId, packages: &DeTable<'_>) -> Vec<Requirement> {
    let mut requirements: Vec<Requirement> = packages
        .iter()
        .filter(|(name, _)| name.get_ref() != "python")
        .map(|(name, value)| {
            let (text, specifier) = match value.get_ref() {
                DeValue::String(text) => (Name::from(text.as_ref()), versions(text)),
                DeValue::Table(table) => of_table(table),
                _ => (Name::default(), Specifier::Unknown),
            };
            let key = name.span();
            let key = Span::new(key.start as u32, key.end as u32);
            Requirement {
                name: Name::from(name.get_ref().as_ref()),
                version: (specifier == Specifier::Exact)
                    .then(|| Name::from(text.trim_start_matches('=').trim())),
                has_hash: false,
                specifier,
                text,
                place: Place::new(file, key.cover(place(file, value).span)),
            }
        })
        .collect();
    requirements.sort_by_key(|requirement| requirement.place);
    requirements
}

fn of_table(table: &DeTable<'_>) -> (Name, Specifier) {
    let text = |name: &str| table.get(name).and_then(|value| value.get_ref().as_str());
    if let Some(version) = text("version") {
        return (Name::from(version), versions(version));
    }
    if let Some(address) = text("git") {
        let revision = text("rev").or_else(|| text("ref")).or_else(|| text("tag"));
        let address = format!("git+{address}#{}", revision.unwrap_or_default());
        return (Name::from(address.as_str()), Specifier::address(&address));
    }
    if let Some(address) = text("url").or_else(|| text("file")) {
        return (Name::from(address), Specifier::address(address));
    }
    match text("path") {
        Some(path) => (Name::from(path), Specifier::Local),
        None => (Name::default(), Specifier::Unknown),
    }
}

/// Poetry's carets and tildes beside the standard's operators; a bare version is one version.
fn versions(text: &str) -> Specifier {
    let text = text.trim();
    if text == "*" || text.is_empty() {
        return Specifier::Open;
    }
    if text.starts_with(['^', '~']) {
        return Specifier::Bounded;
    }
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return if text.contains('*') {
            Specifier::Bounded
        } else {
            Specifier::Exact
        };
    }
    VersionSpecifiers::from_str(text).map_or(Specifier::Unknown, |versions| of_versions(&versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_and_poetry_tables_are_read() {
        let names = |found: Option<Vec<Requirement>>| -> Vec<(String, Specifier)> {
            let found = found.unwrap_or_default().into_iter();
            found
                .map(|one| (one.name.to_string(), one.specifier))
                .collect()
        };
        let standard = "[project]\ndependencies = [\"flask>=2\", \"boto3==1.34.0\"]\n";
        assert_eq!(
            names(read(FileId(0), standard)),
            [
                ("flask".to_owned(), Specifier::Open),
                ("boto3".to_owned(), Specifier::Exact)
            ]
        );
        let poetry = "[tool.poetry.dependencies]\npython = \"^3.12\"\nflask = \"^2.0\"\nrequests = {version = \"*\"}\n";
        assert_eq!(
            names(read(FileId(0), poetry)),
            [
                ("flask".to_owned(), Specifier::Bounded),
                ("requests".to_owned(), Specifier::Open)
            ]
        );
        assert_eq!(read(FileId(0), "[tool.black]\nline-length = 100\n"), None);
        let packages =
            "[packages]\nflask = \"*\"\nboto3 = \"==1.34.0\"\n[dev-packages]\nblack = \"*\"\n";
        assert_eq!(
            names(pipfile(FileId(0), packages)),
            [
                ("flask".to_owned(), Specifier::Open),
                ("boto3".to_owned(), Specifier::Exact)
            ]
        );
    }
}
