//! What is inside an archive (zip, jar, wheel, tar, gzip), read within limits: nothing is written to disk, nothing is
//! believed about sizes.
//!
//! An archive of a scanned project is hostile: it may unpack to a thousand times its size, hold itself, or name files outside
//! of any folder. So what comes out is counted, not what headers announce; archives in archives are opened to a depth; and
//! paths are made relative. The bytes come from the caller, and each file goes to the caller's [`Visitor`] as it is read.

mod gzip;
mod meter;
mod path;
mod tar;
mod zip;

use std::io::Read;

use meter::Meter;

/// The largest archive of a project that is worth reading, in bytes.
pub const LARGEST: u64 = 64 << 20;

/// How much one archive may cost, all archives inside of it included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most entries that are looked at.
    pub entries: u32,
    /// Largest file that is read, in bytes; larger ones are left out.
    pub file_bytes: u64,
    /// Most bytes that are unpacked.
    pub total_bytes: u64,
    /// Most bytes that are unpacked for one byte of the archive. Small archives may unpack to a megabyte whatever they are.
    pub ratio: u64,
    /// How deep archives may lie in each other; 1 opens none inside of the first.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 50_000,
            file_bytes: 8 << 20,
            total_bytes: 256 << 20,
            ratio: 100,
            depth: 3,
        }
    }
}

/// What takes the files of an archive.
pub trait Visitor {
    /// Whether the file at this path is to be read.
    fn wants(&mut self, path: &str) -> bool;

    /// A file that was wanted. Its path is relative, climbs nowhere, and has `!/` after each archive that it lies in.
    fn file(&mut self, path: &str, content: &[u8]);
}

/// How the reading of an archive went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Entries that were looked at.
    pub entries: u32,
    /// Wanted files, and archives that may hold some, that were left out: too large, encrypted, in a method that is not known.
    pub left_out: u32,
    /// Why there may be more than was looked at.
    pub cut: Option<Cut>,
}

/// Why an archive was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cut {
    /// More entries than the limit.
    #[error("it has more entries than are looked at")]
    Entries,
    /// More bytes than the limit, or than such a small archive should hold.
    #[error("it unpacks to more than is read of an archive of its size")]
    Bytes,
    /// An archive in archives that lie too deep.
    #[error("the archives in it lie deeper than is looked")]
    Depth,
    /// It ends early, or its structure is broken.
    #[error("it is damaged, or ends early")]
    Damaged,
}

/// The bytes are none of the known archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no zip, tar or gzip archive")]
pub struct NotAnArchive;

/// Whether a file is an archive by its name.
#[must_use]
pub fn is_archive(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        extension.to_ascii_lowercase().as_str(),
        "zip" | "jar" | "war" | "ear" | "whl" | "egg" | "nupkg" | "tar" | "gz" | "tgz"
    )
}

/// Reads an archive: every file that the visitor wants, in the archive's order, files of inner archives in the place of these.
/// `name` is what the archive is called; a gzip file that names no file holds that without its ending.
///
/// # Errors
/// When the bytes do not start like an archive. Everything later ends in a [`Summary`] that says so.
pub fn read(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    visitor: &mut dyn Visitor,
) -> Result<Summary, NotAnArchive> {
    let format = Format::of(bytes).ok_or(NotAnArchive)?;
    /// What any archive may unpack to, however small it is.
    const LEAST: u64 = 1 << 20;
    let size = bytes.len() as u64;
    let most = size.saturating_mul(limits.ratio).max(LEAST);
    let meter = Meter::new(most.min(limits.total_bytes));
    let mut walk = Walk {
        limits,
        meter: &meter,
        visitor,
        summary: Summary::default(),
    };
    let folder = Folder {
        prefix: String::new(),
        depth: 1,
    };
    let ended = walk.archive(format, name, bytes, &folder);
    let mut summary = walk.summary;
    if let Err(cut) = ended {
        summary.cut = Some(cut);
    }
    Ok(summary)
}

/// The kinds of archives, by how they start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Zip,
    Gzip,
    Tar,
}

impl Format {
    fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            _ if tar::is_tar(bytes) => Some(Self::Tar),
            _ => None,
        }
    }
}

/// Where an archive lies: what stands before the paths in it, and how many archives deep it is.
struct Folder {
    prefix: String,
    depth: u32,
}

/// One reading of an archive and of those inside of it.
struct Walk<'w> {
    limits: &'w Limits,
    meter: &'w Meter,
    visitor: &'w mut dyn Visitor,
    summary: Summary,
}

impl Walk<'_> {
    fn archive(
        &mut self,
        format: Format,
        name: &str,
        bytes: &[u8],
        folder: &Folder,
    ) -> Result<(), Cut> {
        match format {
            Format::Zip => self.zip(bytes, folder),
            Format::Gzip => self.gzip(name, bytes, folder),
            Format::Tar => self.tar(bytes, folder),
        }
    }

    /// Counts an entry, and gives its path where it is to be opened.
    fn entry(&mut self, name: &str, folder: &Folder) -> Result<Option<String>, Cut> {
        if self.limits.entries <= self.summary.entries {
            return Err(Cut::Entries);
        }
        self.summary.entries += 1;
        let path = format!("{}{}", folder.prefix, path::relative(name));
        let is_opened = is_archive(&path) || self.visitor.wants(&path);
        Ok(is_opened.then_some(path))
    }

    /// Reads an entry that is to be opened, and hands it on. What is unpacked to read it, the caller has metered.
    fn content(&mut self, path: &str, from: impl Read, folder: &Folder) -> Result<(), Cut> {
        let mut content = Vec::new();
        let mut from = from.take(self.limits.file_bytes + 1);
        if from.read_to_end(&mut content).is_err() {
            self.meter.check()?;
            self.summary.left_out += 1;
            return Ok(());
        }
        if self.limits.file_bytes < content.len() as u64 {
            self.summary.left_out += 1;
            return Ok(());
        }
        self.unpacked(path, &content, folder)
    }

    /// Hands on what an entry holds: its files, where it is an archive itself.
    fn unpacked(&mut self, path: &str, content: &[u8], folder: &Folder) -> Result<(), Cut> {
        let inner = Format::of(content).filter(|_| is_archive(path));
        let Some(format) = inner else {
            if self.visitor.wants(path) {
                self.visitor.file(path, content);
            }
            return Ok(());
        };
        if self.limits.depth <= folder.depth {
            self.summary.cut = Some(Cut::Depth);
            return Ok(());
        }
        let below = Folder {
            prefix: format!("{path}!/"),
            depth: folder.depth + 1,
        };
        match self.archive(format, path, content, &below) {
            // The others in the archive around it may still be whole.
            Err(Cut::Damaged) => {
                self.summary.cut = Some(Cut::Damaged);
                Ok(())
            }
            ended => ended,
        }
    }
}
