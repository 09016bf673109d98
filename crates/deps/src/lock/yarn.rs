//! `yarn.lock`: that of version 1, and that of the later ones (“berry”), which is nearly the same in YAML.
//!
//! Both are lists of blocks: the requests that one release answers (`a@^1.0.0, a@^1.2.0:`), and below them what it is. They are
//! read line by line, as both are written by a machine. What the project itself asks for stands in its manifest only.

use base::{Name, Place, Span};

use super::{Lock, Source};
use crate::{Ecosystem, Origin, Package};

pub(super) fn read(lock: &mut Lock, source: &Source<'_>) {
    let mut reader = Reader {
        lock,
        source,
        needs: Vec::new(),
        is_in_needs: false,
    };
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        reader.line(line.trim_end(), start);
        start += line.len();
    }
    reader.connect();
}

struct Reader<'a> {
    lock: &'a mut Lock,
    source: &'a Source<'a>,
    /// What each package needs: its index, a name, a range.
    needs: Vec<(u32, Name, Name)>,
    is_in_needs: bool,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, start: usize) {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            return;
        }
        match line.len() - content.len() {
            0 => self.block(content, start),
            2 => self.field(content),
            _ if self.is_in_needs => self.need(content),
            _ => {}
        }
    }

    fn block(&mut self, line: &str, start: usize) {
        self.is_in_needs = false;
        let line = line.trim_end_matches(':');
        let requests: Vec<&str> = line
            .split(',')
            .map(unquoted)
            .filter(|it| !it.is_empty())
            .collect();
        let Some((name, range)) = requests.first().and_then(|first| split(first)) else {
            return;
        };
        let name = match range.strip_prefix("npm:").and_then(split) {
            // Another package under this name.
            Some((real, _)) => real,
            None => name,
        };
        let place = Span::new(start as u32, (start + line.len()) as u32);
        let mut package = Package::new(
            Ecosystem::Npm,
            name,
            "",
            Place::new(self.source.file, place),
        );
        package.origin = origin(range);
        let index = self.lock.add(package);
        for request in requests {
            self.lock.requests.insert(Name::from(request), index);
            // Manifests leave out the protocol.
            if let Some((name, range)) = split(request)
                && let Some(range) = range.strip_prefix("npm:")
            {
                self.lock
                    .requests
                    .insert(Name::from(format!("{name}@{range}")), index);
            }
        }
    }

    fn field(&mut self, line: &str) {
        let (key, value) = key_value(line);
        self.is_in_needs =
            matches!(key, "dependencies" | "optionalDependencies") && value.is_empty();
        let Some(package) = self.lock.packages.last_mut() else {
            return;
        };
        match key {
            "version" => package.version = Name::from(value),
            "resolved" => {
                package.has_integrity |= value.contains('#') && package.origin == Origin::Registry;
                package.url = Some(Name::from(value));
            }
            "integrity" | "checksum" => package.has_integrity = true,
            // What only some platforms install has its hash on those only.
            "conditions" => package.has_integrity = true,
            "resolution" if value.contains("@workspace:") => package.origin = Origin::Local,
            "resolution" => {
                if let Some((name, _)) = split(value) {
                    package.name = Name::from(name);
                }
            }
            _ => {}
        }
    }

    fn need(&mut self, line: &str) {
        let (name, range) = key_value(line);
        if let Some(index) = self.lock.packages.len().checked_sub(1) {
            self.needs
                .push((index as u32, Name::from(name), Name::from(range)));
        }
    }

    fn connect(self) {
        for (index, name, range) in self.needs {
            let exact = |range: &str| {
                self.lock
                    .requests
                    .get(format!("{name}@{range}").as_str())
                    .copied()
            };
            let found = exact(&range).or_else(|| exact(range.strip_prefix("npm:")?));
            if let Some(package) = self.lock.packages.get_mut(index as usize) {
                package.needs.extend(found);
            }
        }
    }
}

/// `name "value"`, `name: value`, `"@scope/name" "value"`.
fn key_value(line: &str) -> (&str, &str) {
    let (key, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => {
            let end = line.find([' ', ':']).unwrap_or(line.len());
            line.split_at_checked(end).unwrap_or((line, ""))
        }
    };
    let value = rest.trim_start_matches([':', ' ']);
    (key, unquoted(value))
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches('"')
}

/// The name and the range of a request.
fn split(request: &str) -> Option<(&str, &str)> {
    let from = usize::from(request.starts_with('@'));
    let at = request.get(from..)?.find('@')? + from;
    Some((request.get(..at)?, request.get(at + 1..)?))
}

fn origin(range: &str) -> Origin {
    let is_local = ["file:", "link:", "portal:", "workspace:", "./", "../"];
    if is_local.iter().any(|start| range.starts_with(start)) {
        Origin::Local
    } else if range.starts_with("npm:") || range.starts_with("patch:") {
        Origin::Registry
    } else if range.contains("://") || range.contains("github:") || range.starts_with("git") {
        Origin::Address
    } else {
        Origin::Registry
    }
}
