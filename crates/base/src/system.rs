//! All file access of the scan: the binary implements it for a directory, tests for a map in memory.

use crate::{Diagnostic, RelPath};

/// The project's files. Implementations never follow a link out of the root and never read more than their size limit.
pub trait System: Sync {
    /// Every file that is not excluded, sorted by path.
    fn files(&self) -> &[Entry];

    /// What could not be listed, so that it is missing among [`System::files`] for another reason than being excluded.
    fn problems(&self) -> &[Diagnostic] {
        &[]
    }

    /// The bytes of one file as text. A byte-order mark is dropped.
    ///
    /// # Errors
    /// When the file is missing, too large, unreadable, or not UTF-8.
    fn read(&self, path: &RelPath) -> Result<String, ReadError>;

    /// The bytes of one file as they are, for what is no text: archives.
    ///
    /// # Errors
    /// When the file is missing, larger than `limit` bytes, or unreadable.
    fn bytes(&self, path: &RelPath, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Whether `path` names a file that [`System::read`] could open, excluded ones (such as `.env`) included.
    fn exists(&self, path: &RelPath) -> bool;

    /// Whether `path` may be read as a template in its own right. Where the user named one template, the others are read only
    /// where that one refers to them.
    fn is_template_wanted(&self, path: &RelPath) -> bool {
        let _ = path;
        true
    }
}

/// One listed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: RelPath,
    /// Its size in bytes when it was listed.
    pub size: u64,
}

/// Why a file of the project could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is no such file.
    #[error("the file does not exist")]
    Missing,
    /// The path is, or passes through, a symbolic link that points outside the project.
    #[error("the path leads out of the project through a link")]
    LeavesRoot,
    /// The file is larger than the limit, both in bytes.
    #[error("the file has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Size of the file.
        size: u64,
        /// Largest size that is read.
        limit: u64,
    },
    /// The bytes are not UTF-8; the offset of the first wrong byte.
    #[error("the file is not UTF-8 text (first at byte {0})")]
    NotText(usize),
    /// The operating system refused, in its own words.
    #[error("{0}")]
    Refused(String),
}
