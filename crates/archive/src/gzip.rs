//! Gzip: one file, or a tar archive.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::tar::{BLOCK, is_tar};
use crate::{Cut, Folder, Walk};

impl Walk<'_> {
    pub(crate) fn gzip(&mut self, name: &str, bytes: &[u8], folder: &Folder) -> Result<(), Cut> {
        let mut unpacked = MultiGzDecoder::new(bytes);
        let mut start = Vec::new();
        let mut head = self.meter.metered(&mut unpacked).take(BLOCK as u64);
        if head.read_to_end(&mut start).is_err() {
            self.meter.check()?;
            return Err(Cut::Damaged);
        }
        let is_tar = is_tar(&start);
        let inner = match unpacked.header().and_then(|header| header.filename()) {
            Some(name) => String::from_utf8_lossy(name).into_owned(),
            None => without_ending(name).to_owned(),
        };
        let meter = self.meter;
        // All of it counts as it comes out: a tar reader skips what nobody wants by reading it.
        let all = Cursor::new(start).chain(meter.metered(unpacked));
        if is_tar {
            return self.tar(all, folder);
        }
        match self.entry(&inner, folder)? {
            Some(path) => self.content(&path, all, folder),
            None => Ok(()),
        }
    }
}

/// `data.json` of `backup/data.json.gz`.
fn without_ending(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
