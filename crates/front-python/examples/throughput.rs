//! How fast are Python files parsed, and how fast parsed and lowered? Prints megabytes per second of both over all `.py` files
//! below the directory that is given as the only argument, and the files that have diagnostics.
//!
//! `cargo run --release -p front-python --example throughput -- /usr/lib/python3`
#![allow(
    clippy::disallowed_methods,
    reason = "a measuring tool reads the disk itself"
)]
#![allow(clippy::print_stdout, reason = "its output is the measurement")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base::{Budget, FileId, LineIndex, RelPath};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

fn main() {
    let Some(root) = std::env::args().nth(1) else {
        println!("usage: throughput DIRECTORY");
        return;
    };
    let files = python_files(Path::new(&root));
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    println!("{} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    report_diagnostics(&files);

    let parse = best_of_three(|| {
        for (_, text) in &files {
            black_box(parse_unchecked(text, ParseOptions::from(Mode::Module)));
        }
    });
    let lower = best_of_three(|| {
        for (_, text) in &files {
            black_box(front_python::lower(
                FileId(0),
                &RelPath::root(),
                text,
                &Budget::default(),
            ));
        }
    });
    let speed = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!("parse:         {:6.1} MB/s", speed(parse));
    println!("parse + lower: {:6.1} MB/s", speed(lower));
    let share = lower.saturating_sub(parse).as_secs_f64() / parse.as_secs_f64();
    println!("lowering takes {share:.2} of the time of parsing");
}

fn best_of_three(mut work: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..3 {
        let start = Instant::now();
        work();
        best = best.min(start.elapsed());
    }
    best
}

fn report_diagnostics(files: &[(PathBuf, String)]) {
    let mut count = 0;
    for (path, text) in files {
        for diagnostic in
            front_python::lower(FileId(0), &RelPath::root(), text, &Budget::default()).diagnostics
        {
            count += 1;
            let line = diagnostic
                .place
                .map_or(0, |place| LineIndex::new(text).line(place.span.start));
            println!(
                "{}:{line}: {}: {}",
                path.display(),
                diagnostic.code.as_str(),
                diagnostic.message
            );
        }
    }
    println!("{count} diagnostics");
}

/// All Python files below `root` that are UTF-8, in no particular order.
fn python_files(root: &Path) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "py") {
                files.extend(std::fs::read_to_string(&path).ok().map(|text| (path, text)));
            }
        }
    }
    files
}
