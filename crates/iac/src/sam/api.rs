//! APIs, declared or implied by routes, and what their routes demand.

use base::{Name, Place};

use super::{Sam, kind_of, merged, resource_policy};
use crate::stack::{AuthDeclaration, AuthDeclarationKind, ResourceDeclaration};
use crate::tree::Tree;

/// The API of `Api` events that name none.
pub(super) const REST_API: &str = "ServerlessRestApi";
/// The API of `HttpApi` events that name none.
pub(super) const HTTP_API: &str = "ServerlessHttpApi";

impl Sam<'_> {
    /// Notes the settings of all APIs, so that routes find them wherever they are declared.
    pub(super) fn collect_apis(&mut self, declared: &[ResourceDeclaration]) {
        for resource in declared {
            let section = match kind_of(resource) {
                "AWS::Serverless::Api" => "Api",
                "AWS::Serverless::HttpApi" => "HttpApi",
                _ => continue,
            };
            let properties = self.properties(resource, section);
            self.apis.push((resource.logical_id.clone(), properties));
        }
        for (id, section) in [(REST_API, "Api"), (HTTP_API, "HttpApi")] {
            let empty = Tree::map(self.stack.place, []);
            let globals = self.globals.and_then(|globals| globals.get(section));
            let properties = globals.map_or(empty.clone(), |globals| merged(&empty, globals));
            self.apis.push((id.into(), properties));
        }
    }

    fn api(&self, id: &str) -> Option<&Tree> {
        let (_, properties) = self.apis.iter().find(|(name, _)| name == id)?;
        Some(properties)
    }

    /// Adds the APIs that routes imply.
    pub(super) fn imply_apis(&mut self) {
        for id in [REST_API, HTTP_API] {
            let route = self
                .stack
                .events
                .iter()
                .find(|event| event.source.as_ref().and_then(Tree::referenced_id) == Some(id));
            let Some(place) = route.map(|route| route.place) else {
                continue;
            };
            let properties = self.api(id).cloned();
            let tree = Tree::map(
                place,
                [(
                    "Properties",
                    properties.unwrap_or_else(|| Tree::map(place, [])),
                )],
            );
            let resource = ResourceDeclaration {
                logical_id: id.into(),
                place,
                tree,
                is_implied: true,
            };
            if id == REST_API {
                self.rest_api(&resource);
            } else {
                self.http_api(&resource);
            }
        }
    }

    /// A REST API and its stage.
    pub(super) fn rest_api(&mut self, resource: &ResourceDeclaration) {
        let settings = self.properties(resource, "Api");
        let id = &resource.logical_id;
        let mut properties = Tree::map(settings.place, []);
        for (from, to) in [
            ("Name", "Name"),
            ("DefinitionBody", "Body"),
            ("DisableExecuteApiEndpoint", "DisableExecuteApiEndpoint"),
            ("MinimumCompressionSize", "MinimumCompressionSize"),
        ] {
            if let Some(value) = settings.get(from) {
                properties = properties.with(to, value.clone());
            }
        }
        properties = self.with_document(properties, &settings);
        if let Some(endpoint) = settings.get("EndpointConfiguration") {
            let types = match endpoint.get("Type") {
                Some(kind) => Tree::map(
                    endpoint.place,
                    [("Types", Tree::list(kind.place, [kind.clone()]))],
                ),
                None => Tree::map(
                    endpoint.place,
                    [("Types", Tree::list(endpoint.place, [endpoint.clone()]))],
                ),
            };
            properties = properties.with("EndpointConfiguration", types);
        }
        if let Some(policy) = settings.at("Auth.ResourcePolicy") {
            let document = resource_policy::document(policy);
            properties = properties.with("Policy", document);
        }
        self.become_type(resource, "AWS::ApiGateway::RestApi", properties);
        let mut stage = Tree::map(
            resource.place,
            [("RestApiId", Tree::reference(resource.place, id.clone()))],
        );
        for name in [
            "StageName",
            "AccessLogSetting",
            "TracingEnabled",
            "MethodSettings",
            "CacheClusterEnabled",
            "Variables",
        ] {
            if let Some(value) = settings.get(name) {
                stage = stage.with(name, value.clone());
            }
        }
        let name = stage_id(id, &settings, "Prod");
        self.stack
            .imply(name, "AWS::ApiGateway::Stage", resource.place, stage);
    }

    /// An HTTP API and its stage.
    pub(super) fn http_api(&mut self, resource: &ResourceDeclaration) {
        let settings = self.properties(resource, "HttpApi");
        let id = &resource.logical_id;
        let mut properties = Tree::map(
            settings.place,
            [("ProtocolType", Tree::text(resource.place, "HTTP"))],
        );
        for (from, to) in [
            ("Name", "Name"),
            ("DefinitionBody", "Body"),
            ("DisableExecuteApiEndpoint", "DisableExecuteApiEndpoint"),
        ] {
            if let Some(value) = settings.get(from) {
                properties = properties.with(to, value.clone());
            }
        }
        properties = self.with_document(properties, &settings);
        if let Some(cors) = http_cors(&settings) {
            properties = properties.with("CorsConfiguration", cors);
        }
        self.become_type(resource, "AWS::ApiGatewayV2::Api", properties);
        let mut stage = Tree::map(
            resource.place,
            [("ApiId", Tree::reference(resource.place, id.clone()))],
        );
        for name in [
            "StageName",
            "AccessLogSettings",
            "DefaultRouteSettings",
            "RouteSettings",
        ] {
            if let Some(value) = settings.get(name) {
                stage = stage.with(name, value.clone());
            }
        }
        let name = stage_id(id, &settings, "ApiGatewayDefault");
        self.stack
            .imply(name, "AWS::ApiGatewayV2::Stage", resource.place, stage);
    }

    /// An OpenAPI document in a file of the project.
    fn with_document(&mut self, properties: Tree, settings: &Tree) -> Tree {
        match settings.get("DefinitionUri").cloned() {
            Some(uri) => {
                let document = self.local_document(&uri);
                properties.with("Body", document)
            }
            None => properties,
        }
    }

    /// What one route demands: its own authorizer, else the default one of its API.
    pub(super) fn route_auth(&self, settings: &Tree, api: &Tree) -> AuthDeclaration {
        let own = settings.get("Auth");
        let Some(api) = api.referenced_id().and_then(|id| self.api(id)) else {
            return match own.and_then(|auth| auth.get("Authorizer")) {
                Some(name) if name.as_text() == Some("AWS_IAM") => {
                    declaration(AuthDeclarationKind::Iam, name)
                }
                _ => AuthDeclaration {
                    kind: AuthDeclarationKind::Unknown(
                        "the API and its authorizers are declared elsewhere".into(),
                    ),
                    place: None,
                },
            };
        };
        let all = api.get("Auth");
        let setting = |name: &str| {
            own.and_then(|auth| auth.get(name))
                .or_else(|| all.and_then(|auth| auth.get(name)))
        };
        let authorizer = own
            .and_then(|auth| auth.get("Authorizer"))
            .or_else(|| all.and_then(|auth| auth.get("DefaultAuthorizer")));
        let key = setting("ApiKeyRequired").filter(|key| key.as_bool() == Some(true));
        match authorizer {
            Some(name) if name.as_text() != Some("NONE") => {
                let authorizers = all.and_then(|auth| auth.get("Authorizers"));
                declaration(authorizer_kind(name, authorizers), name)
            }
            Some(none) if key.is_none() => declaration(AuthDeclarationKind::None, none),
            _ => match key {
                Some(key) => declaration(AuthDeclarationKind::ApiKey, key),
                None => AuthDeclaration {
                    kind: AuthDeclarationKind::None,
                    place: None,
                },
            },
        }
    }

    /// The cross-origin policy of a route's API.
    pub(super) fn route_cors(&self, api: &Tree) -> Option<Tree> {
        let id = api.referenced_id()?;
        let settings = self.api(id)?;
        let is_http = settings.get("CorsConfiguration").is_some();
        if is_http {
            return http_cors(settings);
        }
        let cors = settings.get("Cors").filter(|cors| !cors.is_null())?;
        // The origin is written as it goes into a header: with quotes of its own.
        let origin = cors.get("AllowOrigin").unwrap_or(cors);
        let origins = match origin.as_text() {
            Some(text) => Tree::list(
                origin.place,
                text.split(',').map(|origin_text| {
                    Tree::text(origin.place, origin_text.trim().trim_matches('\''))
                }),
            ),
            None => Tree::list(origin.place, [origin.clone()]),
        };
        let mut policy = Tree::map(cors.place, [("AllowOrigins", origins)]);
        if let Some(credentials) = cors.get("AllowCredentials") {
            policy = policy.with("AllowCredentials", credentials.clone());
        }
        Some(policy)
    }
}

/// `CorsConfiguration`: `true` for everybody, or a policy.
fn http_cors(settings: &Tree) -> Option<Tree> {
    let cors = settings.get("CorsConfiguration")?;
    match cors.as_bool() {
        Some(true) => {
            let everyone = Tree::list(cors.place, [Tree::text(cors.place, "*")]);
            Some(Tree::map(cors.place, [("AllowOrigins", everyone)]))
        }
        Some(false) => None,
        None => Some(cors.clone()),
    }
}

fn authorizer_kind(name: &Tree, authorizers: Option<&Tree>) -> AuthDeclarationKind {
    let Some(text) = name.as_text() else {
        return AuthDeclarationKind::Unknown("the authorizer is chosen at deployment".into());
    };
    if text == "AWS_IAM" {
        return AuthDeclarationKind::Iam;
    }
    let Some(declared) = authorizers.and_then(|authorizers| authorizers.get(text)) else {
        return AuthDeclarationKind::Unknown("the authorizer is not declared".into());
    };
    if let Some(pool) = declared.get("UserPoolArn") {
        AuthDeclarationKind::Token(Some(pool.clone()))
    } else if let Some(function) = declared.get("FunctionArn") {
        AuthDeclarationKind::Function(Some(function.clone()))
    } else if declared.get("JwtConfiguration").is_some()
        || declared.get("OpenIdConnectUrl").is_some()
    {
        AuthDeclarationKind::Token(None)
    } else {
        AuthDeclarationKind::Unknown("the authorizer names neither a pool nor a function".into())
    }
}

fn stage_id(api: &Name, settings: &Tree, default: &str) -> Name {
    let stage = match settings.get("StageName") {
        Some(stage) => stage.as_text().unwrap_or_default(),
        None => default,
    };
    let stage: String = stage.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{api}{stage}Stage").into()
}

fn declaration(kind: AuthDeclarationKind, at: &Tree) -> AuthDeclaration {
    AuthDeclaration {
        kind,
        place: Some(at.place),
    }
}

/// A reference to the API that a route names, or to the implied one.
pub(super) fn of_route(
    settings: &Tree,
    property: &str,
    implied: &'static str,
    place: Place,
) -> Tree {
    let written = settings.get(property);
    written.map_or_else(|| Tree::reference(place, implied), Tree::clone)
}
