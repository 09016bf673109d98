//! `pyproject.toml` (the standard's table, and Poetry's) and `Pipfile`.

use std::str::FromStr;

use base::{FileId, Name, Place, Span};
use pep508_rs::pep440_rs::VersionSpecifiers;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::inventory::Written;
use crate::python::{of_versions, requirement};
use crate::{Requirement, Specifier};

/// The packages of a `pyproject.toml`; nothing where it names none (it may only configure tools).
pub(crate) fn read(file: FileId, text: &str) -> Option<Written> {
    let root = DeTable::parse(text).ok()?;
    let root = root.get_ref();
    let standard = table(root, "project").and_then(|project| project.get("dependencies"));
    if let Some(DeValue::Array(items)) = standard.map(Spanned::get_ref) {
        let groups = table(root, "dependency-groups").into_iter();
        let groups = groups.flat_map(|groups| groups.values());
        let groups = groups.filter_map(|group| group.get_ref().as_array());
        return Some(Written {
            requirements: texts(file, items).collect(),
            development: groups.flat_map(|group| texts(file, group)).collect(),
            ..Written::default()
        });
    }
    let poetry = table(table(root, "tool")?, "poetry")?;
    let groups = table(poetry, "group").into_iter();
    let groups = groups.flat_map(|groups| groups.values());
    let groups = groups.filter_map(|group| table(group.get_ref().as_table()?, "dependencies"));
    let groups = groups.chain(table(poetry, "dev-dependencies"));
    Some(Written {
        requirements: named(file, table(poetry, "dependencies")?),
        development: groups.flat_map(|group| named(file, group)).collect(),
        ..Written::default()
    })
}

/// Requirements that are texts; a group's reference to another group is none.
fn texts(file: FileId, items: &[Spanned<DeValue<'_>>]) -> impl Iterator<Item = Requirement> {
    items.iter().filter_map(move |item| {
        let text = item.get_ref().as_str()?;
        Some(requirement(text, place(file, item)))
    })
}

/// The packages of a `Pipfile`.
pub(crate) fn pipfile(file: FileId, text: &str) -> Option<Written> {
    let root = DeTable::parse(text).ok()?;
    let of = |section| table(root.get_ref(), section).map(|packages| named(file, packages));
    Some(Written {
        requirements: of("packages")?,
        development: of("dev-packages").unwrap_or_default(),
        ..Written::default()
    })
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
        let names = |found: Option<Written>| -> Vec<(String, Specifier)> {
            let found = found.unwrap_or_default().requirements.into_iter();
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
        assert!(read(FileId(0), "[tool.black]\nline-length = 100\n").is_none());
        let groups = "[tool.poetry.dependencies]\nflask = \"*\"\n[tool.poetry.group.work.dependencies]\nblack = \"*\"\n";
        let found = read(FileId(0), groups).unwrap().development;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "black");
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
