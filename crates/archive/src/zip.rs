//! Zip archives: also jars, wheels and packages of functions.

use std::io::Cursor;

use ::zip::ZipArchive;

use crate::{Cut, Folder, Walk};

impl Walk<'_> {
    /// Reads a zip archive by its central directory, as runtimes do. Of several entries with one name the last one counts.
    pub(crate) fn zip(&mut self, bytes: &[u8], folder: &Folder) -> Result<(), Cut> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Cut::Damaged)?;
        for index in 0..archive.len() {
            let entry = archive.by_index_data(index).ok();
            let Some(entry) = entry.filter(|entry| entry.is_file()) else {
                continue;
            };
            let is_too_large = self.limits.file_bytes < entry.size();
            let name = match entry.name() {
                Ok(name) => name.into_owned(),
                Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(),
            };
            let Some(path) = self.entry(&name, folder)? else {
                continue;
            };
            // Nothing unpacks a large file to find out whether it was announced rightly.
            match archive.by_index(index) {
                Ok(file) if !is_too_large => {
                    self.content(&path, self.meter.metered(file), folder)?;
                }
                _ => self.summary.left_out += 1,
            }
        }
        Ok(())
    }
}
