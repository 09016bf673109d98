//! Names that the Serverless Framework gives to what it creates: logical ids of resources, deployed names of functions.
//!
//! Templates refer to these ids from their own `resources` (`!GetAtt HelloLambdaFunction.Arn`), so they must be exact. Source:
//! `lib/plugins/aws/lib/naming.js` of `serverless` 3.39.

/// The role that all functions without one of their own share.
pub(super) const SHARED_ROLE: &str = "IamRoleLambdaExecution";
/// The API that `http` events share.
pub(super) const REST_API: &str = "ApiGatewayRestApi";
/// The API that `httpApi` events share.
pub(super) const HTTP_API: &str = "HttpApi";
/// The API that `websocket` events share.
pub(super) const WEBSOCKET_API: &str = "WebsocketsApi";

/// `hello-world_2` becomes `HelloDashworldUnderscore2`.
pub(super) fn normalized(name: &str) -> String {
    upper_first(&name.replace('-', "Dash").replace('_', "Underscore"))
}

/// `orders.fifo` becomes `Ordersfifo`.
pub(super) fn alphanumeric(name: &str) -> String {
    let kept: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    upper_first(&kept)
}

/// The name under which a function that names none is deployed.
pub(super) fn deployed_function(service: &str, stage: &str, function: &str) -> String {
    format!("{service}-{stage}-{function}")
}

/// The logical id of a function.
pub(super) fn function(name: &str) -> String {
    format!("{}LambdaFunction", normalized(name))
}

/// The logical id of the role that a plugin gives to a function.
pub(super) fn own_role(function: &str) -> String {
    format!("{}{SHARED_ROLE}", normalized(function))
}

/// The logical id of a bucket that an `s3` event names.
pub(super) fn bucket(name: &str) -> String {
    format!("S3Bucket{}", alphanumeric(name))
}

/// The logical id of a topic that an `sns` event names.
pub(super) fn topic(name: &str) -> String {
    format!("SNSTopic{}", alphanumeric(name))
}

/// The logical id of a user pool that a `cognitoUserPool` event names.
pub(super) fn user_pool(name: &str) -> String {
    format!("CognitoUserPool{}", alphanumeric(name))
}

/// The same text with its first letter in upper case.
pub(super) fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
