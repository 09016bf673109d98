//! A project's files: how each is read, and what was found in it.

use base::{FileId, Name, RelPath};

use crate::{Reading, Secret};

/// The secrets of one file.
#[derive(Clone, Debug)]
pub struct SecretFile {
    /// Where the file is; behind a `!/`, in an archive.
    pub path: RelPath,
    /// The file.
    pub file: FileId,
    /// The commit that brought it, where it is a version that is gone.
    pub commit: Option<Name>,
    /// What was found, in order.
    pub secrets: Vec<Secret>,
}

/// Files that hold hashes and addresses of packages, or that machines made out of others.
const LOCK_FILES: [&str; 14] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "composer.lock",
    "Gemfile.lock",
    "Cargo.lock",
    "go.sum",
    "packages.lock.json",
];

/// Files of settings whose name says so.
const SETTINGS: [&str; 7] = [
    ".env",
    ".npmrc",
    ".pypirc",
    ".netrc",
    "_netrc",
    "Dockerfile",
    "Containerfile",
];

/// Extensions of what is written for people.
const DOCUMENTATION: [&str; 4] = ["md", "mdx", "rst", "adoc"];

/// How the file at `path` is read for secrets; nothing for lock files and for what is not text by its name.
#[must_use]
pub fn reading(path: &RelPath) -> Option<Reading> {
    let name = path.file_name();
    if LOCK_FILES.contains(&name) || name.ends_with(".min.js") {
        return None;
    }
    if SETTINGS.contains(&name)
        || [".env.", "Dockerfile."]
            .iter()
            .any(|it| name.starts_with(it))
    {
        return Some(Reading::Settings);
    }
    match path.extension().to_ascii_lowercase().as_str() {
        "json" | "yml" | "yaml" | "template" | "env" | "ini" | "cfg" | "conf" | "properties"
        | "toml" | "tf" | "tfvars" | "tfstate" | "xml" | "config" | "sh" | "bash" | "zsh"
        | "ps1" | "psm1" | "dockerfile" => Some(Reading::Settings),
        "java" | "kt" | "kts" | "scala" | "groovy" | "gradle" | "cs" | "fs" | "vb" | "go"
        | "rb" | "php" | "rs" | "swift" | "dart" | "ex" | "exs" | "clj" | "lua" | "pl" | "html"
        | "htm" | "vue" | "svelte" | "ipynb" => Some(Reading::Code),
        extension if DOCUMENTATION.contains(&extension) => Some(Reading::Documentation),
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "ico" | "svg" | "bmp" | "tiff" | "avif"
        | "zip" | "gz" | "tgz" | "bz2" | "xz" | "zst" | "7z" | "rar" | "tar" | "jar" | "war"
        | "whl" | "pdf" | "docx" | "xlsx" | "pptx" | "mp3" | "mp4" | "mov" | "avi" | "webm"
        | "wav" | "ogg" | "woff" | "woff2" | "ttf" | "otf" | "eot" | "so" | "dll" | "dylib"
        | "exe" | "class" | "pyc" | "o" | "a" | "bin" | "dat" | "db" | "sqlite" | "parquet"
        | "map" | "wasm" | "drawio" | "sum" => None,
        _ => Some(Reading::Tokens),
    }
}

/// How a version of the file at `path` is read that is analysed no further, whatever it is written in.
#[must_use]
pub fn reading_alone(path: &RelPath) -> Option<Reading> {
    let reading = reading(path)?;
    let is_code = matches!(
        path.extension(),
        "py" | "pyi" | "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx"
    );
    Some(if is_code { Reading::Code } else { reading })
}

/// Whether a file is there to test or explain: what stands in it was mostly made up.
#[must_use]
pub fn is_example(path: &RelPath) -> bool {
    let name = path.file_name().to_ascii_lowercase();
    let in_folder = path.parent().segments().any(|segment| {
        matches!(
            segment.to_ascii_lowercase().as_str(),
            "test"
                | "tests"
                | "__tests__"
                | "spec"
                | "specs"
                | "fixtures"
                | "__mocks__"
                | "mocks"
                | "testdata"
                | "docs"
                | "doc"
                | "samples"
        )
    });
    in_folder
        || name.starts_with("test_")
        || [
            "_test.",
            ".test.",
            ".spec.",
            ".example",
            ".sample",
            ".template",
            ".dist",
            "-example.",
        ]
        .iter()
        .any(|part| name.contains(part))
        || DOCUMENTATION.contains(&path.extension())
}
