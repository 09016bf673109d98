//! Tar archives, as they are or unpacked from gzip on the way.

use std::io::Read;

use ::tar::{Archive, EntryType};

use crate::{Cut, Folder, Walk};

/// The size of a tar header, in bytes.
pub(crate) const BLOCK: usize = 512;

/// Whether bytes start with the header of a tar archive of this century: older ones carry no mark.
pub(crate) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

impl Walk<'_> {
    pub(crate) fn tar(&mut self, from: impl Read, folder: &Folder) -> Result<(), Cut> {
        let mut archive = Archive::new(from);
        for entry in archive.entries().map_err(|_| Cut::Damaged)? {
            let Ok(entry) = entry else {
                self.meter.check()?;
                return Err(Cut::Damaged);
            };
            let kind = entry.header().entry_type();
            if !matches!(
                kind,
                EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse
            ) {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let Some(path) = self.entry(&name, folder)? else {
                continue;
            };
            let is_sparse = kind == EntryType::GNUSparse;
            if self.limits.file_bytes < entry.size() {
                self.summary.left_out += 1;
            } else if is_sparse {
                // Its holes are unpacked from nothing.
                self.content(&path, self.meter.metered(entry), folder)?;
            } else {
                self.content(&path, entry, folder)?;
            }
        }
        Ok(())
    }
}
