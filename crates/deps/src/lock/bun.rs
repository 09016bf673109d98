//! `bun.lock`: JSON with trailing commas. Packages stand under the path by which they are found: `a` for all, `a/b` where `a` has
//! a `b` of its own.

use base::{Diagnostics, Map, Name, Place, RelPath};
use doc::Node;

use super::{Importer, Lock, Source, Want};
use crate::{Ecosystem, Origin, Package};

const SECTIONS: [(&str, bool); 4] = [
    ("dependencies", false),
    ("optionalDependencies", false),
    ("peerDependencies", false),
    ("devDependencies", true),
];

pub(super) fn read(lock: &mut Lock, source: &Source<'_>, diagnostics: &mut Diagnostics) {
    let mut text = source.text.to_owned();
    // Blanks out what plain JSON has not, so that places stay as they are.
    let _ = json_strip_comments::strip(&mut text);
    let document = doc::parse_json(source.file, source.path, &text, source.budget);
    diagnostics.extend(document.diagnostics);
    let Some(root) = document.roots.into_iter().next() else {
        return;
    };
    let mut by_path: Map<Name, u32> = Map::default();
    let entries = || root.get("packages").into_iter().flat_map(Node::entries);
    for entry in entries() {
        let items = entry.value.items();
        let text = |at: usize| items.get(at).and_then(Node::as_text);
        let Some((name, version)) = text(0).and_then(release) else {
            continue;
        };
        let place = Place::new(source.file, entry.key_span);
        let mut package = Package::new(Ecosystem::Npm, name, version, place);
        package.has_integrity = items
            .last()
            .and_then(Node::as_text)
            .is_some_and(|it| it.starts_with("sha"));
        package.url = text(1).filter(|url| !url.is_empty()).map(Name::from);
        if version.starts_with("workspace:")
            || version.starts_with("file:")
            || version.starts_with("link:")
        {
            package.origin = Origin::Local;
        } else if version.contains(':') {
            package.origin = Origin::Address;
        }
        by_path.insert(entry.key.clone(), lock.add(package));
    }
    for entry in entries() {
        let description = entry
            .value
            .items()
            .iter()
            .find(|item| !item.entries().is_empty());
        let Some(index) = by_path.get(&entry.key) else {
            continue;
        };
        let wants = description
            .map(|it| wants(it, &by_path, &entry.key))
            .unwrap_or_default();
        let gets = wants
            .iter()
            .filter(|want| !want.is_dev)
            .filter_map(|want| want.gets);
        if let Some(package) = lock.packages.get_mut(*index as usize) {
            package.needs.extend(gets);
        }
    }
    for entry in root.get("workspaces").into_iter().flat_map(Node::entries) {
        if let Ok(folder) = RelPath::new(&entry.key) {
            let name = entry.value.get("name").and_then(Node::as_text);
            let wants = wants(&entry.value, &by_path, name.unwrap_or_default());
            // A package of the workspace stands among the packages without saying what it needs.
            if let Some(package) = name
                .and_then(|name| by_path.get(name))
                .and_then(|at| lock.packages.get_mut(*at as usize))
            {
                let deployed = wants.iter().filter(|want| !want.is_dev);
                package.needs.extend(deployed.filter_map(|want| want.gets));
            }
            lock.importers.push(Importer { folder, wants });
        }
    }
}

fn wants(node: &Node, by_path: &Map<Name, u32>, path: &str) -> Vec<Want> {
    let sections = SECTIONS
        .iter()
        .filter_map(|(section, is_dev)| Some((node.get(section)?, *is_dev)));
    let entries =
        sections.flat_map(|(section, is_dev)| section.entries().iter().map(move |it| (it, is_dev)));
    // A peer that may be missing is brought along by nobody.
    let optional = node.get("optionalPeers").map_or(&[][..], Node::items);
    let is_needed = |entry: &doc::Entry| {
        !optional
            .iter()
            .any(|it| it.as_text() == Some(entry.key.as_str()))
    };
    let entries = entries.filter(|(entry, _)| is_needed(entry));
    let wants = entries.map(|(entry, is_dev)| Want {
        name: entry.key.clone(),
        range: entry.value.as_text().map(Name::from),
        is_dev,
        gets: find(by_path, path, &entry.key),
    });
    wants.collect()
}

/// The package that `name` means for the package at a path: its own, or the nearest one's above.
fn find(by_path: &Map<Name, u32>, path: &str, name: &str) -> Option<u32> {
    let mut path = path;
    while !path.is_empty() {
        if let Some(index) = by_path.get(format!("{path}/{name}").as_str()) {
            return Some(*index);
        }
        let cut = path.rfind('/').unwrap_or(0);
        path = path.get(..cut).unwrap_or_default();
        // A scope alone is no package.
        if path
            .rsplit('/')
            .next()
            .is_some_and(|last| last.starts_with('@'))
        {
            path = path
                .rfind('/')
                .and_then(|cut| path.get(..cut))
                .unwrap_or_default();
        }
    }
    by_path.get(name).copied()
}

/// `name@version`.
fn release(text: &str) -> Option<(&str, &str)> {
    let from = usize::from(text.starts_with('@'));
    let at = text.get(from..)?.find('@')? + from;
    Some((text.get(..at)?, text.get(at + 1..)?))
}
