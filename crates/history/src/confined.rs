//! Opening a repository that must not lead anywhere else.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use gix::open::Options;
use gix::sec::Trust;

/// Why a history is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The folder has no repository of its own.
    #[error("neither the folder nor one above it has a `.git`")]
    Missing,
    /// The repository lies elsewhere, or has parts elsewhere.
    #[error("`{0}` leads out of the repository, which is not followed")]
    LeavesRoot(String),
    /// It is damaged, or of a kind that is not known.
    #[error("the repository cannot be read: {0}")]
    Unreadable(String),
}

impl Refusal {
    pub(crate) fn unreadable(error: impl std::fmt::Display) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// What is read of a repository; the rest of it may be as it likes.
const PARTS: [&str; 7] = [
    "HEAD",
    "config",
    "packed-refs",
    "shallow",
    "refs",
    "objects",
    "info",
];

/// Files that name folders to go on in.
const LEADS: [&str; 4] = [
    "commondir",
    "config.worktree",
    "objects/info/alternates",
    "objects/info/http-alternates",
];

/// The deepest folder of a repository that is looked into: names of branches may have slashes.
const DEEPEST: usize = 64;

/// The folder at or above this one that has a repository, and the way from there to this one, with a slash at its end.
pub(crate) fn top(folder: &Path) -> Result<(PathBuf, String), Refusal> {
    let folder = folder.canonicalize().map_err(Refusal::unreadable)?;
    let mut above = folder.ancestors();
    let top = above.find(|it| it.join(".git").symlink_metadata().is_ok());
    let top = top.ok_or(Refusal::Missing)?;
    let mut below = String::new();
    for part in folder.strip_prefix(top).iter().flat_map(|way| way.iter()) {
        below += &part.to_string_lossy();
        below.push('/');
    }
    Ok((top.to_owned(), below))
}

/// The repository of a folder, if all that is read of it lies in the folder. Its files are not trusted, so that no object may
/// take more than 16 MB of memory.
pub(crate) fn open(root: &Path) -> Result<gix::Repository, Refusal> {
    let git = root.join(".git");
    let data = git.symlink_metadata().map_err(|_| Refusal::Missing)?;
    if !data.is_dir() {
        return Err(Refusal::LeavesRoot(".git".to_owned()));
    }
    for lead in LEADS {
        if git.join(lead).symlink_metadata().is_ok() {
            return Err(Refusal::LeavesRoot(format!(".git/{lead}")));
        }
    }
    for part in PARTS {
        confine(&git.join(part), part, 0)?;
    }
    let options = Options::isolated()
        .with(Trust::Reduced)
        .open_path_as_is(true);
    let repository = gix::open_opts(git, options).map_err(Refusal::unreadable)?;
    Ok(repository)
}

/// Refuses links and what is neither a file nor a folder.
fn confine(path: &Path, name: &str, depth: usize) -> Result<(), Refusal> {
    let Ok(data) = path.symlink_metadata() else {
        return Ok(());
    };
    if data.is_file() {
        return Ok(());
    }
    if !data.is_dir() || DEEPEST < depth {
        return Err(Refusal::LeavesRoot(format!(".git/{name}")));
    }
    for entry in entries(path)? {
        let inner = format!("{name}/{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(Refusal::unreadable)?;
        if !kind.is_file() {
            confine(&entry.path(), &inner, depth + 1)?;
        }
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a look at the repository's own folder before a library reads it"
)]
fn entries(path: &Path) -> Result<Vec<DirEntry>, Refusal> {
    let entries = std::fs::read_dir(path).map_err(Refusal::unreadable)?;
    entries
        .collect::<Result<_, _>>()
        .map_err(Refusal::unreadable)
}
