//! Everything that is built in may be given away: the licences of all dependencies.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

/// Licences that ask for no more than their text to be kept.
const ALLOWED: [&str; 15] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Zlib",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    license: Option<String>,
}

/// Fails on the first package whose licence is not allowed.
pub(crate) fn check() -> Result<()> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .output()
        .context("`cargo metadata` could not be started")?;
    if !output.status.success() {
        bail!(
            "`cargo metadata` failed: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    for package in metadata.packages {
        let licence = package.license.unwrap_or_default();
        if !is_allowed(&licence) {
            bail!(
                "{} has the licence `{licence}`, which is not among the allowed ones",
                package.name
            );
        }
    }
    Ok(())
}

/// Whether one choice of an SPDX expression holds allowed licences only. Parentheses stand only around choices.
fn is_allowed(expression: &str) -> bool {
    let is_known = |name: &str| ALLOWED.contains(&name.trim_matches([' ', '(', ')']));
    let choice = |text: &str| text.replace('/', " OR ").split(" OR ").any(is_known);
    expression.split(" AND ").all(choice)
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn one_choice_must_be_allowed() {
        assert!(is_allowed("MIT OR GPL-3.0"));
        assert!(is_allowed("MIT/Apache-2.0"));
        assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(!is_allowed("GPL-3.0"));
        assert!(!is_allowed("MIT AND GPL-3.0"));
        assert!(!is_allowed(""));
    }
}
