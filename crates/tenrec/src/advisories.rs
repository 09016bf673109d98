//! The database of known vulnerabilities on this machine: where it lies, how it is opened, how old it is, how it is renewed.
//!
//! A scan opens it and never goes online; only `tenrec db update` does.

use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use deps::Ecosystem;
use deps::osv::{self, Builder, Database, IndexError};
use ureq::tls::{RootCerts, TlsConfig};

/// Where the exports of OSV are, one folder for each registry.
pub(crate) const EXPORTS: &str = "https://osv-vulnerabilities.storage.googleapis.com";

/// A database that is older misses what attackers know by now.
const OLD: u64 = 14 * DAY;
const DAY: u64 = 24 * 60 * 60;

/// The longest wait for a server to go on.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest export that is downloaded, in bytes.
const LARGEST_DOWNLOAD: u64 = 4 << 30;

/// A database that is open.
pub(crate) struct Advisories {
    pub(crate) database: Database,
    /// When it was made, and how old that is, for people.
    pub(crate) age: String,
    /// Too much has been found since.
    pub(crate) is_old: bool,
}

/// Opens the database that the user names, or the one that an update has put in its place; nothing where there is none.
pub(crate) fn open(named: Option<&Path>) -> Result<Option<Advisories>> {
    let database = match named {
        Some(path) => {
            read(path).with_context(|| format!("{} cannot be the database", path.display()))?
        }
        None => {
            let path = place().filter(|path| path.is_file());
            let Some(path) = path else {
                return Ok(None);
            };
            index(&path).with_context(|| format!("{} cannot be the database", path.display()))?
        }
    };
    let now = now();
    // What is read from single entries is as old as they are, which nobody knows.
    let age = match database.created() {
        0 => "of unknown age".to_owned(),
        created => {
            let days = now.saturating_sub(created) / DAY;
            let plural = if days == 1 { "" } else { "s" };
            format!("of {} ({days} day{plural} old)", date(created))
        }
    };
    let is_old = 0 < database.created() && OLD < now.saturating_sub(database.created());
    Ok(Some(Advisories {
        database,
        age,
        is_old,
    }))
}

/// Where an update puts the database: in the user's cache.
fn place() -> Option<PathBuf> {
    let variable = |name: &str| {
        #[expect(
            clippy::disallowed_methods,
            reason = "where the user's cache is, the environment says"
        )]
        let value = std::env::var(name).ok();
        value
            .filter(|value| Path::new(value).is_absolute())
            .map(PathBuf::from)
    };
    let cache = variable("XDG_CACHE_HOME")
        .or_else(|| Some(variable("HOME")?.join(".cache")))
        .or_else(|| variable("LOCALAPPDATA"))?;
    Some(cache.join("tenrec").join("advisories.db"))
}

fn index(path: &Path) -> Result<Database> {
    let file = BufReader::new(File::open(path)?);
    Ok(Database::open(Box::new(file))?)
}

/// An index, an export, an entry, or a directory of exports and entries.
fn read(path: &Path) -> Result<Database> {
    if path.is_file() {
        match index(path) {
            Ok(database) => return Ok(database),
            Err(error) if !matches!(error.downcast_ref(), Some(IndexError::Damaged)) => {
                return Err(error);
            }
            Err(_) => {}
        }
    }
    let mut builder = Builder::default();
    let mut count = 0;
    let mut waiting = vec![(path.to_owned(), 0)];
    while let Some((path, depth)) = waiting.pop() {
        if path.is_dir() && depth < DEEPEST {
            #[expect(
                clippy::disallowed_methods,
                reason = "the user named this directory on the command line"
            )]
            let entries = std::fs::read_dir(&path)?;
            for entry in entries {
                waiting.push((entry?.path(), depth + 1));
            }
            continue;
        }
        let in_file = || path.display().to_string();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("zip") => {
                count += builder
                    .add_archive(BufReader::new(File::open(&path)?))
                    .with_context(in_file)?
            }
            Some("json") => {
                let mut text = Vec::new();
                File::open(&path)?
                    .take(LARGEST_DOWNLOAD)
                    .read_to_end(&mut text)?;
                builder.add(osv::advisories(&text).with_context(in_file)?);
                count += 1;
            }
            _ => {}
        }
    }
    if count == 0 {
        bail!(
            "it is neither a database of `tenrec db update` nor are there OSV entries (.json) or exports (.zip)"
        );
    }
    let mut bytes = Vec::new();
    builder.write(0, &mut bytes)?;
    Ok(Database::open(Box::new(Cursor::new(bytes)))?)
}

/// The deepest directory of a mirror that is entered.
const DEEPEST: u32 = 8;

/// Downloads the exports of all registries and puts an index of them in place of the old one. Where anything fails, the old one
/// stays.
pub(crate) fn update(base: &str, to: Option<&Path>) -> Result<String> {
    let to = match to {
        Some(to) => to.to_owned(),
        None => place().context("there is no place for the database: set XDG_CACHE_HOME or HOME, or name one with --output")?,
    };
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let mut builder = Builder::default();
    let mut lines = String::new();
    for ecosystem in Ecosystem::ALL {
        let url = format!(
            "{}/{}/all.zip",
            base.trim_end_matches('/'),
            ecosystem.as_str()
        );
        let count = download(&url)
            .and_then(|archive| Ok(builder.add_archive(archive)?))
            .with_context(|| format!("{url} could not be used; the database is as it was"))?;
        lines.push_str(&format!("{count:>9} advisories  {ecosystem}\n"));
    }
    let packages = builder.packages();
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    builder.write(now(), BufWriter::new(new.as_file_mut()))?;
    new.as_file().sync_all()?;
    new.persist(&to)
        .with_context(|| format!("{} could not be replaced", to.display()))?;
    lines.push_str(&format!("{packages:>9} packages    {}\n", to.display()));
    Ok(lines)
}

/// An export, in a file that is gone when it is closed.
fn download(url: &str) -> Result<File> {
    let roots = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .tls_config(roots)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .build()
        .into();
    let mut response = agent.get(url).call()?;
    let length = response.body().content_length();
    let mut file = tempfile::tempfile()?;
    let body = response
        .body_mut()
        .with_config()
        .limit(LARGEST_DOWNLOAD)
        .reader();
    let written = std::io::copy(&mut { body }, &mut file)?;
    if length.is_some_and(|length| length != written) {
        bail!("the download was cut off after {written} bytes");
    }
    file.flush()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The time that a reproducible build gives what it makes, in RFC 3339; nothing where nobody says one.
pub(crate) fn source_time() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "reproducible builds say the time in this variable"
    )]
    let seconds: u64 = std::env::var("SOURCE_DATE_EPOCH").ok()?.parse().ok()?;
    let of_day = seconds % DAY;
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    Some(format!(
        "{}T{hour:02}:{minute:02}:{second:02}Z",
        date(seconds)
    ))
}

/// The day of a time in seconds since 1970: `2026-11-24`.
fn date(seconds: u64) -> String {
    // Years that begin in March, so that the leap day is their last; 400 of them have 146,097 days.
    let days = seconds / DAY + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_795_478_400, "2026-11-24"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }
}
