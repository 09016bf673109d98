//! Projects, and parts of projects, without a template: which handlers are recognised, and what is said about them.

use base::{Budget, RelPath};
use tenrec::{MemorySystem, scan};

/// The names of the functions that are recognised, and the rules that fire.
fn scanned(files: &[(&str, &str)]) -> (Vec<String>, Vec<&'static str>) {
    let files = files
        .iter()
        .map(|(path, text)| (RelPath::new(path).unwrap(), (*text).to_owned()));
    let outcome = scan::run(&MemorySystem::new(files), &Budget::default());
    let functions = outcome.application.functions.iter();
    (
        functions
            .map(|function| function.name.to_string())
            .collect(),
        outcome
            .findings
            .iter()
            .map(|finding| finding.rule)
            .filter(|rule| rule.starts_with("sas1/"))
            .collect(),
    )
}

const FLASK: &str = "
import os
from flask import Flask, request

app = Flask(__name__)


@app.route('/ping')
def ping():
    return os.popen('ping ' + request.args['host']).read()
";

const HANDLER: &str = "
import os


def lambda_handler(request, context):
    os.system('ls ' + request['name'])


def helper(text):
    return text.strip()
";

#[test]
fn a_handler_is_recognised_by_its_name_and_its_parameters() {
    let (functions, rules) = scanned(&[("src/work.py", HANDLER)]);
    assert_eq!(functions, ["src/work.lambda_handler"]);
    assert_eq!(rules, ["sas1/os-command-injection"]);
}

#[test]
fn an_application_is_recognised_by_what_it_registers() {
    let (functions, rules) = scanned(&[("web/main.py", FLASK)]);
    assert_eq!(functions, ["web/main.app"]);
    assert_eq!(rules, ["sas1/os-command-injection"]);
}

#[test]
fn code_that_only_uses_a_framework_or_tests_it_is_no_application() {
    let text = "from flask import request\n\n\ndef host():\n    return request.args['host']\n";
    let (functions, _) = scanned(&[("web/hosts.py", text), ("tests/main.py", FLASK)]);
    assert_eq!(functions, [""; 0]);
}

#[test]
fn handlers_beside_a_template_count_and_those_below_one_are_the_templates() {
    let template = "service: a\nprovider:\n  name: aws\n  runtime: python3.13\nfunctions:\n  one:\n    handler: one.handler\n";
    let quiet = "def handler(event, context):\n    return {}\n";
    let (functions, rules) = scanned(&[
        ("a/serverless.yml", template),
        ("a/one.py", quiet),
        ("a/unused.py", HANDLER),
        ("b/work.py", HANDLER),
    ]);
    assert_eq!(functions, ["one", "b/work.lambda_handler"]);
    assert_eq!(rules, ["sas1/os-command-injection"]);
}

#[test]
fn a_built_file_stands_for_its_source() {
    let template = "service: a\nprovider:\n  name: aws\n  runtime: nodejs22.x\nfunctions:\n  one:\n    handler: dist/api/one.handler\n    events:\n      - httpApi: GET /one\n";
    let source = "import { exec } from 'child_process';\nexport const handler = async (event: any) => exec(event.queryStringParameters.name);\n";
    let (_, rules) = scanned(&[("serverless.yml", template), ("src/api/one.ts", source)]);
    assert_eq!(rules, ["sas1/os-command-injection"]);
}

#[test]
fn the_fields_that_are_read_tell_the_kind_of_event() {
    let reading = |field: &str| {
        format!(
            "import os\n\n\ndef handler(event, context):\n    for record in event['Records']:\n        key = record['s3']['object']['key']\n        os.system('ls ' + record['s3']{field})\n        print(len(key))\n"
        )
    };
    let (_, rules) = scanned(&[("work.py", &reading("['object']['key']"))]);
    assert_eq!(rules, ["sas1/os-command-injection"]);
    let (_, rules) = scanned(&[("work.py", &reading("['bucket']['name']"))]);
    assert_eq!(rules, [""; 0]);
}

#[test]
fn the_type_of_the_event_tells_its_kind() {
    let reading = |field: &str| {
        format!(
            "import {{ exec }} from 'child_process';\nimport {{ SQSEvent }} from 'aws-lambda';\nexport const handler = async (event: SQSEvent) => exec(event.Records[0].{field});\n"
        )
    };
    let (_, rules) = scanned(&[("work.ts", &reading("body"))]);
    assert_eq!(rules, ["sas1/os-command-injection"]);
    let (_, rules) = scanned(&[("work.ts", &reading("eventSourceARN"))]);
    assert_eq!(rules, [""; 0]);
}
