//! `pom.xml`, which names versions itself, and what Gradle writes: `gradle.lockfile`.
//!
//! A version may be a property (`${x.version}`) of the file or of a parent in the tree, and a dependency may leave its version to
//! the `dependencyManagement` of either. What a bill of materials outside the project decides is not known, and not named.

use std::collections::BTreeMap;

use base::{Name, Place, RelPath, Span, System};
use roxmltree::{Document, Node, ParsingOptions};

use super::{Lock, Source};
use crate::{Ecosystem, Package};

/// The most parents of a file.
const MOST_PARENTS: usize = 16;

/// The most rounds in which properties are put into each other.
const MOST_ROUNDS: usize = 16;

/// The longest value of a property.
const LONGEST: usize = 1024;

/// What a file and its parents say.
#[derive(Default)]
struct Settings {
    properties: BTreeMap<String, String>,
    managed: BTreeMap<String, String>,
}

pub(super) fn pom(lock: &mut Lock, source: &Source<'_>, system: &dyn System) {
    let mut settings = Settings::default();
    let mut path = source.path.clone();
    let mut text = source.text.to_owned();
    let mut seen = vec![path.clone()];
    // The nearest file decides, so that what is there already stays.
    while let Some(parent) = settings.take(&text, &path) {
        if seen.contains(&parent) || MOST_PARENTS < seen.len() {
            break;
        }
        let Ok(next) = system.read(&parent) else {
            break;
        };
        seen.push(parent.clone());
        (path, text) = (parent, next);
    }
    let Some(document) = parse(source.text) else {
        return;
    };
    let Some(list) = child(document.root_element(), "dependencies") else {
        return;
    };
    for dependency in list
        .children()
        .filter(|it| it.has_tag_name_local("dependency"))
    {
        let field = |name: &str| settings.value(text_of(dependency, name)?);
        let (Some(group), Some(artifact)) = (field("groupId"), field("artifactId")) else {
            continue;
        };
        let name = format!("{group}:{artifact}");
        let managed = || settings.value(settings.managed.get(&name)?);
        let Some(version) = field("version").or_else(managed) else {
            continue;
        };
        // `[1.0,2.0)` leaves the choice to the build.
        let Some(version) = exact(&version) else {
            continue;
        };
        let range = dependency.range();
        let place = Place::new(source.file, Span::new(range.start as u32, range.end as u32));
        let mut package = Package::new(Ecosystem::Maven, &name, version, place);
        package.is_direct = true;
        package.is_dev = matches!(
            field("scope").as_deref(),
            Some("test" | "provided" | "system")
        );
        lock.add(package);
    }
}

impl Settings {
    /// Adds what a file says, and names its parent.
    fn take(&mut self, text: &str, path: &RelPath) -> Option<RelPath> {
        let document = parse(text)?;
        let root = document.root_element();
        let mut add = |name: String, value: &str| {
            self.properties
                .entry(name)
                .or_insert_with(|| value.to_owned());
        };
        let parent = child(root, "parent");
        for field in ["groupId", "artifactId", "version"] {
            let own = text_of(root, field).or_else(|| text_of(parent?, field));
            if let Some(value) = own {
                add(format!("project.{field}"), value);
                add(format!("pom.{field}"), value);
            }
            if let Some(value) = parent.and_then(|parent| text_of(parent, field)) {
                add(format!("project.parent.{field}"), value);
            }
        }
        for property in child(root, "properties")
            .into_iter()
            .flat_map(|it| it.children())
        {
            if let Some(value) = property.text().filter(|_| property.is_element()) {
                add(property.tag_name().name().to_owned(), value.trim());
            }
        }
        let managed = child(root, "dependencyManagement").and_then(|it| child(it, "dependencies"));
        for dependency in managed.into_iter().flat_map(|it| it.children()) {
            let fields =
                ["groupId", "artifactId", "version"].map(|field| text_of(dependency, field));
            if let [Some(group), Some(artifact), Some(version)] = fields {
                let group = self.value(group).unwrap_or_else(|| group.to_owned());
                let key = format!("{group}:{artifact}");
                self.managed
                    .entry(key)
                    .or_insert_with(|| version.to_owned());
            }
        }
        let parent = parent?;
        let relative = text_of(parent, "relativePath").unwrap_or("../pom.xml");
        let parent = path.parent().join(relative).ok()?;
        let is_file = parent.extension() == "xml";
        if is_file {
            Some(parent)
        } else {
            parent.join("pom.xml").ok()
        }
    }

    /// A text with its properties put in; nothing where one is not known.
    fn value(&self, text: &str) -> Option<String> {
        let mut value = text.trim().to_owned();
        for _ in 0..MOST_ROUNDS {
            let Some((before, rest)) = value.split_once("${") else {
                return Some(value);
            };
            let (name, after) = rest.split_once('}')?;
            let property = self.properties.get(name)?;
            value = format!("{before}{property}{after}");
            if LONGEST < value.len() {
                return None;
            }
        }
        None
    }
}

/// A version, or the one version of `[1.0]`.
fn exact(version: &str) -> Option<&str> {
    if let Some(inner) = version
        .strip_prefix('[')
        .and_then(|it| it.strip_suffix(']'))
    {
        return (!inner.contains(',')).then_some(inner);
    }
    let is_plain = !version.is_empty() && !version.contains(['[', '(', ',', ' ']);
    (is_plain && !matches!(version, "LATEST" | "RELEASE")).then_some(version)
}

/// A document without entities of its own, whose expansion could be of any size; not nested deeper than the parser goes.
fn parse(text: &str) -> Option<Document<'_>> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: 500_000,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).ok()
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|it| it.has_tag_name_local(name))
}

fn text_of<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text().map(str::trim)
}

trait LocalName {
    /// Whether it is an element of this name, whatever its namespace.
    fn has_tag_name_local(&self, name: &str) -> bool;
}

impl LocalName for Node<'_, '_> {
    fn has_tag_name_local(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

/// `group:artifact:version=configuration,configuration`.
pub(super) fn gradle(lock: &mut Lock, source: &Source<'_>) {
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let from = start;
        start += line.len();
        let line = line.trim_end();
        let Some((release, configurations)) = line.split_once('=') else {
            continue;
        };
        let mut parts = release.rsplitn(2, ':');
        let (Some(version), Some(name)) = (parts.next(), parts.next()) else {
            continue;
        };
        if line.starts_with('#') || !name.contains(':') {
            continue;
        }
        let place = Place::new(
            source.file,
            Span::new(from as u32, (from + line.len()) as u32),
        );
        let mut package = Package::new(Ecosystem::Maven, name, version, place);
        let is_deployed = |it: &str| {
            let it = it.to_ascii_lowercase();
            it.contains("runtimeclasspath") && !it.contains("test")
        };
        package.is_dev = !configurations.split(',').any(is_deployed);
        lock.add(package);
    }
}

/// `libs.versions.toml`: the exact versions of a catalogue. What of it is used, the build scripts say, which are programs.
pub(super) fn catalogue(lock: &mut Lock, source: &Source<'_>) {
    let (root, _) = toml::de::DeTable::parse_recoverable(source.text);
    let root = root.get_ref();
    let table = |key: &str| root.get(key).and_then(|it| it.get_ref().as_table());
    let version_of = |name: &str| -> Option<Name> {
        let value = table("versions")?.get(name)?.get_ref();
        value.as_str().map(Name::from)
    };
    for (_, library) in table("libraries")
        .into_iter()
        .flat_map(|libraries| libraries.iter())
    {
        let span = library.span();
        let place = Place::new(source.file, Span::new(span.start as u32, span.end as u32));
        let release = match library.get_ref() {
            toml::de::DeValue::String(whole) => whole
                .rsplit_once(':')
                .map(|(name, version)| (name.to_owned(), Name::from(version))),
            toml::de::DeValue::Table(fields) => {
                let text = |key: &str| fields.get(key).and_then(|it| it.get_ref().as_str());
                let name = text("module").map(str::to_owned);
                let name = name.or_else(|| Some(format!("{}:{}", text("group")?, text("name")?)));
                let by_name = fields.get("version").and_then(|it| it.get_ref().as_table());
                let by_name = by_name.and_then(|it| it.get("ref")?.get_ref().as_str());
                let version = text("version")
                    .map(Name::from)
                    .or_else(|| version_of(by_name?));
                name.zip(version)
            }
            _ => None,
        };
        if let Some((name, version)) = release
            && let Some(version) = exact(&version)
            && name.contains(':')
        {
            let mut package = Package::new(Ecosystem::Maven, &name, version, place);
            package.is_direct = true;
            lock.add(package);
        }
    }
    lock.packages.sort_by_key(|package| package.place);
}
