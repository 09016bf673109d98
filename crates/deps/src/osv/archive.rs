//! The exports of OSV: a zip archive of entries for each registry.

use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Builder, EntryError, advisories};

/// The largest entry that is read, in bytes; the largest of the real exports have a tenth of it.
const LARGEST_ENTRY: u64 = 32 << 20;

/// The most bytes that one archive may unpack to.
const LARGEST_ARCHIVE: u64 = 8 << 30;

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is no archive, or is cut off.
    #[error("it is no zip archive, or is damaged: {0}")]
    Zip(#[from] ZipError),
    /// A file of it cannot be unpacked.
    #[error("`{0}` in it cannot be unpacked: {1}")]
    Unpack(String, io::Error),
    /// A file of it is no entry.
    #[error("`{0}` in it: {1}")]
    Entry(String, EntryError),
    /// It is far larger than any export.
    #[error(
        "it unpacks to more than {LARGEST_ARCHIVE} bytes, or a file of it to more than {LARGEST_ENTRY}"
    )]
    TooLarge,
    /// It holds nothing of use.
    #[error("it holds no entries")]
    Empty,
}

impl Builder {
    /// Adds all entries of an archive and says how many there were. What was added before an error stays added.
    ///
    /// # Errors
    /// When the archive or anything in it cannot be read: half a database would look like a clean bill of health.
    pub fn add_archive(&mut self, from: impl Read + Seek) -> Result<usize, ArchiveError> {
        let mut archive = ZipArchive::new(from)?;
        let mut left = LARGEST_ARCHIVE;
        let mut count = 0;
        let mut bytes = Vec::new();
        for at in 0..archive.len() {
            let file = archive.by_index(at)?;
            let name = file.name()?.into_owned();
            if !name.ends_with(".json") {
                continue;
            }
            bytes.clear();
            let limit = LARGEST_ENTRY.min(left);
            let read = file.take(limit + 1).read_to_end(&mut bytes);
            let read = read.map_err(|error| ArchiveError::Unpack(name.clone(), error))? as u64;
            if limit < read {
                return Err(ArchiveError::TooLarge);
            }
            left -= read;
            self.add(advisories(&bytes).map_err(|error| ArchiveError::Entry(name, error))?);
            count += 1;
        }
        match count {
            0 => Err(ArchiveError::Empty),
            count => Ok(count),
        }
    }
}
