//! The built binary, as a user runs it.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests run the built binary on directories of their own"
)]

use std::path::Path;
use std::process::{Command, Output};

fn tenrec(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .args(arguments)
        .output()
        .unwrap()
}

fn example() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/cv-filter")
        .to_str()
        .unwrap()
        .to_owned()
}

#[test]
fn the_attachment_name_is_followed_from_the_template_to_the_shell() {
    let output = tenrec(&["scan", &example(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["rule"] == "sas1/os-command-injection");
    let finding = finding.expect("the command injection is found");
    assert_eq!(
        (&finding["file"], &finding["line"]),
        (&"src/filter.py".into(), &16.into())
    );
    assert_eq!(finding["severity"], "critical");
    let kinds: Vec<&str> = finding["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.first(), Some(&"trigger"));
    assert_eq!(kinds.last(), Some(&"sink"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let report = || tenrec(&["scan", &example(), "--format", "json"]).stdout;
    assert_eq!(report(), report());
}

#[test]
fn a_clean_project_exits_with_0_and_a_missing_one_with_2() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        directory.path().join("app.py"),
        "def handler(event, context):\n    return 'ok'\n",
    )
    .unwrap();
    let output = tenrec(&["scan", directory.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = tenrec(&["scan", "/nowhere/at/all"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a directory"));
}

#[test]
fn files_that_cannot_be_read_are_reported_and_the_rest_is_scanned() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("bad.py"), b"\xff\xfe").unwrap();
    let code = "def handler(event, context):\n    return eval(event['x'])\n";
    std::fs::write(directory.path().join("app.py"), code).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", directory.path().join("link.py")).unwrap();
    let output = tenrec(&[
        "scan",
        directory.path().to_str().unwrap(),
        "--format",
        "json",
    ]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["findings"][0]["rule"], "sas1/code-injection");
    let codes: Vec<&str> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["no-template", "unreadable-file"]);
}

#[test]
fn explain_prints_the_page_and_rules_lists_all() {
    let output = tenrec(&["explain", "sas1/ssrf"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("## How it is fixed"));
    assert_eq!(tenrec(&["explain", "sas1/none"]).status.code(), Some(2));
    assert!(String::from_utf8_lossy(&tenrec(&["rules"]).stdout).contains("sas4/wildcard-action"));
}
