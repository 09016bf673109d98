//! Who may call the routes of a service, and from which origins.

use base::Name;

use super::{Service, naming};
use crate::stack::{AuthDeclaration, AuthDeclarationKind};
use crate::tree::Tree;

/// What a route of an `http` or `websocket` event demands: `aws_iam`, a user pool, a function, an API key, or nothing.
pub(super) fn rest(settings: &Tree) -> AuthDeclaration {
    let Some(authorizer) = settings.get("authorizer").filter(|it| !it.is_null()) else {
        let key = settings
            .get("private")
            .filter(|key| key.as_bool() == Some(true));
        return match key {
            Some(key) => declaration(AuthDeclarationKind::ApiKey, key),
            None => none(),
        };
    };
    let kind = authorizer
        .get("type")
        .and_then(Tree::as_text)
        .or_else(|| authorizer.as_text())
        .unwrap_or_default()
        .to_ascii_lowercase();
    let kind = match (kind.as_str(), authorizer.unknown_reason()) {
        (_, Some(reason)) => AuthDeclarationKind::Unknown(reason),
        ("aws_iam", _) => AuthDeclarationKind::Iam,
        ("none", _) => AuthDeclarationKind::None,
        ("cognito_user_pools", _) => AuthDeclarationKind::Token(
            authorizer
                .get("arn")
                .or_else(|| authorizer.get("authorizerId"))
                .cloned(),
        ),
        _ => match authorizer
            .get("authorizerId")
            .or_else(|| authorizer.get("arn"))
        {
            Some(arn) => AuthDeclarationKind::Authorizer(arn.clone()),
            None => function(authorizer.get("name").unwrap_or(authorizer)),
        },
    };
    declaration(kind, authorizer)
}

/// A function of the service by its key, or what an ARN or a reference names.
fn function(name: &Tree) -> AuthDeclarationKind {
    match name.as_text() {
        Some(key) if !key.contains(':') => {
            let function = Tree::get_att(name.place, naming::function(key), "Arn");
            AuthDeclarationKind::Function(Some(function))
        }
        _ => AuthDeclarationKind::Authorizer(name.clone()),
    }
}

/// What a route of an `httpApi` event demands; authorizers are declared by the provider.
pub(super) fn http_api(service: &Service, settings: &Tree) -> AuthDeclaration {
    let Some(authorizer) = settings.get("authorizer").filter(|it| !it.is_null()) else {
        return none();
    };
    let kind = authorizer.get("type").and_then(Tree::as_text);
    let named = authorizer.get("name").unwrap_or(authorizer).as_text();
    let declared = named.and_then(|name| service.provider.at("httpApi.authorizers")?.get(name));
    let kind = match (kind, declared, authorizer.unknown_reason()) {
        (_, _, Some(reason)) => AuthDeclarationKind::Unknown(reason),
        (Some("aws_iam"), _, _) => AuthDeclarationKind::Iam,
        (Some("jwt"), _, _) => AuthDeclarationKind::Token(authorizer.get("id").cloned()),
        (_, Some(declared), _) => http_api_authorizer(declared),
        _ => match authorizer.get("id") {
            Some(id) => AuthDeclarationKind::Authorizer(id.clone()),
            None if named == Some("aws_iam") => AuthDeclarationKind::Iam,
            None => AuthDeclarationKind::Unknown("the authorizer is not declared".into()),
        },
    };
    declaration(kind, authorizer)
}

fn http_api_authorizer(declared: &Tree) -> AuthDeclarationKind {
    if declared.get("type").and_then(Tree::as_text) != Some("request") {
        return AuthDeclarationKind::Token(declared.get("id").cloned());
    }
    match (declared.get("functionName"), declared.get("functionArn")) {
        (Some(name), _) => function(name),
        (None, Some(arn)) => AuthDeclarationKind::Function(Some(arn.clone())),
        (None, None) => AuthDeclarationKind::Function(None),
    }
}

/// What a function URL demands.
pub(super) fn function_url(url: &Tree) -> AuthDeclaration {
    match url.get("authorizer") {
        Some(authorizer) => {
            let kind = match (authorizer.as_text(), authorizer.unknown_reason()) {
                (Some("aws_iam"), _) => AuthDeclarationKind::Iam,
                (_, Some(reason)) => AuthDeclarationKind::Unknown(reason),
                _ => AuthDeclarationKind::None,
            };
            declaration(kind, authorizer)
        }
        None => declaration(AuthDeclarationKind::None, url),
    }
}

/// What a rule of a load balancer demands; authorizers are declared by the provider.
pub(super) fn alb(service: &Service, settings: &Tree) -> AuthDeclaration {
    let Some(authorizer) = settings.get("authorizer").filter(|it| !it.is_null()) else {
        return none();
    };
    let name = authorizer.items().first().and_then(Tree::as_text);
    let declared = name.and_then(|name| service.provider.at("alb.authorizers")?.get(name));
    let pool = declared.and_then(|declared| declared.get("userPoolArn"));
    declaration(AuthDeclarationKind::Token(pool.cloned()), authorizer)
}

/// A cross-origin policy in CloudFormation's words; nothing where it is switched off. `true` allows every origin.
pub(super) fn cors(written: &Tree) -> Option<Tree> {
    let place = written.place;
    match written.as_bool() {
        Some(true) => {
            let everyone = Tree::list(place, [Tree::text(place, "*")]);
            return Some(Tree::map(place, [("AllowOrigins", everyone)]));
        }
        Some(false) => return None,
        None if written.unknown_reason().is_some() => return Some(written.clone()),
        None if !written.is_map() => return None,
        None => {}
    }
    let origins = ["origins", "origin", "allowedOrigins"]
        .iter()
        .find_map(|name| written.get(name));
    let origins = match origins {
        Some(origins) => match origins.as_text() {
            Some(list) if list.contains(',') => Tree::list(
                origins.place,
                list.split(',')
                    .map(|origin| Tree::text(origins.place, Name::new(origin.trim()))),
            ),
            _ => Tree::list(origins.place, origins.items().to_vec()),
        },
        None => Tree::list(place, [Tree::text(place, "*")]),
    };
    let mut cors = Tree::map(place, [("AllowOrigins", origins)]);
    if let Some(credentials) = written.get("allowCredentials") {
        cors = cors.with("AllowCredentials", credentials.clone());
    }
    Some(cors)
}

fn none() -> AuthDeclaration {
    AuthDeclaration {
        kind: AuthDeclarationKind::None,
        place: None,
    }
}

fn declaration(kind: AuthDeclarationKind, at: &Tree) -> AuthDeclaration {
    AuthDeclaration {
        kind,
        place: Some(at.place),
    }
}
