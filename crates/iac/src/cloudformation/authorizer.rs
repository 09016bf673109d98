//! What an authorizer demands, by the resource or ARN that decides.

use app::{Auth, AuthKind, ResourceId, Text, Value, ValueKind};

use super::model::{Model, name_at};
use super::text::text_of;

/// What a caller must show to what `value` names: a function, a user pool, or an authorizer resource of an API.
pub(crate) fn decides(model: &Model<'_>, value: &Value) -> AuthKind {
    if let ValueKind::Unknown(reason) = &value.kind {
        return AuthKind::Unknown(reason.clone());
    }
    // A list of pools: any of them may have issued the token.
    let text = value.items().first().map(text_of).unwrap_or_default();
    if let Some(function) = model.function_of(&text) {
        return AuthKind::Function {
            authorizer: Some(function),
        };
    }
    match text.resources().next() {
        Some(id) => of_resource(model, id),
        None => of_arn(&text),
    }
}

/// What a GraphQL API demands of callers. Other ways to authenticate that it allows hold where its schema says so only.
pub(crate) fn of_graphql_api(model: &Model<'_>, api: &Value) -> Auth {
    let api = text_of(api).resources().next();
    let Some(api) = api.and_then(|id| model.application.resource(id)) else {
        return Auth {
            kind: AuthKind::Unknown("the API is declared outside the project".into()),
            place: None,
        };
    };
    let properties = &api.properties;
    let kind = match name_at(properties, "AuthenticationType").as_deref() {
        Some("API_KEY") => AuthKind::ApiKey,
        Some("AWS_IAM") => AuthKind::Iam,
        Some("AMAZON_COGNITO_USER_POOLS") => {
            let pool = properties.at("UserPoolConfig.UserPoolId");
            let pool = pool.known().and_then(|id| text_of(id).resources().next());
            AuthKind::Token { authorizer: pool }
        }
        Some("OPENID_CONNECT") => AuthKind::Token { authorizer: None },
        Some("AWS_LAMBDA") => AuthKind::Function {
            authorizer: model.function_at(properties, "LambdaAuthorizerConfig.AuthorizerUri"),
        },
        _ => AuthKind::Unknown("the API's authentication type is not known".into()),
    };
    Auth {
        kind,
        place: properties.at("AuthenticationType").place(),
    }
}

fn of_resource(model: &Model<'_>, id: ResourceId) -> AuthKind {
    let Some(resource) = model.application.resource(id) else {
        return AuthKind::Unknown("the authorizer is not known".into());
    };
    let properties = &resource.properties;
    match resource.kind.as_str() {
        "AWS::Cognito::UserPool" => AuthKind::Token {
            authorizer: Some(id),
        },
        "AWS::ApiGateway::Authorizer" | "AWS::ApiGatewayV2::Authorizer" => {
            let kind =
                name_at(properties, "Type").or_else(|| name_at(properties, "AuthorizerType"));
            match kind.as_deref() {
                Some("TOKEN" | "REQUEST") => AuthKind::Function {
                    authorizer: model.function_at(properties, "AuthorizerUri"),
                },
                Some("COGNITO_USER_POOLS" | "JWT") => AuthKind::Token {
                    authorizer: Some(pool(properties).unwrap_or(id)),
                },
                _ => AuthKind::Unknown("the authorizer's type is not known".into()),
            }
        }
        kind if kind.starts_with("AWS::Lambda::") => AuthKind::Function { authorizer: None },
        _ => AuthKind::Unknown("the authorizer is of a kind that is not known".into()),
    }
}

fn pool(authorizer: &Value) -> Option<ResourceId> {
    let arns = authorizer.get("ProviderARNs")?;
    arns.items()
        .iter()
        .find_map(|arn| text_of(arn).resources().next())
}

fn of_arn(text: &Text) -> AuthKind {
    let shown = text.display();
    if shown.contains(":userpool/") {
        AuthKind::Token { authorizer: None }
    } else if shown.contains(":function:") {
        AuthKind::Function { authorizer: None }
    } else {
        AuthKind::Unknown("the authorizer is declared outside the project".into())
    }
}
