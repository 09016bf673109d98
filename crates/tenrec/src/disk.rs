//! A project that is a directory. Links are not followed, special files are not opened, ignored files are not listed.

use std::fs::{File, FileType, Metadata};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base::{Code, Diagnostic, Diagnostics, Entry, ReadError, RelPath, Set, System};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::config::Config;
use crate::kept::Kept;

/// Largest file that is read, in bytes. Larger ones are data or bundles.
const LARGEST_FILE: u64 = 8 << 20;

/// Directories that hold other people's code or build results.
const SKIPPED: [&str; 8] = [
    "node_modules",
    ".git",
    ".serverless",
    ".aws-sam",
    "venv",
    ".venv",
    "__pycache__",
    "site-packages",
];

/// Whether a file lies in a directory that is not entered.
pub(crate) fn is_skipped(path: &RelPath) -> bool {
    let folder = path.parent();
    let mut segments = folder.segments();
    segments.any(|segment| SKIPPED.contains(&segment))
}

/// The longest `.gitignore` that is obeyed, in bytes.
const LARGEST_IGNORE: u64 = 1 << 20;

/// The deepest directory that is entered.
const DEEPEST: usize = 128;

/// Which files of a directory are listed.
#[derive(Clone, Copy, Default)]
pub struct Listing<'a> {
    /// The one file that the user named, where it is not the whole directory. A code file is listed alone; with a template,
    /// the directory's other files are listed but not read as templates of their own.
    pub only: Option<&'a RelPath>,
    /// The project's own choice.
    pub config: Option<&'a Config>,
}

/// Why a file was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// It is a link, or lies behind one.
    #[error("it is, or is reached through, a symbolic link")]
    Link,
    /// Somebody else wrote it.
    #[error("it has changed since it was read; run again")]
    Changed,
    /// The operating system refused, in its own words.
    #[error("{0}")]
    Refused(String),
}

/// A directory on disk.
#[derive(Debug)]
pub struct DiskSystem {
    /// Without links, where it could be found.
    root: PathBuf,
    entries: Vec<Entry>,
    kept: Kept,
    /// The directories that were entered on the way from the root, by no link: what lies in them lies inside.
    entered: Set<RelPath>,
    /// What could not be listed.
    problems: Diagnostics,
    template: Option<RelPath>,
}

impl DiskSystem {
    /// Lists the files below `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self::listed(root, Listing::default())
    }

    /// Lists some of the files below `root`.
    #[must_use]
    pub fn listed(root: &Path, listing: Listing<'_>) -> Self {
        let mut system = Self::unlisted(root);
        match listing.only {
            Some(only) if crate::project::is_code(only) => {
                system.entries.extend(system.entry(only))
            }
            template => {
                system.template = template.cloned();
                let mut walk = Walk {
                    system: &system,
                    found: Vec::new(),
                    entered: Set::default(),
                    problems: Diagnostics::new(),
                    ignores: Vec::new(),
                };
                walk.directory(&RelPath::root(), 0);
                let (mut found, problems, entered) = (walk.found, walk.problems, walk.entered);
                if let Some(config) = listing.config {
                    found
                        .retain(|entry| template == Some(&entry.path) || config.lists(&entry.path));
                }
                found.sort_by(|one, other| one.path.cmp(&other.path));
                system.entries = found;
                system.entered = entered;
                system.problems = problems;
            }
        }
        system.kept = Kept::of(system.entries.len());
        system
    }

    /// A directory of which nothing is listed, to read files by their names.
    #[must_use]
    pub fn unlisted(root: &Path) -> Self {
        Self {
            root: root.canonicalize().unwrap_or_else(|_| root.to_owned()),
            entries: Vec::new(),
            kept: Kept::default(),
            entered: Set::default(),
            problems: Diagnostics::new(),
            template: None,
        }
    }

    /// A regular file, links not followed.
    fn entry(&self, path: &RelPath) -> Option<Entry> {
        let data = self.root.join(path.as_str()).symlink_metadata().ok()?;
        data.is_file().then(|| Entry {
            path: path.clone(),
            size: data.len(),
        })
    }

    /// The path on disk and what is there, where it lies inside the root with all links followed.
    fn inside(&self, path: &RelPath) -> Result<(PathBuf, Metadata), ReadError> {
        let whole = self.root.join(path.as_str());
        if self.entered.contains(&path.parent()) {
            let data = whole.symlink_metadata().map_err(refused)?;
            if !data.is_symlink() {
                return Ok((whole, data));
            }
        }
        let root = self.root.canonicalize().map_err(refused)?;
        let whole = whole.canonicalize().map_err(refused)?;
        if !whole.starts_with(&root) {
            return Err(ReadError::LeavesRoot);
        }
        let data = whole.symlink_metadata().map_err(refused)?;
        Ok((whole, data))
    }

    /// Puts `new` in the place of the text of a file that is listed and still holds `old`. Whole or not at all: it is written
    /// beside the file and then takes its name.
    ///
    /// # Errors
    /// When the file is, or is reached through, a link; when it has changed since; or when it cannot be written.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where files of the project are written, when the user asks for it"
    )]
    pub fn replace(&self, path: &RelPath, old: &str, new: &str) -> Result<(), WriteError> {
        let refused = |error: std::io::Error| WriteError::Refused(error.to_string());
        let named = self.root.join(path.as_str());
        let data = named.symlink_metadata().map_err(refused)?;
        // The root holds no link, so a path that changes when links are followed passes through one.
        if !data.is_file() || named.canonicalize().map_err(refused)? != named {
            return Err(WriteError::Link);
        }
        let bytes = std::fs::read(&named).map_err(refused)?;
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let mark = if bytes.starts_with(MARK) { MARK } else { &[] };
        if bytes.strip_prefix(mark) != Some(old.as_bytes()) {
            return Err(WriteError::Changed);
        }
        let directory = named.parent().unwrap_or(&self.root);
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
        let beside = directory.join(format!(".{name}.{}.tenrec", std::process::id()));
        let written = write_new(&beside, &[mark, new.as_bytes()], &data)
            .and_then(|()| std::fs::rename(&beside, &named));
        written.map_err(|error| {
            let _ = std::fs::remove_file(&beside);
            refused(error)
        })
    }

    /// Where a file stands in the listing.
    fn position(&self, path: &RelPath) -> Option<usize> {
        let found = self.entries.binary_search_by(|entry| entry.path.cmp(path));
        found.ok()
    }
}

impl System for DiskSystem {
    fn files(&self) -> &[Entry] {
        &self.entries
    }

    fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    fn read(&self, path: &RelPath) -> Result<String, ReadError> {
        let position = self.position(path);
        if let Some(text) = position.and_then(|it| self.kept.get(it)) {
            return Ok(text.to_owned());
        }
        let text = String::from_utf8(self.bytes(path, LARGEST_FILE)?)
            .map_err(|error| ReadError::NotText(error.utf8_error().valid_up_to()))?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(unmarked) => unmarked.to_owned(),
            None => text,
        };
        if let Some(position) = position {
            self.kept.keep(position, &text);
        }
        Ok(text)
    }

    fn bytes(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, ReadError> {
        let (path, data) = self.inside(path)?;
        if !data.is_file() {
            return Err(ReadError::Refused("it is not a regular file".to_owned()));
        }
        let size = data.len();
        if limit < size {
            return Err(ReadError::TooLarge { size, limit });
        }
        // One byte more than the file has, so that its end is seen without growing.
        let mut bytes = Vec::with_capacity(size as usize + 1);
        let file = File::open(&path).map_err(refused)?;
        file.take(limit).read_to_end(&mut bytes).map_err(refused)?;
        Ok(bytes)
    }

    fn exists(&self, path: &RelPath) -> bool {
        self.position(path).is_some() || self.inside(path).is_ok_and(|(_, data)| data.is_file())
    }

    fn is_template_wanted(&self, path: &RelPath) -> bool {
        self.template.as_ref().is_none_or(|only| only == path)
    }
}

/// The listing of a directory. The crate `ignore` would walk for us, but it follows a `.gitignore` that is a link, and a `.git`
/// that points elsewhere, out of the root.
struct Walk<'a> {
    system: &'a DiskSystem,
    found: Vec<Entry>,
    entered: Set<RelPath>,
    problems: Diagnostics,
    /// What the `.gitignore` files of the directories above say, outermost first.
    ignores: Vec<Gitignore>,
}

impl Walk<'_> {
    fn directory(&mut self, directory: &RelPath, depth: usize) {
        if DEEPEST < depth {
            let cause = format!("the directory is more than {DEEPEST} levels deep");
            self.problems.push(unreadable(directory.clone(), cause));
            return;
        }
        self.entered.insert(directory.clone());
        let ignore = self.gitignore(directory);
        let is_ignoring = ignore.is_some();
        self.ignores.extend(ignore);
        for (name, kind) in self.names(directory) {
            let Ok(path) = directory.join(&name) else {
                continue;
            };
            let is_directory = kind.is_dir();
            if self.is_ignored(&path, is_directory) {
                continue;
            }
            if is_directory && !SKIPPED.contains(&name.as_str()) {
                self.directory(&path, depth + 1);
            } else if kind.is_file() {
                self.found.extend(self.system.entry(&path));
            }
        }
        if is_ignoring {
            self.ignores.pop();
        }
    }

    /// What a directory holds, in the order of names.
    fn names(&mut self, directory: &RelPath) -> Vec<(String, FileType)> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the implementation of base::System for directories"
        )]
        let entries = match std::fs::read_dir(self.system.root.join(directory.as_str())) {
            Ok(entries) => entries,
            Err(error) => {
                let problem = unreadable(directory.clone(), error.to_string());
                self.problems.push(problem);
                return Vec::new();
            }
        };
        let mut names = Vec::new();
        for entry in entries {
            let named = entry.and_then(|it| Ok((it.file_name(), it.file_type()?)));
            let problem = match named.map(|(name, kind)| (name.into_string(), kind)) {
                // A path of the project has no backslash in a name.
                Ok((Ok(name), kind)) if !name.contains('\\') => {
                    names.push((name, kind));
                    continue;
                }
                Ok((Ok(name), _)) => format!("the name {name:?} holds a backslash"),
                Ok((Err(name), _)) => format!("the name of {name:?} is not UTF-8 text"),
                Err(error) => error.to_string(),
            };
            self.problems.push(unreadable(directory.clone(), problem));
        }
        names.sort_by(|one, other| one.0.cmp(&other.0));
        names
    }

    fn gitignore(&self, directory: &RelPath) -> Option<Gitignore> {
        let path = directory.join(".gitignore").ok()?;
        let entry = self.system.entry(&path)?;
        if LARGEST_IGNORE < entry.size {
            return None;
        }
        let text = self.system.read(&path).ok()?;
        let mut builder = GitignoreBuilder::new(Path::new("/").join(directory.as_str()));
        for line in text.lines() {
            // A line that is no pattern is no reason to scan nothing.
            let _ = builder.add_line(None, line);
        }
        builder.build().ok()
    }

    /// The innermost file that says something decides.
    fn is_ignored(&self, path: &RelPath, is_directory: bool) -> bool {
        let path = Path::new("/").join(path.as_str());
        let mut decisions = self
            .ignores
            .iter()
            .rev()
            .map(|ignore| ignore.matched(&path, is_directory));
        decisions
            .find(|decision| !decision.is_none())
            .is_some_and(|decision| decision.is_ignore())
    }
}

/// Writes a file that is not there yet, for those who may read the one that it replaces.
fn write_new(path: &Path, parts: &[&[u8]], like: &Metadata) -> std::io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.set_permissions(like.permissions())?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

fn unreadable(path: RelPath, cause: String) -> Diagnostic {
    Diagnostic {
        path,
        place: None,
        code: Code::UnreadableFile,
        message: format!("{cause}, so it is skipped"),
    }
}

fn refused(error: std::io::Error) -> ReadError {
    match error.kind() {
        std::io::ErrorKind::NotFound => ReadError::Missing,
        _ => ReadError::Refused(error.to_string()),
    }
}
