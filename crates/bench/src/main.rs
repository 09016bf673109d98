//! Benchmarks, run by `cargo xtask bench`: the time of a scan over the time of only reading and parsing the same files, on
//! generated applications of growing size and on directories that the caller names.
//!
//! `cargo xtask bench --labelled DIR` measures nothing, and writes the labelled lines of secrets as files for other programs to
//! be measured on.
//!
//! Every measurement runs in a process of its own, so that its peak memory is its own.

#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark writes applications to disk and measures itself in processes of its own"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod generate;
mod measure;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// That of the binary, for scan and parse alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sizes of the generated applications, in functions.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [verb, path] if verb == "--measure" => measure::print(Path::new(path)),
        [verb, functions, path] if verb == "--generate" => {
            let functions = functions.parse().context("the number of functions")?;
            generate::application(Path::new(path), functions)
        }
        [verb, path] if verb == "--labelled" => labelled(Path::new(path)),
        paths => match paths.iter().find(|path| path.starts_with("--")) {
            Some(_) => {
                bail!("use `cargo xtask bench [PATH…]` or `cargo xtask bench --labelled DIR`")
            }
            None => all(paths),
        },
    }
}

fn all(paths: &[String]) -> Result<()> {
    println!("{}", measure::HEADER);
    for functions in SIZES {
        let directory = tempfile::tempdir()?;
        generate::application(directory.path(), functions)?;
        one(&format!("generated, {functions}"), directory.path())?;
    }
    for path in paths {
        one(path, &PathBuf::from(path))?;
    }
    Ok(())
}

/// Writes each labelled line as a file: `secret/17/.env`, `other/93/app.py`.
fn labelled(root: &Path) -> Result<()> {
    for case in testkit::labelled() {
        let label = if case.is_secret { "secret" } else { "other" };
        let folder = root.join(label).join(case.number.to_string());
        let path = folder.join(case.path.as_str());
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))
            .and_then(|()| std::fs::write(&path, case.text))
            .with_context(|| format!("{} could not be written", path.display()))?;
    }
    Ok(())
}

fn one(name: &str, path: &Path) -> Result<()> {
    let output = Command::new(std::env::current_exe()?)
        .arg("--measure")
        .arg(path)
        .output()
        .context("the benchmark could not start itself")?;
    if !output.status.success() {
        bail!(
            "measuring {name} failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let short: String = name
        .chars()
        .rev()
        .take(28)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    print!("{short:<28} {}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}
