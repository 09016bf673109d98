//! The database of known vulnerabilities: downloaded from a server of the test, read from disk, asked by a scan.

use std::io::{BufRead, BufReader, Cursor, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::thread;

use base::RelPath;
use deps::osv::{self, Builder, Database};
use finding::Confidence;
use tempfile::TempDir;
use tenrec::scan::Options;
use tenrec::{MemorySystem, scan};
use zip::write::SimpleFileOptions;

const REGISTRIES: [&str; 7] = [
    "npm",
    "PyPI",
    "Maven",
    "NuGet",
    "Go",
    "RubyGems",
    "crates.io",
];

/// What the server does with a request.
#[derive(Clone)]
enum Answer {
    Whole(Vec<u8>),
    /// Promises all, sends half, hangs up.
    Cut(Vec<u8>),
    Missing,
}

/// A server for as many requests as there are answers.
fn serve(answers: Vec<(&'static str, Answer)>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().unwrap().unwrap();
            while !lines.next().unwrap().unwrap().is_empty() {}
            let path = request.split(' ').nth(1).unwrap();
            let found = answers
                .iter()
                .find(|(name, _)| path == format!("/{name}/all.zip"));
            let (status, length, body) = match found.map(|(_, answer)| answer) {
                Some(Answer::Whole(bytes)) => ("200 OK", bytes.len(), bytes.as_slice()),
                Some(Answer::Cut(bytes)) => ("200 OK", bytes.len(), &bytes[..bytes.len() / 2]),
                Some(Answer::Missing) | None => ("404 Not Found", 0, &[][..]),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body).unwrap();
        }
    });
    address
}

fn export(entries: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        zip.start_file(format!("{name}.json"), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn entry(id: &str, registry: &str, package: &str, fixed: &str) -> String {
    format!(
        r#"{{"schema_version": "1.6.0", "id": "{id}", "summary": "Something bad",
        "severity": [{{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],
        "affected": [{{"package": {{"ecosystem": "{registry}", "name": "{package}"}},
        "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
    )
}

/// One entry for each registry.
fn exports() -> Vec<(&'static str, Answer)> {
    let answers = REGISTRIES.into_iter().map(|registry| {
        let text = entry(&format!("GHSA-{registry}"), registry, "thing", "2.0.0");
        (registry, Answer::Whole(export(&[("one", text)])))
    });
    answers.collect()
}

fn with(
    mut answers: Vec<(&'static str, Answer)>,
    registry: &str,
    answer: Answer,
) -> Vec<(&'static str, Answer)> {
    for (name, old) in &mut answers {
        if *name == registry {
            *old = answer.clone();
        }
    }
    answers
}

fn tenrec(cache: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .env("XDG_CACHE_HOME", cache)
        .args(arguments)
        .output()
        .unwrap()
}

fn project() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
    write(
        "serverless.yml",
        "service: s\nprovider: {name: aws, runtime: python3.13}\nfunctions:\n  a: {handler: app.a}\n",
    );
    write(
        "app.py",
        "import thing\n\ndef a(event, context):\n    return thing.x()\n",
    );
    write("requirements.txt", "thing==1.9\nother==1.0\n");
    directory
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_update_puts_a_database_where_scans_find_it() {
    let cache = tempfile::tempdir().unwrap();
    let project = project();
    let path = project.path().to_str().unwrap();
    let scan = || {
        text(
            &tenrec(
                cache.path(),
                &["scan", path, "--select", "sas6/known-vulnerable-dependency"],
            )
            .stdout,
        )
    };
    assert!(
        !scan().contains("known-vulnerable"),
        "no database, no finding"
    );
    let url = serve(exports());
    let output = tenrec(cache.path(), &["db", "update", "--url", &url]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).contains("1 advisories  npm"),
        "{}",
        text(&output.stdout)
    );
    let said = scan();
    assert!(
        said.contains("`thing` 1.9 has a known vulnerability, GHSA-PyPI (critical): Something bad"),
        "{said}"
    );
    assert!(said.contains("Update `thing` to 2.0.0 or later"), "{said}");
    assert!(said.contains("(0 days old)"), "{said}");
}

#[test]
fn an_update_that_fails_leaves_the_old_database() {
    let cache = tempfile::tempdir().unwrap();
    let file = cache.path().join("tenrec").join("advisories.db");
    let first = tenrec(cache.path(), &["db", "update", "--url", &serve(exports())]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let old = std::fs::read(&file).unwrap();
    let whole = export(&[("one", entry("X", "Go", "thing", "2.0.0"))]);
    let mut damaged = whole.clone();
    // In the packed entry, past its header: the checksum does not fit any more.
    damaged[60] ^= 0xff;
    let cases = [
        ("interrupted", Answer::Cut(whole)),
        ("no archive", Answer::Whole(b"<html>login</html>".to_vec())),
        ("damaged", Answer::Whole(damaged)),
        ("not there", Answer::Missing),
        ("empty", Answer::Whole(export(&[]))),
        (
            "no entries",
            Answer::Whole(export(&[("one", "[]".to_owned())])),
        ),
    ];
    for (case, answer) in cases {
        let url = serve(with(exports(), "Go", answer));
        let output = tenrec(cache.path(), &["db", "update", "--url", &url]);
        assert_eq!(output.status.code(), Some(2), "{case}");
        let said = text(&output.stderr);
        assert!(
            said.contains("/Go/all.zip could not be used"),
            "{case}: {said}"
        );
        assert_eq!(std::fs::read(&file).unwrap(), old, "{case}");
        let files = std::fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(files, 1, "{case}: nothing is left behind");
    }
    let output = tenrec(
        cache.path(),
        &["db", "update", "--url", "http://127.0.0.1:1"],
    );
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read(&file).unwrap(), old);
}

#[test]
fn entries_and_exports_on_disk_are_a_database() {
    let cache = tempfile::tempdir().unwrap();
    let mirror = tempfile::tempdir().unwrap();
    let project = project();
    std::fs::write(
        mirror.path().join("a.json"),
        entry("A-1", "PyPI", "thing", "2"),
    )
    .unwrap();
    std::fs::create_dir(mirror.path().join("PyPI")).unwrap();
    let zip = mirror.path().join("PyPI").join("all.zip");
    std::fs::write(&zip, export(&[("b", entry("B-1", "PyPI", "other", "2"))])).unwrap();
    let found = |db: &Path| {
        let path = project.path().to_str().unwrap();
        let arguments = [
            "scan",
            path,
            "--db",
            db.to_str().unwrap(),
            "--select",
            "sas6/known-vulnerable-dependency",
        ];
        let said = text(&tenrec(cache.path(), &arguments).stdout);
        (said.contains("A-1"), said.contains("B-1"))
    };
    assert_eq!(found(mirror.path()), (true, true));
    assert_eq!(found(&zip), (false, true));
    assert_eq!(found(&mirror.path().join("a.json")), (true, false));
    let nothing = tenrec(
        cache.path(),
        &[
            "scan",
            project.path().to_str().unwrap(),
            "--db",
            project.path().to_str().unwrap(),
        ],
    );
    assert_eq!(nothing.status.code(), Some(2));
    assert!(text(&nothing.stderr).contains("cannot be the database"));
}

/// The certainty of what is found in a project whose one package has an advisory that names `template`, and the call that it shows.
fn called(files: &[(&str, &str)], specific: &str, registry: &str) -> (Confidence, Vec<String>) {
    let advisory = format!(
        r#"{{"id": "GHSA-a", "affected": [{{"package": {{"ecosystem": "{registry}", "name": "lodash"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}]}}],
            "ecosystem_specific": {specific}}}]}}"#
    );
    let mut builder = Builder::default();
    builder.add(osv::advisories(advisory.as_bytes()).unwrap());
    let mut bytes = Vec::new();
    builder.write(0, &mut bytes).unwrap();
    let database = Database::open(Box::new(Cursor::new(bytes))).unwrap();
    let options = Options {
        advisories: Some(&database),
        ..Options::default()
    };
    let files = files
        .iter()
        .map(|(path, text)| (RelPath::new(path).unwrap(), (*text).to_owned()));
    let outcome = scan::run_with(&MemorySystem::new(files), &options);
    let mut findings = outcome.findings.iter();
    let finding = findings.find(|it| it.rule == "sas6/known-vulnerable-dependency");
    let finding = finding.unwrap();
    let steps = finding.evidence.iter().map(|step| step.message.to_string());
    let calls = steps.filter(|message| message.contains("is called"));
    (finding.confidence, calls.collect())
}

#[test]
fn a_call_of_what_an_advisory_names_is_shown() {
    const LOCK: (&str, &str) = (
        "package-lock.json",
        r#"{"packages": {"": {"dependencies": {"lodash": "4"}}, "node_modules/lodash": {"version": "4.17.0"}}}"#,
    );
    let service = |runtime| {
        format!(
            "service: s\nprovider: {{name: aws, runtime: {runtime}}}\nfunctions: {{f: {{handler: app.f}}}}\n"
        )
    };
    let node = service("nodejs22.x");
    let github = r#"{"affected_functions": ["", "(lodash).template"]}"#;
    let shown = vec!["`lodash.template` is called, which the advisory names".to_owned()];
    for (code, is_called) in [
        (
            "const _ = require('lodash');\nexports.f = async (e) => _.template(e.a);",
            true,
        ),
        (
            "const {template: make} = require('lodash');\nexports.f = async (e) => make(e.a);",
            true,
        ),
        (
            "import _ from 'lodash';\nexport const f = async (e) => _.template(e.a);",
            true,
        ),
        (
            "import {template} from 'lodash';\nexport const f = async (e) => template(e.a);",
            true,
        ),
        (
            "import {map} from 'lodash';\nexport const f = async (e) => e.template(map);",
            false,
        ),
        (
            "import {template} from 'other';\nimport 'lodash';\nexport const f = async (e) => template(e.a);",
            false,
        ),
    ] {
        let files = [
            ("serverless.yml", node.as_str()),
            ("package.json", r#"{"dependencies": {"lodash": "4"}}"#),
            LOCK,
            ("app.js", code),
        ];
        let expected = match is_called {
            true => (Confidence::High, shown.clone()),
            false => (Confidence::Medium, Vec::new()),
        };
        assert_eq!(called(&files, github, "npm"), expected, "{code}");
    }
    let python = service("python3.13");
    let files = [
        ("serverless.yml", python.as_str()),
        ("requirements.txt", "lodash==1.0\n"),
        (
            "app.py",
            "import lodash\ndef f(event, context):\n    return lodash.template(event['a'])\n",
        ),
    ];
    let pypa = r#"{"imports": [{"attribute": "template", "modules": ["lodash"]}]}"#;
    assert_eq!(called(&files, pypa, "PyPI"), (Confidence::High, shown));
}
