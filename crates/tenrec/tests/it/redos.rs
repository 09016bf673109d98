//! `tenrec redos`, as a user runs it.

use std::process::{Command, Output};

use serde_json::Value;

fn redos(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .arg("redos")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

#[test]
fn people_read_the_attack_the_steps_and_the_guilty_part() {
    let output = redos(&[r"^x(\w+\s?)*$"]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    assert!(text.starts_with("exponential: "), "{text}");
    assert!(
        text.contains("\n  ^x(\\w+\\s?)*$\n    ^^^^^^^^^\n"),
        "{text}"
    );
    assert!(text.contains("\"xa\" + \"a\".repeat(30) + \"!\""), "{text}");
    assert!(text.contains(" characters\n"), "{text}");
}

#[test]
fn the_call_and_the_flavour_decide() {
    let python = |call| redos(&["a+b", "--flavor", "python", "--call", call]);
    assert_eq!(python("search").status.code(), Some(1));
    assert_eq!(python("match").status.code(), Some(0));
    let go = redos(&["^(a+)+$", "--flavor", "go"]);
    assert_eq!(go.status.code(), Some(0));
    assert!(text(&go).starts_with("safe: this engine does not backtrack"));
}

#[test]
fn programs_read_json() {
    let output = redos(&[
        "^(a|A)+$", "--flags", "i", "--flavor", "python", "--format", "json",
    ]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["verdict"], "vulnerable");
    let found = &answer["vulnerability"];
    assert_eq!(found["growth"], "exponential");
    assert_eq!(found["guilty"][0]["text"], "(a|A)+");
    let steps: Vec<u64> = found["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["steps"].as_u64().unwrap())
        .collect();
    assert!(steps.windows(2).all(|pair| pair[0] < pair[1]), "{steps:?}");
}

#[test]
fn a_wrong_pattern_and_an_undecided_one_are_told_apart_from_safe_ones() {
    let wrong = redos(&["(a"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("a `(` without its `)`"));
    let undecided = redos(&["(a(?R)?b)", "--flavor", "pcre"]);
    assert_eq!(undecided.status.code(), Some(2));
    assert!(text(&undecided).starts_with("undecided: it calls itself"));
}

#[test]
fn a_literal_is_taken_apart() {
    let flags = |pattern: &str, flavor: &str| {
        let output = redos(&[pattern, "--flavor", flavor, "--format", "json"]);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let part = |name: &str| answer[name].as_str().unwrap().to_owned();
        (part("pattern"), part("flags"), part("verdict"))
    };
    let slow = |pattern: &str, flags: &str| (pattern.into(), flags.into(), "vulnerable".into());
    assert_eq!(
        flags(r"/^(a|A)+[/]\/$/i", "js"),
        slow(r"^(a|A)+[/]\/$", "i")
    );
    assert_eq!(flags("/^(a|A)+$/i", "pcre"), slow("^(a|A)+$", "i"));
    // A path is no literal, and Python has none.
    assert_eq!(flags("/a/b.*c.*/", "js").0, "/a/b.*c.*/");
    assert_eq!(flags("/^a$/", "python").0, "/^a$/");
}
