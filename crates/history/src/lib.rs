//! Every version of every text that a Git repository remembers, for who looks for what was once committed.
//!
//! The repository is hostile: its configuration is not trusted, includes, environment and other users' files are not read, no
//! process is started, and one that would lead out of its folder (a `.git` that is a file, alternates, links) is refused
//! before it is opened. Each version of a file is read once, at the commit that brought it, and handed to the caller's
//! [`Visitor`].

mod commits;
mod confined;
mod versions;

use std::path::Path;

pub use confined::Refusal;

/// How much of a history is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most commits.
    pub commits: usize,
    /// Most versions of files.
    pub versions: usize,
    /// Largest version that is read, in bytes.
    pub version_bytes: u64,
    /// Most bytes of all versions.
    pub total_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            commits: 100_000,
            versions: 500_000,
            version_bytes: 2 << 20,
            total_bytes: 2 << 30,
        }
    }
}

/// What takes the versions.
pub trait Visitor {
    /// Whether versions of the file at this path are read.
    fn wants(&mut self, path: &str) -> bool;

    /// A version, with the start of the id of the commit that brought it.
    fn version(&mut self, commit: &str, path: &str, text: &str);
}

/// How the walk went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Commits that were walked.
    pub commits: usize,
    /// Versions of files that were read.
    pub versions: usize,
    /// Objects that could not be read, other than for the limits.
    pub unreadable: usize,
    /// Why there is more than was looked at.
    pub cut: Option<Cut>,
}

/// Why a history was not walked to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// The clone does not have the older commits.
    #[error("the clone is shallow, older commits are missing: fetch all of them")]
    Shallow,
    /// There are more commits than the limit.
    #[error("there are more than {0} commits, of which some older ones were left out")]
    Commits(usize),
    /// There are more versions of files than the limit.
    #[error("only the oldest {0} versions of files were looked at")]
    Versions(usize),
    /// They are larger together than the limit.
    #[error(
        "the versions of files are larger together than what is looked at, the newest were left out"
    )]
    Bytes,
}

/// Walks all commits that a branch, a tag or another reference leads to, each after its parents, and hands over each version of
/// a file that is text and that the visitor wants.
///
/// # Errors
/// When the folder has no repository of its own, or one that leads out of the folder or cannot be opened.
pub fn walk(root: &Path, limits: &Limits, visitor: &mut dyn Visitor) -> Result<Summary, Refusal> {
    let (top, below) = confined::top(root)?;
    let repository = confined::open(&top)?;
    let visitor = &mut Below {
        folder: &below,
        visitor,
    };
    let mut summary = Summary::default();
    if repository.is_shallow().map_err(Refusal::unreadable)? {
        summary.cut = Some(Cut::Shallow);
    }
    let commits = commits::all(&repository, limits, &mut summary)?;
    versions::read(&repository, &commits, limits, visitor, &mut summary);
    Ok(summary)
}

/// Passes on what lies below a folder, by the way from there.
struct Below<'v> {
    folder: &'v str,
    visitor: &'v mut dyn Visitor,
}

impl Visitor for Below<'_> {
    fn wants(&mut self, path: &str) -> bool {
        let path = path.strip_prefix(self.folder);
        path.is_some_and(|path| self.visitor.wants(path))
    }

    fn version(&mut self, commit: &str, path: &str, text: &str) {
        if let Some(path) = path.strip_prefix(self.folder) {
            self.visitor.version(commit, path, text);
        }
    }
}
