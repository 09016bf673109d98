//! The project's own checks: `cargo xtask test` runs all of them, `cargo xtask tidy` those about the shape of the house,
//! `cargo xtask bench` measures, and `cargo xtask knowledge` writes the generated part of the knowledge anew.

#![expect(
    clippy::disallowed_methods,
    reason = "the checks read the project's own files and run cargo on it"
)]
#![expect(clippy::print_stderr, reason = "a command prints what went wrong")]

mod knowledge;
mod licences;
mod sources;
mod test;
mod tidy;

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

fn main() -> ExitCode {
    let verb = std::env::args().nth(1).unwrap_or_default();
    let result = match verb.as_str() {
        "test" => test::all(),
        "tidy" => tidy::check(),
        "bench" => bench(),
        "knowledge" => knowledge::generate(std::env::args().nth(2).as_deref()),
        _ => Err(anyhow::anyhow!(
            "use `cargo xtask test`, `cargo xtask tidy`, `cargo xtask bench [PATH… | --labelled DIR]` or `cargo xtask knowledge iam`"
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

/// Figures of scans of generated applications, and of the directories named.
fn bench() -> Result<()> {
    let paths: Vec<String> = std::env::args().skip(2).collect();
    let mut arguments = vec!["run", "--quiet", "--release", "-p", "bench", "--"];
    arguments.extend(paths.iter().map(String::as_str));
    cargo(&arguments)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    run(Command::new("cargo").args(arguments))
}

/// Runs a command and fails where it does.
fn run(command: &mut Command) -> Result<()> {
    let arguments: Vec<_> = command.get_args().map(|it| it.to_string_lossy()).collect();
    let name = format!(
        "{} {}",
        command.get_program().to_string_lossy(),
        arguments.join(" ")
    );
    let status = command
        .status()
        .with_context(|| format!("`{name}` could not be started"))?;
    if !status.success() {
        bail!("`{name}` failed");
    }
    Ok(())
}
