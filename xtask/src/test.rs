//! `cargo xtask test`: everything that CI checks, after installing what the tests use.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::{cargo, run, tidy};

/// Where tools that tests use are installed.
const TOOLS: &str = "target/tools";

/// Microsoft's validator of SARIF reports, as npm knows it.
const SARIF_TOOL: &str = "@microsoft/sarif-multitool-linux@5.7.0";

pub(crate) fn all() -> Result<()> {
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
    fuzz_targets()?;
    tools();
    tests()?;
    // The README's first command names no binary.
    cargo(&[
        "run",
        "--quiet",
        "--",
        "scan",
        "examples/cv-filter",
        "--fail-on",
        "never",
        "--quiet",
    ])?;
    run(Command::new("cargo")
        .args(["doc", "--workspace", "--no-deps", "--quiet"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// Looks at the fuzz targets, which are a workspace of their own, so that they keep up with what they call.
fn fuzz_targets() -> Result<()> {
    let manifest = "--manifest-path=fuzz/Cargo.toml";
    cargo(&["fmt", manifest, "--check"])?;
    cargo(&["check", manifest, "--locked", "--target-dir=target"])
}

/// Runs the tests, with nextest where it is installed.
fn tests() -> Result<()> {
    let nextest = Command::new("cargo")
        .args(["nextest", "--version"])
        .output();
    if nextest.is_ok_and(|output| output.status.success()) {
        cargo(&["nextest", "run", "--workspace"])?;
        return cargo(&["test", "--workspace", "--doc"]);
    }
    cargo(&["test", "--workspace"])
}

/// Installs what tests use besides Rust. Where that fails the tests concerned say that they are skipped.
fn tools() {
    if Command::new("strace").arg("-V").output().is_err() {
        attempt(Command::new("apt-get").args(["update", "--quiet"]));
        attempt(Command::new("apt-get").args(["install", "--yes", "--quiet", "strace"]));
    }
    let tool =
        Path::new(TOOLS).join("node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool");
    if !tool.exists() {
        attempt(Command::new("npm").args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
            TOOLS,
            SARIF_TOOL,
        ]));
    }
    if tool.exists() {
        attempt(Command::new("chmod").arg("u+x").arg(&tool));
    }
}

fn attempt(command: &mut Command) {
    if let Err(error) = run(command) {
        eprintln!("warning: {error:#}");
    }
}
