//! The shape of the house: which crate may depend on which, and which crates alone may name a parser.

use std::fs;

use anyhow::{Context, Result, bail};

/// Each crate and the crates of the workspace that it may depend on.
const EDGES: [(&str, &[&str]); 25] = [
    ("base", &[]),
    ("knowledge", &["base"]),
    ("finding", &["base"]),
    ("app", &["base", "knowledge"]),
    ("ir", &["base"]),
    ("doc", &["base"]),
    ("iac", &["doc", "app", "knowledge", "base"]),
    ("front-js", &["ir", "base"]),
    ("front-python", &["ir", "base"]),
    ("iam", &["base", "knowledge"]),
    ("flow", &["ir", "knowledge", "base"]),
    (
        "link",
        &["app", "ir", "flow", "iam", "knowledge", "finding", "base"],
    ),
    (
        "privilege",
        &["link", "flow", "app", "ir", "iam", "knowledge", "base"],
    ),
    ("cost", &["link", "app", "finding", "base"]),
    (
        "fix",
        &[
            "privilege",
            "link",
            "app",
            "iam",
            "knowledge",
            "finding",
            "doc",
            "base",
        ],
    ),
    ("archive", &[]),
    ("history", &[]),
    ("deps", &["archive", "doc", "base"]),
    ("detect", &["base", "knowledge"]),
    ("redos", &[]),
    (
        "rules",
        &[
            "link",
            "privilege",
            "flow",
            "app",
            "ir",
            "iam",
            "cost",
            "deps",
            "detect",
            "redos",
            "finding",
            "knowledge",
            "base",
        ],
    ),
    ("report", &["finding", "app", "base"]),
    ("tenrec", &["*"]),
    ("bench", &["*"]),
    ("testkit", &["base"]),
];

/// Parsers and the one crate that may name each.
const PARSERS: [(&str, &str); 3] = [
    ("oxc_", "front-js"),
    ("ruff_", "front-python"),
    ("saphyr", "doc"),
];

/// Fails on the first crate that depends on something it may not, and on the first file that is out of shape.
pub(crate) fn check() -> Result<()> {
    edges()?;
    crate::sources::check()?;
    crate::licences::check()
}

fn edges() -> Result<()> {
    for (name, allowed) in EDGES {
        let path = format!("crates/{name}/Cargo.toml");
        if !std::path::Path::new(&path).exists() {
            continue;
        }
        let manifest =
            fs::read_to_string(&path).with_context(|| format!("{path} could not be read"))?;
        for dependency in dependencies(&manifest) {
            let is_ours = EDGES.iter().any(|(other, _)| *other == dependency);
            if is_ours && !allowed.contains(&"*") && !allowed.contains(&dependency) {
                bail!(
                    "{path}: `{name}` may not depend on `{dependency}`; see ARCHITECTURE.md for the allowed edges"
                );
            }
            for (parser, owner) in PARSERS {
                if dependency.starts_with(parser) && owner != name {
                    bail!("{path}: only `{owner}` may name `{dependency}`");
                }
            }
        }
    }
    Ok(())
}

/// The names under `[dependencies]`; what tests depend on is free.
fn dependencies(manifest: &str) -> Vec<&str> {
    let section = manifest.split("[dependencies]").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    section
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .collect()
}
