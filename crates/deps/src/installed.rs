//! Packages that lie in the project as they were installed: in archives that are deployed or loaded (zip, jar, wheel), and in
//! folders of Python packages beside the code. Each brings along a small file that says what it is.

use archive::{Limits, Visitor};
use base::{Code, Diagnostic, Diagnostics, Entry, FileId, Name, Place, Span, System};
use serde::Deserialize;
use serde_json::Value;

use crate::lock::Source;
use crate::{Ecosystem, Lock, LockKind, Package};

/// Archives that build tools bring along to load themselves.
const OF_BUILDS: [&str; 2] = ["gradle-wrapper.jar", "maven-wrapper.jar"];

/// Whether the file at this path says which Python package lies beside it.
pub(crate) fn is_record(path: &str) -> bool {
    path.ends_with(".dist-info/METADATA") || path.ends_with(".egg-info/PKG-INFO")
}

/// The package that such a file is about.
pub(crate) fn of_record(source: &Source<'_>) -> Option<Lock> {
    let (name, version) = metadata(source.text)?;
    let at = source.text.find(version)?;
    let span = Span::new(at as u32, (at + version.len()) as u32);
    let place = Place::new(source.file, span);
    let mut lock = Lock::new(LockKind::Installed(Ecosystem::PyPI), source);
    lock.add(installed(Ecosystem::PyPI, name, version, place));
    Some(lock)
}

/// The packages in an archive, one list for each registry.
pub(crate) fn in_archive(
    system: &dyn System,
    file: FileId,
    entry: &Entry,
) -> (Vec<Lock>, Diagnostics) {
    let path = &entry.path;
    if OF_BUILDS.contains(&path.file_name()) {
        return Default::default();
    }
    let cut = |why: &str| {
        vec![Diagnostic {
            path: path.clone(),
            place: None,
            code: Code::BudgetExceeded,
            message: format!("the archive was not looked through for packages to its end: {why}"),
        }]
    };
    if archive::LARGEST < entry.size {
        let size = entry.size;
        return (
            Vec::new(),
            cut(&format!("its {size} bytes are more than is looked through")),
        );
    }
    let Ok(bytes) = system.bytes(path, archive::LARGEST) else {
        return Default::default();
    };
    let mut records = Records {
        place: Place::new(file, Span::default()),
        packages: Vec::new(),
    };
    let limits = Limits {
        file_bytes: LARGEST_RECORD,
        ..Limits::default()
    };
    let Ok(summary) = archive::read(path.as_str(), &bytes, &limits, &mut records) else {
        return Default::default();
    };
    let diagnostics = summary.cut.map(|why| cut(&why.to_string()));
    let mut packages = records.packages;
    let key = |it: &Package| (it.ecosystem, it.name.clone(), it.version.clone());
    packages.sort_by_key(key);
    packages.dedup_by_key(|it| key(it));
    let lists = packages.chunk_by(|one, other| one.ecosystem == other.ecosystem);
    let locks = lists.filter_map(|list| {
        let kind = LockKind::Installed(list.first()?.ecosystem);
        let mut lock = Lock::empty(kind, path.clone(), file);
        lock.packages = list.to_vec();
        Some(lock)
    });
    (locks.collect(), diagnostics.unwrap_or_default())
}

fn installed(ecosystem: Ecosystem, name: &str, version: &str, place: Place) -> Package {
    let mut package = Package::new(ecosystem, name, version, place);
    // The content is there; no hash says more.
    package.has_integrity = true;
    package
}

/// The largest file that says what a package is.
const LARGEST_RECORD: u64 = 1 << 20;

/// Takes from an archive what says which packages are in it.
struct Records {
    place: Place,
    packages: Vec<Package>,
}

impl Visitor for Records {
    fn wants(&mut self, path: &str) -> bool {
        Record::of(path).is_some()
    }

    fn file(&mut self, path: &str, content: &[u8]) {
        let Some(record) = Record::of(path) else {
            return;
        };
        let text = String::from_utf8_lossy(content);
        let place = self.place;
        let mut add = |ecosystem, name: &str, version: &str| {
            if !name.is_empty() && !version.is_empty() {
                self.packages
                    .push(installed(ecosystem, name, version, place));
            }
        };
        match record {
            Record::Python => {
                if let Some((name, version)) = metadata(&text) {
                    add(Ecosystem::PyPI, name, version);
                }
            }
            Record::Maven => {
                let value = |key: &str| property(&text, key).unwrap_or_default();
                let name = format!("{}:{}", value("groupId"), value("artifactId"));
                add(Ecosystem::Maven, &name, value("version"));
            }
            Record::Npm(folder) => {
                let manifest = serde_json::from_str::<NpmManifest>(&text);
                // A folder that is called otherwise is some file of the package's tests.
                if let Ok(manifest) = manifest
                    && folder.is_none_or(|folder| folder == manifest.name.as_str())
                {
                    add(Ecosystem::Npm, &manifest.name, &manifest.version);
                }
            }
            Record::NuGet => {
                let document: Value = serde_json::from_str(&text).unwrap_or_default();
                let libraries = document.get("libraries").and_then(Value::as_object);
                for (key, library) in libraries.into_iter().flatten() {
                    let is_package = library.get("type").and_then(Value::as_str) == Some("package");
                    if let Some((name, version)) = key.split_once('/').filter(|_| is_package) {
                        add(Ecosystem::NuGet, name, version);
                    }
                }
            }
        }
    }
}

/// A file that says what packages are.
enum Record<'p> {
    /// `METADATA`, `PKG-INFO`.
    Python,
    /// `META-INF/maven/…/pom.properties`.
    Maven,
    /// `package.json`, and the package's folder below `node_modules`; none for that of a package as it is published.
    Npm(Option<&'p str>),
    /// `….deps.json` of a published application.
    NuGet,
}

impl<'p> Record<'p> {
    fn of(path: &'p str) -> Option<Self> {
        if is_record(path) {
            return Some(Self::Python);
        }
        if path.ends_with("/pom.properties") && path.contains("META-INF/maven/") {
            return Some(Self::Maven);
        }
        if path.ends_with(".deps.json") {
            return Some(Self::NuGet);
        }
        let folder = path.strip_suffix("/package.json")?;
        if folder == "package" || folder.ends_with("!/package") {
            return Some(Self::Npm(None));
        }
        let (_, name) = folder.rsplit_once("node_modules/")?;
        let slashes = name.bytes().filter(|byte| *byte == b'/').count();
        (slashes == usize::from(name.starts_with('@'))).then_some(Self::Npm(Some(name)))
    }
}

#[derive(Deserialize)]
struct NpmManifest {
    name: Name,
    version: Name,
}

/// Name and version in the head of a Python package's description.
fn metadata(text: &str) -> Option<(&str, &str)> {
    let head = text.lines().take_while(|line| !line.trim().is_empty());
    let field = |name: &str| {
        let mut values = head.clone().filter_map(|line| line.strip_prefix(name));
        values.next()?.split_whitespace().next()
    };
    Some((field("Name:")?, field("Version:")?))
}

/// The value of a Java property.
fn property<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let mut lines = text.lines();
    lines.find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim())
    })
}
