//! Applications of any size: services of ten functions with an API, a queue, a table and a bucket each, in Python and
//! JavaScript, with helpers that several handlers share and data that goes from function to function.
//!
//! Handlers have 44 lines, where those of `serverless/examples` have 39 on average and the code files of
//! `aws-samples/serverless-patterns` 43 in the middle; templates have 570 bytes a function, where those have 760 and 2,500.

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
        fs::write(directory.join("requirements.txt"), REQUIREMENTS)?;
        fs::write(directory.join("package.json"), package(service))?;
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
    let functions = (0..SERVICE).map(|function| match function % 4 {
        0 | 2 => worker(service, function),
        _ => endpoint(function),
    });
    let functions = functions.collect::<Vec<String>>().join("\n");
    format!(
        r#"service: service-{service}
frameworkVersion: "4"

provider:
  name: aws
  runtime: python3.13
  region: ${{opt:region, "eu-central-1"}}
  stage: ${{opt:stage, "dev"}}
  logRetentionInDays: 30
  tracing:
    lambda: true
    apiGateway: true
  tags:
    service: service-{service}
    stage: ${{self:provider.stage}}
  environment:
    TABLE: !Ref Table
    QUEUE: !Ref Queue
    BUCKET: service-{service}-files
    STAGE: ${{self:provider.stage}}
  iam:
    role:
      statements:
        - Effect: Allow
          Action:
            - dynamodb:PutItem
            - dynamodb:Query
          Resource: !GetAtt Table.Arn
        - Effect: Allow
          Action: sqs:SendMessage
          Resource: !GetAtt Queue.Arn

package:
  patterns:
    - "!tests/**"
    - "!events/**"
    - "!README.md"

functions:
{functions}
resources:
  Resources:
    Queue:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: ${{self:service}}-${{self:provider.stage}}-work
        VisibilityTimeout: 180
        RedrivePolicy:
          deadLetterTargetArn: !GetAtt Failed.Arn
          maxReceiveCount: 3
    Failed:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: ${{self:service}}-${{self:provider.stage}}-failed
        MessageRetentionPeriod: 1209600
    Table:
      Type: AWS::DynamoDB::Table
      DeletionPolicy: Retain
      Properties:
        TableName: service-{service}-items
        BillingMode: PAY_PER_REQUEST
        AttributeDefinitions:
          - AttributeName: id
            AttributeType: S
          - AttributeName: name
            AttributeType: S
        KeySchema:
          - AttributeName: id
            KeyType: HASH
        GlobalSecondaryIndexes:
          - IndexName: by-name
            KeySchema:
              - AttributeName: name
                KeyType: HASH
            Projection:
              ProjectionType: ALL
        PointInTimeRecoverySpecification:
          PointInTimeRecoveryEnabled: true
    FailedAlarm:
      Type: AWS::CloudWatch::Alarm
      Properties:
        AlarmDescription: Messages of service-{service} that could not be worked on
        Namespace: AWS/SQS
        MetricName: ApproximateNumberOfMessagesVisible
        Dimensions:
          - Name: QueueName
            Value: !GetAtt Failed.QueueName
        Statistic: Maximum
        Period: 60
        EvaluationPeriods: 1
        Threshold: 1
        ComparisonOperator: GreaterThanOrEqualToThreshold
        TreatMissingData: notBreaching
  Outputs:
    TableName:
      Description: The table of service-{service}
      Value: !Ref Table
      Export:
        Name: ${{self:service}}-${{self:provider.stage}}-table
    QueueUrl:
      Description: Where work for service-{service} is sent
      Value: !Ref Queue
"#
    )
}

/// A function that works on messages of the queue or on objects of the bucket.
fn worker(service: usize, function: usize) -> String {
    let event = match function % 4 {
        0 => "      - sqs:\n          arn: !GetAtt Queue.Arn\n          batchSize: 10\n          functionResponseType: ReportBatchItemFailures\n".to_owned(),
        _ => format!(
            "      - s3:\n          bucket: service-{service}-files\n          event: s3:ObjectCreated:*\n          rules:\n            - prefix: in{function}/\n"
        ),
    };
    format!(
        r#"  work{function}:
    description: Counts the words of what comes in as number {function}
    handler: src/work{function}.handler
    timeout: 30
    memorySize: 256
    reservedConcurrency: 10
    environment:
      KIND: work{function}
    events:
{event}"#
    )
}

/// A function behind the API.
fn endpoint(function: usize) -> String {
    let event = match function % 4 {
        1 => format!(
            "      - httpApi:\n          method: post\n          path: /items{function}/{{id}}\n"
        ),
        _ => format!(
            "      - http:\n          method: get\n          path: items{function}\n          cors: true\n"
        ),
    };
    format!(
        r#"  api{function}:
    description: Takes items for list number {function}
    handler: src/api{function}.handler
    runtime: nodejs22.x
    timeout: 10
    memorySize: 512
    environment:
      LIST: items{function}
    events:
{event}"#
    )
}

const REQUIREMENTS: &str = "boto3==1.40.1\n";

fn package(service: usize) -> String {
    format!(
        r#"{{
  "name": "service-{service}",
  "version": "1.0.0",
  "private": true,
  "scripts": {{
    "test": "node --test",
    "deploy": "serverless deploy"
  }},
  "dependencies": {{
    "@aws-sdk/client-dynamodb": "3.864.0",
    "@aws-sdk/client-sqs": "3.864.0",
    "@aws-sdk/lib-dynamodb": "3.864.0"
  }},
  "devDependencies": {{
    "serverless": "4.17.2"
  }}
}}
"#
    )
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
