//! Projects, and parts of projects, without a template: which handlers are recognised, and what is said about them.

use base::{Budget, Code, RelPath};
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

/// The names of the handlers that are recognised in a file, each of which must be found there.
fn handlers(path: &str, text: &str) -> Vec<String> {
    let files = [(RelPath::new(path).unwrap(), text.to_owned())];
    let outcome = scan::run(&MemorySystem::new(files), &Budget::default());
    let not_found = Code::HandlerNotFound;
    let lost = outcome.diagnostics.iter().find(|it| it.code == not_found);
    assert_eq!(lost, None);
    let functions = outcome.application.functions.iter();
    functions
        .map(|function| function.name.to_string())
        .collect()
}

#[test]
fn only_what_a_commonjs_module_gives_away_is_a_handler() {
    let beside = "async function log(event) { console.log(event); }\n";
    for (exports, expected) in [
        (
            "exports.handler = async (event) => log(event);",
            "work.handler",
        ),
        ("module.exports = { main: log };", "work.main"),
        (
            "const all = {};\nall.put = async (event) => log(event);\nmodule.exports = all;",
            "work.put",
        ),
        (
            "module.exports = async (event) => log(event);",
            "work.default",
        ),
        ("exports.run = function named(event) {};", "work.run"),
    ] {
        let text = format!("{beside}{exports}\n");
        assert_eq!(handlers("work.js", &text), [expected], "{text}");
    }
    assert_eq!(handlers("work.js", beside), [""; 0]);
    let constant = format!("{beside}exports.limit = 3;\n");
    assert_eq!(handlers("work.js", &constant), [""; 0]);
}

#[test]
fn a_wrapped_handler_goes_by_the_name_that_it_is_exported_under() {
    let commonjs = "const middy = require('@middy/core');\nconst base = async (event) => event;\nmodule.exports = { base, handler: middy(base).use(parser()) };\n";
    assert_eq!(handlers("work.js", commonjs), ["work.handler"]);
    let esm = "import middy from '@middy/core';\nasync function base(event) {}\nexport const create = middy(base);\nexport const emitter = new Emitter(base);\nexport default create;\n";
    assert_eq!(handlers("work.mjs", esm), ["work.create", "work.default"]);
}

#[test]
fn a_function_with_several_names_is_one_handler() {
    let text = "const list = async (event) => event;\nexports.all = list;\nexports.list = list;\nmodule.exports.default = list;\n";
    assert_eq!(handlers("work.js", text), ["work.list"]);
}

const SCRIPT: &str = "
const { execSync } = require('child_process');

exports.lambda_handler = async (event) => execSync(`ls ${event.body}`);
";

#[test]
fn files_of_two_languages_may_have_one_name() {
    let files = [("src/work.py", HANDLER), ("src/work.js", SCRIPT)];
    let (functions, rules) = scanned(&files);
    assert_eq!(functions, ["src/work.lambda_handler"; 2]);
    assert_eq!(rules, ["sas1/os-command-injection"; 2]);
    // Where a template says the runtime, its language is meant.
    let template = "
service: shop
provider:
  name: aws
functions:
  list:
    handler: src/work.lambda_handler
    runtime: nodejs22.x
    events:
      - http: GET /list
";
    let (functions, rules) = scanned(&[files[0], files[1], ("serverless.yml", template)]);
    assert_eq!(functions, ["list"]);
    assert_eq!(rules, ["sas1/os-command-injection"]);
}
