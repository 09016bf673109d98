//! The lock files, manifests and descriptions of every package manager: one text under one name, beside a manifest that asks for
//! it, and every requirement asked whether it takes every version.

#![no_main]

use base::{Budget, MemorySystem, RelPath};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 22] = [
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "package.json",
    "poetry.lock",
    "pylock.toml",
    "pyproject.toml",
    "Pipfile.lock",
    "requirements.txt",
    "pom.xml",
    "gradle.lockfile",
    "libs.versions.toml",
    "packages.lock.json",
    "project.assets.json",
    "app.csproj",
    "go.mod",
    "Gemfile.lock",
    "Cargo.lock",
    "uv.lock",
    "Pipfile",
    "a-1.0.dist-info/METADATA",
];

fuzz_target!(|input: (u8, &str)| {
    let (name, text) = input;
    let name = NAMES[usize::from(name) % NAMES.len()];
    let beside = [
        ("package.json", r#"{"dependencies": {"a": "^1.0.0"}}"#),
        ("requirements.txt", "a==1.0\n"),
        (name, text),
    ];
    let files = beside
        .into_iter()
        .filter_map(|(name, text)| Some((RelPath::new(name).ok()?, text.to_owned())));
    let (inventory, _) = deps::read(&MemorySystem::new(files), &Budget::default());
    let packages = inventory.locks.iter().flat_map(|lock| &lock.packages);
    for package in packages.take(20) {
        for manifest in &inventory.manifests {
            for requirement in manifest.all() {
                let _ = requirement.takes(manifest.ecosystem(), &package.version);
            }
            let _ = deps::names::lookalike(manifest.ecosystem(), &package.name);
        }
    }
});
