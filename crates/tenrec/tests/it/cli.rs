//! The built binary, as a user runs it.

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
    // The policy that lets anyone write comes first: it is why the trigger can be fired.
    assert_eq!(kinds.get(..2), Some(&["config", "trigger"][..]));
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
    assert!(String::from_utf8_lossy(&output.stderr).contains("does not exist"));
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

/// A directory with these files.
fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    directory
}

/// Scans a directory and gives the JSON report and the exit code.
fn scanned(directory: &Path, more: &[&str]) -> (serde_json::Value, Option<i32>) {
    let mut arguments = vec!["scan", directory.to_str().unwrap(), "--format", "json"];
    arguments.extend(more);
    let output = tenrec(&arguments);
    let report = serde_json::from_slice(&output.stdout);
    assert!(report.is_ok(), "{output:?}");
    (report.unwrap(), output.status.code())
}

/// The rules of the findings of a report.
fn rules_of(report: &serde_json::Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|it| it["rule"].as_str().unwrap()).collect()
}

fn stderr(arguments: &[&str]) -> String {
    let output = tenrec(arguments);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

const EVAL: &str = "def handler(event, context):\n    return eval(event['x'])\n";
const EVAL_AND_SHELL: &str = "import os\n\n\ndef handler(event, context):\n    os.system('x ' + event['y'])\n    return eval(event['x'])\n";

#[test]
fn wrong_usage_exits_with_2_and_names_the_nearest() {
    let project = project(&[("app.py", EVAL)]);
    let path = project.path().to_str().unwrap();
    assert!(stderr(&["scan", path, "--format", "jsn"]).contains("did you mean `json`?"));
    assert!(stderr(&["scan", path, "--fail-on", "hihg"]).contains("did you mean `high`?"));
    assert!(stderr(&["scan", path, "--select", "sas1/srf"]).contains("did you mean `sas1/ssrf`?"));
    let twice = stderr(&["scan", path, "--format", "json", "--format", "sarif"]);
    assert!(twice.contains("only one report"), "{twice}");
    assert!(stderr(&["scan", path, "--baseline", "/nowhere"]).contains("/nowhere"));
    assert!(stderr(&["explain", "sas1/srf"]).contains("did you mean `sas1/ssrf`?"));
    stderr(&["scan", path, "--quiet", "--verbose"]);
    stderr(&["frobnicate"]);
}

#[test]
fn several_reports_are_written_at_once() {
    let project = project(&[("app.py", EVAL)]);
    let path = project.path().to_str().unwrap();
    let out = tempfile::tempdir().unwrap();
    let at = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    let sarif = format!("sarif={}", at("a.sarif"));
    let output = tenrec(&[
        "scan",
        path,
        "--format",
        "terminal",
        "--format",
        &sarif,
        "--format",
        "json",
        "--output",
        &at("a.json"),
    ]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("Scanned 1 function"));
    for name in ["a.sarif", "a.json"] {
        let text = std::fs::read_to_string(at(name)).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }
    tenrec(&["scan", path, "--output", &at("a.txt")]);
    let text = std::fs::read_to_string(at("a.txt")).unwrap();
    assert!(
        text.contains("sas1/code-injection") && !text.contains('\u{1b}'),
        "{text}"
    );
}

#[test]
fn fail_on_decides_about_the_exit_code_only() {
    let project = project(&[("app.py", EVAL)]);
    for (fail_on, severity, code) in [
        ("info", "info", 1),
        ("medium", "low", 0),
        ("critical", "high", 0),
        ("critical", "critical", 1),
        ("never", "critical", 0),
    ] {
        let settings = format!("select = [\"sas1\"]\nseverity = {{sas1 = \"{severity}\"}}\n");
        std::fs::write(project.path().join("tenrec.toml"), settings).unwrap();
        let (report, exit) = scanned(project.path(), &["--fail-on", fail_on]);
        assert_eq!(exit, Some(code), "{fail_on} {severity}");
        assert!(rules_of(&report).contains(&"sas1/code-injection"));
    }
}

#[test]
fn rules_are_selected_and_ignored_by_name_risk_and_severity() {
    let project = project(&[("app.py", EVAL_AND_SHELL)]);
    let rules = |more: &[&str]| {
        let (report, _) = scanned(project.path(), more);
        let rules = rules_of(&report);
        (
            rules.contains(&"sas1/code-injection"),
            rules.contains(&"sas1/os-command-injection"),
        )
    };
    assert_eq!(rules(&[]), (true, true));
    assert_eq!(rules(&["--select", "sas1/code-injection"]), (true, false));
    assert_eq!(
        rules(&["--select", "SAS-1", "--ignore", "sas1/code-injection"]),
        (false, true)
    );
    assert_eq!(rules(&["--ignore", "sas4,sas1"]), (false, false));
    assert_eq!(
        rules(&["--ignore", "critical,high,medium,low,info"]),
        (false, false)
    );
}

#[test]
fn a_baseline_leaves_what_is_new_wherever_the_lines_went() {
    let project = project(&[("app.py", EVAL)]);
    for format in ["json", "sarif"] {
        std::fs::write(project.path().join("app.py"), EVAL).unwrap();
        let baseline = project.path().join(format!("old.{format}.txt"));
        let written = format!("{format}={}", baseline.display());
        tenrec(&[
            "scan",
            project.path().to_str().unwrap(),
            "--format",
            &written,
        ]);
        let moved = EVAL_AND_SHELL.replace("import os", "# moved\nimport os");
        std::fs::write(project.path().join("app.py"), moved).unwrap();
        let (report, _) = scanned(project.path(), &["--baseline", baseline.to_str().unwrap()]);
        let rules = rules_of(&report);
        assert!(rules.contains(&"sas1/os-command-injection"), "{rules:?}");
        assert!(!rules.contains(&"sas1/code-injection"), "{rules:?}");
        assert_ne!(report["summary"]["known"], 0);
    }
}

#[test]
fn an_ignore_needs_a_reason_and_a_finding() {
    let code = "def handler(event, context):\n    # tenrec: ignore[sas1/code-injection] the caller is a test\n    eval(event['a'])\n    \
                eval(event['b'])  # tenrec: ignore[sas1/code-injection]\n    # tenrec: ignore[sas1/ssrf] no such thing here\n    \
                return 1  # tenrec: ignore[sas1/srf] misspelt\n";
    let project = project(&[("app.py", code)]);
    let (report, _) = scanned(project.path(), &["--select", "sas1"]);
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(
        (findings.len(), &findings[0]["line"]),
        (1, &4.into()),
        "{report:#}"
    );
    let suppressed = report["suppressed"].as_array().unwrap();
    assert_eq!((suppressed.len(), &suppressed[0]["line"]), (1, &3.into()));
    assert_eq!(
        suppressed[0]["suppression"]["reason"],
        "the caller is a test"
    );
    assert_eq!(report["summary"]["suppressed"], 1);
    let diagnostics = report["diagnostics"].as_array().unwrap().iter();
    let complaints: Vec<(&str, u64)> = diagnostics
        .filter(|it| it["code"] != "no-template")
        .map(|it| (it["code"].as_str().unwrap(), it["line"].as_u64().unwrap()))
        .collect();
    assert_eq!(
        complaints,
        [
            ("ignore-without-reason", 4),
            ("unused-ignore", 5),
            ("unused-ignore", 6)
        ]
    );
}

#[test]
fn an_ignore_in_a_template_counts() {
    let template = "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      AssumeRolePolicyDocument: {}\n      Policies:\n        \
                    - PolicyName: p\n          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                \
                    Action: 'dynamodb:*'\n                Resource: '*'\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      \
                    Runtime: python3.12\n      Handler: app.handler\n      Role: !GetAtt R.Arn\n      Code: .\n";
    let app = ("app.py", "def handler(event, context):\n    return 1\n");
    let found = project(&[("template.yaml", template), app]);
    let (report, _) = scanned(found.path(), &["--select", "sas4/wildcard-action"]);
    assert_eq!(rules_of(&report), ["sas4/wildcard-action"]);
    let ignored = template.replace(
        "'dynamodb:*'",
        "'dynamodb:*' # tenrec: ignore[sas4] an admin tool",
    );
    let ignored = project(&[("template.yaml", &ignored), app]);
    let (report, code) = scanned(ignored.path(), &["--select", "sas4/wildcard-action"]);
    assert_eq!((rules_of(&report).len(), code), (0, Some(0)));
    assert_eq!(report["summary"]["suppressed"], 1);
}

#[test]
fn the_configuration_decides_unless_it_is_turned_off() {
    let settings = r#"
        exclude = ["legacy"]
        ignore = ["sas5", "sas8", "sas10"]
        fail-on = "never"

        [severity]
        "sas1/code-injection" = "info"

        [[exception]]
        paths = ["tools/**"]
        rules = ["sas1"]
        reason = "never deployed"

        [[taint.python.sink]]
        call = "house.run"
        input = "0"
        kind = "os-command"
    "#;
    let house = "import house\n\n\ndef handler(event, context):\n    house.run(event['x'])\n";
    let project = project(&[
        ("tenrec.toml", settings),
        ("app.py", EVAL),
        ("house_app.py", house),
        ("legacy/app.py", EVAL),
        ("tools/app.py", EVAL),
    ]);
    let places = |report: &serde_json::Value, rule: &str| {
        let findings = report["findings"].as_array().unwrap().iter();
        findings
            .filter(|it| it["rule"] == rule)
            .map(|it| it["file"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (report, code) = scanned(project.path(), &[]);
    assert_eq!(code, Some(0));
    assert_eq!(report["tool"]["configuration"], "tenrec.toml");
    assert_eq!(places(&report, "sas1/code-injection"), ["app.py"]);
    assert_eq!(
        places(&report, "sas1/os-command-injection"),
        ["house_app.py"]
    );
    let findings = report["findings"].as_array().unwrap();
    let eval = findings
        .iter()
        .find(|it| it["rule"] == "sas1/code-injection")
        .unwrap();
    assert_eq!(eval["severity"], "info");
    assert_ne!(eval["computed_severity"], "info");
    assert_eq!(
        report["suppressed"][0]["suppression"]["origin"],
        "configuration"
    );

    let (report, code) = scanned(project.path(), &["--no-config"]);
    assert_eq!(code, Some(1));
    assert_eq!(places(&report, "sas1/code-injection").len(), 3);
    assert!(places(&report, "sas1/os-command-injection").is_empty());

    let wrong = project.path().join("wrong.toml");
    std::fs::write(&wrong, "\nselct = []\n").unwrap();
    let wrong = stderr(&[
        "scan",
        project.path().to_str().unwrap(),
        "--config",
        wrong.to_str().unwrap(),
    ]);
    assert!(
        wrong.contains("wrong.toml:2:1: unknown key `selct`; did you mean `select`?"),
        "{wrong}"
    );
}

#[test]
fn one_template_or_one_handler_can_be_scanned() {
    let service = "service: x\nprovider: {name: aws, runtime: python3.12}\nfunctions:\n  f: {handler: app.handler}\n";
    let project = project(&[
        ("a/serverless.yml", service),
        ("a/app.py", EVAL),
        ("a/other.py", EVAL),
        ("a/b/serverless.yml", service),
    ]);
    let (report, _) = scanned(&project.path().join("a/serverless.yml"), &[]);
    let functions = report["functions"].as_array().unwrap();
    assert_eq!(
        (functions.len(), &functions[0]["file"]),
        (1, &"serverless.yml".into())
    );
    assert!(rules_of(&report).contains(&"sas1/code-injection"));
    let (report, _) = scanned(&project.path().join("a/other.py"), &[]);
    assert_eq!(report["summary"]["files"], 1);
    assert!(rules_of(&report).contains(&"sas1/code-injection"));
}

#[test]
fn the_terminal_report_shows_the_way_and_obeys_no_file() {
    let code = "import os\n\n\ndef handler(event, context):\n    os.system('\u{1b}[2J\u{202e}' + event['x'])\n";
    let project = project(&[("app.py", code)]);
    let path = project.path().to_str().unwrap();
    let output = tenrec(&["scan", path]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("app.py:5:5") && text.contains("^^^^"),
        "{text}"
    );
    assert!(
        text.contains("SAS-1   Event-data injection") && text.contains("Scanned 1 function"),
        "{text}"
    );
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text}"
    );
    let colored = tenrec(&["scan", path, "--color", "always"]).stdout;
    let colored = String::from_utf8(colored).unwrap();
    assert!(
        colored.contains("\u{1b}[") && !colored.contains("\u{1b}[2J"),
        "{colored}"
    );
    let quiet = String::from_utf8(tenrec(&["scan", path, "--quiet"]).stdout).unwrap();
    assert!(
        quiet.contains("os.system") && !quiet.contains("Scanned"),
        "{quiet}"
    );
}

#[test]
fn rules_risks_and_completions_are_listed() {
    let output = tenrec(&["rules", "--format", "json"]);
    let rules: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = rules.as_array().unwrap();
    let shell = rules
        .iter()
        .find(|it| it["name"] == "sas1/os-command-injection")
        .unwrap();
    assert_eq!(
        (&shell["risk"], &shell["cwe"]),
        (&"SAS-1".into(), &78.into())
    );
    assert!(
        shell["languages"]
            .as_array()
            .unwrap()
            .contains(&"Python".into())
    );
    let risk = String::from_utf8(tenrec(&["explain", "sas1"]).stdout).unwrap();
    assert!(
        risk.contains("sas1/ssrf") && !risk.contains("sas4/"),
        "{risk}"
    );
    for shell in ["bash", "zsh", "fish"] {
        let script = String::from_utf8(tenrec(&["completions", shell]).stdout).unwrap();
        assert!(script.contains("fail-on"), "{shell}");
    }
}

#[test]
fn services_of_one_name_are_told_apart() {
    let service = "service: shop\nprovider: {name: aws, runtime: python3.12}\nfunctions: {list: {handler: app.handler}}\n";
    let code = "def handler(event, context):\n    return eval(event['x'])\n";
    let directory = project(&[
        ("one/serverless.yml", service),
        ("one/app.py", code),
        ("two/serverless.yml", service),
        ("two/app.py", code),
    ]);
    let (report, _) = scanned(directory.path(), &[]);
    let functions = report["functions"].as_array().unwrap();
    let ids: Vec<&str> = functions
        .iter()
        .map(|it| it["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["one/list", "two/list"]);
}

#[test]
fn what_was_not_analysed_fails_a_strict_scan_and_is_said_even_quietly() {
    let directory = project(&[
        (
            "serverless.yml",
            "service: shop\nprovider: {name: aws, runtime: python3.12}\nfunctions:\n  a: {handler: app.nothing}\n  b: {handler: app.made}\n",
        ),
        ("app.py", "from elsewhere import make\nmade = make()\n"),
    ]);
    let path = directory.path().to_str().unwrap();
    let (report, code) = scanned(directory.path(), &["--fail-on", "never"]);
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let of_handlers: Vec<&str> = diagnostics
        .iter()
        .filter(|it| it["code"] == "handler-not-found")
        .map(|it| it["message"].as_str().unwrap())
        .collect();
    assert_eq!(of_handlers.len(), 2, "{of_handlers:?}");
    assert!(of_handlers[0].contains("app.py offers no `nothing`"));
    assert!(of_handlers[1].contains("could not be followed"));
    assert_eq!(code, Some(0));
    let strict = tenrec(&["scan", path, "--fail-on", "never", "--strict", "--quiet"]);
    assert_eq!(strict.status.code(), Some(2));
    let said = String::from_utf8_lossy(&strict.stderr).into_owned();
    assert!(
        said.contains("2 files or handlers could not be analysed"),
        "{said}"
    );
}

#[test]
fn a_directory_without_functions_is_not_called_clean() {
    let directory = project(&[("notes.txt", "nothing")]);
    let output = tenrec(&["scan", directory.path().to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("There is no function here"), "{text}");
}

#[test]
fn code_scanning_finds_the_files_of_a_project_below_it() {
    let directory = project(&[(
        "services/api/app.py",
        "def handler(event, context):\n    return eval(event['x'])\n",
    )]);
    let output = Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .current_dir(directory.path())
        .args(["scan", "./services/api", "--format", "sarif"])
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let location = &report["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(location["artifactLocation"]["uri"], "services/api/app.py");
}

#[test]
fn what_hides_findings_is_said() {
    let directory = project(&[
        (
            "app.py",
            "def handler(event, context):\n    # tenrec: ignore everything\n    return eval(event['x'])  # tenrec: ignore[sas1/code-injection] trusted\n",
        ),
        (
            "tenrec.toml",
            "[[exception]]\npaths = ['gone/**']\nrules = ['sas1']\nreason = 'was a test'\n",
        ),
    ]);
    let (report, code) = scanned(directory.path(), &[]);
    let complaints: Vec<&str> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["code"] == "unused-ignore")
        .map(|it| it["message"].as_str().unwrap())
        .collect();
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints[0].contains("names no rule"));
    assert!(complaints[1].contains("`was a test`"));
    assert_eq!(code, Some(0));
    let (_, code) = scanned(directory.path(), &["--no-inline-ignores"]);
    assert_eq!(code, Some(1), "no comment hides it any more");
    let output = tenrec(&[
        "scan",
        directory.path().to_str().unwrap(),
        "--no-inline-ignores",
        "--ignore",
        "sas1",
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("1 finding not selected"), "{text}");
}
