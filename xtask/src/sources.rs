//! The shape of the files: every module says what it is for, none is too long, rule pages have their sections, and `flow` knows
//! no cloud.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The most lines of a file. One that is longer holds two things.
const LONGEST: usize = 800;

/// What a rule's page says, in this order; a section has one of these headings.
const SECTIONS: [&[&str]; 4] = [
    &["## What it finds"],
    &["## How it is exploited", "## Why it matters"],
    &["## How it is fixed"],
    &["## Examples"],
];

/// Words that belong into the knowledge data and not into `flow`.
const CLOUD_WORDS: [&str; 7] = [
    "aws",
    "azure",
    "gcp",
    "boto",
    "dynamodb",
    "cloudformation",
    "sqs",
];

/// Fails on the first file that is out of shape.
pub(crate) fn check() -> Result<()> {
    for root in ["crates", "xtask"] {
        for path in files(Path::new(root), "rs")? {
            source(&path)?;
        }
    }
    for path in files(Path::new("crates/rules/docs"), "md")? {
        page(&path)?;
    }
    Ok(())
}

fn source(path: &Path) -> Result<()> {
    let text = read(path)?;
    let name = path.display();
    if !text.starts_with("//!") {
        bail!("{name}: the file does not start with `//!` and what it is for");
    }
    let lines = text.lines().count();
    if LONGEST < lines {
        bail!(
            "{name}: the file has {lines} lines, more than {LONGEST}; which two things does it hold?"
        );
    }
    if path.starts_with("crates/flow/src") {
        for (line, number) in text.lines().zip(1..) {
            let code = line.split("//").next().unwrap_or_default();
            let lower = code.to_ascii_lowercase();
            if let Some(word) = words(&lower).find(|word| CLOUD_WORDS.contains(word)) {
                bail!("{name}:{number}: `flow` knows no cloud, but the line says `{word}`");
            }
        }
    }
    Ok(())
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|char: char| !char.is_ascii_alphanumeric())
}

fn page(path: &Path) -> Result<()> {
    let text = read(path)?;
    let found: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("## "))
        .collect();
    let is_whole = found.len() == SECTIONS.len()
        && SECTIONS
            .iter()
            .zip(&found)
            .all(|(known, heading)| known.contains(heading));
    if !is_whole {
        bail!(
            "{}: the sections are {found:?}, not {SECTIONS:?}",
            path.display()
        );
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} could not be read", path.display()))
}

/// All files below a directory whose names end so, sorted.
fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(directory)
        .with_context(|| format!("{} could not be listed", directory.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
