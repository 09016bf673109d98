//! Templates in, model out: every example in `*.md` beside this file is read, and what Tenrec understood of it must be what
//! the example says. `UPDATE_MODELS=1 cargo test -p iac` writes what was understood into the pages, to be read in the diff.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and reads the pages it checks"
)]

mod print;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base::{Budget, MemorySystem, RelPath};

/// A fenced block of a page: what stands behind its opening fence, and its lines.
struct Block<'a> {
    info: &'a str,
    text: String,
}

#[test]
fn templates_are_understood_as_the_pages_say() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models");
    let mut pages: Vec<_> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.sort();
    assert!(!pages.is_empty());
    for page in pages {
        let written = fs::read_to_string(&page).unwrap();
        let understood = understood(&written);
        if std::env::var_os("UPDATE_MODELS").is_some() {
            fs::write(&page, understood).unwrap();
        } else {
            let page = page.file_name().unwrap().to_string_lossy();
            for (line, (written, understood)) in written.lines().zip(understood.lines()).enumerate()
            {
                assert_eq!(written, understood, "{page}, line {}", line + 1);
            }
            assert_eq!(
                written.lines().count(),
                understood.lines().count(),
                "{page}"
            );
        }
    }
}

/// The page with every `model` block replaced by what the files above it give.
fn understood(page: &str) -> String {
    let mut result = String::new();
    let mut files = Vec::new();
    let mut block: Option<Block<'_>> = None;
    let mut has_model = true;
    for line in page.lines() {
        match &mut block {
            None => {
                if let Some(title) = line.strip_prefix("## ") {
                    assert!(has_model, "the example before `{title}` has no model");
                    files.clear();
                    has_model = false;
                }
                if let Some(info) = line.strip_prefix("```") {
                    let text = String::new();
                    block = Some(Block { info, text });
                }
                writeln!(result, "{line}").unwrap();
            }
            Some(Block { info, text }) if line == "```" => {
                match info.split_once(' ').unwrap_or((info, "")) {
                    ("model", sections) => {
                        has_model = true;
                        result.push_str(&model(&files, sections));
                    }
                    (_, path) => {
                        result.push_str(text);
                        files.push((RelPath::new(path).unwrap(), std::mem::take(text)));
                    }
                }
                writeln!(result, "```").unwrap();
                block = None;
            }
            Some(Block { text, .. }) => writeln!(text, "{line}").unwrap(),
        }
    }
    assert!(has_model && block.is_none(), "the last example has no end");
    result
}

/// What is understood of `files`, of which only the named sections are shown, where some are named.
fn model(files: &[(RelPath, String)], sections: &str) -> String {
    let system = MemorySystem::new(files.iter().cloned());
    let output = iac::read(&system, &Budget::default());
    print::model(&system, &output, sections)
}
