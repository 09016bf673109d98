//! The advisories of all packages in one file, in which one package is found by a few reads.
//!
//! ```text
//! magic, format, created (seconds), number of packages       fixed size
//! for each package: hash of its name, offset, length          sorted, fixed size each
//! for each package: ecosystem, name, advisories (postcard)
//! ```
//!
//! A package is found by halving the table with positioned reads. The file is not mapped into memory: that needs `unsafe`, which
//! is forbidden here, and a change of the file under the map would be undefined; a scan asks for a few hundred packages, some
//! twenty reads of 20 bytes each.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Advisory, Vulnerability};
use crate::Ecosystem;

/// What the file begins with; the last two bytes are the version of its format.
const MAGIC: [u8; 8] = *b"TENRDB\x00\x01";
const HEADER: u64 = 8 + 8 + 8;
const ROW: u64 = 8 + 8 + 4;

/// The largest record that is read. A package of the real exports has less than a tenth of it.
const LARGEST_RECORD: u32 = 64 << 20;

/// Gathers advisories and writes them as an index.
#[derive(Debug, Default)]
pub struct Builder {
    packages: BTreeMap<(Ecosystem, String), Vec<Advisory>>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    ecosystem: Ecosystem,
    name: String,
    advisories: Vec<Advisory>,
}

impl Builder {
    /// Adds what [`super::advisories`] gives.
    pub fn add(&mut self, advisories: Vec<(Ecosystem, String, Advisory)>) {
        for (ecosystem, name, advisory) in advisories {
            self.packages
                .entry((ecosystem, name))
                .or_default()
                .push(advisory);
        }
    }

    /// How many packages have advisories.
    #[must_use]
    pub fn packages(&self) -> usize {
        self.packages.len()
    }

    /// Writes the index. `created` is in seconds since 1970. The same advisories give the same bytes, in whatever order they came.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn write(self, created: u64, mut out: impl Write) -> io::Result<()> {
        let mut records = Vec::with_capacity(self.packages.len());
        for ((ecosystem, name), mut advisories) in self.packages {
            advisories.sort_by(|one, other| one.id.cmp(&other.id));
            advisories.dedup();
            let hash = hash(ecosystem, &name);
            let record = Record {
                ecosystem,
                name,
                advisories,
            };
            records.push((
                hash,
                postcard::to_allocvec(&record).map_err(io::Error::other)?,
            ));
        }
        records.sort();
        out.write_all(&MAGIC)?;
        out.write_all(&created.to_le_bytes())?;
        out.write_all(&(records.len() as u64).to_le_bytes())?;
        let mut offset = HEADER + ROW * records.len() as u64;
        for (hash, record) in &records {
            out.write_all(&hash.to_le_bytes())?;
            out.write_all(&offset.to_le_bytes())?;
            out.write_all(&(record.len() as u32).to_le_bytes())?;
            offset += record.len() as u64;
        }
        for (_, record) in &records {
            out.write_all(record)?;
        }
        out.flush()
    }
}

/// The table's key of a package: the same on every machine and in every release.
fn hash(ecosystem: Ecosystem, name: &str) -> u64 {
    let digest = Sha256::new()
        .chain_update(ecosystem.as_str())
        .chain_update([0])
        .chain_update(name)
        .finalize();
    let first = digest.first_chunk::<8>().copied().unwrap_or_default();
    u64::from_le_bytes(first)
}

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The file is something else, or is cut off.
    #[error("the file is no index of advisories, or is damaged")]
    Damaged,
    /// Another release of Tenrec wrote it.
    #[error("the index was written by another release; run `tenrec db update`")]
    Format,
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// An index that is asked for packages.
#[derive(Debug)]
pub struct Index<R> {
    /// Reading moves the position, and rules ask side by side.
    from: Mutex<R>,
    created: u64,
    rows: u64,
}

impl<R: Read + Seek> Index<R> {
    /// Opens an index; only its first bytes are read.
    ///
    /// # Errors
    /// When it is none, or of another format.
    pub fn open(mut from: R) -> Result<Self, IndexError> {
        let mut header = [0; HEADER as usize];
        let size = from.seek(SeekFrom::End(0))?;
        from.rewind()?;
        from.read_exact(&mut header)
            .map_err(|_| IndexError::Damaged)?;
        let (magic, rest) = header.split_at(8);
        if magic != MAGIC {
            let is_ours = magic.get(..6) == MAGIC.get(..6);
            return Err(if is_ours {
                IndexError::Format
            } else {
                IndexError::Damaged
            });
        }
        let (created, rows) = (number(rest, 0), number(rest, 8));
        let table = rows
            .checked_mul(ROW)
            .and_then(|table| table.checked_add(HEADER));
        if table.is_none_or(|table| size < table) {
            return Err(IndexError::Damaged);
        }
        Ok(Self {
            from: Mutex::new(from),
            created,
            rows,
        })
    }

    /// When it was made, in seconds since 1970.
    #[must_use]
    pub fn created(&self) -> u64 {
        self.created
    }

    /// How many packages it has advisories about.
    #[must_use]
    pub fn packages(&self) -> u64 {
        self.rows
    }

    /// What is known about one version of a package, worst first.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn vulnerabilities(
        &self,
        ecosystem: Ecosystem,
        name: &str,
        version: &str,
    ) -> Result<Vec<Vulnerability>, IndexError> {
        let advisories = self.advisories(ecosystem, name)?;
        Ok(Vulnerability::of(ecosystem, version, &advisories))
    }

    /// All advisories about a package.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn advisories(
        &self,
        ecosystem: Ecosystem,
        name: &str,
    ) -> Result<Vec<Advisory>, IndexError> {
        let name = ecosystem.normal_name(name);
        let wanted = hash(ecosystem, &name);
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.row(middle)?.0 < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        // Names whose hashes are equal stand side by side.
        for at in low..self.rows {
            let (hash, offset, length) = self.row(at)?;
            if hash != wanted {
                break;
            }
            if LARGEST_RECORD < length {
                return Err(IndexError::Damaged);
            }
            let bytes = self.read(offset, length as usize)?;
            let record: Record = postcard::from_bytes(&bytes).map_err(|_| IndexError::Damaged)?;
            if record.ecosystem == ecosystem && record.name == name {
                return Ok(record.advisories);
            }
        }
        Ok(Vec::new())
    }

    fn row(&self, at: u64) -> Result<(u64, u64, u32), IndexError> {
        let bytes = self.read(HEADER + at * ROW, ROW as usize)?;
        let length = bytes
            .get(16..)
            .and_then(|rest| rest.first_chunk::<4>().copied());
        let length = length.map_or(0, u32::from_le_bytes);
        Ok((number(&bytes, 0), number(&bytes, 8), length))
    }

    fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, IndexError> {
        let mut from = self.from.lock().map_err(|_| IndexError::Damaged)?;
        from.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        let read = from.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        if read < length {
            return Err(IndexError::Damaged);
        }
        Ok(bytes)
    }
}

/// The number in eight bytes from `at`.
fn number(bytes: &[u8], at: usize) -> u64 {
    let chunk = bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk::<8>().copied());
    chunk.map_or(0, u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn entry(id: &str, ecosystem: &str, name: &str, fixed: &str) -> String {
        format!(
            r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        )
    }

    fn built(entries: &[String]) -> Vec<u8> {
        let mut builder = Builder::default();
        for text in entries {
            builder.add(super::super::advisories(text.as_bytes()).unwrap());
        }
        let mut bytes = Vec::new();
        builder.write(1_700_000_000, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn every_package_is_found_and_no_other() {
        let entries: Vec<String> = (0..300)
            .map(|at| entry(&format!("X-{at}"), "npm", &format!("p{at}"), "1.0.0"))
            .collect();
        let bytes = built(&entries);
        let mut turned = entries.clone();
        turned.reverse();
        assert_eq!(built(&turned), bytes, "the order of entries does not show");
        let index = Index::open(Cursor::new(bytes)).unwrap();
        assert_eq!((index.created(), index.packages()), (1_700_000_000, 300));
        for at in 0..300 {
            let found = index
                .vulnerabilities(Ecosystem::Npm, &format!("p{at}"), "0.9.0")
                .unwrap();
            assert_eq!(found.first().unwrap().advisory.id, format!("X-{at}"));
        }
        let none = |ecosystem, name: &str, version: &str| {
            index
                .vulnerabilities(ecosystem, name, version)
                .unwrap()
                .is_empty()
        };
        assert!(none(Ecosystem::Npm, "p300", "0.9.0"));
        assert!(none(Ecosystem::PyPI, "p1", "0.9.0"));
        assert!(none(Ecosystem::Npm, "p1", "1.0.0"));
    }

    #[test]
    fn names_are_found_as_their_registry_spells_them() {
        let bytes = built(&[
            entry("A", "PyPI", "Jinja2_Thing", "2"),
            entry("B", "NuGet", "Newtonsoft.Json", "13.0.1"),
        ]);
        let index = Index::open(Cursor::new(bytes)).unwrap();
        assert_eq!(
            index
                .advisories(Ecosystem::PyPI, "jinja2.thing")
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            index
                .advisories(Ecosystem::NuGet, "newtonsoft.json")
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn a_damaged_index_is_an_error() {
        let bytes = built(&[entry("A", "npm", "a", "1.0.0")]);
        let open = |bytes: &[u8]| Index::open(Cursor::new(bytes.to_vec()));
        assert!(matches!(open(b"PK\x03\x04"), Err(IndexError::Damaged)));
        let mut other = bytes.clone();
        if let Some(format) = other.get_mut(7) {
            *format = 9;
        }
        assert!(matches!(open(&other), Err(IndexError::Format)));
        for end in 0..bytes.len() {
            let cut = bytes.get(..end).unwrap();
            let answer = open(cut).and_then(|index| index.advisories(Ecosystem::Npm, "a"));
            assert!(answer.is_err(), "cut at {end}");
        }
    }
}
