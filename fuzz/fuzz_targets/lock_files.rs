//! The lock files and manifests of every package manager: one text under one name, beside a manifest that asks for it.

#![no_main]

use base::{Budget, MemorySystem, RelPath};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 20] = [
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
    let _ = deps::read(&MemorySystem::new(files), &Budget::default());
});
