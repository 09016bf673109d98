//! Every example on a rule's page is scanned; what the rule finds must be what the page announces, line by line.

use base::{Budget, LineIndex, RelPath, System};
use tenrec::{MemorySystem, scan};

/// One example: a heading and the files under it.
struct Example {
    title: String,
    files: Vec<(RelPath, String)>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut file: Option<(RelPath, String)> = None;
    for line in page.lines() {
        match (&mut file, line) {
            (Some(_), "```") => {
                let done = file.take().unwrap();
                examples
                    .last_mut()
                    .expect("a file stands under an example's heading")
                    .files
                    .push(done);
            }
            (Some((_, text)), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, line) => {
                if let Some(title) = line.strip_prefix("### ") {
                    examples.push(Example {
                        title: title.to_owned(),
                        files: Vec::new(),
                    });
                } else if let Some(info) = line.strip_prefix("```") {
                    let name = info
                        .split_whitespace()
                        .nth(1)
                        .expect("the fence names a file");
                    file = Some((RelPath::new(name).unwrap(), String::new()));
                }
            }
        }
    }
    examples
}

/// `(file, line)` of every annotation `finding: rule`.
fn announced(example: &Example, rule: &str) -> Vec<(String, u32)> {
    let mut announced = Vec::new();
    for (path, text) in &example.files {
        for (line, number) in text.lines().zip(1..) {
            if line.ends_with(&format!("finding: {rule}")) {
                announced.push((path.to_string(), number));
            }
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
        let examples = examples(rule.page);
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
