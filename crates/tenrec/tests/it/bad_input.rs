//! Projects that are broken or hostile: each thing that cannot be read is said, and the rest is scanned.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use base::Budget;
use tempfile::TempDir;
use tenrec::disk::DiskSystem;
use tenrec::scan::{self, Outcome};

fn project(files: &[(&str, &[u8])]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (path, bytes) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    directory
}

fn scanned(root: &Path) -> Outcome {
    scan::run(&DiskSystem::new(root), &Budget::default())
}

/// Asserts that the diagnostics are these: the file, the code, and a part of the message.
fn assert_says(outcome: &Outcome, expected: &[(&str, &str, &str)]) {
    let said: Vec<(&str, &str, &str)> = outcome
        .diagnostics
        .iter()
        .map(|it| (it.path.as_str(), it.code.as_str(), it.message.as_str()))
        .collect();
    for (said, expected) in said.iter().zip(expected) {
        assert_eq!((said.0, said.1), (expected.0, expected.1), "{said:?}");
        assert!(said.2.contains(expected.2), "{said:?}");
    }
    assert_eq!(said.len(), expected.len(), "{said:#?}");
}

const SERVICE: &[u8] =
    b"service: x\nprovider: {name: aws, runtime: python3.12}\nfunctions:\n  f: {handler: app.f}\n";
const HANDLER: &[u8] = b"def f(event, context):\n    pass\n";

#[test]
fn links_are_neither_followed_out_of_the_project_nor_in_circles() {
    let directory = project(&[("app.py", HANDLER)]);
    let root = directory.path();
    symlink(root, root.join("loop")).unwrap();
    symlink("/etc", root.join("etc")).unwrap();
    let service = [
        SERVICE,
        b"custom: {a: 1}\nresources: {Outputs: {A: {Value: \"${file(etc/passwd)}\"}, B: {Value: \"${file(../../etc/passwd)}\"}}}\n",
    ];
    fs::write(root.join("serverless.yml"), service.concat()).unwrap();
    let outcome = scanned(root);
    assert_eq!(outcome.application.functions.len(), 1);
    assert_says(
        &outcome,
        &[
            (
                "serverless.yml",
                "missing-file",
                "the file etc/passwd does not exist",
            ),
            (
                "serverless.yml",
                "missing-file",
                "file(../../etc/passwd)} is not read because the path leaves the project",
            ),
        ],
    );
}

#[test]
fn huge_files_and_binary_files_are_said_and_skipped() {
    let latin = b"service: \xe9\n";
    let directory = project(&[
        ("serverless.yml", SERVICE),
        ("app.py", HANDLER),
        ("latin/serverless.yml", latin),
    ]);
    for name in ["big/serverless.yml", "big.py", "big.json"] {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::File::create(path).unwrap().set_len(1 << 30).unwrap();
    }
    let outcome = scanned(directory.path());
    assert_eq!(outcome.application.functions.len(), 1);
    assert_says(
        &outcome,
        &[
            ("big.py", "budget-exceeded", "1073741824 bytes"),
            ("big/serverless.yml", "budget-exceeded", "1073741824 bytes"),
            ("latin/serverless.yml", "unreadable-file", "not UTF-8"),
        ],
    );
}

#[test]
fn a_directory_that_cannot_be_listed_is_said() {
    let directory = project(&[]);
    let outcome = scanned(&directory.path().join("gone"));
    assert_says(
        &outcome,
        &[
            ("", "unreadable-file", "No such file or directory"),
            ("", "no-template", "no template was found"),
        ],
    );
}

#[test]
fn templates_in_all_states_give_what_can_be_read_of_them() {
    let crlf = String::from_utf8(SERVICE.to_vec())
        .unwrap()
        .replace('\n', "\r\n");
    let bom = [b"\xef\xbb\xbf".as_slice(), SERVICE].concat();
    let two = [SERVICE, b"---\nother: document\n"].concat();
    let bomb = b"a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\nf: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n";
    let deep = [b"service: ".as_slice(), &b"[".repeat(100_000)].concat();
    let directory = project(&[
        ("bom/serverless.yml", &bom),
        ("bom/app.py", HANDLER),
        ("bomb/serverless.yml", bomb),
        ("crlf/serverless.yml", crlf.as_bytes()),
        ("crlf/app.py", HANDLER),
        ("deep/serverless.yml", &deep),
        (
            "double/serverless.yml",
            b"service: a\nservice: b\nprovider: aws\nfunctions: {}\n",
        ),
        ("empty/serverless.yml", b""),
        ("neither/serverless.yml", b"hello: world\n"),
        (
            "tabs/serverless.yml",
            b"service: a\nprovider:\n\tname: aws\n",
        ),
        ("two/serverless.yml", &two),
        ("two/app.py", HANDLER),
        ("wrong/serverless.yml", SERVICE),
    ]);
    let outcome = scanned(directory.path());
    let names: Vec<&str> = outcome
        .application
        .functions
        .iter()
        .map(|it| &*it.name)
        .collect();
    assert_eq!(names, ["f", "f", "f", "f"]);
    assert_says(
        &outcome,
        &[
            ("bomb/serverless.yml", "budget-exceeded", "once its aliases"),
            (
                "deep/serverless.yml",
                "malformed-document",
                "recursion limit",
            ),
            (
                "double/serverless.yml",
                "malformed-document",
                "stands twice",
            ),
            ("empty/serverless.yml", "unknown-construct", "is empty"),
            ("neither/serverless.yml", "unknown-construct", "neither"),
            ("tabs/serverless.yml", "malformed-document", "tab"),
            ("two/serverless.yml", "unknown-construct", "first document"),
            ("wrong/serverless.yml", "handler-not-found", "`app.f`"),
        ],
    );
}

#[test]
fn roles_that_are_written_elsewhere_are_said() {
    let function = |name: &str, role: &str| {
        format!(
            "  {name}:\n    Type: AWS::Lambda::Function\n    Properties: {{Runtime: python3.12, Handler: app.f, Code: ., Role: {role}}}\n"
        )
    };
    let template = [
        "Resources:\n".to_owned(),
        function("A", "!ImportValue shared"),
        function("B", "!ImportValue shared"),
        function("C", "arn:aws:iam::123456789012:role/elsewhere"),
        function("D", "elsewhere"),
    ];
    let template = template.concat();
    let directory = project(&[("template.yaml", template.as_bytes()), ("app.py", HANDLER)]);
    let outcome = scanned(directory.path());
    assert_eq!(outcome.application.functions.len(), 4);
    assert_says(
        &outcome,
        &[
            (
                "template.yaml",
                "unread-role",
                "the role of `A` and `B` allows is not checked, because the value is imported from another stack",
            ),
            (
                "template.yaml",
                "unread-role",
                "the role of `C` allows is not checked, because the role is declared outside the project",
            ),
            (
                "template.yaml",
                "unread-role",
                "the role of `D` allows is not checked, because `elsewhere` is no ARN of a role",
            ),
        ],
    );
}
