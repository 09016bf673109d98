//! Small handlers in every way in which people write SDK calls: each must give the operation that it performs, and the
//! parameter that names the resource.

use std::sync::Arc;

use base::{Budget, FileId, RelPath};
use flow::{EntryPoint, Facts, HandlerRef};
use ir::{ModuleId, Program};
use knowledge::Knowledge;

fn facts(files: &[(&str, &str)], entry: &str) -> Facts {
    let budget = Budget::default();
    let lowered = files.iter().zip(0..).map(|((name, text), id)| {
        let path = RelPath::new(name).unwrap();
        let file = FileId(id);
        let module = if name.ends_with(".py") {
            front_python::lower(file, &path, text, &budget).module
        } else {
            front_js::lower(file, &path, text, &budget).module
        };
        (path, module)
    });
    let program = Program::new(lowered.collect());
    let module = program
        .modules()
        .find(|(_, path, _)| path.as_str() == entry)
        .map(|(id, _, _)| id)
        .unwrap_or(ModuleId(0));
    let entry = EntryPoint {
        handler: HandlerRef::Export(module, "handler".into()),
        events: vec!["aws.lambda.direct".into()],
        roots: Arc::new([RelPath::root()]),
    };
    flow::analyse(&program, Knowledge::builtin(), &entry, &budget)
}

/// `service.Operation(parameter=value)` for every call, in the order met; only texts and environment variables are shown.
fn shown(facts: &Facts) -> Vec<String> {
    let knowledge = Knowledge::builtin();
    facts
        .calls
        .iter()
        .map(|call| {
            let operation = knowledge.operation(call.operation).unwrap();
            let resource = operation.resource.as_ref().and_then(|resource| {
                let (_, value) = call
                    .parameters
                    .iter()
                    .find(|(name, _)| *name == resource.parameter)?;
                let text: String = value.atoms()?.iter().map(atom).collect();
                Some(format!("{}={text}", resource.parameter))
            });
            format!(
                "{}.{}({})",
                operation.service,
                operation.name,
                resource.unwrap_or_default()
            )
        })
        .collect()
}

fn atom(atom: &flow::Atom) -> String {
    match atom {
        flow::Atom::Literal(text) => text.to_string(),
        flow::Atom::Environment(name) => format!("${name}"),
        flow::Atom::Any | flow::Atom::Fixed => "*".to_owned(),
    }
}

#[track_caller]
fn check(name: &str, code: &str, expected: &[&str]) {
    let facts = facts(&[(name, code)], name);
    assert_eq!(shown(&facts), expected, "in\n{code}");
    assert!(facts.opaque_calls.is_empty(), "opaque in\n{code}");
}

#[track_caller]
fn python(body: &str, expected: &[&str]) {
    let lines = body.lines().map(|line| format!("    {line}\n"));
    let code = format!(
        "import os\nimport boto3\n\ndef handler(event, context):\n{}",
        lines.collect::<String>()
    );
    check("app.py", &code, expected);
}

#[track_caller]
fn javascript(code: &str, expected: &[&str]) {
    check("app.js", code, expected);
}

#[test]
fn clients_of_boto3() {
    let table = [
        (
            r#"boto3.client("s3").put_object(Bucket="b", Key="k")"#,
            "s3.PutObject(Bucket=b)",
        ),
        (
            r#"boto3.client(service_name="s3").head_object(Bucket="b", Key="k")"#,
            "s3.HeadObject(Bucket=b)",
        ),
        (
            r#"boto3.client("s3").upload_file("/tmp/x", "b", "k")"#,
            "s3.PutObject(Bucket=b)",
        ),
        (
            r#"boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket="b")"#,
            "s3.ListObjectsV2(Bucket=b)",
        ),
        (
            r#"boto3.client("s3").generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})"#,
            "s3.GetObject(Bucket=b)",
        ),
        (
            r#"boto3.client("s3").generate_presigned_post("b", "k")"#,
            "s3.PutObject(Bucket=b)",
        ),
        (
            r#"boto3.session.Session().client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")"#,
            "sqs.SendMessage(QueueUrl=$QUEUE)",
        ),
        (
            r#"boto3.client("events").put_events(Entries=[])"#,
            "events.PutEvents()",
        ),
        (
            r#"boto3.client("stepfunctions").start_execution(stateMachineArn=os.environ["M"])"#,
            "states.StartExecution(stateMachineArn=$M)",
        ),
        (
            r#"boto3.client("lambda").invoke(FunctionName="f")"#,
            "lambda.Invoke(FunctionName=f)",
        ),
        (
            r#"boto3.client("cognito-idp").admin_create_user(UserPoolId="p")"#,
            "cognito-idp.AdminCreateUser(UserPoolId=p)",
        ),
        (
            r#"boto3.client("rekognition").detect_labels(Image={})"#,
            "rekognition.DetectLabels()",
        ),
        (
            r#"boto3.client("rds").describe_db_instances()"#,
            "rds.DescribeDBInstances()",
        ),
        (
            r#"boto3.client("iam").create_open_id_connect_provider(Url="u")"#,
            "iam.CreateOpenIDConnectProvider()",
        ),
        (
            r#"boto3.client("ses").send_email(Source="a")"#,
            "ses.SendEmail()",
        ),
        (
            r#"boto3.client("bedrock-runtime").converse(modelId="m")"#,
            "bedrock.Converse()",
        ),
        (
            r#"boto3.client("iot-data").publish(topic="t")"#,
            "iot.Publish()",
        ),
    ];
    for (call, expected) in table {
        python(call, &[expected]);
    }
}

#[test]
fn resources_of_boto3() {
    let table = [
        (
            r#"boto3.resource("dynamodb").Table(os.environ["TABLE"]).put_item(Item={})"#,
            "dynamodb.PutItem(TableName=$TABLE)",
        ),
        (
            r#"boto3.resource("dynamodb").Table(name="t").delete_item(Key={})"#,
            "dynamodb.DeleteItem(TableName=t)",
        ),
        (
            r#"boto3.resource("s3").Bucket("b").upload_fileobj(event, "k")"#,
            "s3.PutObject(Bucket=b)",
        ),
        (
            r#"boto3.resource("s3").Object("b", "k").get()"#,
            "s3.GetObject(Bucket=b)",
        ),
        (
            r#"boto3.resource("s3").Bucket("b").objects.filter(Prefix="p")"#,
            "s3.ListObjects(Bucket=b)",
        ),
    ];
    for (call, expected) in table {
        python(call, &[expected]);
    }
    python(
        "boto3.resource('dynamodb').Table('t').get_item(Key={}).get('Item').get('name')",
        &["dynamodb.GetItem(TableName=t)"],
    );
    python(
        "boto3.resource('s3').meta.client.upload_file('/tmp/x', 'b', 'k')",
        &["s3.PutObject(Bucket=b)"],
    );
    python(
        "boto3.client('sqs').send_message(QueueUrl=os.getenv('QUEUE'), MessageBody='x')",
        &["sqs.SendMessage(QueueUrl=$QUEUE)"],
    );
    python(
        "with boto3.resource('dynamodb').Table('t').batch_writer() as batch:\n    batch.put_item(Item={})",
        &["dynamodb.BatchPutItem(TableName=t)"],
    );
    python(
        "with boto3.resource('dynamodb').Table('t').batch_writer(overwrite_by_pkeys=['id']) as batch:\n    batch.put_item(Item={})",
        &["dynamodb.BatchPutItem(TableName=t)"],
    );
}

#[test]
fn sessions_that_await() {
    check(
        "app.py",
        "import aioboto3\nasync def handler(event, context):\n    session = aioboto3.Session()\n    async with session.client('s3') as s3:\n        await s3.get_object(Bucket='b', Key='k')\n",
        &["s3.GetObject(Bucket=b)"],
    );
}

#[test]
fn version_2_for_javascript() {
    let table = [
        (
            "new AWS.S3().putObject({ Bucket: 'b', Key: 'k' }).promise()",
            "s3.PutObject(Bucket=b)",
        ),
        (
            "new AWS.S3().upload({ Bucket: 'b', Key: 'k' }, (err, data) => {})",
            "s3.PutObject(Bucket=b)",
        ),
        (
            "new AWS.S3().getSignedUrl('getObject', { Bucket: 'b', Key: 'k' })",
            "s3.GetObject(Bucket=b)",
        ),
        (
            "new AWS.DynamoDB.DocumentClient().put({ TableName: process.env.TABLE, Item: {} }).promise()",
            "dynamodb.PutItem(TableName=$TABLE)",
        ),
        (
            "new AWS.SQS({ apiVersion: '2012-11-05' }).sendMessage({ QueueUrl: process.env.Q }, cb)",
            "sqs.SendMessage(QueueUrl=$Q)",
        ),
        (
            "new AWS.StepFunctions().startExecution({ stateMachineArn: 'm' })",
            "states.StartExecution(stateMachineArn=m)",
        ),
        (
            "new AWS.CognitoIdentityServiceProvider().adminGetUser({ UserPoolId: 'p' })",
            "cognito-idp.AdminGetUser(UserPoolId=p)",
        ),
        (
            "new AWS.Rekognition().detectFaces({})",
            "rekognition.DetectFaces()",
        ),
    ];
    for (call, expected) in table {
        let code = format!(
            "const AWS = require('aws-sdk');\nexports.handler = async (event, context, cb) => {{ await {call}; }};\n"
        );
        javascript(&code, &[expected]);
        let traced = code.replace(
            "require('aws-sdk')",
            "require('aws-xray-sdk').captureAWS(require('aws-sdk'))",
        );
        javascript(&traced, &[expected]);
    }
    javascript(
        "import S3 from 'aws-sdk/clients/s3';\nconst s3 = new S3();\nexport const handler = async () => { await s3.getObject({ Bucket: 'b' }).promise(); };\n",
        &["s3.GetObject(Bucket=b)"],
    );
}

#[test]
fn version_3_for_javascript() {
    let table = [
        (
            "import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';",
            "new S3Client({}).send(new PutObjectCommand({ Bucket: 'b', Key: 'k' }))",
            "s3.PutObject(Bucket=b)",
        ),
        (
            "import { S3 } from '@aws-sdk/client-s3';",
            "new S3({}).deleteObjects({ Bucket: 'b' })",
            "s3.DeleteObjects(Bucket=b)",
        ),
        (
            "import { Upload } from '@aws-sdk/lib-storage'; import { S3Client } from '@aws-sdk/client-s3';",
            "new Upload({ client: new S3Client({}), params: { Bucket: 'b', Key: 'k' } }).done()",
            "s3.PutObject(Bucket=b)",
        ),
        (
            "import { getSignedUrl } from '@aws-sdk/s3-request-presigner'; import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';",
            "getSignedUrl(new S3Client({}), new PutObjectCommand({ Bucket: 'b' }))",
            "s3.PutObject(Bucket=b)",
        ),
        (
            "import { createPresignedPost } from '@aws-sdk/s3-presigned-post'; import { S3Client } from '@aws-sdk/client-s3';",
            "createPresignedPost(new S3Client({}), { Bucket: 'b', Key: 'k' })",
            "s3.PutObject(Bucket=b)",
        ),
        (
            "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'; import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';",
            "DynamoDBDocumentClient.from(new DynamoDBClient({})).send(new PutCommand({ TableName: process.env.T }))",
            "dynamodb.PutItem(TableName=$T)",
        ),
        (
            "import { DynamoDB } from '@aws-sdk/client-dynamodb'; import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';",
            "DynamoDBDocument.from(new DynamoDB({})).query({ TableName: 't' })",
            "dynamodb.Query(TableName=t)",
        ),
        (
            "import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';",
            "paginateScan({ client: new DynamoDBClient({}) }, { TableName: 't' })",
            "dynamodb.Scan(TableName=t)",
        ),
        (
            "import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';",
            "new SFNClient({}).send(new StartExecutionCommand({ stateMachineArn: 'm' }))",
            "states.StartExecution(stateMachineArn=m)",
        ),
        (
            "import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';",
            "new SQSClient({}).send(new SendMessageCommand({ QueueUrl: 'q' })).then((sent) => sent.MessageId).catch(() => null)",
            "sqs.SendMessage(QueueUrl=q)",
        ),
        (
            "import { TextractClient, DetectDocumentTextCommand } from '@aws-sdk/client-textract';",
            "new TextractClient({}).send(new DetectDocumentTextCommand({}))",
            "textract.DetectDocumentText()",
        ),
    ];
    for (imports, call, expected) in table {
        javascript(
            &format!("{imports}\nexport const handler = async (event) => {{ await {call}; }};\n"),
            &[expected],
        );
    }
}

#[test]
fn clients_of_other_modules_and_wrappers() {
    let python = facts(
        &[
            (
                "app.py",
                "from store import Store\nstore = Store()\ndef handler(event, context):\n    store.save({'id': '1'})\n",
            ),
            (
                "store.py",
                "import os\nimport boto3\nclass Store:\n    def __init__(self, table=None):\n        self.table = table or boto3.resource('dynamodb').Table(os.environ['TABLE'])\n    def save(self, item):\n        self.table.put_item(Item=item)\n",
            ),
        ],
        "app.py",
    );
    assert_eq!(shown(&python), ["dynamodb.PutItem(TableName=$TABLE)"]);
    let javascript = facts(
        &[
            (
                "app.ts",
                "import { Queue } from './queue';\nconst queue = new Queue(process.env.QUEUE!);\nexport const handler = async () => { await queue.send('x'); };\n",
            ),
            (
                "queue.ts",
                "import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';\nexport class Queue {\n  private client = new SQSClient({});\n  constructor(private readonly url: string) {}\n  async send(body: string) { await this.client.send(new SendMessageCommand({ QueueUrl: this.url, MessageBody: body })); }\n}\n",
            ),
        ],
        "app.ts",
    );
    assert_eq!(shown(&javascript), ["sqs.SendMessage(QueueUrl=$QUEUE)"]);
}

#[test]
fn what_may_be_any_operation_is_opaque() {
    let table = [
        (
            "app.py",
            "import boto3\ndef handler(event, context):\n    getattr(boto3.client('s3'), event['what'])(Bucket='b')\n",
        ),
        (
            "app.py",
            "import boto3\ndef handler(event, context):\n    boto3.client(event['service']).list_things()\n",
        ),
        (
            "app.js",
            "const AWS = require('aws-sdk');\nconst s3 = new AWS.S3();\nexports.handler = async (event) => s3[event.what]({ Bucket: 'b' }).promise();\n",
        ),
        (
            "app.js",
            "const AWS = require('aws-sdk');\nconst wrap = require('wrap-a-client');\nexports.handler = async (event) => wrap(new AWS.S3());\n",
        ),
        (
            "app.py",
            "import boto3\nimport wrapper\ndef handler(event, context):\n    wrapper.Store(client=boto3.client('s3')).save()\n",
        ),
    ];
    for (name, code) in table {
        let facts = facts(&[(name, code)], name);
        assert!(!facts.opaque_calls.is_empty(), "not opaque:\n{code}");
        assert!(facts.calls.is_empty(), "{:?} in\n{code}", shown(&facts));
    }
}
