//! `tenrec sbom`: the bills of materials of a project, validated against the official schemas.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn tenrec(project: &TempDir, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .env("XDG_CACHE_HOME", project.path())
        .env_remove("SOURCE_DATE_EPOCH")
        .arg("sbom")
        .arg(project.path())
        .args(["--db", project.path().join("advisories").to_str().unwrap()])
        .args(arguments)
        .output()
        .unwrap()
}

fn bom(project: &TempDir, arguments: &[&str]) -> Value {
    let output = tenrec(project, arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Two functions with packages of their own; of the vulnerable ones one is accepted.
fn project() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write(
        "template.yaml",
        "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n  \
         List:\n    Type: AWS::Serverless::Function\n    Properties: {Handler: app.list, Runtime: python3.13, CodeUri: list/}\n  \
         Put:\n    Type: AWS::Serverless::Function\n    Properties: {Handler: app.put, Runtime: nodejs22.x, CodeUri: put/}\n",
    );
    write(
        "list/app.py",
        "import thing\n\ndef list(event, context):\n    return thing.x()\n",
    );
    write("list/requirements.txt", "thing==1.0\nharmless==2.0\n");
    write(
        "put/app.js",
        "const outer = require('@scope/outer');\nexports.put = async () => outer();\n",
    );
    write(
        "put/package.json",
        r#"{"dependencies": {"@scope/outer": "^1.0.0"}, "devDependencies": {"tool": "^1.0.0"}}"#,
    );
    write(
        "put/package-lock.json",
        r#"{"lockfileVersion": 3, "packages": {
            "": {"dependencies": {"@scope/outer": "^1.0.0"}, "devDependencies": {"tool": "^1.0.0"}},
            "node_modules/@scope/outer": {"version": "1.0.3", "integrity": "sha512-AA==", "dependencies": {"inner": "^1.0.0"}},
            "node_modules/inner": {"version": "1.1.0", "integrity": "sha512-AA=="},
            "node_modules/tool": {"version": "1.0.0", "integrity": "sha512-AA==", "dev": true}}}"#,
    );
    write(
        "tenrec.toml",
        "[[exception]]\npaths = [\"put/**\"]\nrules = [\"sas6/known-vulnerable-dependency\"]\nreason = \"its parser is never called\"\n",
    );
    for (id, registry, name) in [
        ("GHSA-1", "PyPI", "thing"),
        ("GHSA-2", "npm", "inner"),
        ("GHSA-3", "npm", "tool"),
    ] {
        let entry = json!({
            "id": id,
            "aliases": [id.replace("GHSA-", "CVE-2024-")],
            "summary": "Something bad",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{
                "package": {"ecosystem": registry, "name": name},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.0.0"}]}],
            }],
        });
        write(&format!("advisories/{id}.json"), &entry.to_string());
    }
    directory
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../deps/tests/schemas")
        .join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn assert_valid(schema: &Value, document: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// Puts the list of licences, to which the schema refers as a file, into it; nothing is signed, so that needs no schema.
fn cyclonedx_schema() -> Value {
    fn replace(value: &mut Value, licences: &Value) {
        match value.get("$ref").and_then(Value::as_str) {
            Some("spdx.SNAPSHOT.schema.json") => *value = json!({"enum": licences["enum"]}),
            Some(reference) if reference.starts_with("jsf") => *value = json!({"not": {}}),
            _ => match value {
                Value::Object(fields) => fields.values_mut().for_each(|it| replace(it, licences)),
                Value::Array(items) => items.iter_mut().for_each(|it| replace(it, licences)),
                _ => {}
            },
        }
    }
    let mut whole = schema("bom-1.6.schema.json");
    replace(&mut whole, &schema("spdx-licences.schema.json"));
    whole
}

fn texts<'v>(list: &'v Value, field: &str) -> Vec<&'v str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|it| it[field].as_str().unwrap())
        .collect()
}

#[test]
fn a_cyclonedx_bill_lists_what_is_deployed_and_what_was_decided() {
    let project = project();
    let document = bom(&project, &[]);
    assert_valid(&cyclonedx_schema(), &document);
    assert_eq!(
        texts(&document["components"], "purl"),
        [
            "pkg:npm/%40scope/outer@1.0.3",
            "pkg:npm/inner@1.1.0",
            "pkg:pypi/harmless@2.0",
            "pkg:pypi/thing@1.0"
        ]
    );
    assert_eq!(
        document["components"][1]["properties"][0]["value"],
        "template/Put"
    );
    let vulnerabilities = document["vulnerabilities"].as_array().unwrap();
    let decided: Vec<(&str, &str)> = vulnerabilities
        .iter()
        .map(|it| {
            (
                it["id"].as_str().unwrap(),
                it["analysis"]["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        decided,
        [("GHSA-1", "in_triage"), ("GHSA-2", "not_affected")]
    );
    assert_eq!(
        vulnerabilities[1]["analysis"]["detail"],
        "its parser is never called"
    );
    assert_eq!(vulnerabilities[0]["ratings"][0]["score"], 9.8);
    let needs = document["dependencies"].as_array().unwrap();
    let outer = needs
        .iter()
        .find(|it| it["ref"] == "pkg:npm/%40scope/outer@1.0.3")
        .unwrap();
    assert_eq!(outer["dependsOn"], json!(["pkg:npm/inner@1.1.0"]));
}

#[test]
fn a_bill_of_one_function_lists_only_what_it_ships() {
    let project = project();
    let document = bom(&project, &["--function", "List"]);
    assert_valid(&cyclonedx_schema(), &document);
    assert_eq!(
        texts(&document["components"], "name"),
        ["harmless", "thing"]
    );
    let output = tenrec(&project, &["--function", "Lsit"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `List`?"));
}

#[test]
fn an_spdx_bill_is_valid_and_says_the_same() {
    let project = project();
    let document = bom(&project, &["--format", "spdx"]);
    assert_valid(&schema("spdx-2.3.schema.json"), &document);
    assert_eq!(
        document["packages"].as_array().unwrap().len(),
        5,
        "the application and four packages"
    );
    let text = document.to_string();
    assert!(
        text.contains("https://osv.dev/vulnerability/GHSA-1")
            && text.contains("its parser is never called")
    );
}

#[test]
fn the_same_project_gives_the_same_bytes_and_a_build_says_the_time() {
    let project = project();
    for format in ["cyclonedx", "spdx"] {
        let one = tenrec(&project, &["--format", format]).stdout;
        assert_eq!(one, tenrec(&project, &["--format", format]).stdout);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .env("SOURCE_DATE_EPOCH", "951827696")
        .args(["sbom", project.path().to_str().unwrap()])
        .output()
        .unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["metadata"]["timestamp"], "2000-02-29T12:34:56Z");
}

#[test]
fn a_bill_says_what_it_cannot_list_and_what_was_not_looked_up() {
    let project = project();
    std::fs::remove_file(project.path().join("put/package-lock.json")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .env("XDG_CACHE_HOME", project.path())
        .arg("sbom")
        .arg(project.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("put/package.json"), "{said}");
    let bill: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_valid(&cyclonedx_schema(), &bill);
    assert_eq!(bill["compositions"][0]["aggregate"], "incomplete");
    assert_eq!(bill.get("vulnerabilities"), None);
}
