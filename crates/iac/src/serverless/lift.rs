//! The constructs of the plugin `serverless-lift`: queues with their workers, buckets and tables.
//!
//! Facts: `dist/src/constructs/aws` of the npm package `serverless-lift` 1.37.7.

use app::GrantOrigin;
use base::Name;

use super::{Service, function, naming};
use crate::builder::Builder;
use crate::stack::{GrantDeclaration, StackTemplate};
use crate::tree::{Field, Tree};

/// The kind of construct that Lift creates one resource for.
struct Kind {
    name: &'static str,
    suffix: &'static str,
    resource: &'static str,
    /// What `${construct:x.…}` gives, and the attribute that it is.
    variables: &'static [(&'static str, &'static str)],
    /// What Lift lets the functions of the service do with it.
    actions: &'static [&'static str],
    /// What follows the resource's ARN where they may do so.
    parts: &'static [&'static str],
}

const KINDS: [Kind; 3] = [
    Kind {
        name: "queue",
        suffix: "Queue",
        resource: "AWS::SQS::Queue",
        variables: &[("queueUrl", "Ref"), ("queueArn", "Arn")],
        actions: &["sqs:SendMessage", "sqs:ChangeMessageVisibility"],
        parts: &[""],
    },
    Kind {
        name: "storage",
        suffix: "Bucket",
        resource: "AWS::S3::Bucket",
        variables: &[("bucketName", "Ref"), ("bucketArn", "Arn")],
        actions: &[
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:DeleteObjectTagging",
            "s3:GetObject",
            "s3:GetObjectAcl",
            "s3:GetObjectAttributes",
            "s3:GetObjectTagging",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
            "s3:PutObjectAcl",
            "s3:PutObjectTagging",
            "s3:RestoreObject",
        ],
        parts: &["", "/*"],
    },
    Kind {
        name: "database/dynamodb-single-table",
        suffix: "Table",
        resource: "AWS::DynamoDB::Table",
        variables: &[
            ("tableName", "Ref"),
            ("tableArn", "Arn"),
            ("tableStreamArn", "StreamArn"),
        ],
        actions: &[
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:BatchWriteItem",
            "dynamodb:PutItem",
            "dynamodb:DeleteItem",
            "dynamodb:UpdateItem",
            "dynamodb:ConditionCheckItem",
        ],
        parts: &["", "/index/*"],
    },
];

fn kind(construct: &Field) -> Option<&'static Kind> {
    let name = construct.value.get("type")?.as_text()?;
    KINDS.iter().find(|kind| kind.name == name)
}

/// The logical id of what a construct creates; the CDK's own ends in a hash, so that templates do not refer to it.
fn id(construct: &Field, kind: &Kind) -> Name {
    format!("{}{}", naming::normalized(&construct.key), kind.suffix).into()
}

/// What the variables of the constructs stand for: `construct:jobs.queueUrl` and its value.
pub(super) fn variables(constructs: &Tree) -> Vec<(Name, Tree)> {
    let mut variables = Vec::new();
    for construct in constructs.entries() {
        let Some(kind) = kind(construct) else {
            continue;
        };
        let (id, place) = (id(construct, kind), construct.key_place);
        for (name, attribute) in kind.variables {
            let value = match *attribute {
                "Ref" => Tree::reference(place, id.clone()),
                attribute => Tree::get_att(place, id.clone(), attribute),
            };
            let notation = format!("construct:{}.{name}", construct.key);
            variables.push((notation.into(), value));
        }
        if kind.name == "queue" {
            let dead = dead_letters(construct);
            let name = format!("construct:{}.dlq", construct.key);
            variables.push((
                format!("{name}Url").into(),
                Tree::reference(place, dead.clone()),
            ));
            variables.push((
                format!("{name}Arn").into(),
                Tree::get_att(place, dead, "Arn"),
            ));
        }
    }
    variables
}

/// Adds what the constructs create.
pub(super) fn add(
    stack: &mut StackTemplate,
    service: &Service,
    constructs: &Tree,
    builder: &mut Builder,
) {
    for construct in constructs.entries() {
        let Some(kind) = kind(construct) else {
            continue;
        };
        let (id, place) = (id(construct, kind), construct.key_place);
        let properties = match kind.name {
            "queue" => queue(stack, construct),
            "storage" => storage(construct),
            _ => Tree::map(place, []),
        };
        let properties = match construct.value.get("extensions") {
            Some(extensions) => extended(properties, extensions),
            None => properties,
        };
        stack.imply(id.clone(), kind.resource, place, properties);
        let arn = Tree::get_att(place, id.clone(), "Arn");
        let actions = kind.actions.iter().map(|action| Tree::text(place, *action));
        let resources = kind.parts.iter().map(|part| {
            let text = Tree::text(place, format!("${{{id}.Arn}}{part}"));
            Tree::map(place, [("Fn::Sub", text)])
        });
        let statement = Tree::map(
            place,
            [
                ("Effect", Tree::text(place, "Allow")),
                ("Action", Tree::list(place, actions)),
                ("Resource", Tree::list(place, resources)),
            ],
        );
        stack.grants.push(GrantDeclaration {
            role: naming::SHARED_ROLE.into(),
            statements: statement,
            origin: GrantOrigin::Framework,
            place,
        });
        if let Some(worker) = construct.value.get("worker") {
            let key = Name::from(format!("{}Worker", construct.key));
            let event = Tree::map(place, [("sqs", Tree::map(place, [("arn", arn)]))]);
            let declared = worker.with("events", Tree::list(place, [event]));
            function::add(stack, service, &key, place, &declared, builder);
        }
    }
}

fn dead_letters(construct: &Field) -> Name {
    format!("{}Dlq", naming::normalized(&construct.key)).into()
}

/// A queue gives up a message after some tries and keeps it in a second one.
fn queue(stack: &mut StackTemplate, construct: &Field) -> Tree {
    let place = construct.key_place;
    let dead = dead_letters(construct);
    stack.imply(dead.clone(), "AWS::SQS::Queue", place, Tree::map(place, []));
    let tries = construct.value.get("maxRetries").cloned();
    let redrive = Tree::map(
        place,
        [
            ("deadLetterTargetArn", Tree::get_att(place, dead, "Arn")),
            (
                "maxReceiveCount",
                tries.unwrap_or_else(|| Tree::number(place, 3.0)),
            ),
        ],
    );
    Tree::map(place, [("RedrivePolicy", redrive)])
}

/// A bucket with versions, encrypted by S3's own keys or by KMS's.
fn storage(construct: &Field) -> Tree {
    let place = construct.key_place;
    let written = construct.value.get("encryption").and_then(Tree::as_text);
    let algorithm = if written == Some("kms") {
        "aws:kms"
    } else {
        "AES256"
    };
    let by_default = Tree::map(place, [("SSEAlgorithm", Tree::text(place, algorithm))]);
    let rule = Tree::map(place, [("ServerSideEncryptionByDefault", by_default)]);
    let encryption = Tree::map(
        place,
        [(
            "ServerSideEncryptionConfiguration",
            Tree::list(place, [rule]),
        )],
    );
    let versions = Tree::map(place, [("Status", Tree::text(place, "Enabled"))]);
    let properties = Tree::map(
        place,
        [
            ("BucketEncryption", encryption),
            ("VersioningConfiguration", versions),
        ],
    );
    if construct.value.get("publicPath").is_some() {
        return properties;
    }
    let all = [
        "BlockPublicAcls",
        "BlockPublicPolicy",
        "IgnorePublicAcls",
        "RestrictPublicBuckets",
    ];
    let block = Tree::map(place, all.map(|name| (name, Tree::bool(place, true))));
    properties.with("PublicAccessBlockConfiguration", block)
}

fn extended(properties: Tree, extensions: &Tree) -> Tree {
    let written = extensions
        .entries()
        .iter()
        .filter_map(|it| it.value.get("Properties"));
    written
        .flat_map(Tree::entries)
        .fold(properties, |properties, field| {
            properties.with(&field.key, field.value.clone())
        })
}
