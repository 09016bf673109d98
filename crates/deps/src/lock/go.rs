//! `go.mod`: since Go 1.17 it names every module that is built, at the version that is built. `replace` is followed; hashes stand
//! in `go.sum`, which names more versions than are used.

use base::{Map, Name, Place, Span};

use super::{Lock, Source};
use crate::{Ecosystem, Origin, Package};

pub(super) fn read(lock: &mut Lock, source: &Source<'_>) {
    let mut block = "";
    let mut start = 0;
    let mut replaced: Map<Name, (Name, Name)> = Map::default();
    for line in source.text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let (written, comment) = line.split_once("//").unwrap_or((line, ""));
        let indent = written.len() - written.trim_start().len();
        let mut words = written
            .split_whitespace()
            .map(|word| word.trim_matches('"'))
            .peekable();
        let Some(first) = words.peek().copied() else {
            continue;
        };
        match first {
            ")" => block = "",
            "require" | "replace" | "exclude" | "retract" | "module" | "tool" | "ignore" => {
                words.next();
                if words.peek() == Some(&"(") {
                    block = match first {
                        "require" => "require",
                        "replace" => "replace",
                        _ => "other",
                    };
                    continue;
                }
                let words: Vec<&str> = words.collect();
                let span = Span::new(
                    (from + indent) as u32,
                    (from + written.trim_end().len()) as u32,
                );
                statement(
                    lock,
                    &mut replaced,
                    first,
                    &words,
                    (Place::new(source.file, span), comment),
                );
            }
            _ if !block.is_empty() => {
                let words: Vec<&str> = words.collect();
                let span = Span::new(
                    (from + indent) as u32,
                    (from + written.trim_end().len()) as u32,
                );
                statement(
                    lock,
                    &mut replaced,
                    block,
                    &words,
                    (Place::new(source.file, span), comment),
                );
            }
            _ => {}
        }
    }
    for package in &mut lock.packages {
        let versioned = format!("{} {}", package.name, package.version);
        let other = replaced
            .get(versioned.as_str())
            .or_else(|| replaced.get(&package.name));
        if let Some((name, version)) = other {
            package.origin = if version.is_empty() {
                Origin::Local
            } else {
                Origin::Registry
            };
            (package.name, package.version) = (name.clone(), version.clone());
        }
    }
}

fn statement(
    lock: &mut Lock,
    replaced: &mut Map<Name, (Name, Name)>,
    kind: &str,
    words: &[&str],
    (place, comment): (Place, &str),
) {
    match (kind, words) {
        ("require", [name, version, ..]) => {
            let mut package = Package::new(Ecosystem::Go, name, bare(version), place);
            package.is_direct = !comment.trim().starts_with("indirect");
            // The checksum database vouches for every module, and `go.sum` has to stand beside.
            package.has_integrity = true;
            lock.add(package);
        }
        ("replace", [name, "=>", target]) => {
            replaced.insert(Name::from(*name), (Name::from(*target), Name::default()));
        }
        ("replace", [name, "=>", target, version]) => {
            replaced.insert(
                Name::from(*name),
                (Name::from(*target), Name::from(bare(version))),
            );
        }
        ("replace", [name, of, "=>", target, rest @ ..]) => {
            let version = rest.first().map_or("", |version| bare(version));
            let key = format!("{name} {}", bare(of));
            replaced.insert(Name::from(key), (Name::from(*target), Name::from(version)));
        }
        _ => {}
    }
}

fn bare(version: &str) -> &str {
    version.strip_prefix('v').unwrap_or(version)
}
