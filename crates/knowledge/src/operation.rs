//! Operations of cloud SDKs: which IAM action a call needs, on which resource, and which channel it reads or writes. Read
//! from `knowledge/calls/aws/*.toml`.

use base::Name;
use serde::{Deserialize, Serialize};

use crate::AccessPath;

/// One operation of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// The service as IAM names it: `dynamodb`.
    pub service: Name,
    /// The operation: `PutItem`.
    pub name: Name,
    /// The IAM actions it needs: `dynamodb:PutItem`. Most have one.
    pub actions: Vec<Name>,
    /// Whether it changes state.
    pub access: Access,
    /// The resource it works on.
    pub resource: Option<OperationResource>,
    /// The ARNs that policies name for it, where it has no such resource.
    pub arns: Vec<OperationArn>,
    /// Channel parts that it writes.
    pub writes: Vec<ChannelPart>,
    /// Channel parts that it reads; the place is in the result.
    pub reads: Vec<ChannelPart>,
}

/// What an operation does to its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Looks only.
    Read,
    /// Changes.
    Write,
    /// Removes.
    Delete,
    /// Changes permissions.
    Permissions,
    /// Starts something else that runs: another function, a state machine.
    Invoke,
}

/// The resource of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationResource {
    /// CloudFormation's type: `AWS::DynamoDB::Table`.
    pub kind: Name,
    /// The parameter that names it: `TableName`, `QueueUrl`, `FunctionName`.
    pub parameter: Name,
    /// Another parameter that may name it instead: `TargetArn`.
    pub or: Option<Name>,
    /// The parameter for the part inside it, such as the object key.
    pub key: Option<Name>,
    /// The parameter of calls that are on nothing that has a name: `PhoneNumber`.
    pub nameless: Option<Name>,
}

/// An ARN with parameters of the operation in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationArn {
    /// `arn:{partition}:bedrock:{region}::foundation-model/{modelId}`.
    pub of: Name,
    /// It is meant only where the parameter starts with one of these.
    pub with: Vec<Name>,
    /// Starts that are left out of the parameter.
    pub without: Vec<Name>,
}

/// A channel part and the parameter or result field that carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChannelPart {
    /// `object.body`, `object.key`, `object.metadata`, `message.body`, `message.attributes`, `item`, `record.data`,
    /// `event.detail`, `input`.
    pub part: Name,
    /// The parameter (for writes) or the field of the result (for reads), dotted, `[]` for elements: `Entries[].Detail`.
    pub at: Vec<crate::Step>,
}

/// How one API path performs an operation: its parameters are found as `parameters` says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationCall {
    /// The operation, an id for [`crate::Knowledge::operation`].
    pub operation: u32,
    /// Where a parameter of the operation is found in the call.
    pub parameters: ParameterStyle,
    /// Parameters that stand elsewhere in this call: `TableName` is `receiver(0)` for `boto3.resource(dynamodb).Table(name)`.
    pub overrides: Vec<(Name, AccessPath)>,
    /// What holds the parameters that the call itself does not have: `params` of `new S3({params: {Bucket}})`.
    pub defaults: Option<AccessPath>,
    /// Where in the call's result the operation's result is; empty where they are the same.
    pub result: Vec<crate::Step>,
}

/// Where the parameters of an operation are found in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterStyle {
    /// Named arguments: boto3.
    Named,
    /// Fields of what stands there: the first argument in the AWS SDK for JavaScript.
    Fields(AccessPath),
}
