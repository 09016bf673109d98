//! `Gemfile.lock`: sections of indented lines; a gem stands four deep, what it needs six.

use base::{Map, Name, Place, Span};

use super::{Lock, Source};
use crate::{Ecosystem, Origin, Package};

pub(super) fn read(lock: &mut Lock, source: &Source<'_>) {
    let mut section = "";
    let mut start = 0;
    let mut by_name: Map<Name, u32> = Map::default();
    let mut needs: Vec<(u32, Name)> = Vec::new();
    let mut direct: Vec<Name> = Vec::new();
    let mut hashed: Vec<Name> = Vec::new();
    for line in source.text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let line = line.trim_end();
        let content = line.trim_start();
        let name = content.split([' ', '!']).next().unwrap_or_default();
        let in_brackets = content
            .split_once(" (")
            .map(|(_, rest)| rest.trim_end_matches(')'));
        match (section, line.len() - content.len()) {
            (_, 0) => section = content,
            ("GEM" | "GIT" | "PATH", 4) => {
                let span = Span::new((from + 4) as u32, (from + line.len()) as u32);
                // `1.2.3-x86_64-linux`: a build for one platform of the same version.
                let written = in_brackets.unwrap_or_default();
                let version = written.split('-').next().unwrap_or_default();
                let place = Place::new(source.file, span);
                let mut package = Package::new(Ecosystem::RubyGems, name, version, place);
                package.origin = match section {
                    "GIT" => Origin::Address,
                    "PATH" => Origin::Local,
                    _ => Origin::Registry,
                };
                let is_new =
                    lock.packages.iter().rev().take(16).all(|known| {
                        known.name != package.name || known.version != package.version
                    });
                if is_new {
                    let index = lock.add(package);
                    by_name.insert(Name::from(name), index);
                }
            }
            ("GEM" | "GIT" | "PATH", 6) => {
                if let Some(index) = lock.packages.len().checked_sub(1) {
                    needs.push((index as u32, Name::from(name)));
                }
            }
            ("DEPENDENCIES", 2) => direct.push(Name::from(name)),
            ("CHECKSUMS", 2) if content.contains("sha256=") => hashed.push(Name::from(name)),
            _ => {}
        }
    }
    for (index, need) in needs {
        let found = by_name.get(&need).copied();
        if let Some(package) = lock.packages.get_mut(index as usize) {
            package.needs.extend(found);
        }
    }
    let mut mark = |names: Vec<Name>, set: fn(&mut Package)| {
        for index in names.iter().filter_map(|name| by_name.get(name)) {
            if let Some(package) = lock.packages.get_mut(*index as usize) {
                set(package);
            }
        }
    };
    mark(direct, |package| package.is_direct = true);
    mark(hashed, |package| package.has_integrity = true);
}
