//! What code writes into a resource and what comes out of it again, part by part and library by library: who the scan says
//! controls the command in the reading function.

mod javascript;
mod python;
mod states;

use crate::flows::{scan, template, two_functions};

/// The functions `put`, which anyone may call, and `run`, in one language, with the events of `run` and resources.
struct Application {
    events: &'static str,
    resources: &'static str,
}

const QUEUE: Application = Application {
    events: "    events:
      - sqs: !GetAtt Jobs.Arn",
    resources: "    Jobs:
      Type: AWS::SQS::Queue
      Properties:
        QueueName: jobs",
};

const TOPIC: Application = Application {
    events: "    events:
      - sns: jobs",
    resources: "    Other:
      Type: AWS::SNS::Topic",
};

const TABLE: Application = Application {
    events: "    events:
      - stream:
          type: dynamodb
          arn: !GetAtt Orders.StreamArn",
    resources: "    Orders:
      Type: AWS::DynamoDB::Table
      Properties:
        TableName: orders
        StreamSpecification:
          StreamViewType: NEW_IMAGE",
};

const BUCKET: Application = Application {
    events: "    events:
      - s3:
          bucket: inbox
          rules:
            - prefix: in/",
    resources: "    Other:
      Type: AWS::SNS::Topic",
};

const STREAM: Application = Application {
    events: "    events:
      - stream:
          type: kinesis
          arn: !GetAtt Clicks.Arn",
    resources: "    Clicks:
      Type: AWS::Kinesis::Stream
      Properties:
        Name: clicks",
};

const BUS: Application = Application {
    events: "    events:
      - eventBridge:
          pattern:
            source: [shop]",
    resources: "    Other:
      Type: AWS::SNS::Topic",
};

const DIRECT: Application = Application {
    events: "",
    resources: "    Other:
      Type: AWS::SNS::Topic",
};

impl Application {
    fn python(&self, put: &str, run: &str) -> String {
        let (put, run) = (format!("    {put}"), format!("    {run}"));
        two_functions(self.events, self.resources, &put, &run).who()
    }

    fn javascript(&self, put: &str, run: &str) -> String {
        let template = template("nodejs22.x", "'*'", self.events, self.resources);
        let imports = "const AWS = require('aws-sdk');
const { exec } = require('child_process');
const { DynamoDBClient, PutItemCommand, BatchWriteItemCommand, UpdateItemCommand, GetItemCommand } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, DynamoDBDocument, PutCommand, UpdateCommand, BatchWriteCommand, TransactWriteCommand, GetCommand, QueryCommand, ScanCommand } = require('@aws-sdk/lib-dynamodb');
const { SQSClient, SendMessageCommand, SendMessageBatchCommand } = require('@aws-sdk/client-sqs');
const { SNSClient, PublishCommand, PublishBatchCommand } = require('@aws-sdk/client-sns');
const { S3Client, PutObjectCommand, GetObjectCommand } = require('@aws-sdk/client-s3');
const { KinesisClient, PutRecordCommand, PutRecordsCommand } = require('@aws-sdk/client-kinesis');
const { EventBridgeClient, PutEventsCommand } = require('@aws-sdk/client-eventbridge');
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
const { marshall, unmarshall } = require('@aws-sdk/util-dynamodb');
const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const document = DynamoDBDocument.from(new DynamoDBClient({}));
const old = new AWS.DynamoDB.DocumentClient();
const raw = new DynamoDBClient({});
const sqs = new SQSClient({}), sns = new SNSClient({}), s3 = new S3Client({}), kinesis = new KinesisClient({});
const bus = new EventBridgeClient({}), lambda = new LambdaClient({});
";
        scan(&format!(
            "{template}== put.js\n{imports}exports.handler = async (event) => {{
  const name = event.queryStringParameters.name;
  {put}
}};
== run.js\n{imports}exports.handler = async (event) => {{
  {run}
}};
"
        ))
        .who()
    }
}

/// A title, the application, what `put` does, what `run` does, and who controls the command; `-` for nobody.
type Case = (
    &'static str,
    &'static Application,
    &'static str,
    &'static str,
    &'static str,
);

fn check(cases: &[Case], who: impl Fn(&Application, &str, &str) -> String) {
    let mut wrong = Vec::new();
    for (title, application, put, run, expected) in cases {
        let found = who(application, put, run);
        if found != *expected {
            wrong.push(format!("{title}: expected {expected}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_of_an_event_that_its_sender_writes() {
    let detail_type = "subprocess.run(event['detail-type'], shell=True)";
    let source = "subprocess.run(event['source'], shell=True)";
    let cases: [Case; 4] = [
        (
            "the type of an event",
            &BUS,
            "boto3.client('events').put_events(Entries=[{'Source': 'shop', 'DetailType': name, 'Detail': '{}'}])",
            detail_type,
            "anonymous",
        ),
        (
            "a fixed type of an event",
            &BUS,
            "boto3.client('events').put_events(Entries=[{'Source': 'shop', 'DetailType': 'x', 'Detail': name}])",
            detail_type,
            "tenant",
        ),
        (
            "a fixed source",
            &BUS,
            "boto3.client('events').put_events(Entries=[{'Source': 'shop', 'DetailType': name, 'Detail': name}])",
            source,
            "-",
        ),
        (
            "one of several events that the pattern leaves out",
            &BUS,
            "boto3.client('events').put_events(Entries=[{'Source': 'other', 'DetailType': 'x', 'Detail': json.dumps({'text': name})}, {'Source': 'shop', 'DetailType': 'x', 'Detail': json.dumps({'text': 'x'})}])",
            "subprocess.run(event['detail']['text'], shell=True)",
            "tenant",
        ),
    ];
    check(&cases, Application::python);
}

/// A queue behind a topic or a bucket, a topic behind a bucket.
#[test]
fn what_is_passed_on_from_resource_to_resource() {
    const BEHIND_TOPIC: Application = Application {
        events: "    events:
      - sqs: !GetAtt Jobs.Arn",
        resources: "    Jobs:
      Type: AWS::SQS::Queue
    News:
      Type: AWS::SNS::Topic
      Properties:
        TopicName: news
    Subscription:
      Type: AWS::SNS::Subscription
      Properties:
        Protocol: sqs
        TopicArn: !Ref News
        Endpoint: !GetAtt Jobs.Arn",
    };
    const BEHIND_TOPIC_RAW: Application = Application {
        events: BEHIND_TOPIC.events,
        resources: "    Jobs:
      Type: AWS::SQS::Queue
    News:
      Type: AWS::SNS::Topic
      Properties:
        TopicName: news
    Subscription:
      Type: AWS::SNS::Subscription
      Properties:
        Protocol: sqs
        RawMessageDelivery: true
        TopicArn: !Ref News
        Endpoint: !GetAtt Jobs.Arn",
    };
    const IN_TOPIC: Application = Application {
        events: BEHIND_TOPIC.events,
        resources: "    Jobs:
      Type: AWS::SQS::Queue
    News:
      Type: AWS::SNS::Topic
      Properties:
        TopicName: news
        Subscription:
          - Protocol: sqs
            Endpoint: !GetAtt Jobs.Arn",
    };
    const QUEUE_BEHIND_BUCKET: Application = Application {
        events: BEHIND_TOPIC.events,
        resources: "    Jobs:
      Type: AWS::SQS::Queue
    Inbox:
      Type: AWS::S3::Bucket
      Properties:
        BucketName: inbox
        NotificationConfiguration:
          QueueConfigurations:
            - Event: s3:ObjectCreated:*
              Queue: !GetAtt Jobs.Arn
              Filter:
                S3Key:
                  Rules:
                    - { Name: prefix, Value: in/ }",
    };
    const TOPIC_BEHIND_BUCKET: Application = Application {
        events: "    events:
      - sns:
          arn: !Ref News
          topicName: news",
        resources: "    News:
      Type: AWS::SNS::Topic
      Properties:
        TopicName: news
    Inbox:
      Type: AWS::S3::Bucket
      Properties:
        BucketName: inbox
        NotificationConfiguration:
          TopicConfigurations:
            - Event: s3:ObjectCreated:*
              Topic: !Ref News",
    };
    let publish = "boto3.client('sns').publish(TopicArn='arn:aws:sns:eu-west-1:1:news', Message=json.dumps({'name': name, 'id': 'x'}))";
    let upload = "boto3.client('s3').put_object(Bucket='inbox', Key='in/' + name, Body='x')";
    let elsewhere = "boto3.client('s3').put_object(Bucket='inbox', Key='out/' + name, Body='x')";
    let message = "subprocess.run(json.loads(json.loads(event['Records'][0]['body'])['Message'])['name'], shell=True)";
    let other = "subprocess.run(json.loads(json.loads(event['Records'][0]['body'])['Message'])['id'], shell=True)";
    let raw = "subprocess.run(json.loads(event['Records'][0]['body'])['name'], shell=True)";
    let key = "for record in event['Records']:\n        for inner in json.loads(record['body'])['Records']:\n            subprocess.run(inner['s3']['object']['key'], shell=True)";
    let size = "for record in event['Records']:\n        for inner in json.loads(record['body'])['Records']:\n            subprocess.run(inner['eventTime'], shell=True)";
    let in_topic = "for record in json.loads(event['Records'][0]['Sns']['Message'])['Records']:\n        subprocess.run(record['s3']['object']['key'], shell=True)";
    let cases: [Case; 10] = [
        (
            "topic to queue",
            &BEHIND_TOPIC,
            publish,
            message,
            "anonymous",
        ),
        (
            "topic to queue, other field",
            &BEHIND_TOPIC,
            publish,
            other,
            "tenant",
        ),
        (
            "topic to queue, raw",
            &BEHIND_TOPIC_RAW,
            publish,
            raw,
            "anonymous",
        ),
        (
            "topic to queue, said in the topic",
            &IN_TOPIC,
            publish,
            message,
            "anonymous",
        ),
        (
            "bucket to queue",
            &QUEUE_BEHIND_BUCKET,
            upload,
            key,
            "anonymous",
        ),
        (
            "bucket to queue, elsewhere",
            &QUEUE_BEHIND_BUCKET,
            elsewhere,
            key,
            "tenant",
        ),
        (
            "bucket to queue, a time",
            &QUEUE_BEHIND_BUCKET,
            upload,
            size,
            "tenant",
        ),
        (
            "bucket to topic",
            &TOPIC_BEHIND_BUCKET,
            upload,
            in_topic,
            "anonymous",
        ),
        ("nothing to queue", &BEHIND_TOPIC, "pass", message, "tenant"),
        (
            "nothing to topic",
            &TOPIC_BEHIND_BUCKET,
            "pass",
            in_topic,
            "tenant",
        ),
    ];
    check(&cases, Application::python);
}

/// What a bucket tells a topic, and the topic a queue: two notices around one key.
#[test]
fn keys_go_from_a_bucket_through_a_topic_into_a_queue() {
    let relayed = |prefix: &'static str| {
        let resources = format!(
            "    Jobs:
      Type: AWS::SQS::Queue
    Notices:
      Type: AWS::SNS::Topic
    ToJobs:
      Type: AWS::SNS::Subscription
      Properties:
        TopicArn: !Ref Notices
        Protocol: sqs
        Endpoint: !GetAtt Jobs.Arn
    Inbox:
      Type: AWS::S3::Bucket
      Properties:
        BucketName: inbox
        NotificationConfiguration:
          TopicConfigurations:
            - Topic: !Ref Notices
              Event: s3:ObjectCreated:*
              Filter:
                S3Key:
                  Rules:
                    - Name: prefix
                      Value: {prefix}"
        );
        let application = Application {
            events: QUEUE.events,
            resources: resources.leak(),
        };
        let put = "boto3.client('s3').put_object(Bucket='inbox', Key='in/' + name, Body=b'')";
        let run = "for record in event['Records']:
        notice = json.loads(record['body'])
        for inner in json.loads(notice['Message'])['Records']:
            subprocess.run('ls ' + inner['s3']['object']['key'], shell=True)";
        application.python(put, run)
    };
    assert_eq!(relayed("in/"), "anonymous");
    assert_eq!(relayed("out/"), "tenant");
}
