//! The project's own checks: `cargo xtask test` runs all of them, `cargo xtask tidy` those about the shape of the house,
//! `cargo xtask bench` measures.

#![expect(
    clippy::disallowed_methods,
    reason = "the checks read the project's own files and run cargo on it"
)]
#![expect(clippy::print_stderr, reason = "a command prints what went wrong")]

mod tidy;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    let verb = std::env::args().nth(1).unwrap_or_default();
    let result = match verb.as_str() {
        "test" => test(),
        "tidy" => tidy::check(),
        "bench" => bench(),
        _ => Err(anyhow::anyhow!(
            "use `cargo xtask test`, `cargo xtask tidy` or `cargo xtask bench [PATH…]`"
        )),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Everything that CI checks.
fn test() -> Result<()> {
    tidy::check()?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])?;
    cargo(&["test", "--workspace"])
}

/// Figures of scans of generated applications, and of the directories named.
fn bench() -> Result<()> {
    let paths: Vec<String> = std::env::args().skip(2).collect();
    let mut arguments = vec!["run", "--quiet", "--release", "-p", "bench", "--"];
    arguments.extend(paths.iter().map(String::as_str));
    cargo(&arguments)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let status = Command::new("cargo")
        .args(arguments)
        .status()
        .with_context(|| format!("`cargo {}` could not be started", arguments.join(" ")))?;
    if !status.success() {
        bail!("`cargo {}` failed", arguments.join(" "));
    }
    Ok(())
}
