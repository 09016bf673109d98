//! The lock files of Python's tools: `poetry.lock`, `uv.lock`, `pdm.lock` and `pylock.toml`, which are lists of packages in
//! TOML, and `Pipfile.lock`, which is JSON. What the project itself asks for stands in its manifest, but for uv, which lists the
//! project among the packages.

use base::{Diagnostics, Map, Name, Place, RelPath, Span};
use doc::Node;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Importer, Lock, Source, Want};
use crate::{Ecosystem, Origin, Package};

type Table<'t> = DeTable<'t>;

/// Reads any of the lock files in TOML: each has its own words for the same things.
pub(super) fn read(lock: &mut Lock, source: &Source<'_>) {
    let (root, _) = DeTable::parse_recoverable(source.text);
    let root = root.get_ref();
    let list = array(root, "package").or_else(|| array(root, "packages"));
    let tables: Vec<(&Table<'_>, Span)> = list
        .into_iter()
        .flatten()
        .filter_map(|item| match item.get_ref() {
            DeValue::Table(table) => Some((table, span(item))),
            _ => None,
        })
        .collect();
    // Poetry once kept the hashes of all packages in one table.
    let hashes = table(root, "metadata").and_then(|metadata| table(metadata, "files"));
    let mut by_name: Map<String, Vec<u32>> = Map::default();
    for (item, whole) in &tables {
        let name = text(item, "name").unwrap_or_default();
        let place = item.get("name").map_or(*whole, span);
        let version = text(item, "version").unwrap_or_default();
        let mut package = Package::new(
            Ecosystem::PyPI,
            name,
            version,
            Place::new(source.file, place),
        );
        describe(&mut package, item);
        let old = hashes.and_then(|hashes| array(hashes, name));
        package.has_integrity |= old.is_some_and(|files| !files.is_empty());
        let index = lock.add(package);
        let normal = Ecosystem::PyPI.normal_name(name);
        by_name.entry(normal).or_default().push(index);
    }
    for (item, at) in tables.iter().map(|(item, _)| *item).zip(0..) {
        let needs = needed(item);
        let found: Vec<u32> = needs
            .iter()
            .flat_map(|need| found(&by_name, lock, need))
            .collect();
        let folder = source_of(item).and_then(project_folder);
        let Some(package) = lock.packages.get_mut(at as usize) else {
            continue;
        };
        package.needs = found.clone();
        if let Some(folder) = folder.filter(|_| package.origin == Origin::Local) {
            let mut wants = wants(&needs, &found, lock, false);
            for group in table(item, "dev-dependencies")
                .into_iter()
                .flat_map(|groups| groups.values())
            {
                let needs: Vec<Need<'_>> = group
                    .get_ref()
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(need)
                    .collect();
                let gets: Vec<u32> = needs
                    .iter()
                    .flat_map(|need| self::found(&by_name, lock, need))
                    .collect();
                wants.extend(self::wants(&needs, &gets, lock, true));
            }
            lock.importers.push(Importer { folder, wants });
        }
    }
    for (name, indexes) in by_name.iter().collect::<std::collections::BTreeMap<_, _>>() {
        if let Some(first) = indexes.first() {
            lock.requests.insert(Name::from(name.as_str()), *first);
        }
    }
}

/// A package that another needs, and the version of it where several are locked.
struct Need<'t> {
    name: &'t str,
    version: Option<&'t str>,
}

fn describe(package: &mut Package, item: &Table<'_>) {
    let is_hashed = |file: &Spanned<DeValue<'_>>| match file.get_ref() {
        DeValue::Table(file) => file.contains_key("hash") || file.contains_key("hashes"),
        _ => false,
    };
    let files = ["files", "wheels"]
        .iter()
        .filter_map(|key| array(item, key))
        .flatten();
    let alone = ["sdist", "archive"].iter().filter_map(|key| item.get(*key));
    package.has_integrity = files.chain(alone).any(is_hashed);
    let mut names = ["files", "wheels"]
        .iter()
        .filter_map(|key| array(item, key))
        .flatten()
        .filter_map(|file| file_name(file.get_ref().as_table()?));
    let has_source = item.contains_key("sdist") || names.clone().next().is_some();
    // An archive of sources runs its own build when it is installed, a wheel runs nothing.
    package.has_install_script = has_source && !names.any(|name| name.ends_with(".whl"));
    let groups = array(item, "groups");
    let is_main =
        |group: &Spanned<DeValue<'_>>| matches!(group.get_ref().as_str(), Some("main" | "default"));
    package.is_dev = text(item, "category") == Some("dev")
        || groups.is_some_and(|groups| !groups.iter().any(is_main));
    let has = |key: &str| item.contains_key(key);
    let source = source_of(item);
    let of_source = |keys: &[&str]| {
        keys.iter().any(|key| {
            source.is_some_and(|source| {
                source.contains_key(*key) || text(source, "type") == Some(key)
            })
        })
    };
    package.origin = if of_source(&["editable", "virtual", "directory", "path", "file"])
        || has("directory")
        || has("path")
    {
        Origin::Local
    } else if of_source(&["git", "url", "vcs"])
        || has("vcs")
        || has("archive")
        || has("git")
        || has("url")
    {
        Origin::Address
    } else {
        Origin::Registry
    };
    let address = source.and_then(|source| text(source, "url").or_else(|| text(source, "git")));
    package.url = address.map(Name::from);
}

/// The name of one file of a release, or its address.
fn file_name<'t>(file: &'t Table<'_>) -> Option<&'t str> {
    let keys = ["file", "name", "url", "path"];
    keys.iter().find_map(|key| text(file, key))
}

fn source_of<'t, 'i>(item: &'t Table<'i>) -> Option<&'t Table<'i>> {
    table(item, "source")
}

/// The folder of a project that a lock file lists among its packages.
fn project_folder(source: &Table<'_>) -> Option<RelPath> {
    let written = text(source, "editable").or_else(|| text(source, "virtual"))?;
    RelPath::new(written).ok()
}

/// What an item needs: a table of ranges (Poetry), a list of tables (uv, pylock), a list of requirements (PDM).
fn needed<'t>(item: &'t Table<'_>) -> Vec<Need<'t>> {
    let mut needs = Vec::new();
    match item.get("dependencies").map(Spanned::get_ref) {
        Some(DeValue::Table(ranges)) => needs.extend(ranges.keys().map(|name| Need {
            name: name.get_ref(),
            version: None,
        })),
        Some(DeValue::Array(items)) => needs.extend(items.iter().filter_map(need)),
        _ => {}
    }
    // What an extra of a package needs is locked where somebody asked for the extra.
    let is_project = source_of(item).and_then(project_folder).is_some();
    let extras = table(item, "optional-dependencies").filter(|_| !is_project);
    for extra in extras.into_iter().flat_map(|extras| extras.values()) {
        needs.extend(
            extra
                .get_ref()
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(need),
        );
    }
    needs
}

fn need<'t>(item: &'t Spanned<DeValue<'_>>) -> Option<Need<'t>> {
    match item.get_ref() {
        DeValue::Table(table) => Some(Need {
            name: text(table, "name")?,
            version: text(table, "version"),
        }),
        DeValue::String(written) => {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            let end = written.bytes().position(|byte| !is_name(byte));
            Some(Need {
                name: written.get(..end.unwrap_or(written.len()))?,
                version: None,
            })
        }
        _ => None,
    }
}

/// The packages that a need may mean: one, or one for each platform.
fn found(by_name: &Map<String, Vec<u32>>, lock: &Lock, need: &Need<'_>) -> Vec<u32> {
    let all = by_name.get(&Ecosystem::PyPI.normal_name(need.name));
    let is_meant = |at: &u32| match (need.version, lock.packages.get(*at as usize)) {
        (Some(version), Some(package)) => package.version == version,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    all.into_iter()
        .flatten()
        .copied()
        .filter(is_meant)
        .collect()
}

fn wants(needs: &[Need<'_>], gets: &[u32], lock: &Lock, is_dev: bool) -> Vec<Want> {
    let named = |name: &str| {
        let normal = Ecosystem::PyPI.normal_name(name);
        gets.iter().copied().filter(move |at| {
            let package = lock.packages.get(*at as usize);
            package.is_some_and(|package| Ecosystem::PyPI.normal_name(&package.name) == normal)
        })
    };
    let wants = needs.iter().flat_map(|need| {
        let gets: Vec<Option<u32>> = named(need.name).map(Some).collect();
        let gets = if gets.is_empty() { vec![None] } else { gets };
        gets.into_iter().map(|gets| Want {
            name: Name::from(need.name),
            range: None,
            is_dev,
            gets,
        })
    });
    wants.collect()
}

/// Reads `Pipfile.lock`.
pub(super) fn pipfile(lock: &mut Lock, source: &Source<'_>, diagnostics: &mut Diagnostics) {
    let document = doc::parse_json(source.file, source.path, source.text, source.budget);
    diagnostics.extend(document.diagnostics);
    let Some(root) = document.roots.into_iter().next() else {
        return;
    };
    for (section, is_dev) in [("default", false), ("develop", true)] {
        for entry in root.get(section).into_iter().flat_map(Node::entries) {
            let node = &entry.value;
            let text = |key: &str| node.get(key).and_then(Node::as_text);
            let version = text("version").unwrap_or_default().trim_start_matches('=');
            let place = Place::new(source.file, entry.key_span);
            let mut package = Package::new(Ecosystem::PyPI, &entry.key, version, place);
            package.is_dev = is_dev;
            package.has_integrity = node
                .get("hashes")
                .is_some_and(|hashes| !hashes.items().is_empty());
            package.url = text("git").or_else(|| text("file")).map(Name::from);
            package.origin = match (text("path"), &package.url) {
                (Some(_), _) => Origin::Local,
                (_, Some(_)) => Origin::Address,
                _ => Origin::Registry,
            };
            let index = lock.add(package);
            if !is_dev {
                lock.requests
                    .insert(Name::from(Ecosystem::PyPI.normal_name(&entry.key)), index);
            }
        }
    }
}

fn span(value: &Spanned<DeValue<'_>>) -> Span {
    let span = value.span();
    Span::new(span.start as u32, span.end as u32)
}

fn text<'t>(table: &'t Table<'_>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}

fn table<'t, 'i>(parent: &'t Table<'i>, key: &str) -> Option<&'t Table<'i>> {
    parent.get(key)?.get_ref().as_table()
}

fn array<'t, 'i>(parent: &'t Table<'i>, key: &str) -> Option<&'t [Spanned<DeValue<'i>>]> {
    parent
        .get(key)?
        .get_ref()
        .as_array()
        .map(|array| array.as_ref())
}
