//! Nothing of what is scanned is run and nothing outside of it is opened: the built binary on a hostile project, watched by
//! `strace`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

/// A project that tries to be run, and to have files outside of it read.
fn hostile(root: &Path, secret: &Path) {
    let files = [
        (
            "serverless.js",
            "require('child_process').execSync('touch /tmp/pwned'); module.exports = {service: 'x'};",
        ),
        (
            "api/serverless.ts",
            "import {execSync} from 'child_process'; execSync('id'); export default {service: 'x'};",
        ),
        (
            "serverless.yml",
            "service: x\nprovider: {name: aws, runtime: nodejs20.x}\ncustom: ${file(evil.js):all}\nplugins: [./evil]\n\
             params: ${file(../secret/secret.yml)}\nother: ${file(/etc/passwd)}\nlinked: ${file(linked.yml):a}\n\
             functions:\n  f: {handler: app.handler, environment: '${file(./up/secret.yml)}'}\n  \
             g: {handler: ../secret/secret.handler}\n  h: {handler: linked.handler}\n",
        ),
        (
            "evil.js",
            "require('http').get('http://127.0.0.1:9/'); module.exports = () => process.env;",
        ),
        (
            "app.js",
            "require('./linked'); require('../secret/secret'); exports.handler = async (event) => eval(event.x);",
        ),
        (
            "app.py",
            "import up.secret\nfrom ..secret import secret\n\n\ndef handler(event, context):\n    __import__(event['x'])\n",
        ),
        (".env", "AWS_SECRET_ACCESS_KEY=hunter2\n"),
        (
            "package.json",
            r#"{"scripts": {"preinstall": "touch /tmp/pwned"}, "dependencies": {"x": "file:../secret"}}"#,
        ),
        (
            "requirements.txt",
            "-r ../secret/secret.txt\n-e ../secret\n",
        ),
        (
            "tenrec.toml",
            "include = [\"**\"]\nexclude = [\"../x\"]\n[[exception]]\npaths = [\"up/**\"]\nrules = [\"sas10\"]\nreason = \"x\"\n",
        ),
        (
            "template.yaml",
            "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: ../secret/secret.yml}\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Handler: app.handler, Code: ../../secret}\n",
        ),
        (".git", "gitdir: ../secret\n"),
    ];
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    for (name, extension) in [
        ("linked.js", "js"),
        ("linked.yml", "yml"),
        ("linked.py", "py"),
    ] {
        symlink(
            secret.join("secret").with_extension(extension),
            root.join(name),
        )
        .unwrap();
    }
    symlink(secret, root.join("up")).unwrap();
    symlink(secret.join("secret.txt"), root.join(".gitignore")).unwrap();
    symlink(secret.join("secret.txt"), root.join("api/.gitignore")).unwrap();
    symlink(root, root.join("api/loop")).unwrap();
}

/// Scans with every call written down that could run something, talk to somebody, or open or change a file.
fn watched_scan(root: &Path, trace: &Path) -> Output {
    const CALLS: &str = "trace=execve,execveat,open,openat,openat2,creat,socket,connect,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat";
    Command::new("strace")
        .args(["-f", "-qq", "-e", "signal=none", "-s", "4096", "-e", CALLS])
        .arg("-o")
        .arg(trace)
        .arg(env!("CARGO_BIN_EXE_tenrec"))
        .args(["scan", root.to_str().unwrap(), "--format", "json"])
        // Where cargo would have libraries looked for.
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .unwrap()
}

/// What the loader and the runtime open for themselves.
fn is_system(path: &str) -> bool {
    let libraries = ["/lib", "/usr/lib", "/etc/ld.so", "/proc/", "/sys/"];
    libraries.iter().any(|start| path.starts_with(start))
}

/// The path in a line of `strace`: the first text in quotes.
fn path_of(line: &str) -> &str {
    line.split('"').nth(1).unwrap()
}

#[test]
fn a_hostile_project_is_neither_run_nor_left() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: there is no strace; `cargo xtask test` installs it as root");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let base = directory.path().canonicalize().unwrap();
    let (root, secret) = (base.join("project"), base.join("secret"));
    fs::create_dir_all(&secret).unwrap();
    for name in ["secret.yml", "secret.js", "secret.py", "secret.txt"] {
        fs::write(secret.join(name), "a: AKIAIOSFODNN7EXAMPLE\n").unwrap();
    }
    hostile(&root, &secret);
    let trace = base.join("trace");
    let output = watched_scan(&root, &trace);
    // The exclusion in its own tenrec.toml leaves the root.
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("tenrec.toml:2:12"));
    fs::write(root.join("tenrec.toml"), "exclude = [\"up/**\"]\n").unwrap();
    let output = watched_scan(&root, &trace);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("sas1/code-injection"), "{report}");
    assert!(!report.contains("AKIAIOSFODNN7EXAMPLE"), "{report}");

    let trace = fs::read_to_string(trace).unwrap();
    let calls = |name: &str| {
        let call = format!(" {name}(");
        trace
            .lines()
            .filter(|line| line.contains(&call))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let started = [calls("execve"), calls("execveat")].concat();
    assert_eq!(started.len(), 1, "{started:#?}");
    let changing = [
        "creat",
        "unlink",
        "unlinkat",
        "rename",
        "renameat",
        "renameat2",
        "mkdir",
        "mkdirat",
    ];
    for name in ["socket", "connect"].iter().chain(&changing) {
        assert!(calls(name).is_empty(), "{:#?}", calls(name));
    }
    let opened = [calls("open"), calls("openat"), calls("openat2")].concat();
    assert!(
        opened
            .iter()
            .any(|line| path_of(line).ends_with("project/app.js"))
    );
    for line in opened {
        let path = path_of(&line);
        let is_inside = Path::new(path).starts_with(&root);
        assert!(is_inside || is_system(path), "{line}");
        assert!(
            !line.contains("O_WRONLY") && !line.contains("O_RDWR"),
            "{line}"
        );
        // A link inside that leads out, opened as itself, would lead out.
        let is_link = Path::new(path)
            .canonicalize()
            .is_ok_and(|it| it.starts_with(&secret));
        assert!(!is_link, "{line}");
    }
}
