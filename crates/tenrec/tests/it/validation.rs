//! What a check against a schema does to what is said of the data that passed it.

use finding::Confidence;

use crate::flows::scan;

const TEMPLATE: &str = "== serverless.yml
service: shop
provider:
  name: aws
  runtime: python3.12
functions:
  order:
    handler: app.handler
    events:
      - httpApi: POST /order
";

fn confidence(name: &str, code: &str) -> Option<Confidence> {
    let scan = scan(&format!("{TEMPLATE}== {name}\n{code}"));
    let commands = scan.commands();
    commands.first().map(|finding| finding.confidence)
}

fn python(check: &str) -> Option<Confidence> {
    confidence(
        "app.py",
        &format!(
            "import json, os, jsonschema
from models.order import Order
from aws_lambda_powertools.utilities.parser import parse

SCHEMA = {{'type': 'object', 'properties': {{'name': {{'type': 'string'}}}}}}


def handler(event, context):
    body = json.loads(event['body'])
    {check}
    os.system(body['name'])
"
        ),
    )
}

fn javascript(check: &str) -> Option<Confidence> {
    confidence(
        "app.js",
        &format!(
            "const {{ exec }} = require('child_process');
const Ajv = require('ajv');
const ajv = new Ajv();

exports.handler = async (event) => {{
  const body = JSON.parse(event.body);
  {check}
  exec(body.name);
}};
"
        ),
    )
}

#[test]
fn a_schema_that_is_seen_and_lets_any_text_through_changes_nothing() {
    assert_eq!(python("pass"), Some(Confidence::High));
    assert_eq!(
        python("jsonschema.validate(body, SCHEMA)"),
        Some(Confidence::High)
    );
    assert_eq!(
        javascript(
            "if (!ajv.validate({ properties: { name: { type: 'string' } } }, body)) return;"
        ),
        Some(Confidence::High)
    );
}

#[test]
fn a_schema_that_is_not_seen_may_check_anything() {
    assert_eq!(
        python("jsonschema.validate(body, json.load(open('schema.json')))"),
        Some(Confidence::Low)
    );
    assert_eq!(
        python("jsonschema.validate(body, {'$ref': 'https://example.com/order.json'})"),
        Some(Confidence::Low)
    );
    assert_eq!(
        python("body = parse(event=body, model=Order)"),
        Some(Confidence::Low)
    );
    assert_eq!(
        javascript("if (!ajv.validate(require('./schema.json'), body)) return;"),
        Some(Confidence::Low)
    );
    assert_eq!(
        javascript("const validate = ajv.compile(load()); if (!validate(body)) return;"),
        Some(Confidence::Low)
    );
}

#[test]
fn a_check_after_the_use_is_no_check() {
    let code = "const { exec } = require('child_process');
const Ajv = require('ajv');
const validate = new Ajv().compile(require('./schema.json'));

exports.handler = async (event) => {
  const body = JSON.parse(event.body);
  exec(body.name);
  if (!validate(body)) return;
};
";
    assert_eq!(confidence("app.js", code), Some(Confidence::High));
}
