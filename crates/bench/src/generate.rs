//! Applications of any size: services of ten functions with an API, a queue, a table and a bucket each, in Python and
//! JavaScript, with helpers that several handlers share and data that goes from function to function.

use std::fs;
use std::path::Path;

use anyhow::Result;

/// Functions of one service.
const SERVICE: usize = 10;

/// Writes an application of about this many functions below `root`.
pub(crate) fn application(root: &Path, functions: usize) -> Result<()> {
    for service in 0..functions.div_ceil(SERVICE) {
        let directory = root.join(format!("service-{service}"));
        fs::create_dir_all(directory.join("src"))?;
        fs::create_dir_all(directory.join("lib"))?;
        fs::write(directory.join("serverless.yml"), template(service))?;
        fs::write(directory.join("lib/store.py"), STORE)?;
        fs::write(directory.join("lib/__init__.py"), "")?;
        fs::write(directory.join("lib/answers.js"), ANSWERS)?;
        for function in 0..SERVICE {
            let (name, text) = match function % 2 {
                0 => (format!("src/work{function}.py"), python(function)),
                _ => (format!("src/api{function}.js"), javascript(function)),
            };
            fs::write(directory.join(name), text)?;
        }
    }
    Ok(())
}

fn template(service: usize) -> String {
    let mut text = format!(
        "service: service-{service}\n\nprovider:\n  name: aws\n  runtime: python3.13\n  environment:\n    TABLE: !Ref Table\n    QUEUE: !Ref Queue\n    BUCKET: service-{service}-files\n  iam:\n    role:\n      statements:\n        - Effect: Allow\n          Action:\n            - dynamodb:PutItem\n            - dynamodb:Query\n          Resource: !GetAtt Table.Arn\n        - Effect: Allow\n          Action: sqs:SendMessage\n          Resource: !GetAtt Queue.Arn\n\nfunctions:\n"
    );
    for function in 0..SERVICE {
        text.push_str(&match function % 4 {
            1 => format!(
                "  api{function}:\n    handler: src/api{function}.handler\n    runtime: nodejs22.x\n    events:\n      - httpApi:\n          method: post\n          path: /items{function}/{{id}}\n"
            ),
            3 => format!(
                "  api{function}:\n    handler: src/api{function}.handler\n    runtime: nodejs22.x\n    events:\n      - http:\n          method: get\n          path: items{function}\n"
            ),
            0 => format!(
                "  work{function}:\n    handler: src/work{function}.handler\n    events:\n      - sqs:\n          arn: !GetAtt Queue.Arn\n"
            ),
            _ => format!(
                "  work{function}:\n    handler: src/work{function}.handler\n    events:\n      - s3:\n          bucket: service-{service}-files\n          event: s3:ObjectCreated:*\n          rules:\n            - prefix: in{function}/\n"
            ),
        });
    }
    text.push_str("\nresources:\n  Resources:\n    Queue:\n      Type: AWS::SQS::Queue\n    Table:\n      Type: AWS::DynamoDB::Table\n      Properties:\n        TableName: ");
    text.push_str(&format!("service-{service}-items\n"));
    text
}

/// A helper module that all Python handlers of a service share.
const STORE: &str = r#"import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


class Store:
    def __init__(self, name):
        self.name = name
        self.seen = {}

    def keep(self, key, item):
        self.seen[key] = item
        table.put_item(Item={"id": key, "name": self.name, "item": json.dumps(item)})

    def find(self, key):
        if key in self.seen:
            return self.seen[key]
        found = table.get_item(Key={"id": key}).get("Item", {})
        return json.loads(found.get("item", "{}"))


def cleaned(text, most=100):
    parts = []
    for part in text.split(","):
        part = part.strip()
        if not part:
            continue
        parts.append(part[:most])
    return parts
"#;

/// A helper module that all JavaScript handlers of a service share.
const ANSWERS: &str = r#"const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

const fields = (event) => {
  const body = JSON.parse(event.body || "{}");
  const { name = "nobody", tags = [], ...rest } = body;
  return { name: String(name).trim(), tags: tags.map((tag) => tag.toLowerCase()), rest };
};

module.exports = { answer, fields };
"#;

fn python(function: usize) -> String {
    format!(
        r#"import json
import os
import subprocess
from urllib.parse import unquote_plus

import boto3

from lib.store import Store, cleaned

s3 = boto3.client("s3")
store = Store("work{function}")


def texts(record):
    if "s3" in record:
        key = unquote_plus(record["s3"]["object"]["key"])
        content = s3.get_object(Bucket=os.environ["BUCKET"], Key=key)["Body"].read().decode()
        return key, cleaned(content)
    message = json.loads(record["body"])
    return message["id"], cleaned(message.get("name", ""))


def summary(words):
    total = {{}}
    for word in words:
        total[word] = total.get(word, 0) + 1
    ranked = sorted(total.items(), key=lambda pair: -pair[1])
    return [f"{{word}}: {{count}}" for word, count in ranked[:10]]


def handler(event, context):
    for record in event["Records"]:
        key, words = texts(record)
        lines = summary(words)
        if {function} % 5 == 4:
            subprocess.run("logger " + key, shell=True)
        else:
            subprocess.run(["logger", key])
        store.keep(key, {{"lines": lines, "count": len(words)}})
"#
    )
}

fn javascript(function: usize) -> String {
    format!(
        r#"const {{ SQSClient, SendMessageCommand }} = require("@aws-sdk/client-sqs");
const {{ DynamoDBClient }} = require("@aws-sdk/client-dynamodb");
const {{ DynamoDBDocumentClient, QueryCommand }} = require("@aws-sdk/lib-dynamodb");
const {{ answer, fields }} = require("../lib/answers");

const sqs = new SQSClient({{}});
const documents = DynamoDBDocumentClient.from(new DynamoDBClient({{}}));

const known = async (id) => {{
  const found = await documents.send(
    new QueryCommand({{
      TableName: process.env.TABLE,
      KeyConditionExpression: "id = :id",
      ExpressionAttributeValues: {{ ":id": id }},
    }}),
  );
  return found.Items.map(({{ id, name }}) => ({{ id, name }}));
}};

exports.handler = async (event) => {{
  try {{
    const {{ name, tags }} = fields(event);
    const id = (event.pathParameters || {{}}).id || "item{function}";
    const before = await known(id);
    if (before.length > 10) {{
      return answer(409, {{ error: "too many" }});
    }}
    await sqs.send(
      new SendMessageCommand({{
        QueueUrl: process.env.QUEUE,
        MessageBody: JSON.stringify({{ id, name, tags: tags.join(",") }}),
      }}),
    );
    return answer(202, {{ id, before }});
  }} catch (error) {{
    console.error("failed", error);
    return answer(500, {{ error: "failed" }});
  }}
}};
"#
    )
}
