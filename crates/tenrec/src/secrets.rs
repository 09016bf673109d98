//! The pass over all files of the project for secrets: texts, what archives hold, and what earlier versions held.

use archive::{Limits, Visitor};
use base::{Budget, Code, Diagnostic, Diagnostics, Entry, FileId, RelPath, Set, System};
use detect::{Detector, Secret, SecretFile};
use rayon::prelude::*;

use crate::disk;
use crate::past::Past;

/// The secrets of a project.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    /// What holds secrets, in the order of the files; archives' files and earlier versions behind them.
    pub(crate) files: Vec<SecretFile>,
    /// The texts among these that are no files of the project, in the order of their numbers.
    pub(crate) unlisted: Vec<(RelPath, String)>,
    /// Archives that were not looked through to their end.
    pub(crate) diagnostics: Diagnostics,
}

/// Finds all of them. A secret that several texts hold is that of the file, else of the archive, else of the version. A file
/// that is no text holds none; one that is code or a template and could not be read is reported by the stage that is about it.
pub(crate) fn read(system: &dyn System, budget: &Budget, past: Option<&Past>) -> Secrets {
    let vendored = Vendored::new(system.files().iter().map(|entry| &entry.path));
    let (files, archives) = rayon::join(
        || texts(system, budget, &vendored),
        || archives(system, budget),
    );
    let mut all = Secrets {
        files,
        ..Secrets::default()
    };
    let mut known: Set<u64> = all
        .files
        .iter()
        .flat_map(|file| &file.secrets)
        .map(Secret::digest)
        .collect();
    let mut add = |mut file: SecretFile, shown: RelPath, text: String| {
        file.file = FileId((system.files().len() + all.unlisted.len()) as u32);
        file.secrets.retain(|secret| known.insert(secret.digest()));
        if !file.secrets.is_empty() {
            all.files.push(file);
            all.unlisted.push((shown, text));
        }
    };
    for archive in archives {
        all.diagnostics.extend(archive.diagnostic);
        for (path, text, secrets) in archive.found {
            let shown = path.clone();
            let file = SecretFile {
                path,
                file: FileId(0),
                commit: None,
                secrets,
            };
            add(file, shown, text);
        }
    }
    for version in past.into_iter().flat_map(|past| &past.versions) {
        let Some(shown) = version.shown() else {
            continue;
        };
        let file = SecretFile {
            path: version.path.clone(),
            file: FileId(0),
            commit: Some(version.commit.clone()),
            secrets: version.secrets.clone(),
        };
        add(file, shown, version.text.clone());
    }
    all
}

/// The files that hold secrets as they are.
fn texts(system: &dyn System, budget: &Budget, vendored: &Vendored) -> Vec<SecretFile> {
    let detector = Detector::builtin();
    let files = system.files().par_iter().enumerate();
    files
        .filter(|(_, entry)| entry.size <= budget.code_bytes && !vendored.holds(&entry.path))
        .filter_map(|(index, entry)| {
            let reading = detect::reading(&entry.path)?;
            let text = system.read(&entry.path).ok()?;
            let secrets = detector.secrets(&text, reading);
            (!secrets.is_empty()).then(|| SecretFile {
                path: entry.path.clone(),
                file: FileId(index as u32),
                commit: None,
                secrets,
            })
        })
        .collect()
}

fn archives(system: &dyn System, budget: &Budget) -> Vec<Archive> {
    let entries = system.files().par_iter();
    entries
        .filter(|entry| archive::is_archive(entry.path.file_name()))
        .filter_map(|entry| Archive::read(system, budget, entry))
        .collect()
}

/// What was found in one archive.
struct Archive {
    path: RelPath,
    /// The files with secrets: path, text, secrets.
    found: Vec<(RelPath, String, Vec<Secret>)>,
    paths: Vec<RelPath>,
    diagnostic: Option<Diagnostic>,
}

impl Archive {
    /// Looks through an archive; nothing for what is none in spite of its name.
    fn read(system: &dyn System, budget: &Budget, entry: &Entry) -> Option<Self> {
        let mut archive = Self {
            path: entry.path.clone(),
            found: Vec::new(),
            paths: Vec::new(),
            diagnostic: None,
        };
        if archive::LARGEST < entry.size {
            let size = entry.size;
            archive.note(&format!("its {size} bytes are more than is looked through"));
            return Some(archive);
        }
        let bytes = system.bytes(&entry.path, archive::LARGEST).ok()?;
        let limits = Limits {
            file_bytes: budget.code_bytes,
            ..Limits::default()
        };
        let summary = archive::read(entry.path.as_str(), &bytes, &limits, &mut archive).ok()?;
        if let Some(cut) = summary.cut {
            archive.note(&cut.to_string());
        }
        // The records of packages may stand behind the packages.
        let vendored = Vendored::new(archive.paths.iter());
        archive.found.retain(|(path, ..)| !vendored.holds(path));
        Some(archive)
    }

    fn inner(&self, path: &str) -> Option<RelPath> {
        RelPath::new(&format!("{}!/{path}", self.path)).ok()
    }

    fn note(&mut self, why: &str) {
        self.diagnostic = Some(Diagnostic {
            path: self.path.clone(),
            place: None,
            code: Code::BudgetExceeded,
            message: format!("the archive was not looked through for secrets to its end: {why}"),
        });
    }
}

impl Visitor for Archive {
    fn wants(&mut self, path: &str) -> bool {
        let Some(path) = self.inner(path) else {
            return false;
        };
        let is_wanted = detect::reading(&path).is_some() && !disk::is_skipped(&path);
        if is_record(&path) {
            self.paths.push(path);
        }
        is_wanted
    }

    fn file(&mut self, path: &str, content: &[u8]) {
        let Some(path) = self.inner(path) else { return };
        let (Some(reading), Ok(text)) = (detect::reading(&path), std::str::from_utf8(content))
        else {
            return;
        };
        let secrets = Detector::builtin().secrets(text, reading);
        if !secrets.is_empty() {
            self.found.push((path, text.to_owned(), secrets));
        }
    }
}

/// Folders of packages that `pip install --target` has put into a tree: `botocore/` beside `botocore-1.34.0.dist-info/`. What
/// stands in them is public.
struct Vendored(Set<RelPath>);

impl Vendored {
    fn new<'p>(paths: impl Iterator<Item = &'p RelPath>) -> Self {
        let folders = paths.filter(|path| is_record(path)).filter_map(|path| {
            let record = path.parent();
            let name = record.file_name().split('-').next()?.to_ascii_lowercase();
            record.parent().join(&name).ok()
        });
        Self(folders.collect())
    }

    fn holds(&self, path: &RelPath) -> bool {
        let mut folder = path.parent();
        while folder != RelPath::root() {
            if self.0.contains(&folder) {
                return true;
            }
            folder = folder.parent();
        }
        false
    }
}

/// Whether a file is what an installed package leaves behind about itself.
fn is_record(path: &RelPath) -> bool {
    matches!(path.file_name(), "METADATA" | "RECORD" | "PKG-INFO")
        && matches!(path.parent().extension(), "dist-info" | "egg-info")
}
