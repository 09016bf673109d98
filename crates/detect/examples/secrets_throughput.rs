//! Measures the pass for secrets: MB/s over the texts of a directory, on one thread.
//!
//! `cargo run --release -p detect --example secrets_throughput -- DIRECTORY`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measuring tool reads the disk and prints"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use base::RelPath;
use detect::{Detector, Reading};

fn main() {
    let root = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let mut texts: Vec<(Reading, String)> = Vec::new();
    collect(Path::new(&root), Path::new(&root), &mut texts);
    let n_bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    let detector = Detector::builtin();
    // The first pass compiles the patterns that are met.
    for pass in ["first", "second"] {
        let start = Instant::now();
        let n_secrets: usize = texts
            .iter()
            .map(|(reading, text)| detector.secrets(text, *reading).len())
            .sum();
        let seconds = start.elapsed().as_secs_f64();
        let rate = n_bytes as f64 / 1e6 / seconds;
        println!(
            "{pass} pass: {} files, {:.1} MB, {n_secrets} secrets, {seconds:.3} s, {rate:.0} MB/s",
            texts.len(),
            n_bytes as f64 / 1e6
        );
    }
}

fn collect(root: &Path, folder: &Path, texts: &mut Vec<(Reading, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    for path in paths {
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, texts);
            continue;
        }
        let relative = path.strip_prefix(root).ok().and_then(Path::to_str);
        let reading = relative
            .and_then(|relative| RelPath::new(relative).ok())
            .and_then(|relative| detect::reading(&relative));
        if let (Some(reading), Ok(text)) = (reading, std::fs::read_to_string(&path)) {
            texts.push((reading, text));
        }
    }
}
