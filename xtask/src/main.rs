//! The project's own checks: `cargo xtask test` runs all of them, `cargo xtask tidy` those about the shape of the house.

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
        _ => Err(anyhow::anyhow!(
            "use `cargo xtask test` or `cargo xtask tidy`"
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
