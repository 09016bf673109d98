//! What the rules about roles say should stand there instead. Each `## heading` of `instead.md` is a project: its files, and in
//! the fence `instead` the findings of the rules that it names, each with its fix.

use std::fmt::Write;

use base::RelPath;
use tenrec::MemorySystem;
use tenrec::scan::{Options, Scanned};

/// The findings of the rules that the answer names, as the fence has them.
fn found(files: Vec<(RelPath, String)>, expected: &str) -> String {
    let rules: Vec<&str> = expected
        .lines()
        .filter_map(|line| line.strip_suffix(':'))
        .collect();
    let system = MemorySystem::new(files);
    let scanned = Scanned::new(&system, &Options::default());
    let meant = scanned.findings.iter();
    let mut out = String::new();
    for finding in meant.filter(|finding| rules.contains(&finding.rule)) {
        let (rule, message, fix) = (finding.rule, &finding.message, &finding.fix);
        writeln!(out, "{rule}:\n  {message}\n  {fix}").unwrap();
    }
    out
}

#[test]
fn what_is_enough_is_said_with_its_resources() {
    let mut wrong = String::new();
    for case in testkit::examples(include_str!("instead.md"), "## ") {
        let is_answer = |(path, _): &(RelPath, String)| path.as_str() == "instead";
        let (answer, files): (Vec<_>, Vec<_>) = case.files.into_iter().partition(is_answer);
        let expected: String = answer.into_iter().map(|(_, text)| text).collect();
        assert!(!expected.is_empty(), "{} says nothing", case.title);
        let found = found(files, &expected);
        if found != expected {
            let title = case.title;
            write!(wrong, "## {title}\nexpected:\n{expected}found:\n{found}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
