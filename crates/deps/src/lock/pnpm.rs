//! `pnpm-lock.yaml`, versions 5 to 9.
//!
//! Packages stand under keys that name them and the peers that they were put together with: `/a/1.0.0_b@2.0.0` (5),
//! `/a@1.0.0(b@2.0.0)` (6), `a@1.0.0(b@2.0.0)` (9, which keeps what they need apart, under `snapshots`). One release is one
//! package here, whatever its peers.

use base::{Diagnostics, Map, Name, Place, RelPath};
use doc::{Node, NodeKind};

use super::{Importer, Lock, Source, Want};
use crate::{Ecosystem, Origin, Package};

const SECTIONS: [(&str, bool); 3] = [
    ("dependencies", false),
    ("optionalDependencies", false),
    ("devDependencies", true),
];

pub(super) fn read(lock: &mut Lock, source: &Source<'_>, diagnostics: &mut Diagnostics) {
    let document = doc::parse_yaml(source.file, source.path, source.text, source.budget);
    diagnostics.extend(document.diagnostics);
    // From version 11 of pnpm on, a first document may hold what pnpm itself consists of.
    let Some(root) = document.roots.into_iter().next_back() else {
        return;
    };
    let mut by_key: Map<Name, u32> = Map::default();
    let mut by_release: Map<(Name, Name), u32> = Map::default();
    let sections = ["packages", "snapshots"].map(|section| root.get(section));
    for entry in sections
        .iter()
        .flatten()
        .flat_map(|section| section.entries())
    {
        let node = &entry.value;
        let text = |key: &str| node.get(key).and_then(Node::as_text);
        let (name, version) = release(&entry.key);
        let name = text("name").unwrap_or(name);
        let version = text("version").unwrap_or(version);
        let place = Place::new(source.file, entry.key_span);
        let known = by_release.entry((Name::from(name), Name::from(version)));
        let index = *known.or_insert_with(|| {
            let mut package = Package::new(Ecosystem::Npm, name, version, place);
            describe(&mut package, node);
            if version.contains(':') || entry.key.contains("://") {
                package.origin = Origin::Address;
            }
            lock.add(package)
        });
        by_key.insert(entry.key.clone(), index);
    }
    let find = |name: &str, version: &str| {
        let keys = [
            format!("{name}@{version}"),
            format!("/{name}/{version}"),
            format!("/{name}@{version}"),
            version.to_owned(),
        ];
        keys.iter()
            .find_map(|key| by_key.get(key.as_str()))
            .copied()
    };
    for entry in sections
        .iter()
        .flatten()
        .flat_map(|section| section.entries())
    {
        let package = by_key
            .get(&entry.key)
            .and_then(|at| lock.packages.get_mut(*at as usize));
        let sections = SECTIONS.iter().filter(|(_, is_dev)| !is_dev);
        let needs = sections.filter_map(|(section, _)| entry.value.get(section));
        let needs = needs.flat_map(Node::entries);
        let found = needs.filter_map(|need| find(&need.key, need.value.as_text()?));
        if let Some(package) = package {
            package.needs.extend(found);
        }
    }
    match root.get("importers") {
        Some(importers) => {
            for entry in importers.entries() {
                if let Ok(folder) = RelPath::root().join(&entry.key) {
                    lock.importers.push(importer(folder, &entry.value, find));
                }
            }
        }
        None => lock.importers.push(importer(RelPath::root(), &root, find)),
    }
}

fn describe(package: &mut Package, node: &Node) {
    let resolution = node.get("resolution");
    let text = |key: &str| {
        resolution
            .and_then(|it| it.get(key))
            .and_then(Node::as_text)
    };
    package.has_integrity = text("integrity").is_some();
    package.url = text("tarball").or_else(|| text("repo")).map(Name::from);
    package.deprecated = node
        .get("deprecated")
        .and_then(Node::as_text)
        .map(Name::from);
    package.has_install_script = is_true(node.get("requiresBuild"));
    package.is_dev = is_true(node.get("dev"));
    package.origin = match (text("type"), &package.url) {
        (Some("directory"), _) => Origin::Local,
        (Some("git"), _) => Origin::Address,
        (_, Some(url)) if !package.has_integrity && !url.contains("/-/") => Origin::Address,
        _ => Origin::Registry,
    };
}

/// The name and the version in a key.
fn release(key: &str) -> (&str, &str) {
    let is_rooted = key.starts_with('/');
    let key = key.strip_prefix('/').unwrap_or(key);
    let key = key.split('(').next().unwrap_or_default();
    let after_scope = match key.starts_with('@') {
        true => key.find('/').map_or(0, |slash| slash + 1),
        false => 0,
    };
    let rest = key.get(after_scope..).unwrap_or_default();
    let (separator, version) = match (rest.find('@'), rest.find('/')) {
        // Before version 6 a slash stands before the version; peers, with their own `@`, come behind it.
        (at, Some(slash)) if is_rooted && at.is_none_or(|at| slash < at) => {
            let version = rest.get(slash + 1..).unwrap_or_default();
            (slash, version.split('_').next().unwrap_or_default())
        }
        (Some(at), _) => (at, rest.get(at + 1..).unwrap_or_default()),
        (None, _) => (rest.len(), ""),
    };
    (
        key.get(..after_scope + separator).unwrap_or_default(),
        version,
    )
}

/// What a project asks for: `name: version` with `specifiers` beside it, or `name: {specifier, version}`.
fn importer(folder: RelPath, node: &Node, find: impl Fn(&str, &str) -> Option<u32>) -> Importer {
    let specifiers = node.get("specifiers");
    let sections = SECTIONS
        .iter()
        .filter_map(|(section, is_dev)| Some((node.get(section)?, *is_dev)));
    let entries =
        sections.flat_map(|(section, is_dev)| section.entries().iter().map(move |it| (it, is_dev)));
    let wants = entries.map(|(entry, is_dev)| {
        let field = |key: &str| entry.value.get(key).and_then(Node::as_text);
        let version = entry.value.as_text().or_else(|| field("version"));
        let beside = specifiers
            .and_then(|it| it.get(&entry.key))
            .and_then(Node::as_text);
        Want {
            name: entry.key.clone(),
            range: field("specifier").or(beside).map(Name::from),
            is_dev,
            gets: version.and_then(|version| find(&entry.key, version)),
        }
    });
    Importer {
        folder,
        wants: wants.collect(),
    }
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| matches!(node.kind, NodeKind::Bool(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_releases_in_every_version() {
        for (key, name, version) in [
            ("/express/4.17.1", "express", "4.17.1"),
            ("/@babel/core/7.0.0", "@babel/core", "7.0.0"),
            ("/foo/1.0.0_bar@2.0.0", "foo", "1.0.0"),
            ("/foo/1.0.0_@scope+bar@2.0.0", "foo", "1.0.0"),
            ("/express@4.17.1", "express", "4.17.1"),
            ("/@babel/core@7.0.0(x@1.0.0)", "@babel/core", "7.0.0"),
            ("express@4.17.1", "express", "4.17.1"),
            (
                "@babel/core@7.0.0(@scope/x@1.0.0)(y@2.0.0)",
                "@babel/core",
                "7.0.0",
            ),
            (
                "tool@https://codeload.github.com/a/b/tar.gz/abc",
                "tool",
                "https://codeload.github.com/a/b/tar.gz/abc",
            ),
            ("", "", ""),
            ("/", "", ""),
            ("@", "", ""),
        ] {
            assert_eq!(release(key), (name, version), "{key}");
        }
    }
}
