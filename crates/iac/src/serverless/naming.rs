//! Names that the Serverless Framework gives to what it creates: logical ids of resources, deployed names of functions.
//!
//! Templates refer to these ids from their own `resources` (`!GetAtt HelloLambdaFunction.Arn`), so they must be exact. Source:
//! `lib/plugins/aws/lib/naming.js` of `serverless` 3.39.

/// The role that all functions without one of their own share.
pub(super) const SHARED_ROLE: &str = "IamRoleLambdaExecution";
/// The REST API of all `http` events.
pub(super) const REST_API: &str = "ApiGatewayRestApi";
/// The deployed stage of the REST API.
pub(super) const REST_STAGE: &str = "ApiGatewayStage";
/// The access log of the REST API.
pub(super) const REST_LOG_GROUP: &str = "ApiGatewayLogGroup";
/// The HTTP API of all `httpApi` events.
pub(super) const HTTP_API: &str = "HttpApi";
/// The deployed stage of the HTTP API.
pub(super) const HTTP_STAGE: &str = "HttpApiStage";
/// The access log of the HTTP API.
pub(super) const HTTP_LOG_GROUP: &str = "HttpApiLogGroup";
/// The API of all `websocket` events.
pub(super) const WEBSOCKETS_API: &str = "WebsocketsApi";
/// The deployed stage of the WebSocket API.
pub(super) const WEBSOCKETS_STAGE: &str = "WebsocketsDeploymentStage";
/// The access log of the WebSocket API.
pub(super) const WEBSOCKETS_LOG_GROUP: &str = "WebsocketsLogGroup";
/// The distribution of all `cloudFront` events.
pub(super) const DISTRIBUTION: &str = "CloudFrontDistribution";
/// The bucket that deployments are uploaded to.
pub(super) const DEPLOYMENT_BUCKET: &str = "ServerlessDeploymentBucket";

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

/// The logical id of a function's log group.
pub(super) fn log_group(function: &str) -> String {
    format!("{}LogGroup", normalized(function))
}

/// The logical id of a function's URL.
pub(super) fn function_url(function: &str) -> String {
    format!("{}LambdaFunctionUrl", normalized(function))
}

/// The logical id of a function's settings for asynchronous invocations.
pub(super) fn event_invoke_config(function: &str) -> String {
    format!("{}LambdaEvConf", normalized(function))
}

/// The logical id of a layer.
pub(super) fn layer(name: &str) -> String {
    format!("{}LambdaLayer", normalized(name))
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

/// The logical id of an event bus that an `eventBridge` event names.
pub(super) fn event_bus(name: &str) -> String {
    format!("{}EventBridgeEventBus", normalized(name))
}

/// The logical id of an authorizer of the HTTP API.
pub(super) fn http_authorizer(name: &str) -> String {
    format!("HttpApiAuthorizer{}", normalized(name))
}

/// The logical id of a usage plan; the only one has no name.
pub(super) fn usage_plan(name: &str) -> String {
    format!("ApiGatewayUsagePlan{}", upper_first(name))
}

/// The name of the role that `serverless-iam-roles-per-function` gives a function; from that plugin's documentation.
pub(super) fn function_role(name: &str) -> String {
    format!("{}IamRoleLambdaExecution", normalized(name))
}

/// The same text with its first letter in upper case.
pub(super) fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_framework() {
        assert_eq!(function("hello"), "HelloLambdaFunction");
        assert_eq!(
            function("hello-world_2"),
            "HelloDashworldUnderscore2LambdaFunction"
        );
        assert_eq!(log_group("hello"), "HelloLogGroup");
        assert_eq!(bucket("my-photos.dev"), "S3BucketMyphotosdev");
        assert_eq!(topic("orders"), "SNSTopicOrders");
        assert_eq!(upper_first(""), "");
    }
}
