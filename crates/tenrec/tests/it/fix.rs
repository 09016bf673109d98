//! What `tenrec fix` changes. Each `## heading` of `fix.md` (roles) and of `fix_settings.md` (all else) is a project: its files,
//! and in the fence `fix` what is said of it. Besides what is said, it is checked of each what holds of every fix.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use base::RelPath;
use finding::Finding;
use fix::Extent;
use knowledge::Knowledge;
use tenrec::MemorySystem;
use tenrec::fixes::Fixes;
use tenrec::scan::{Options, Scanned};

type Files = Vec<(RelPath, String)>;

/// What a project says of itself before or after its fixes.
struct Fixed {
    /// As a terminal without colours shows it.
    shown: String,
    /// The files with all edits made.
    files: Files,
    /// The rules of which something is mended, and how many findings they have.
    rules: Vec<&'static str>,
    findings: Vec<Finding>,
    diagnostics: usize,
}

/// The fixes of a project's roles, or of all else.
fn fixed(files: &Files, of_roles: bool) -> Fixed {
    let system = MemorySystem::new(files.clone());
    let scanned = Scanned::new(&system, &Options::default());
    let findings = scanned.findings.iter();
    let findings: Vec<&Finding> = findings
        .filter(|finding| finding.rule.starts_with("sas4/") == of_roles)
        .collect();
    let fixes = Fixes::new(
        &system,
        &scanned.project.model,
        &scanned.needs,
        &findings,
        Extent::All,
    );
    let mut after = files.clone();
    for changed in fixes.changed() {
        let file = after.iter_mut().find(|(path, _)| *path == changed.path);
        let (_, text) = file.unwrap();
        assert_eq!(*text, changed.old);
        *text = changed.new;
    }
    let plan = fixes.plan();
    Fixed {
        shown: anstream::adapter::strip_str(&fixes.terminal()).to_string(),
        files: after,
        rules: plan.fixes.iter().flat_map(fix::Fix::rules).collect(),
        findings: scanned.findings.clone(),
        diagnostics: scanned.project.diagnostics.len(),
    }
}

#[test]
fn every_role_is_mended_as_it_says_and_only_once() {
    check("fix.md", true);
}

#[test]
fn every_property_is_set_as_it_says_and_only_once() {
    check("fix_settings.md", false);
}

#[test]
fn rows_of_settings_name_rules_that_exist() {
    let rules = rules::all();
    for row in &Knowledge::builtin().settings {
        let is_known = rules.iter().any(|rule| rule.name == row.rule);
        assert!(is_known, "platform/settings.toml: {}", row.rule);
    }
}

fn check(page: &str, of_roles: bool) {
    let mut wrong = String::new();
    let page = format!("{}/tests/it/{page}", env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(page).unwrap();
    for case in testkit::examples(&page, "## ") {
        let is_answer = |(path, _): &(RelPath, String)| path.as_str() == "fix";
        let (answer, files): (Vec<_>, Vec<_>) = case.files.into_iter().partition(is_answer);
        let expected: String = answer.into_iter().map(|(_, text)| text).collect();
        let title = case.title;
        let before = fixed(&files, of_roles);
        if before.shown != expected {
            let found = &before.shown;
            write!(wrong, "## {title}\nexpected:\n{expected}found:\n{found}").unwrap();
        }
        let after = fixed(&before.files, of_roles);
        assert_eq!(
            after.files, before.files,
            "{title}: a second run changes more"
        );
        assert!(after.diagnostics <= before.diagnostics, "{title}");
        let count = |findings: &[Finding], rule: &str| {
            findings
                .iter()
                .filter(|finding| finding.rule == rule)
                .count()
        };
        for rule in &before.rules {
            assert!(
                count(&after.findings, rule) < count(&before.findings, rule),
                "{title}: {rule} is found again"
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn fix(directory: &std::path::Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .current_dir(directory)
        .arg("fix")
        .args(arguments)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

const TEMPLATE: &str = "\u{feff}Transform: AWS::Serverless-2016-10-31\r
Resources:\r
  Topic: {Type: AWS::SNS::Topic} # news\r
  Tell:\r
    Type: AWS::Serverless::Function\r
    Properties:\r
      Runtime: python3.12\r
      Handler: app.tell\r
      CodeUri: .\r
      Environment: {Variables: {TOPIC: !Ref Topic}}\r
      Policies:\r
        - Statement:\r
            - Effect: Allow\r
              Action: sns:*\r
              Resource: !Ref Topic\r
";

const CODE: &str = "import os
import boto3

def tell(event, context):
    boto3.client('sns').publish(TopicArn=os.environ['TOPIC'], Message='x')
";

fn project() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("template.yaml"), TEMPLATE).unwrap();
    std::fs::write(directory.path().join("app.py"), CODE).unwrap();
    directory
}

#[test]
fn edits_are_shown_first_and_written_when_asked() {
    let directory = project();
    let template = directory.path().join("template.yaml");
    let shown = fix(directory.path(), &["--rule", "sas4/wildcard-action"]);
    assert_eq!(shown.status.code(), Some(1), "{shown:?}");
    let text = stdout(&shown);
    assert!(text.contains("-              Action: sns:*\r\n"), "{text}");
    assert!(
        text.contains("+              Action: sns:Publish\r\n"),
        "{text}"
    );
    assert!(text.contains("1 safe, 0 to review, 0 left alone"), "{text}");
    assert_eq!(std::fs::read_to_string(&template).unwrap(), TEMPLATE);

    let written = fix(directory.path(), &["--apply", "--rule", "sas4"]);
    assert_eq!(written.status.code(), Some(0), "{written:?}");
    let expected = TEMPLATE.replace("sns:*", "sns:Publish");
    assert_eq!(std::fs::read_to_string(&template).unwrap(), expected);

    let again = fix(directory.path(), &["--apply", "--rule", "sas4"]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(stdout(&again), "nothing to mend\n");
    let names: Vec<_> = std::fs::read_dir(directory.path()).unwrap().collect();
    assert_eq!(names.len(), 2, "nothing is left beside the files");
}

#[test]
fn the_diff_is_a_patch() {
    let directory = project();
    let template = directory.path().join("template.yaml");
    // A byte order mark is no part of a line for who reads files, but is for who patches them.
    let text = TEMPLATE.trim_start_matches('\u{feff}').trim_end();
    let is_there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    for (program, arguments) in [("git", ["apply", "-"]), ("patch", ["-p1", "--binary"])] {
        if !is_there(program) {
            continue;
        }
        std::fs::write(&template, text).unwrap();
        let safe = fix(directory.path(), &["--diff"]);
        assert!(!stdout(&safe).contains("KmsMasterKeyId"), "{safe:?}");
        let patch = fix(directory.path(), &["--diff", "--needs-review"]);
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(&patch.stdout).unwrap();
        drop(input);
        assert!(child.wait().unwrap().success(), "{program}: {patch:?}");
        let expected = text.replace("sns:*", "sns:Publish").replace(
            "AWS::SNS::Topic}",
            "AWS::SNS::Topic, Properties: { KmsMasterKeyId: alias/aws/sns }}",
        );
        let written = std::fs::read_to_string(&template).unwrap();
        assert_eq!(written, expected, "{program}");
    }
    let output = fix(directory.path(), &["--needs-review"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

const TRACED: &str = "Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  Shared:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: all
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: dynamodb:*, Resource: !GetAtt Orders.Arn}
              - {Effect: Allow, Action: logs:*, Resource: '*'}
  Put:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.put
      Code: .
      Role: !GetAtt Shared.Arn
      Environment: {Variables: {TABLE: !Ref Orders}}
  Get:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.get
      Code: .
      Role: !GetAtt Shared.Arn
      Environment: {Variables: {TABLE: !Ref Orders}}
";

const TABLE: &str = "import os
import boto3

table = boto3.resource('dynamodb').Table(os.environ['TABLE'])

def put(event, context):
    table.put_item(Item={'id': 'x'})

def get(event, context):
    return table.get_item(Key={'id': 'x'})
";

#[test]
fn roles_allow_what_settings_of_the_same_run_need() {
    let directory = tempfile::tempdir().unwrap();
    let template = directory.path().join("template.yaml");
    std::fs::write(directory.path().join("app.py"), TABLE).unwrap();
    let run = |arguments: &[&str]| {
        std::fs::write(&template, TRACED).unwrap();
        let rules = ["--rule", "sas4/shared-role", "--rule", "sas5/no-tracing"];
        let output = fix(directory.path(), &[&rules, arguments].concat());
        assert_ne!(output.status.code(), Some(2), "{output:?}");
        std::fs::read_to_string(&template).unwrap()
    };
    let all = run(&["--apply", "--needs-review"]);
    assert_eq!(all.matches("Mode: Active").count(), 2, "{all}");
    assert_eq!(all.matches("xray:PutTraceSegments").count(), 2, "{all}");
    let again = fix(
        directory.path(),
        &["--diff", "--needs-review", "--rule", "sas4"],
    );
    assert_eq!(stdout(&again), "", "a second run has nothing to add");
    // Where tracing is not turned on, nothing needs to write traces.
    let safe = run(&["--apply"]);
    assert_eq!(safe.matches("dynamodb:PutItem").count(), 1, "{safe}");
    assert!(!safe.contains("xray:"), "{safe}");
}

#[test]
fn findings_of_rules_without_edits_are_counted() {
    let orders = format!("{}/../../examples/orders", env!("CARGO_MANIFEST_DIR"));
    let shown = fix(orders.as_ref(), &["--rule", "sas1"]);
    assert_eq!(shown.status.code(), Some(0), "{shown:?}");
    let text = stdout(&shown);
    assert!(text.starts_with("0 safe, 0 to review, 0 left alone, "));
    assert!(text.ends_with(" without an edit\n"), "{text}");
}

#[test]
fn ignored_findings_and_other_functions_are_left() {
    let directory = project();
    let ignored = TEMPLATE.replace(
        "sns:*",
        "sns:* # tenrec: ignore[sas4/wildcard-action] the console needs it",
    );
    std::fs::write(directory.path().join("template.yaml"), ignored).unwrap();
    let output = fix(directory.path(), &["--rule", "sas4"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let output = fix(directory.path(), &["--function", "Tel"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("`Tell`"));
    let output = fix(directory.path(), &["--rule", "sas1/ssrf"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("sas4/wildcard-action"));
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let directory = project();
    let outside = tempfile::tempdir().unwrap();
    let real = outside.path().join("template.yaml");
    std::fs::rename(directory.path().join("template.yaml"), &real).unwrap();
    std::os::unix::fs::symlink(&real, directory.path().join("template.yaml")).unwrap();
    fix(directory.path(), &["--apply", "--rule", "sas4"]);
    assert_eq!(std::fs::read_to_string(&real).unwrap(), TEMPLATE);
}
