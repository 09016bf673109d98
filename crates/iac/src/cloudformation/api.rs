//! Routes of API Gateway, in both of its versions, as resources spell them out or as an OpenAPI document does.

use app::{
    Auth, AuthKind, Cors, FunctionId, Prop, Resource, ResourceId, Route, Trigger, Value, ValueKind,
};
use base::Name;

use super::authorizer;
use super::model::{Model, name_at, text_prop};
use super::text::{parse_json, text_of};
use super::trigger::{itself, trigger};

/// How many resources may stand between a method and the root of its API.
const DEEPEST_PATH: usize = 64;

/// The function that an integration's `Uri` invokes: the text names it among other things.
fn integrated(model: &Model<'_>, uri: &Value) -> Option<FunctionId> {
    let text = text_of(uri);
    let resources = text.resources();
    let by_reference = resources
        .filter_map(|id| {
            let single = app::Text(vec![app::TextPart::Attribute {
                resource: id,
                attribute: Name::new_static("Arn"),
            }]);
            model.function_of(&single)
        })
        .next();
    by_reference.or_else(|| model.function_of(&text))
}

/// A method of a REST API.
pub(crate) fn method(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    let Prop::Known(uri, _) = properties.at("Integration.Uri") else {
        return;
    };
    let Some(function) = integrated(model, uri) else {
        return;
    };
    let place = properties.at("AuthorizationType").place();
    let needs_key = properties.bool_at("ApiKeyRequired").known() == Some(&true);
    let kind = match name_at(properties, "AuthorizationType").as_deref() {
        None | Some("NONE") if needs_key => AuthKind::ApiKey,
        None | Some("NONE") => match properties.at("AuthorizationType") {
            Prop::Unknown(reason) => AuthKind::Unknown(reason),
            _ => AuthKind::None,
        },
        Some("AWS_IAM") => AuthKind::Iam,
        Some("COGNITO_USER_POOLS" | "CUSTOM") => match properties.get("AuthorizerId") {
            Some(id) => authorizer::decides(model, id),
            None => AuthKind::Unknown("the method's authorizer is not named".into()),
        },
        Some(_) => AuthKind::Unknown("the method's authorization type is not known".into()),
    };
    triggers.push(Trigger {
        auth: Auth { kind, place },
        route: Some(Route {
            method: name_at(properties, "HttpMethod").unwrap_or_else(|| "ANY".into()),
            path: path(model, properties.get("ResourceId")),
        }),
        settings: patience(
            properties,
            [
                "Integration.TimeoutInMillis",
                "Integration.ResponseTransferMode",
            ],
        ),
        ..trigger(
            function,
            "aws.apigw.rest",
            text_prop(properties.at("RestApiId")),
            resource,
        )
    });
}

/// The path of a resource of a REST API: its part behind those of its parents.
fn path(model: &Model<'_>, id: Option<&Value>) -> Name {
    let mut parts = Vec::new();
    let mut next = id.and_then(|id| text_of(id).resources().next());
    while let Some(resource) = next.and_then(|id| model.application.resource(id)) {
        if resource.kind != "AWS::ApiGateway::Resource" || DEEPEST_PATH < parts.len() {
            break;
        }
        parts.push(name_at(&resource.properties, "PathPart").unwrap_or_else(|| "…".into()));
        let parent = resource.properties.get("ParentId");
        next = parent.and_then(|id| text_of(id).resources().next());
    }
    parts.reverse();
    format!("/{}", parts.join("/")).into()
}

/// What a route says of how long the API waits, as settings of its trigger: the time, and whether the answer is streamed.
fn patience(route: &Value, paths: [&str; 2]) -> Value {
    let settings = paths
        .into_iter()
        .zip(["TimeoutInMillis", "ResponseTransferMode"]);
    let settings = settings.filter_map(|(path, name)| {
        let value = Value::clone(route.at(path).known()?);
        Some((Name::new_static(name), value))
    });
    Value {
        kind: ValueKind::Map(settings.collect()),
        place: route.place,
    }
}

/// A route of an HTTP or WebSocket API.
pub(crate) fn route(model: &Model<'_>, resource: &Resource, triggers: &mut Vec<Trigger>) {
    let properties = &resource.properties;
    let target = properties.at("Target");
    let integration = target
        .known()
        .and_then(|target| {
            let text = text_of(target);
            let id = text.resources().next()?;
            model.application.resource(id)
        })
        .filter(|it| it.kind == "AWS::ApiGatewayV2::Integration");
    let Some(function) = integration
        .and_then(|it| it.properties.get("IntegrationUri"))
        .and_then(|uri| integrated(model, uri))
    else {
        return;
    };
    let kind = match properties.text_at("AuthorizationType") {
        Prop::Absent => AuthKind::None,
        Prop::Unknown(reason) => AuthKind::Unknown(reason),
        Prop::Known(kind, _) => match kind.as_str() {
            "NONE" => AuthKind::None,
            "AWS_IAM" => AuthKind::Iam,
            "JWT" | "CUSTOM" => match properties.get("AuthorizerId") {
                Some(id) => authorizer::decides(model, id),
                None => AuthKind::Unknown("the route's authorizer is not named".into()),
            },
            _ => AuthKind::Unknown("the route's authorization type is not known".into()),
        },
    };
    let key = name_at(properties, "RouteKey").unwrap_or_default();
    let api = properties.get("ApiId").and_then(|id| {
        let id = text_of(id).resources().next()?;
        model.application.resource(id)
    });
    let is_websocket = api.is_some_and(|api| {
        name_at(&api.properties, "ProtocolType").as_deref() == Some("WEBSOCKET")
    }) || key.starts_with("$connect")
        || key.starts_with("$disconnect");
    triggers.push(Trigger {
        auth: Auth {
            kind,
            place: properties.at("AuthorizationType").place(),
        },
        route: Some(match key.split_once(' ') {
            Some((method, path)) => Route {
                method: method.into(),
                path: path.trim().into(),
            },
            None if is_websocket => Route {
                method: Name::default(),
                path: key,
            },
            None => Route {
                method: "ANY".into(),
                path: key,
            },
        }),
        cors: match api.map(|api| api.properties.at("CorsConfiguration")) {
            Some(Prop::Known(configured, place)) => Prop::Known(cors(configured), place),
            Some(Prop::Unknown(reason)) => Prop::Unknown(reason),
            Some(Prop::Absent) | None => Prop::Absent,
        },
        ..trigger(
            function,
            if is_websocket {
                "aws.apigw.websocket"
            } else {
                "aws.apigw.http"
            },
            text_prop(properties.at("ApiId")),
            resource,
        )
    });
}

/// The messages of a WebSocket connection come from whoever was let in by `$connect`.
pub(crate) fn inherit_from_connect(triggers: &mut [Trigger]) {
    let connects: Vec<(Prop<app::Text>, Auth)> = triggers
        .iter()
        .filter(|trigger| trigger.kind == "aws.apigw.websocket")
        .filter(|trigger| {
            trigger
                .route
                .as_ref()
                .is_some_and(|route| route.path == "$connect")
        })
        .map(|trigger| (trigger.source.clone(), trigger.auth.clone()))
        .collect();
    for trigger in triggers {
        let connect = connects.iter().find(|(source, _)| {
            source.known().and_then(app::Text::resource).is_some()
                && source.known() == trigger.source.known()
        });
        if let Some((_, auth)) = connect
            && matches!(trigger.auth.kind, AuthKind::None)
        {
            trigger.auth = auth.clone();
        }
    }
}

/// A cross-origin policy in the words of HTTP APIs and function URLs.
pub(crate) fn cors(configured: &Value) -> Cors {
    let origins = configured.get("AllowOrigins").map(Value::items);
    Cors {
        origins: origins.unwrap_or_default().iter().map(text_of).collect(),
        credentials: configured.bool_at("AllowCredentials").known() == Some(&true),
    }
}

/// The routes of an API that is given as an OpenAPI document.
pub(crate) fn document(
    model: &Model<'_>,
    id: ResourceId,
    resource: &Resource,
    triggers: &mut Vec<Trigger>,
) {
    let properties = &resource.properties;
    let Some(written) = properties.get("Body") else {
        return;
    };
    let parsed = written
        .as_text()
        .and_then(|text| parse_json(text, written.place, model.budget));
    let body = parsed.as_ref().unwrap_or(written);
    let kind = match resource.kind.as_str() {
        "AWS::ApiGateway::RestApi" => "aws.apigw.rest",
        _ => "aws.apigw.http",
    };
    for (path, operations) in body.get("paths").map(Value::entries).unwrap_or_default() {
        for (method, operation) in operations.entries() {
            let uri = operation.at("x-amazon-apigateway-integration.uri");
            let Some(function) = uri.known().and_then(|uri| integrated(model, uri)) else {
                continue;
            };
            let method = match method.as_str() {
                "x-amazon-apigateway-any-method" => "ANY".into(),
                method => Name::from(method.to_ascii_uppercase()),
            };
            triggers.push(Trigger {
                auth: security(model, body, operation),
                route: Some(Route {
                    method,
                    path: path.clone(),
                }),
                settings: patience(
                    operation,
                    [
                        "x-amazon-apigateway-integration.timeoutInMillis",
                        "x-amazon-apigateway-integration.responseTransferMode",
                    ],
                ),
                place: operation.place,
                ..trigger(function, kind, itself(id, resource), resource)
            });
        }
    }
}

/// What an operation of an OpenAPI document demands: its own `security`, else the document's.
fn security(model: &Model<'_>, body: &Value, operation: &Value) -> Auth {
    let Some(demanded) = operation.get("security").or_else(|| body.get("security")) else {
        return Auth {
            kind: AuthKind::None,
            place: None,
        };
    };
    let schemes = [
        body.at("components.securitySchemes"),
        body.at("securityDefinitions"),
    ];
    let alternatives = demanded.items().iter().map(|item| {
        let names = item.entries().iter().map(|(name, _)| {
            let scheme = schemes
                .iter()
                .filter_map(|it| it.known())
                .find_map(|it| it.get(name));
            scheme.map_or_else(
                || AuthKind::Unknown("the security scheme is not declared".into()),
                |scheme| of_scheme(model, scheme),
            )
        });
        // All of one alternative are demanded together, so that the key is the least of them.
        names
            .reduce(|one, other| match one {
                AuthKind::ApiKey => other,
                _ => one,
            })
            .unwrap_or(AuthKind::None)
    });
    let kind = alternatives
        .reduce(|one, other| match (&one, &other) {
            (AuthKind::None, _) => one,
            (_, AuthKind::None) => other,
            (AuthKind::ApiKey, _) => one,
            (_, AuthKind::ApiKey) => other,
            _ => one,
        })
        .unwrap_or(AuthKind::None);
    Auth {
        kind,
        place: Some(demanded.place),
    }
}

fn of_scheme(model: &Model<'_>, scheme: &Value) -> AuthKind {
    let kind = name_at(scheme, "x-amazon-apigateway-authtype").map(|it| it.to_ascii_lowercase());
    let authorizer = scheme.get("x-amazon-apigateway-authorizer");
    match (kind.as_deref(), authorizer) {
        (Some("awssigv4"), _) => AuthKind::Iam,
        (_, Some(authorizer)) => {
            match name_at(authorizer, "type")
                .map(|it| it.to_ascii_lowercase())
                .as_deref()
            {
                Some("cognito_user_pools") => AuthKind::Token {
                    authorizer: authorizer.get("providerARNs").and_then(|arns| {
                        arns.items()
                            .iter()
                            .find_map(|arn| text_of(arn).resources().next())
                    }),
                },
                Some("jwt") => AuthKind::Token { authorizer: None },
                Some("token" | "request") => AuthKind::Function {
                    authorizer: authorizer
                        .get("authorizerUri")
                        .and_then(|uri| integrated(model, uri)),
                },
                _ => AuthKind::Unknown("the authorizer's type is not known".into()),
            }
        }
        _ if name_at(scheme, "type").as_deref() == Some("apiKey") => AuthKind::ApiKey,
        _ => AuthKind::Unknown("the security scheme names no authorizer".into()),
    }
}
