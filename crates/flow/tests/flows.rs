//! Small handlers and what must be found in them. Each `## heading` of `cases/*.md` is a case: the files below it are analysed
//! from `handler` of the first one, and the lines that end in `sink: kind` must be the lines with outside data in a sink.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use base::{Budget, FileId, LineIndex, RelPath};
use flow::{EntryPoint, HandlerRef};
use ir::Program;
use knowledge::Knowledge;
use testkit::Example;

/// Kinds that are no concern of a case unless it names them: nearly every handler logs, opens files or starts programs.
const QUIET: [&str; 11] = [
    "address",
    "query",
    "sent",
    "error-text",
    "log",
    "argument",
    "payload-size",
    "path-upwards",
    "regex",
    "regex-subject",
    "response",
];

/// A case: what its handler is given, and its files.
struct Case {
    title: String,
    event: String,
    example: Example,
}

fn cases(text: &str) -> Vec<Case> {
    let case = |example: Example| {
        let (title, event) = match example.title.rsplit_once(" on ") {
            Some((title, event)) if event.contains('.') => (title, event),
            _ => (example.title.as_str(), "any"),
        };
        Case {
            title: title.to_owned(),
            event: event.to_owned(),
            example,
        }
    };
    testkit::examples(text, "## ")
        .into_iter()
        .map(case)
        .collect()
}

type Lines = BTreeSet<(String, u32, String)>;

fn announced(case: &Case) -> Lines {
    let mut lines = Lines::new();
    for (path, number, line) in case.example.lines() {
        if let Some((_, kinds)) = line.split_once("sink: ") {
            for kind in kinds.split(", ") {
                lines.insert((path.to_string(), number, kind.to_owned()));
            }
        }
    }
    lines
}

fn found(case: &Case) -> (Lines, bool) {
    let budget = Budget::default();
    let modules = case
        .example
        .files
        .iter()
        .enumerate()
        .map(|(index, (path, text))| {
            let file = FileId(index as u32);
            let module = if path.extension() == "py" {
                front_python::lower(file, path, text, &budget).module
            } else {
                front_js::lower(file, path, text, &budget).module
            };
            (path.clone(), module)
        });
    let program = Program::new(modules.collect());
    let start = EntryPoint {
        handler: HandlerRef::Export(
            program.at(&case.example.files[0].0).unwrap(),
            "handler".into(),
        ),
        events: vec![case.event.as_str().into()],
        roots: Arc::new([RelPath::root()]),
    };
    let knowledge = Knowledge::builtin();
    let mut all = vec![flow::analyse(&program, knowledge, &start, &budget)];
    for (index, entry) in all[0].entries.clone().iter().enumerate() {
        let start = EntryPoint {
            handler: HandlerRef::Registered(
                program.at(&case.example.files[0].0).unwrap(),
                index as u32,
            ),
            events: vec![entry.event.clone()],
            roots: Arc::new([RelPath::root()]),
        };
        all.push(flow::analyse(&program, knowledge, &start, &budget));
    }
    let mut lines = Lines::new();
    for facts in &all {
        for sink in &facts.sinks {
            let is_event = sink.labels.iter().any(|label| {
                facts
                    .source(label.source)
                    .is_some_and(|source| matches!(source.origin, flow::Origin::Event { .. }))
            });
            if is_event {
                let (path, text) = &case.example.files[sink.place.file.0 as usize];
                let line = LineIndex::new(text).line(sink.place.span.start);
                let kind = knowledge.kind_name(sink.kind).to_owned();
                lines.insert((path.to_string(), line, kind));
            }
        }
    }
    (lines, all.iter().any(|facts| facts.is_incomplete))
}

fn check(text: &str) {
    let mut wrong = Vec::new();
    let mut titles = BTreeSet::new();
    for case in cases(text) {
        assert!(titles.insert(case.title.clone()), "{} twice", case.title);
        let announced = announced(&case);
        let (mut found, is_incomplete) = found(&case);
        found.retain(|line| !QUIET.contains(&line.2.as_str()) || announced.contains(line));
        let missed: Vec<_> = announced.difference(&found).collect();
        let spurious: Vec<_> = found.difference(&announced).collect();
        if !missed.is_empty() || !spurious.is_empty() {
            wrong.push(format!(
                "{}: missed {missed:?}, spurious {spurious:?}",
                case.title
            ));
        }
        if is_incomplete {
            wrong.push(format!("{}: a limit was reached", case.title));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn python_handlers() {
    check(include_str!("cases/python.md"));
}

#[test]
fn javascript_handlers() {
    check(include_str!("cases/javascript.md"));
}
