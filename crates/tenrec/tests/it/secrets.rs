//! Secrets that stand in no file as it is: in archives, and in what a Git repository remembers.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Output};

use gix::ObjectId;
use gix::objs::Tree;
use gix::objs::tree::{Entry, EntryKind};
use serde_json::{Value, json};

/// A password and a token; both are made up.
const PASSWORD: &str = "Tr0ub4dor3x";

fn tenrec(project: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .arg("scan")
        .arg(project)
        .args(arguments)
        .output()
        .unwrap()
}

/// The findings of SAS-7: rule, file, line, message.
fn found(project: &Path, arguments: &[&str]) -> Vec<Value> {
    let output = tenrec(project, &[&["--format", "json"], arguments].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains(PASSWORD), "the report tells the secret");
    let report: Value = serde_json::from_str(&text).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|it| it["rule"].as_str().unwrap().starts_with("sas7/"))
        .map(|it| json!([it["rule"], it["file"], it["line"], it["message"]]))
        .collect()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*path, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Commits one file to the branch `main`, and leaves it in the directory.
fn commit(project: &Path, parent: Option<ObjectId>, path: &str, text: &str) -> ObjectId {
    std::fs::write(project.join(path), text).unwrap();
    let repository = gix::open(project).unwrap();
    let entries = vec![Entry {
        mode: EntryKind::Blob.into(),
        filename: path.into(),
        oid: repository.write_blob(text).unwrap().detach(),
    }];
    let tree = repository.write_object(Tree { entries }).unwrap();
    let author = gix::actor::Signature {
        name: "A".into(),
        email: "a@company.net".into(),
        time: gix::date::Time::new(1_700_000_000, 0),
    };
    let mut time = gix::date::parse::TimeBuf::default();
    let author = author.to_ref(&mut time);
    let id = repository.commit_as(author, author, "refs/heads/main", "x", tree, parent);
    id.unwrap().detach()
}

#[test]
fn archives_are_looked_through() {
    let project = tempfile::tempdir().unwrap();
    let setting = format!("[db]\npassword = {PASSWORD}\n");
    let inner = zipped(&[("conf/db.ini", setting.as_bytes())]);
    let package = zipped(&[
        ("lib/inner.jar", &inner),
        ("botocore/secrets.json", br#"{"password": "kq83hz72mnb1"}"#),
        ("botocore-1.0.dist-info/METADATA", b"Name: botocore"),
    ]);
    std::fs::write(project.path().join("function.zip"), package).unwrap();
    assert_eq!(
        found(project.path(), &[]),
        [json!([
            "sas7/secret-in-code",
            "function.zip!/lib/inner.jar!/conf/db.ini",
            2,
            "`password` is written out as `T…`"
        ])]
    );
    let shown = String::from_utf8(tenrec(project.path(), &[]).stdout).unwrap();
    assert!(shown.contains("inner.jar!/conf/db.ini:2"), "{shown}");
    assert!(shown.contains("password = …"), "{shown}");
}

#[test]
fn an_archive_that_is_too_much_is_said() {
    let project = tempfile::tempdir().unwrap();
    let bomb = zipped(&[("zeros.txt", &vec![b'0'; 2 << 20])]);
    std::fs::write(project.path().join("bomb.zip"), bomb).unwrap();
    let output = tenrec(project.path(), &["--format", "json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("not looked through for secrets to its end"),
        "{text}"
    );
}

#[test]
fn the_history_is_looked_through_when_asked_for() {
    let project = tempfile::tempdir().unwrap();
    gix::init(project.path()).unwrap();
    let text = format!("password: {PASSWORD}\n");
    let first = commit(project.path(), None, "config.yml", &text);
    let second = commit(
        project.path(),
        Some(first),
        "config.yml",
        "password: ${PASSWORD}\n",
    );
    commit(project.path(), Some(second), "config.yml", "# none\n");
    assert!(found(project.path(), &[]).is_empty());
    let commit = first.to_hex_with_len(10).to_string();
    assert_eq!(
        found(project.path(), &["--history"]),
        [json!([
            "sas7/secret-in-history",
            format!("config.yml@{commit}"),
            1,
            format!(
                "`password` is written out as `T…` in commit {commit}: it is gone from `config.yml`, not from the history"
            )
        ])]
    );
    let shown = String::from_utf8(tenrec(project.path(), &["--history"]).stdout).unwrap();
    assert!(
        shown.contains("3 commits of the history looked through"),
        "{shown}"
    );
}

#[test]
fn a_history_that_is_not_there_or_lies_elsewhere_fails() {
    let project = tempfile::tempdir().unwrap();
    let output = tenrec(project.path(), &["--history"]);
    assert_eq!(output.status.code(), Some(2));
    let elsewhere = tempfile::tempdir().unwrap();
    gix::init(elsewhere.path()).unwrap();
    commit(
        elsewhere.path(),
        None,
        "config.yml",
        "password: Tr0ub4dor3x\n",
    );
    let lead = format!("gitdir: {}/.git\n", elsewhere.path().display());
    std::fs::write(project.path().join(".git"), lead).unwrap();
    let output = tenrec(project.path(), &["--history"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains("`.git` leads out of the repository"),
        "{error}"
    );
}
