//! One measurement: the scan of a directory against reading and parsing its files on the same threads, and the policies of its
//! functions.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use base::{Budget, FileId, RelPath, System};
use knowledge::Knowledge;
use rayon::prelude::*;
use tenrec::disk::DiskSystem;
use tenrec::policy::{Format, Policies};
use tenrec::project::Project;
use tenrec::scan;

/// The columns that [`print()`] prints, with one for the name before them.
pub(crate) const HEADER: &str = "project                        functions findings    lines     MB  parse ms   scan ms  ratio   MB/s  klines/s  peak MB  policy ms";

/// Bytes of stack for each thread, as in the binary.
const STACK: usize = 256 << 20;

/// Prints one line of figures.
pub(crate) fn print(path: &Path) -> Result<()> {
    rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build_global()
        .context("the threads could not be started")?;
    // The best of three is the least disturbed one. The scan comes first, so that its peak memory is not the parsers'.
    let (scan_time, outcome) = best_of_three(|| {
        let system = DiskSystem::new(path);
        rayon::scope(|_| scan::run(&system, &Budget::default()))
    });
    let peak = peak_megabytes().unwrap_or(0.0);
    let (parse_time, read) = best_of_three(|| parse(path));
    let (policy_time, _) = best_of_three(|| policies(path));
    let megabytes = read.bytes as f64 / 1e6;
    let seconds = scan_time.as_secs_f64();
    println!(
        "{:>11} {:>8} {:>8} {:>6.1} {:>9.1} {:>9.1} {:>6.2} {:>6.1} {:>9.0} {:>8.0} {:>10.1}",
        outcome.application.functions.len(),
        outcome.findings.len(),
        read.lines,
        megabytes,
        1e3 * parse_time.as_secs_f64(),
        1e3 * seconds,
        seconds / parse_time.as_secs_f64(),
        megabytes / seconds,
        read.lines as f64 / 1e3 / seconds,
        peak,
        1e3 * policy_time.as_secs_f64(),
    );
    Ok(())
}

/// Works out what every function needs and writes it down, as `tenrec policy` does: how long that is.
fn policies(path: &Path) -> usize {
    let system = DiskSystem::new(path);
    rayon::scope(|_| {
        let project = Project::read(&system, Knowledge::builtin(), &Budget::default());
        let policies = Policies::new(&project.model, &system);
        policies.write(Format::Json).map_or(0, |text| text.len())
    })
}

fn best_of_three<T>(mut work: impl FnMut() -> T) -> (Duration, T) {
    let mut timed = || {
        let start = Instant::now();
        let result = work();
        (start.elapsed(), result)
    };
    let first = timed();
    [timed(), timed()].into_iter().fold(
        first,
        |best, other| {
            if other.0 < best.0 { other } else { best }
        },
    )
}

/// What was read and parsed.
#[derive(Clone, Copy, Default)]
struct Read {
    bytes: usize,
    lines: usize,
}

/// Lists a directory, reads its code and its documents, and parses them.
fn parse(path: &Path) -> Read {
    let system = DiskSystem::new(path);
    let files: Vec<&RelPath> = system.files().iter().map(|entry| &entry.path).collect();
    files
        .par_iter()
        .enumerate()
        .map(|(index, path)| parse_file(&system, FileId(index as u32), path))
        .reduce(Read::default, |one, other| Read {
            bytes: one.bytes + other.bytes,
            lines: one.lines + other.lines,
        })
}

fn parse_file(system: &DiskSystem, file: FileId, path: &RelPath) -> Read {
    let is_parsed = matches!(
        path.extension(),
        "py" | "js"
            | "mjs"
            | "cjs"
            | "jsx"
            | "ts"
            | "mts"
            | "cts"
            | "tsx"
            | "yml"
            | "yaml"
            | "json"
    );
    let Some(text) = is_parsed.then(|| system.read(path).ok()).flatten() else {
        return Read::default();
    };
    match path.extension() {
        "yml" | "yaml" => drop(doc::parse_yaml(file, path, &text, &Budget::default())),
        "json" => drop(doc::parse_json(file, path, &text, &Budget::default())),
        "py" => drop(std::hint::black_box(front_python::parse_only(&text))),
        _ => drop(std::hint::black_box(front_js::parse_only(path, &text))),
    }
    Read {
        bytes: text.len(),
        lines: text.lines().count(),
    }
}

/// The most memory that this process ever held, where the system says so.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1e3)
}
