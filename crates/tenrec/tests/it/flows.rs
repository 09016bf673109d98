//! Flows from function to function, one small application for each way: who the scan says controls what reaches a shell in
//! the reading function, and which places prove it.
//!
//! An application is a text: `== file` starts a file.

use base::{Budget, LineIndex, RelPath, System};
use finding::Finding;
use tenrec::{MemorySystem, scan};

/// A scanned application.
pub(crate) struct Scan {
    system: MemorySystem,
    outcome: scan::Outcome,
}

pub(crate) fn scan(files: &str) -> Scan {
    let files = files.split("== ").skip(1).map(|file| {
        let (name, text) = file.split_once('\n').unwrap();
        (RelPath::new(name.trim()).unwrap(), text.to_owned())
    });
    let system = MemorySystem::new(files);
    let outcome = scan::run(&system, &Budget::default());
    Scan { system, outcome }
}

impl Scan {
    pub(crate) fn commands(&self) -> Vec<&Finding> {
        let findings = self.outcome.findings.iter();
        findings
            .filter(|finding| finding.rule == "sas1/os-command-injection")
            .collect()
    }

    /// `who: file:line file:line …` for each command, the evidence without repetitions; `-` where there is none.
    fn commands_by(&self) -> String {
        let lines: Vec<String> = self
            .commands()
            .iter()
            .map(|finding| {
                let mut places: Vec<String> = Vec::new();
                for step in &finding.evidence {
                    let path = &self.system.files()[step.place.file.0 as usize].path;
                    let text = self.system.read(path).unwrap();
                    let line = LineIndex::new(&text).line(step.place.span.start);
                    let place = format!("{}:{line}", path.file_name());
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                format!("{}: {}", finding.score.exposure.as_str(), places.join(" "))
            })
            .collect();
        if lines.is_empty() {
            "-".to_owned()
        } else {
            lines.join("\n")
        }
    }

    /// Who is said to control the commands: the part before the evidence.
    pub(crate) fn who(&self) -> String {
        let by = self.commands_by();
        by.lines()
            .map(|line| line.split(':').next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// An open API function `put` and a function `run`, with the events and resources given.
pub(crate) fn two_functions(events: &str, resources: &str, put: &str, run: &str) -> Scan {
    two_functions_allowed("'*'", events, resources, put, run)
}

/// The same under a role that allows these actions alone.
fn two_functions_allowed(
    actions: &str,
    events: &str,
    resources: &str,
    put: &str,
    run: &str,
) -> Scan {
    let template = template("python3.12", actions, events, resources);
    scan(&format!(
        "{template}== put.py
import json
import os
import uuid
import boto3

def handler(event, context):
    name = event['queryStringParameters']['name']
{put}
== run.py
import json
import os
import subprocess
import boto3

def handler(event, context):
{run}
"
    ))
}

/// A service with the functions `put`, which anyone may call, and `run`, which these events invoke.
pub(crate) fn template(runtime: &str, actions: &str, events: &str, resources: &str) -> String {
    format!(
        "== serverless.yml
service: shop
provider:
  name: aws
  runtime: {runtime}
  environment:
    STAGE: dev
  iam:
    role:
      statements:
        - Effect: Allow
          Action: {actions}
          Resource: '*'
functions:
  put:
    handler: put.handler
    events:
      - httpApi: POST /put
  run:
    handler: run.handler
{events}
resources:
  Resources:
{resources}
"
    )
}

/// A title, the events and resources, what `put` and `run` do, and who controls the command; empty for nobody.
type Case<'a> = (&'a str, (&'a str, &'a str), String, &'a str, &'a str);

const QUEUE: (&str, &str) = (
    "    events:
      - sqs: !GetAtt Jobs.Arn",
    "    Jobs:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: jobs",
);

#[test]
fn a_message_carries_what_its_sender_was_given() {
    let queue = QUEUE;
    let scan = two_functions(
        queue.0,
        queue.1,
        "    boto3.client('sqs').send_message(QueueUrl='https://sqs.eu-west-1.amazonaws.com/1/jobs', MessageBody=name)",
        "    for record in event['Records']:
        subprocess.run(record['body'], shell=True)",
    );
    assert_eq!(
        scan.commands_by(),
        "anonymous: serverless.yml:17 put.py:7 put.py:8 serverless.yml:21 run.py:8"
    );
    let functions = &scan.commands()[0].functions;
    assert_eq!(functions.as_slice(), ["shop/put", "shop/run"]);
    assert_eq!(scan.commands()[0].score.blast_radius, 2);
}

#[test]
fn a_write_that_the_role_does_not_allow_is_no_flow() {
    let queue = QUEUE;
    let put = "    boto3.client('sqs').send_message(QueueUrl='jobs', MessageBody=name)";
    let run = "    subprocess.run(event['Records'][0]['body'], shell=True)";
    for (actions, who) in [("sqs:Send*", "anonymous"), ("sqs:Receive*", "tenant")] {
        let scan = two_functions_allowed(actions, queue.0, queue.1, put, run);
        assert_eq!(scan.who(), who, "{actions}");
    }
}

#[test]
fn channels() {
    let topic = (
        "    events:
      - sns: jobs",
        "    Other:
      Type: AWS::SNS::Topic",
    );
    let bucket = (
        "    events:
      - s3:
          bucket: inbox
          rules:
            - prefix: in/",
        "    Other:
      Type: AWS::SNS::Topic",
    );
    let table = (
        "    environment:
      TABLE: !Ref Orders
    events:
      - stream:
          type: dynamodb
          arn: !GetAtt Orders.StreamArn",
        "    Orders:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: ${self:service}-${opt:stage, 'dev'}-orders
        StreamSpecification:
          StreamViewType: NEW_IMAGE",
    );
    let stream = (
        "    events:
      - stream:
          type: kinesis
          arn: !GetAtt Clicks.Arn",
        "    Clicks:
      Type: AWS::Kinesis::Stream
      Properties:
        Name: clicks",
    );
    let bus = (
        "    events:
      - eventBridge:
          pattern:
            source: [shop]
            detail-type: [placed]",
        "    Other:
      Type: AWS::SNS::Topic",
    );
    let queue = QUEUE;
    let run_body = "    for record in event['Records']:
        subprocess.run(json.loads(record['body'])['name'], shell=True)";
    let run_key = "    for record in event['Records']:
        subprocess.run(record['s3']['object']['key'], shell=True)";
    let run_image = "    for record in event['Records']:
        subprocess.run(record['dynamodb']['NewImage']['name']['S'], shell=True)";
    let run_detail = "    subprocess.run(event['detail']['name'], shell=True)";
    let table_put = |item: &str| {
        format!(
            "    boto3.resource('dynamodb').Table('shop-' + os.environ['STAGE'] + '-orders').put_item(Item={item})"
        )
    };
    let cases: Vec<Case> = vec![
        (
            "one field of a message",
            queue,
            "    boto3.client('sqs').send_message(QueueUrl=boto3.client('sqs').get_queue_url(QueueName='jobs')['QueueUrl'], MessageBody=json.dumps({'id': str(uuid.uuid4()), 'name': name}))".into(),
            run_body,
            "anonymous",
        ),
        (
            "the other field of a message",
            queue,
            "    boto3.client('sqs').send_message(QueueUrl='jobs', MessageBody=json.dumps({'id': name, 'name': 'x'}))".into(),
            run_body,
            "",
        ),
        (
            "a message of another queue",
            queue,
            "    boto3.client('sqs').send_message(QueueUrl='others', MessageBody=name)".into(),
            run_body,
            "tenant",
        ),
        (
            "a topic",
            topic,
            "    boto3.client('sns').publish(TopicArn='arn:aws:sns:eu-west-1:1:jobs', Message=name)".into(),
            "    subprocess.run(event['Records'][0]['Sns']['Message'], shell=True)",
            "anonymous",
        ),
        (
            "a key under the trigger's prefix",
            bucket,
            "    boto3.client('s3').put_object(Bucket='inbox', Key='in/' + name, Body='x')".into(),
            run_key,
            "anonymous",
        ),
        (
            "a key under another prefix",
            bucket,
            "    boto3.client('s3').put_object(Bucket='inbox', Key='out/' + name, Body='x')".into(),
            run_key,
            "tenant",
        ),
        (
            "the content of the object that the event names",
            bucket,
            "    boto3.client('s3').put_object(Bucket='inbox', Key='in/x', Body=name)".into(),
            "    record = event['Records'][0]['s3']
    text = boto3.client('s3').get_object(Bucket=record['bucket']['name'], Key='in/x')['Body'].read()
    subprocess.run(text, shell=True)",
            "anonymous",
        ),
        (
            "an item in a table's stream",
            table,
            table_put("{'id': '1', 'name': name}"),
            run_image,
            "anonymous",
        ),
        (
            "another attribute of the item",
            table,
            table_put("{'id': name, 'name': 'x'}"),
            run_image,
            "",
        ),
        (
            "an item read back",
            table,
            table_put("{'id': '1', 'name': name}"),
            "    item = boto3.resource('dynamodb').Table(os.environ['TABLE']).get_item(Key={'id': '1'})['Item']
    subprocess.run(item['name'], shell=True)",
            "anonymous",
        ),
        (
            "another attribute read back",
            table,
            table_put("{'id': '1', 'name': name}"),
            "    item = boto3.resource('dynamodb').Table(os.environ['TABLE']).get_item(Key={'id': '1'})['Item']
    subprocess.run(item['id'], shell=True)",
            "",
        ),
        (
            "items found",
            table,
            table_put("{'id': '1', 'name': name}"),
            "    for item in boto3.resource('dynamodb').Table(os.environ['TABLE']).scan().get('Items', []):
        subprocess.run(item.get('name'), shell=True)",
            "anonymous",
        ),
        (
            "an event on a bus",
            bus,
            "    boto3.client('events').put_events(Entries=[{'Source': 'shop', 'DetailType': 'placed', 'Detail': json.dumps({'name': name})}])".into(),
            run_detail,
            "anonymous",
        ),
        (
            "an event that the pattern leaves out",
            bus,
            "    boto3.client('events').put_events(Entries=[{'Source': 'shop', 'DetailType': 'paid', 'Detail': json.dumps({'name': name})}])".into(),
            run_detail,
            "tenant",
        ),
        (
            "a record of a stream",
            stream,
            "    boto3.client('kinesis').put_record(StreamName='clicks', Data=name, PartitionKey='1')".into(),
            "    subprocess.run(event['Records'][0]['kinesis']['data'], shell=True)",
            "anonymous",
        ),
        (
            "an invocation",
            ("", "    Other:\n      Type: AWS::SNS::Topic"),
            "    boto3.client('lambda').invoke(FunctionName='shop-dev-run', Payload=json.dumps({'name': name}))".into(),
            "    subprocess.run(event['name'], shell=True)",
            "anonymous",
        ),
        (
            "an invocation with another field",
            ("", "    Other:\n      Type: AWS::SNS::Topic"),
            "    boto3.client('lambda').invoke(FunctionName='shop-dev-run', Payload=json.dumps({'id': name}))".into(),
            "    subprocess.run(event['name'], shell=True)",
            "",
        ),
    ];
    let mut wrong = Vec::new();
    for (title, (events, resources), put, run, expected) in &cases {
        let scan = two_functions(events, resources, put, run);
        if scan.who() != *expected && !(expected.is_empty() && scan.who() == "-") {
            wrong.push(format!(
                "{title}: expected `{expected}`, found {}\n{:?}",
                scan.commands_by(),
                scan.outcome.diagnostics
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_are_found_by_the_aliases_of_the_project_file() {
    let aliased = |import: &str| {
        let files = format!(
            r#"== tsconfig.json
{{
  // Where things are.
  "compilerOptions": {{ "baseUrl": ".", "paths": {{ "@lib/*": ["src/lib/*"], }}, }},
}}
== src/lib/run.ts
import {{ execSync }} from "child_process";
export const run = (name: string) => execSync(`file ${{name}}`);
== src/app.ts
import {{ run }} from "{import}";
export const handler = async (event: any) => run(event.name);
"#
        );
        scan(&files).commands().len()
    };
    let table = [
        ("@lib/run", 1),
        ("src/lib/run", 1),
        ("./lib/run", 1),
        ("@other/run", 0),
    ];
    for (import, expected) in table {
        assert_eq!(aliased(import), expected, "{import}");
    }
}

#[test]
fn a_project_file_takes_aliases_over_from_files_of_the_project() {
    let found = |service: &str, base: &str| {
        let files = format!(
            r#"== config/tsconfig.base.json
{base}
== services/shop/tsconfig.json
{service}
== packages/tools/src/run.ts
import {{ execSync }} from "child_process";
export const run = (name: string) => execSync(`file ${{name}}`);
== services/shop/src/app.ts
import {{ run }} from "@tools/run";
export const handler = async (event: any) => run(event.name);
"#
        );
        scan(&files).commands().len()
    };
    let aliases = r#"{ "compilerOptions": { "baseUrl": "..", "paths": { "@tools/*": ["packages/tools/src/*"] } } }"#;
    let unbased =
        r#"{ "compilerOptions": { "paths": { "@tools/*": ["../packages/tools/src/*"] } } }"#;
    let table = [
        (
            r#"{ "extends": "../../config/tsconfig.base.json" }"#,
            aliases,
            1,
        ),
        (r#"{ "extends": "../../config/tsconfig.base" }"#, unbased, 1),
        (
            r#"{ "extends": ["@tsconfig/node20/tsconfig.json", "../../config/tsconfig.base.json"] }"#,
            aliases,
            1,
        ),
        // A base of its own moves inherited paths.
        (
            r#"{ "extends": "../../config/tsconfig.base.json", "compilerOptions": { "baseUrl": "." } }"#,
            aliases,
            0,
        ),
        // Paths of its own replace inherited ones.
        (
            r#"{ "extends": "../../config/tsconfig.base.json", "compilerOptions": { "paths": {} } }"#,
            aliases,
            0,
        ),
        // Files that extend each other end somewhere, and outside of the root there is nothing.
        (
            r#"{ "extends": "../../config/tsconfig.base.json" }"#,
            r#"{ "extends": "../services/shop/tsconfig.json" }"#,
            0,
        ),
        (
            r#"{ "extends": "../../../config/tsconfig.base.json" }"#,
            "{}",
            0,
        ),
        (r#"{ "extends": 7 }"#, "{}", 0),
    ];
    for (service, base, expected) in table {
        assert_eq!(found(service, base), expected, "{service} {base}");
    }
}
