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

#[test]
fn of_a_folder_the_history_below_it_is_looked_through() {
    let repository = tempfile::tempdir().unwrap();
    gix::init(repository.path()).unwrap();
    commit(
        repository.path(),
        None,
        "config.yml",
        &format!("password: {PASSWORD}\n"),
    );
    let below = repository.path().join("api");
    std::fs::create_dir(&below).unwrap();
    std::fs::write(below.join("app.py"), "pass\n").unwrap();
    assert!(found(&below, &["--history"]).is_empty());
}

#[test]
fn in_the_history_names_of_constants_tell_secrets() {
    let project = tempfile::tempdir().unwrap();
    gix::init(project.path()).unwrap();
    let root = project.path();
    let first = format!("API_KEY = \"{PASSWORD}\"\nTOKEN = \"kq83hz72mnb1\"\n");
    let first = commit(root, None, "app.py", &first);
    commit(root, Some(first), "app.py", "TOKEN = \"kq83hz72mnb1\"\n");
    let found = found(root, &["--history"]);
    let rules: Vec<_> = found.iter().map(|it| (&it[0], &it[2])).collect();
    assert_eq!(
        rules,
        [
            (&json!("sas7/secret-in-code"), &json!(1)),
            (&json!("sas7/secret-in-history"), &json!(1))
        ]
    );
}

/// But for the lines around an edit in a patch, which are what they are.
#[test]
fn no_output_tells_a_secret() {
    let project = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(project.path().join(path), text).unwrap();
    write(
        "serverless.yml",
        &format!(
            "service: shop\nprovider:\n  name: aws\n  runtime: python3.12\n  environment:\n    DB_PASSWORD: '{PASSWORD}'\n\
             functions:\n  a:\n    handler: app.handler\n    events:\n      - http: GET /a\n"
        ),
    );
    write(
        "app.py",
        &format!(
            "import os\nAPI_KEY = \"{PASSWORD}\"\ndef handler(event, context):\n    \
             os.system(\"ls \" + event[\"path\"] + \"{PASSWORD}\")\n    return API_KEY\n"
        ),
    );
    write(".env", &format!("TOKEN_PASSWORD={PASSWORD}\nSTAGE=dev\n"));
    write("requirements.txt", "requests==2.19.0\n");
    gix::init(project.path()).unwrap();
    commit(
        project.path(),
        None,
        "config.yml",
        &format!("password: {PASSWORD}\n"),
    );
    for arguments in [
        &["scan"][..],
        &["scan", "--format", "json"],
        &["scan", "--format", "sarif"],
        &["scan", "--history"],
        &["scan", "--history", "--format", "json"],
        &["fix"],
        &["sbom"],
        &["policy"],
        &["blast"],
        &["cost"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_tenrec"))
            .args(arguments)
            .arg(project.path())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.is_empty(), "{arguments:?}");
        assert!(!text.contains(PASSWORD), "{arguments:?}: {text}");
    }
}

#[test]
fn equal_secrets_have_equal_names_under_a_key() {
    let project = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| std::fs::write(project.path().join(path), text).unwrap();
    write("a.yml", &format!("password: {PASSWORD}\n"));
    write("b.ini", &format!("[db]\npassword = {PASSWORD}\n"));
    write("c.yml", "password: kq83hz72mnb1\n");
    let names = |key: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenrec"));
        command
            .args(["scan", "--format", "json"])
            .arg(project.path());
        match key {
            Some(key) => command.env("TENREC_FINGERPRINT_KEY", key),
            None => command.env_remove("TENREC_FINGERPRINT_KEY"),
        };
        let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let names = findings.map(|it| it["secret_fingerprint"].as_str().map(str::to_owned));
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(None), [None, None, None]);
    let [one, same, other] = names(Some("a key")).try_into().unwrap();
    assert!(one.is_some() && one == same && one != other);
    assert_ne!(names(Some("another key")), [one, same, other]);
}
