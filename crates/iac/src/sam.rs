//! AWS SAM: `AWS::Serverless::…` resources spelled out as the CloudFormation resources they become.

use app::{Code, GrantOrigin, Prop, Route};
use base::{Code as DiagnosticCode, Name, Place};

use crate::builder::Builder;
use crate::stack::{
    AuthDeclaration, AuthDeclarationKind, EventDeclaration, FilterDeclaration, FunctionDeclaration,
    GrantDeclaration, ResourceDeclaration, StackTemplate,
};
use crate::tree::Tree;

/// Replaces the SAM resources of a stack; `globals` is the template's `Globals` section.
pub(crate) fn expand(stack: &mut StackTemplate, globals: Option<&Tree>, builder: &mut Builder) {
    let declared = std::mem::take(&mut stack.resources);
    for resource in declared {
        match resource.tree.get("Type").and_then(Tree::as_text) {
            Some("AWS::Serverless::Function") => function(stack, &resource, globals, builder),
            Some("AWS::Serverless::SimpleTable") => stack
                .resources
                .push(retyped(resource, "AWS::DynamoDB::Table")),
            Some("AWS::Serverless::Api") => stack
                .resources
                .push(retyped(resource, "AWS::ApiGateway::RestApi")),
            Some("AWS::Serverless::HttpApi") => stack
                .resources
                .push(retyped(resource, "AWS::ApiGatewayV2::Api")),
            Some("AWS::Serverless::StateMachine") => {
                stack
                    .resources
                    .push(retyped(resource, "AWS::StepFunctions::StateMachine"));
            }
            _ => stack.resources.push(resource),
        }
    }
}

fn retyped(resource: ResourceDeclaration, kind: &str) -> ResourceDeclaration {
    let tree = resource.tree.with("Type", Tree::text(resource.place, kind));
    ResourceDeclaration { tree, ..resource }
}

fn function(
    stack: &mut StackTemplate,
    resource: &ResourceDeclaration,
    globals: Option<&Tree>,
    builder: &mut Builder,
) {
    let place = resource.place;
    let written = resource
        .tree
        .get("Properties")
        .cloned()
        .unwrap_or_else(|| Tree::map(place, []));
    let properties = with_globals(
        &written,
        globals.and_then(|globals| globals.get("Function")),
    );
    let code = code(stack, &properties);
    stack.functions.insert(
        resource.logical_id.clone(),
        FunctionDeclaration {
            name: resource.logical_id.clone(),
            place,
            code,
            package_patterns: Vec::new(),
            environment_open: None,
        },
    );
    events(stack, resource, &properties, builder);
    let mut lowered = properties.clone();
    if let Some(mode) = properties.get("Tracing") {
        lowered = lowered.with(
            "TracingConfig",
            Tree::map(mode.place, [("Mode", mode.clone())]),
        );
    }
    if let Some(target) = properties.at("DeadLetterQueue.TargetArn") {
        lowered = lowered.with(
            "DeadLetterConfig",
            Tree::map(target.place, [("TargetArn", target.clone())]),
        );
    }
    if properties.get("Role").is_none() {
        let role = implied_role(stack, resource, &properties);
        lowered = lowered.with("Role", Tree::get_att(place, role, "Arn"));
    }
    for name in [
        "Events",
        "Policies",
        "CodeUri",
        "InlineCode",
        "Tracing",
        "DeadLetterQueue",
    ] {
        lowered = lowered.without(name);
    }
    let tree = resource
        .tree
        .with("Type", Tree::text(place, "AWS::Lambda::Function"))
        .with("Properties", lowered);
    stack.resources.push(ResourceDeclaration {
        tree,
        ..resource.clone()
    });
}

/// The function's properties over those of `Globals`: maps are merged one level deep, as SAM does for the environment and
/// tags; everything else is overridden.
fn with_globals(written: &Tree, globals: Option<&Tree>) -> Tree {
    let Some(globals) = globals else {
        return written.clone();
    };
    let mut merged = written.clone();
    for field in globals.entries() {
        let own = written.get(&field.key);
        let value = match own {
            None => field.value.clone(),
            Some(own) if own.is_map() && field.value.is_map() => merged_maps(own, &field.value),
            Some(own) => own.clone(),
        };
        merged = merged.with(&field.key, value);
    }
    merged
}

fn merged_maps(own: &Tree, inherited: &Tree) -> Tree {
    let mut merged = own.clone();
    for field in inherited.entries() {
        let value = match own.get(&field.key) {
            None => field.value.clone(),
            Some(inner) if inner.is_map() && field.value.is_map() => {
                merged_maps(inner, &field.value)
            }
            Some(inner) => inner.clone(),
        };
        merged = merged.with(&field.key, value);
    }
    merged
}

fn code(stack: &StackTemplate, properties: &Tree) -> Prop<Code> {
    if let Some(inline) = properties.get("InlineCode") {
        let text = inline.as_name().map(app::Text::known);
        return text.map_or_else(
            || Prop::unknown("its inline code is not a plain text"),
            |text| Prop::Known(Code::Inline(text), inline.place),
        );
    }
    if properties.get("PackageType").and_then(Tree::as_text) == Some("Image") {
        return Prop::Known(Code::Image(None), properties.place);
    }
    let Some(uri) = properties.get("CodeUri") else {
        return Prop::Known(Code::Directory(stack.root.clone()), properties.place);
    };
    match uri.as_text() {
        Some(path) if path.starts_with("s3://") => {
            Prop::unknown("its code is fetched from a bucket at deployment")
        }
        Some(path) => match stack.root.join(path) {
            Ok(directory) => Prop::Known(Code::Directory(directory), uri.place),
            Err(error) => Prop::unknown(format!("{error}: `{path}`")),
        },
        None => Prop::unknown("its code is fetched from a bucket at deployment"),
    }
}

fn implied_role(
    stack: &mut StackTemplate,
    function: &ResourceDeclaration,
    properties: &Tree,
) -> Name {
    let id = Name::from(format!("{}Role", function.logical_id));
    let place = properties
        .get("Policies")
        .map_or(function.place, |policies| policies.place);
    let mut managed = vec![Tree::text(function.place, "AWSLambdaBasicExecutionRole")];
    let mut statements = Vec::new();
    let policies = properties.get("Policies");
    let all: Vec<&Tree> = match policies {
        Some(list) if list.is_list() => list.items().iter().collect(),
        Some(single) => vec![single],
        None => Vec::new(),
    };
    for policy in all {
        if policy.as_text().is_some() || policy.as_intrinsic().is_some() {
            managed.push(policy.clone());
        } else if let Some(statement) = policy.get("Statement") {
            statements.push(statement.clone());
        } else if let Some(template) = policy.entries().first() {
            // A policy template of SAM: named, so that nothing is said about what its grants lack.
            managed.push(Tree::unknown(
                policy.place,
                format!("the policy template `{}` adds statements", template.key),
            ));
        }
    }
    let properties = Tree::map(place, [("ManagedPolicyArns", Tree::list(place, managed))]);
    let tree = Tree::map(
        place,
        [
            ("Type", Tree::text(place, "AWS::IAM::Role")),
            ("Properties", properties),
        ],
    );
    stack.resources.push(ResourceDeclaration {
        logical_id: id.clone(),
        place,
        tree,
        is_implied: true,
    });
    for statement in statements {
        stack.grants.push(GrantDeclaration {
            role: id.clone(),
            place: statement.place,
            statements: statement,
            origin: GrantOrigin::Written,
        });
    }
    id
}

fn events(
    stack: &mut StackTemplate,
    function: &ResourceDeclaration,
    properties: &Tree,
    builder: &mut Builder,
) {
    for field in properties
        .get("Events")
        .map(Tree::entries)
        .unwrap_or_default()
    {
        let kind = field
            .value
            .get("Type")
            .and_then(Tree::as_text)
            .unwrap_or_default()
            .to_owned();
        let settings = field
            .value
            .get("Properties")
            .cloned()
            .unwrap_or_else(|| Tree::null(field.value.place));
        match event(&function.logical_id, &kind, &settings, field.key_place) {
            Some(event) => stack.events.push(event),
            None => builder.report(
                DiagnosticCode::UnknownConstruct,
                &stack.path,
                Some(field.key_place),
                format!(
                    "the event type `{kind}` is not known, so its trigger is missing from the model"
                ),
            ),
        }
    }
    if let Some(url) = properties.get("FunctionUrlConfig") {
        let kind = match url.get("AuthType").and_then(Tree::as_text) {
            Some("NONE") => AuthDeclarationKind::None,
            Some("AWS_IAM") => AuthDeclarationKind::Iam,
            _ => AuthDeclarationKind::Unknown("the URL's authentication type is not known".into()),
        };
        let auth = AuthDeclaration {
            kind,
            place: url.get("AuthType").map(|it| it.place),
        };
        stack.events.push(EventDeclaration {
            auth,
            ..plain(&function.logical_id, "aws.lambda.url", url.place)
        });
    }
}

fn plain(function: &Name, kind: &'static str, place: Place) -> EventDeclaration {
    EventDeclaration {
        function: function.clone(),
        kind: Name::new_static(kind),
        source: None,
        filter: FilterDeclaration::All,
        auth: AuthDeclaration::not_applicable(),
        route: None,
        cors: None,
        settings: Tree::null(place),
        place,
    }
}

fn event(function: &Name, kind: &str, settings: &Tree, place: Place) -> Option<EventDeclaration> {
    let get = |name: &str| settings.get(name).cloned();
    let name = match kind {
        "Api" => "aws.apigw.rest",
        "HttpApi" => "aws.apigw.http",
        "S3" => "aws.s3",
        "SNS" => "aws.sns",
        "SQS" => "aws.sqs",
        "DynamoDB" => "aws.dynamodb",
        "Kinesis" => "aws.kinesis",
        "MSK" | "SelfManagedKafka" => "aws.kafka",
        "MQ" => "aws.mq.activemq",
        "DocumentDB" => "aws.documentdb",
        "Schedule" | "ScheduleV2" => "aws.schedule",
        "EventBridgeRule" | "CloudWatchEvent" => "aws.eventbridge.custom",
        "CloudWatchLogs" => "aws.logs",
        "IoTRule" => "aws.iot.rule",
        "AlexaSkill" => "aws.alexa.skill",
        "Cognito" => "aws.cognito.userpool",
        _ => return None,
    };
    let base = EventDeclaration {
        settings: settings.clone(),
        ..plain(function, name, place)
    };
    Some(match kind {
        "Api" | "HttpApi" => EventDeclaration {
            source: get("RestApiId").or_else(|| get("ApiId")),
            auth: api_auth(settings),
            route: Some(Route {
                method: settings
                    .get("Method")
                    .and_then(Tree::as_name)
                    .map_or_else(|| "ANY".into(), |it| it.to_ascii_uppercase().into()),
                path: settings
                    .get("Path")
                    .and_then(Tree::as_name)
                    .unwrap_or_else(|| "/".into()),
            }),
            ..base
        },
        "S3" => EventDeclaration {
            source: get("Bucket"),
            filter: FilterDeclaration::Objects {
                events: get("Events").unwrap_or_else(|| Tree::null(place)),
                rules: settings
                    .at("Filter.S3Key.Rules")
                    .cloned()
                    .unwrap_or_else(|| Tree::null(place)),
            },
            ..base
        },
        "SNS" => EventDeclaration {
            source: get("Topic"),
            ..base
        },
        "SQS" => EventDeclaration {
            source: get("Queue"),
            ..base
        },
        "DynamoDB" | "Kinesis" | "MSK" => EventDeclaration {
            source: get("Stream"),
            ..base
        },
        "EventBridgeRule" | "CloudWatchEvent" => EventDeclaration {
            source: get("EventBusName"),
            filter: match get("Pattern") {
                Some(pattern) => FilterDeclaration::Patterns {
                    patterns: Tree::list(place, [pattern]),
                    scope: "Event".into(),
                },
                None => FilterDeclaration::All,
            },
            ..base
        },
        _ => base,
    })
}

/// What one route demands. Without an `Auth` of its own the API's default applies, which may be declared elsewhere.
fn api_auth(settings: &Tree) -> AuthDeclaration {
    let auth = settings.get("Auth");
    let authorizer = auth.and_then(|auth| auth.get("Authorizer"));
    let place = authorizer.or(auth).map(|it| it.place);
    let kind = match authorizer.and_then(Tree::as_text) {
        Some("NONE") => AuthDeclarationKind::None,
        Some("AWS_IAM") => AuthDeclarationKind::Iam,
        Some(_) => AuthDeclarationKind::Token(None),
        None if auth
            .and_then(|auth| auth.get("ApiKeyRequired"))
            .and_then(Tree::as_bool)
            == Some(true) =>
        {
            AuthDeclarationKind::ApiKey
        }
        None if settings.get("RestApiId").is_some() || settings.get("ApiId").is_some() => {
            AuthDeclarationKind::Unknown("the API's default authorizer may apply".into())
        }
        None => AuthDeclarationKind::None,
    };
    AuthDeclaration { kind, place }
}
