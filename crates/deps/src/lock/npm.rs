//! `package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3.
//!
//! Version 3 lists every folder that npm writes by its path (`node_modules/a/node_modules/b`), version 1 nests them, version 2
//! does both. All are read as paths: a package finds what it needs in the nearest `node_modules` above it, as Node does.

use base::{Diagnostics, Map, Name, Place, RelPath, Span};
use doc::{Entry, Node, NodeKind};

use super::{Importer, Lock, Source, Want};
use crate::{Ecosystem, Origin, Package};

/// Fields of an entry that name what it needs, with whether only work on it does.
const SECTIONS: [(&str, bool); 4] = [
    ("dependencies", false),
    ("optionalDependencies", false),
    ("peerDependencies", false),
    ("devDependencies", true),
];

pub(super) fn read(lock: &mut Lock, source: &Source<'_>, diagnostics: &mut Diagnostics) {
    let document = doc::parse_json(source.file, source.path, source.text, source.budget);
    diagnostics.extend(document.diagnostics);
    let Some(root) = document.roots.into_iter().next() else {
        return;
    };
    let mut reader = Reader {
        lock,
        source,
        by_path: Map::default(),
        waiting: Vec::new(),
    };
    match root.get("packages") {
        Some(packages) => reader.flat(packages),
        None => reader.nested(&root),
    }
    reader.connect();
}

/// Names, ranges, and whether only work on the project needs them.
type Needs = Vec<(Name, Name, bool)>;

struct Reader<'l> {
    lock: &'l mut Lock,
    source: &'l Source<'l>,
    /// The package in each folder.
    by_path: Map<String, u32>,
    /// For each folder: its package and what it needs. Connected when all are known.
    waiting: Vec<(String, u32, Needs)>,
}

impl Reader<'_> {
    fn place(&self, span: Span) -> Place {
        Place::new(self.source.file, span)
    }

    /// Versions 2 and 3: a map from folders to packages.
    fn flat(&mut self, packages: &Node) {
        for entry in packages.entries() {
            let node = &entry.value;
            let text = |key: &str| node.get(key).and_then(Node::as_text);
            if is_true(node.get("link")) {
                continue;
            }
            let installed = entry.key.rsplit_once("node_modules/").map(|(_, name)| name);
            let name = text("name").or(installed).unwrap_or_default();
            let mut package = Package::new(
                Ecosystem::Npm,
                name,
                text("version").unwrap_or_default(),
                self.place(entry.key_span),
            );
            describe(&mut package, node);
            if installed.is_none() {
                package.origin = Origin::Local;
            }
            let needs = SECTIONS.iter().filter_map(|(section, is_dev)| {
                // What is for work on a package is installed for the project's own folders only.
                (!is_dev || installed.is_none()).then_some((node.get(section)?, *is_dev))
            });
            let needs = needs
                .flat_map(|(node, is_dev)| ranges(node, is_dev))
                .collect();
            self.put(entry.key.to_string(), package, needs);
        }
        // A link stands where a package would: what it leads to is known by now.
        for entry in packages.entries() {
            let target = entry.value.get("resolved").and_then(Node::as_text);
            if is_true(entry.value.get("link"))
                && let Some(index) = target.and_then(|target| self.by_path.get(target))
            {
                self.by_path.insert(entry.key.to_string(), *index);
            }
        }
    }

    /// Version 1: packages inside packages.
    fn nested(&mut self, root: &Node) {
        let mut folders: Vec<(String, &[Entry])> = vec![(String::new(), dependencies(root))];
        while let Some((folder, entries)) = folders.pop() {
            for entry in entries {
                let node = &entry.value;
                let version = node
                    .get("version")
                    .and_then(Node::as_text)
                    .unwrap_or_default();
                let mut package = Package::new(
                    Ecosystem::Npm,
                    &entry.key,
                    version,
                    self.place(entry.key_span),
                );
                describe(&mut package, node);
                if let Some((name, version)) = alias(version) {
                    (package.name, package.version) = (Name::from(name), Name::from(version));
                } else if version.contains(':') {
                    package.url = Some(Name::from(version));
                    package.origin = match version.starts_with("file:") {
                        true => Origin::Local,
                        false => Origin::Address,
                    };
                    package.version = Name::default();
                }
                let needs = node
                    .get("requires")
                    .map(|requires| ranges(requires, false).collect());
                let path = join(&folder, &entry.key);
                folders.push((path.clone(), dependencies(node)));
                self.put(path, package, needs.unwrap_or_default());
            }
        }
    }

    fn put(&mut self, path: String, package: Package, needs: Needs) {
        let index = self.lock.add(package);
        self.by_path.insert(path.clone(), index);
        if let Some(name) = path.strip_prefix("node_modules/")
            && !name.contains("/node_modules/")
        {
            self.lock.requests.insert(Name::from(name), index);
        }
        self.waiting.push((path, index, needs));
    }

    /// Finds what each package needs.
    fn connect(self) {
        for (path, index, needs) in &self.waiting {
            let wants = needs.iter().map(|(name, range, is_dev)| Want {
                name: name.clone(),
                range: Some(range.clone()),
                is_dev: *is_dev,
                gets: find(&self.by_path, path, name),
            });
            let wants: Vec<Want> = wants.collect();
            let gets = wants.iter().filter(|want| !want.is_dev);
            let gets = gets.filter_map(|want| want.gets).collect();
            let Some(package) = self.lock.packages.get_mut(*index as usize) else {
                continue;
            };
            package.needs = gets;
            if package.origin == Origin::Local
                && let Ok(folder) = RelPath::new(path)
                && !path.contains("node_modules/")
            {
                self.lock.importers.push(Importer { folder, wants });
            }
        }
    }
}

/// What an entry of any version says about its package.
fn describe(package: &mut Package, node: &Node) {
    let text = |key: &str| node.get(key).and_then(Node::as_text);
    // What is packed into another package is covered by that one's hash.
    let is_inside = is_true(node.get("inBundle")) || is_true(node.get("bundled"));
    package.has_integrity = is_inside || text("integrity").is_some();
    package.is_dev = is_true(node.get("dev"));
    package.has_install_script = is_true(node.get("hasInstallScript"));
    package.deprecated = text("deprecated").map(Name::from);
    package.url = text("resolved").map(Name::from);
    if let Some(url) = &package.url {
        let is_archive = url.starts_with("http") && (url.contains("/-/") || package.has_integrity);
        package.origin = match (url.starts_with("file:"), is_archive) {
            (true, _) => Origin::Local,
            (false, true) => Origin::Registry,
            (false, false) => Origin::Address,
        };
    }
}

/// `npm:other@1.2.3`: a package under another name.
fn alias(version: &str) -> Option<(&str, &str)> {
    let target = version.strip_prefix("npm:")?;
    let at = target.rfind('@').filter(|at| 0 < *at)?;
    Some((target.get(..at)?, target.get(at + 1..)?))
}

fn dependencies(node: &Node) -> &[Entry] {
    node.get("dependencies").map_or(&[], Node::entries)
}

fn ranges(node: &Node, is_dev: bool) -> impl Iterator<Item = (Name, Name, bool)> {
    node.entries().iter().map(move |entry| {
        let range = entry.value.as_text().unwrap_or_default();
        (entry.key.clone(), Name::from(range), is_dev)
    })
}

fn is_true(node: Option<&Node>) -> bool {
    node.is_some_and(|node| matches!(node.kind, NodeKind::Bool(true)))
}

fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => format!("node_modules/{name}"),
        folder => format!("{folder}/node_modules/{name}"),
    }
}

/// The package that `name` means in a folder: in its own `node_modules`, or in the nearest above.
fn find(by_path: &Map<String, u32>, folder: &str, name: &str) -> Option<u32> {
    let mut folder = folder;
    loop {
        if !folder.ends_with("node_modules")
            && let Some(index) = by_path.get(&join(folder, name))
        {
            return Some(*index);
        }
        if folder.is_empty() {
            return None;
        }
        folder = folder
            .rfind('/')
            .map_or("", |slash| folder.get(..slash).unwrap_or_default());
    }
}
