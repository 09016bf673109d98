//! Every example on a rule's page is scanned; what the rule finds must be what the page announces, line by line.

use std::io::Cursor;

use base::{LineIndex, RelPath, System};
use deps::osv::{self, Builder, Database};
use tenrec::past::Past;
use tenrec::scan::Options;
use tenrec::unlisted::WithUnlisted;
use tenrec::{MemorySystem, scan};
use testkit::Example;

/// `(file, line)` of every annotation `finding: rule`.
fn announced(example: &Example, rule: &str) -> Vec<(String, u32)> {
    let mut announced = Vec::new();
    for (path, number, line) in example.lines() {
        if line.ends_with(&format!("finding: {rule}")) {
            announced.push((path.to_string(), number));
        }
    }
    announced.sort();
    announced
}

/// The database that an example brings along, in its folder `.advisories`.
fn advisories(example: &Example) -> Database {
    let mut builder = Builder::default();
    for (path, text) in &example.files {
        if path.as_str().starts_with(".advisories/") {
            builder.add(osv::advisories(text.as_bytes()).unwrap());
        }
    }
    let mut bytes = Vec::new();
    builder.write(0, &mut bytes).unwrap();
    Database::open(Box::new(Cursor::new(bytes))).unwrap()
}

/// Earlier versions of files, which stand under `path@commit`.
fn past(example: &Example) -> Past {
    let mut past = Past::default();
    for (path, text) in &example.files {
        if let Some((path, commit)) = path.as_str().split_once('@') {
            past.add(commit, path, text);
        }
    }
    past
}

/// The files of an example as they are now. JSON has no comments, so the annotations are no part of its files.
fn files(example: &Example) -> Vec<(RelPath, String)> {
    let files = example
        .files
        .iter()
        .filter(|(path, _)| !path.as_str().contains('@'));
    let mut files: Vec<_> = files.cloned().collect();
    for (path, text) in &mut files {
        if path.extension() == "json" {
            let lines = text.lines().map(|line| line.split(" # finding: ").next());
            *text = lines.flatten().flat_map(|line| [line, "\n"]).collect();
        }
    }
    files
}

fn found(example: &Example, rule: &str) -> Vec<(String, u32)> {
    let system = MemorySystem::new(files(example));
    let advisories = advisories(example);
    let past = past(example);
    let options = Options {
        advisories: Some(&advisories),
        past: Some(&past),
        ..Options::default()
    };
    let outcome = scan::run_with(&system, &options);
    let system = WithUnlisted::new(&system, &outcome.unlisted);
    let mut found: Vec<(String, u32)> = outcome
        .findings
        .iter()
        .filter(|finding| finding.rule == rule)
        .map(|finding| {
            let path = &system.files()[finding.place.file.0 as usize].path;
            let text = system.read(path).unwrap();
            (
                path.to_string(),
                LineIndex::new(&text).line(finding.place.span.start),
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn pages_announce_what_their_rules_find() {
    let mut wrong = Vec::new();
    for rule in rules::all() {
        let examples = testkit::examples(rule.page, "### ");
        let fires = |example: &&Example| !announced(example, rule.name).is_empty();
        assert!(
            examples.iter().any(|example| fires(&example)),
            "{}: no example fires",
            rule.name
        );
        assert!(
            !examples.iter().all(|example| fires(&example)),
            "{}: every example fires",
            rule.name
        );
        for example in &examples {
            let (announced, found) = (announced(example, rule.name), found(example, rule.name));
            if announced != found {
                wrong.push(format!(
                    "{} / {}: announced {announced:?}, found {found:?}",
                    rule.name, example.title
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
