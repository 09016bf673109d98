//! A project that is a directory. Links are not followed, special files are not opened, ignored files are not listed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use base::{Code, Diagnostic, Diagnostics, Entry, ReadError, RelPath, System};
use ignore::WalkBuilder;

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

/// A directory on disk.
#[derive(Debug)]
pub struct DiskSystem {
    root: PathBuf,
    entries: Vec<Entry>,
    /// What could not be listed.
    problems: Diagnostics,
}

impl DiskSystem {
    /// Lists the files below `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .require_git(false)
            .parents(false)
            .git_global(false)
            .follow_links(false)
            .filter_entry(|entry| {
                !entry
                    .file_name()
                    .to_str()
                    .is_some_and(|name| SKIPPED.contains(&name))
            })
            .build();
        let mut entries = Vec::new();
        let mut problems = Diagnostics::new();
        for found in walk {
            match found {
                Ok(found) if found.file_type().is_some_and(|kind| kind.is_file()) => {
                    let size = found.metadata().map(|data| data.len()).unwrap_or_default();
                    match relative(root, found.path()) {
                        Some(path) => entries.push(Entry { path, size }),
                        None => problems.push(unreadable(
                            RelPath::root(),
                            format!("the name of {:?} is not UTF-8 text", found.path()),
                        )),
                    }
                }
                Ok(_) => {}
                Err(error) => problems.push(refused_directory(root, &error)),
            }
        }
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        Self {
            root: root.to_owned(),
            entries,
            problems,
        }
    }

    /// The path on disk, where it lies inside the root with all links followed.
    fn inside(&self, path: &RelPath) -> Result<PathBuf, ReadError> {
        let root = self.root.canonicalize().map_err(refused)?;
        let whole = root.join(path.as_str()).canonicalize().map_err(refused)?;
        if whole.starts_with(&root) {
            Ok(whole)
        } else {
            Err(ReadError::LeavesRoot)
        }
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
        let path = self.inside(path)?;
        let data = path.symlink_metadata().map_err(refused)?;
        if !data.is_file() {
            return Err(ReadError::Refused("it is not a regular file".to_owned()));
        }
        if LARGEST_FILE < data.len() {
            return Err(ReadError::TooLarge {
                size: data.len(),
                limit: LARGEST_FILE,
            });
        }
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(refused)?;
        file.take(LARGEST_FILE)
            .read_to_end(&mut bytes)
            .map_err(refused)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| ReadError::NotText(error.utf8_error().valid_up_to()))?;
        Ok(text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text))
    }

    fn exists(&self, path: &RelPath) -> bool {
        self.inside(path).is_ok_and(|path| path.is_file())
    }
}

fn relative(root: &Path, path: &Path) -> Option<RelPath> {
    RelPath::new(path.strip_prefix(root).ok()?.to_str()?).ok()
}

/// A directory or file that the walk could not enter, or a line of an ignore file that it could not read.
fn refused_directory(root: &Path, error: &ignore::Error) -> Diagnostic {
    let path = path_of(error).and_then(|path| relative(root, path));
    let cause = match error.io_error() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    };
    unreadable(path.unwrap_or_else(RelPath::root), cause)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
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
