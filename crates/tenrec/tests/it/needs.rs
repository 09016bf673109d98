//! What functions need. Each `## heading` of `needs.md` is a project: its files, and in the fence `needs` what each function
//! must be allowed, one action on one resource a line; `?` marks a resource that could not be told, `!` a place where more may
//! be needed than can be seen.

use std::fmt::Write;

use base::{Budget, RelPath};
use knowledge::Knowledge;
use tenrec::MemorySystem;
use tenrec::policy::{Format, Policies};
use tenrec::project::{Project, Untemplated};

/// The needs of the project as the fence has them. Logs are left out: every function writes them.
fn needs(files: Vec<(RelPath, String)>) -> String {
    let system = MemorySystem::new(files);
    let project = Project::read_with(
        &system,
        Knowledge::builtin(),
        &Budget::default(),
        Untemplated::Scripts,
    );
    let policies = Policies::new(&project.model, &system);
    let written = policies.write(Format::Json).unwrap();
    let written: serde_json::Value = serde_json::from_str(&written).unwrap();
    let mut lines: Vec<String> = Vec::new();
    for function in written["functions"].as_array().unwrap() {
        let name = function["name"].as_str().unwrap();
        let unresolved = function["unresolved"].as_array().unwrap();
        for statement in function["policy"]["Statement"].as_array().unwrap() {
            for action in statement["Action"].as_array().unwrap() {
                let resources = match &statement["Resource"] {
                    serde_json::Value::Array(several) => several.clone(),
                    one => vec![one.clone()],
                };
                let action = action.as_str().unwrap();
                for resource in resources.iter().filter(|_| !action.starts_with("logs:")) {
                    let shown = shown(resource);
                    let is_open = unresolved
                        .iter()
                        .any(|it| it["action"] == action && it["resource"] == *shown);
                    let mark = if is_open { " ?" } else { "" };
                    lines.push(format!("{name}: {action} {shown}{mark}\n"));
                }
            }
        }
        for gap in unresolved.iter().filter(|it| it["action"].is_null()) {
            let (file, line) = (gap["file"].as_str().unwrap(), &gap["line"]);
            lines.push(format!("{name}: ! {file}:{line}\n"));
        }
    }
    lines.sort();
    lines.concat()
}

fn shown(resource: &serde_json::Value) -> String {
    if let Some(text) = resource.as_str() {
        return text.to_owned();
    }
    if let Some(path) = resource["Fn::GetAtt"].as_array() {
        let path: Vec<&str> = path.iter().map(|it| it.as_str().unwrap()).collect();
        return format!("${{{}}}", path.join("."));
    }
    match (resource["Ref"].as_str(), resource["Fn::Sub"].as_str()) {
        (Some(id), _) => format!("${{{id}}}"),
        (None, text) => text.unwrap().to_owned(),
    }
}

#[test]
fn every_case_needs_what_it_says() {
    let mut wrong = String::new();
    for case in testkit::examples(include_str!("needs.md"), "## ") {
        let is_answer = |(path, _): &(RelPath, String)| path.as_str() == "needs";
        let (answer, files): (Vec<_>, Vec<_>) = case.files.into_iter().partition(is_answer);
        let expected: String = answer.into_iter().map(|(_, text)| text).collect();
        let found = needs(files);
        if found != expected {
            let title = case.title;
            write!(wrong, "## {title}\nexpected:\n{expected}found:\n{found}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
