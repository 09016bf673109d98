//! `tenrec cost`, as a user runs it.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const TEMPLATE: &str = "\
service: shop
provider: {name: aws, runtime: python3.12, memorySize: 1024, timeout: 10, region: af-south-1}
functions:
  order:
    handler: app.order
    environment: {QUEUE: {Ref: Orders}}
    events:
      - httpApi: POST /orders
  pack:
    handler: app.pack
    reservedConcurrency: 5
    events:
      - sqs: {arn: {Fn::GetAtt: [Orders, Arn]}}
  unknown:
    handler: app.pack
    memorySize: ${ssm:/memory}
resources:
  Resources:
    Orders:
      Type: AWS::SQS::Queue
      Properties:
        RedrivePolicy: {deadLetterTargetArn: arn:aws:sqs:af-south-1:1:dead, maxReceiveCount: 3}
    IamRoleLambdaExecution:
      Type: AWS::IAM::Role
      Properties:
        Policies:
          - PolicyDocument:
              Statement: [{Effect: Allow, Action: sqs:SendMessage, Resource: '*'}]
";

const CODE: &str = "\
import os
import boto3

sqs = boto3.client('sqs')

def order(event, context):
    for item in event['body'].split(','):
        sqs.send_message(QueueUrl=os.environ['QUEUE'], MessageBody=item)

def pack(event, context):
    pass
";

fn cost(arguments: &[&str]) -> (TempDir, Output) {
    let project = TempDir::new().unwrap();
    fs::write(project.path().join("serverless.yml"), TEMPLATE).unwrap();
    fs::write(project.path().join("app.py"), CODE).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .arg("cost")
        .arg(project.path())
        .args(arguments)
        .output()
        .unwrap();
    (project, output)
}

#[test]
fn an_hour_and_a_request_are_priced_and_what_is_unknown_is_said() {
    let (_project, output) = cost(&["--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let order = &report["functions"][0];
    // 1,024 MiB for an hour in each of 995 executions, and a request every 10 seconds.
    let expected = 995.0 * (3600.0 * 0.000_022_4 + 360.0 * 0.000_000_2);
    assert!((order["per_hour"].as_f64().unwrap() - expected).abs() < 1e-6);
    assert_eq!(order["limited_by"], "account");
    assert_eq!(report["functions"][1]["concurrency"], 5.0);
    let entry = &report["entries"][0];
    assert_eq!(entry["function"], "shop/order");
    assert_eq!(
        entry["invocations"], 4.0,
        "itself, and three attempts at the message"
    );
    assert_eq!(entry["is_least"], true, "the message is sent in a loop");
    assert_eq!(entry["deliveries"][0]["file"], "app.py");
    assert_eq!(entry["deliveries"][0]["line"], 8);
    assert_eq!(report["unknown"][0]["function"], "shop/unknown");
    // With 10 of them reserved, nobody takes the rest: the other function has its own.
    let lever = &report["levers"][0];
    let of_others = report["functions"][1]["per_hour"].as_f64().unwrap();
    let after = lever["per_hour_after"].as_f64().unwrap();
    let in_all = lever["per_hour_in_all"].as_f64().unwrap();
    assert!((in_all - after - of_others).abs() < 1e-6);
}

#[test]
fn a_region_that_cannot_be_one_fails() {
    let (_project, output) = cost(&["--region", "mars-1"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("like `eu-central-1`"), "{message}");
}

#[test]
fn people_read_the_total_the_requests_and_what_caps_them() {
    let (_project, output) = cost(&["--concurrency", "15", "--region", "us-east-1"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("At worst $0.90 an hour"), "{text}");
    assert!(text.contains("shop/order by anyone on the internet: at least 4 invocations"));
    assert!(text.contains("app.py:8"), "{text}");
    assert!(text.contains("not counted: shop/unknown"), "{text}");
}

#[test]
fn a_path_that_does_not_exist_fails() {
    let output = Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .args(["cost", "/nowhere/at/all"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
