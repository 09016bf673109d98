//! Every example on a rule's page is scanned; what the rule finds must be what the page announces, line by line.

use base::{Budget, LineIndex, System};
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

fn found(example: &Example, rule: &str) -> Vec<(String, u32)> {
    let system = MemorySystem::new(example.files.clone());
    let outcome = scan::run(&system, &Budget::default());
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
