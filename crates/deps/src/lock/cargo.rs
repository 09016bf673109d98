//! `Cargo.lock`: packages in TOML; what one needs is named, with the version where several are locked.

use base::{Map, Name, Place, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Lock, Source};
use crate::{Ecosystem, Origin, Package};

pub(super) fn read(lock: &mut Lock, source: &Source<'_>) {
    let (root, _) = DeTable::parse_recoverable(source.text);
    let items = root
        .get_ref()
        .get("package")
        .and_then(|it| it.get_ref().as_array());
    let mut by_name: Map<Name, u32> = Map::default();
    let mut needs = Vec::new();
    for item in items.into_iter().flat_map(|items| items.iter()) {
        let Some(table) = item.get_ref().as_table() else {
            continue;
        };
        let text = |key: &str| table.get(key).and_then(|it| it.get_ref().as_str());
        let (name, version) = (
            text("name").unwrap_or_default(),
            text("version").unwrap_or_default(),
        );
        let span = table.get("name").map_or_else(|| item.span(), Spanned::span);
        let place = Place::new(source.file, Span::new(span.start as u32, span.end as u32));
        let mut package = Package::new(Ecosystem::CratesIo, name, version, place);
        package.has_integrity = text("checksum").is_some();
        package.url = text("source").map(Name::from);
        package.origin = match &package.url {
            None => Origin::Local,
            Some(url) if url.starts_with("registry+") || url.starts_with("sparse+") => {
                Origin::Registry
            }
            Some(_) => Origin::Address,
        };
        let index = lock.add(package);
        by_name.insert(Name::from(name), index);
        by_name.insert(Name::from(format!("{name} {version}")), index);
        let listed = table
            .get("dependencies")
            .and_then(|it| it.get_ref().as_array());
        let listed = listed.into_iter().flat_map(|listed| listed.iter());
        needs.extend(listed.filter_map(|need| match need.get_ref() {
            DeValue::String(need) => Some((index, need.to_string())),
            _ => None,
        }));
    }
    for (index, need) in needs {
        // `name`, `name version`, `name version (source)`.
        let need = need.split(" (").next().unwrap_or_default();
        let found = by_name.get(need).copied();
        let is_local = |at: u32| {
            lock.packages
                .get(at as usize)
                .is_some_and(|it| it.origin == Origin::Local)
        };
        if is_local(index)
            && let Some(package) = found.and_then(|at| lock.packages.get_mut(at as usize))
        {
            package.is_direct = true;
        }
        if let Some(package) = lock.packages.get_mut(index as usize) {
            package.needs.extend(found);
        }
    }
}
