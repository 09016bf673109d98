//! .NET: `packages.lock.json`, `project.assets.json` (what a restore has written), and project files that name exact versions.

use base::{Diagnostics, Map, Name, Place, Span};
use doc::Node;
use roxmltree::{Document, ParsingOptions};

use super::{Lock, Source};
use crate::{Ecosystem, Origin, Package};

pub(super) fn lock_file(lock: &mut Lock, source: &Source<'_>, diagnostics: &mut Diagnostics) {
    let document = doc::parse_json(source.file, source.path, source.text, source.budget);
    diagnostics.extend(document.diagnostics);
    let Some(root) = document.roots.into_iter().next() else {
        return;
    };
    let mut seen: Map<(String, Name), u32> = Map::default();
    for framework in root.get("dependencies").into_iter().flat_map(Node::entries) {
        let mut by_name: Map<String, u32> = Map::default();
        let entries = framework.value.entries();
        for entry in entries {
            let text = |key: &str| entry.value.get(key).and_then(Node::as_text);
            let version = text("resolved").unwrap_or_default();
            let lower = entry.key.to_ascii_lowercase();
            let index = *seen
                .entry((lower.clone(), Name::from(version)))
                .or_insert_with(|| {
                    let place = Place::new(source.file, entry.key_span);
                    let mut package = Package::new(Ecosystem::NuGet, &entry.key, version, place);
                    package.has_integrity = text("contentHash").is_some();
                    package.is_direct = text("type") == Some("Direct");
                    if text("type") == Some("Project") {
                        package.origin = Origin::Local;
                    }
                    lock.add(package)
                });
            by_name.insert(lower, index);
        }
        for entry in entries {
            connect(lock, &by_name, &entry.key, entry.value.get("dependencies"));
        }
    }
}

pub(super) fn assets(lock: &mut Lock, source: &Source<'_>, diagnostics: &mut Diagnostics) {
    let document = doc::parse_json(source.file, source.path, source.text, source.budget);
    diagnostics.extend(document.diagnostics);
    let Some(root) = document.roots.into_iter().next() else {
        return;
    };
    let mut by_name: Map<String, u32> = Map::default();
    for entry in root.get("libraries").into_iter().flat_map(Node::entries) {
        let Some((name, version)) = entry.key.rsplit_once('/') else {
            continue;
        };
        let text = |key: &str| entry.value.get(key).and_then(Node::as_text);
        let mut package = Package::new(
            Ecosystem::NuGet,
            name,
            version,
            Place::new(source.file, entry.key_span),
        );
        package.has_integrity = text("sha512").is_some();
        if text("type") == Some("project") {
            package.origin = Origin::Local;
        }
        by_name.insert(name.to_ascii_lowercase(), lock.add(package));
    }
    for target in root.get("targets").into_iter().flat_map(Node::entries) {
        for entry in target.value.entries() {
            let name = entry.key.split('/').next().unwrap_or_default();
            connect(lock, &by_name, name, entry.value.get("dependencies"));
        }
    }
    let frameworks = root.get("project").and_then(|it| it.get("frameworks"));
    for framework in frameworks.into_iter().flat_map(Node::entries) {
        for entry in framework
            .value
            .get("dependencies")
            .into_iter()
            .flat_map(Node::entries)
        {
            let index = by_name.get(&entry.key.to_ascii_lowercase());
            if let Some(package) = index.and_then(|at| lock.packages.get_mut(*at as usize)) {
                package.is_direct = true;
            }
        }
    }
}

fn connect(lock: &mut Lock, by_name: &Map<String, u32>, name: &str, needs: Option<&Node>) {
    let index = by_name.get(&name.to_ascii_lowercase());
    let found = needs.into_iter().flat_map(Node::entries);
    let found = found.filter_map(|need| by_name.get(&need.key.to_ascii_lowercase()));
    if let Some(package) = index.and_then(|at| lock.packages.get_mut(*at as usize)) {
        package.needs.extend(found);
    }
}

/// `<PackageReference Include="name" Version="1.2.3" />`; a version without brackets is the least one, which is what is taken.
pub(super) fn project(lock: &mut Lock, source: &Source<'_>) {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: 500_000,
        ..ParsingOptions::default()
    };
    let Ok(document) = Document::parse_with_options(source.text, options) else {
        return;
    };
    for node in document.descendants() {
        if node.tag_name().name() != "PackageReference" {
            continue;
        }
        let child = node.children().find(|it| it.tag_name().name() == "Version");
        let version = node.attribute("Version").or_else(|| child?.text());
        let (Some(name), Some(version)) = (node.attribute("Include"), version) else {
            continue;
        };
        let version = version.trim().trim_start_matches('[').trim_end_matches(']');
        if version.is_empty() || version.contains(['*', ',', '(', ')', '$']) {
            continue;
        }
        let range = node.range();
        let place = Place::new(source.file, Span::new(range.start as u32, range.end as u32));
        let mut package = Package::new(Ecosystem::NuGet, name, version, place);
        package.is_direct = true;
        let private = node.attribute("PrivateAssets").or_else(|| {
            node.children()
                .find(|it| it.tag_name().name() == "PrivateAssets")?
                .text()
        });
        package.is_dev = private.is_some_and(|it| it.eq_ignore_ascii_case("all"));
        lock.add(package);
    }
}
