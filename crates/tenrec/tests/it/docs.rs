//! The examples of `docs/` do what they say: each project is scanned with its own settings.

use base::{Budget, LineIndex, RelPath, System};
use tenrec::MemorySystem;
use tenrec::config::{self, Config};
use tenrec::scan::{self, Options};
use testkit::Example;

fn found(example: &Example) -> Vec<(String, u32, String)> {
    let settings = RelPath::new(config::FILE).unwrap();
    let (_, text) = example
        .files
        .iter()
        .find(|(path, _)| *path == settings)
        .unwrap();
    let config = Config::parse(config::FILE, text, &rules::all()).unwrap();
    let system = MemorySystem::new(example.files.clone());
    let options = Options {
        knowledge: config.knowledge.as_deref().unwrap(),
        budget: Budget::default(),
        ..Options::default()
    };
    let findings = scan::run_with(&system, &options).findings;
    findings
        .iter()
        .filter(|finding| finding.rule.starts_with("sas1/"))
        .map(|finding| {
            let path = &system.files()[finding.place.file.0 as usize].path;
            let text = system.read(path).unwrap();
            let line = LineIndex::new(&text).line(finding.place.span.start);
            (path.to_string(), line, finding.rule.to_owned())
        })
        .collect()
}

fn announced(example: &Example) -> Vec<(String, u32, String)> {
    example
        .lines()
        .filter_map(|(path, number, line)| {
            let (_, rule) = line.split_once("finding: ")?;
            Some((path.to_string(), number, rule.to_owned()))
        })
        .collect()
}

#[test]
fn own_rows_do_what_their_page_says() {
    let page = include_str!("../../../../docs/own-rows.md");
    let examples = testkit::examples(page, "## ");
    let with_files = examples.iter().filter(|example| !example.files.is_empty());
    for example in with_files {
        assert_eq!(found(example), announced(example), "{}", example.title);
    }
}
