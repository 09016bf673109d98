//! One function of a service as an `AWS::Lambda::Function`, with what the provider section lets it inherit.

use app::{Code, Prop};
use base::{Name, Place};

use super::{Service, events, implied, naming, role};
use crate::builder::Builder;
use crate::stack::{FunctionDeclaration, StackTemplate};
use crate::tree::Tree;

/// Seconds after which the framework lets a function time out where the service says nothing.
const DEFAULT_TIMEOUT: f64 = 6.0;
/// Memory in MiB that the framework gives to a function where the service says nothing.
const DEFAULT_MEMORY: f64 = 1024.0;
/// The plugin that packs Python functions.
const PYTHON_PLUGIN: &str = "serverless-python-requirements";

/// Adds the function under `key`, its log group, role and triggers.
pub(super) fn add(
    stack: &mut StackTemplate,
    service: &Service,
    key: &Name,
    place: Place,
    declared: &Tree,
    builder: &mut Builder,
) {
    let provider = &service.provider;
    let id = Name::from(naming::function(key));
    let role = role::of_function(stack, service, key, place, declared);
    let name = name(stack, key, place, declared);
    let properties = properties(service, place, declared)
        .with("FunctionName", name.clone())
        .with("Role", role.clone());
    let logs_off = declared
        .get("disableLogs")
        .or_else(|| provider.get("disableLogs"));
    if logs_off.and_then(Tree::as_bool) != Some(true) {
        let retention = declared
            .get("logRetentionInDays")
            .or_else(|| provider.at("logRetentionInDays"));
        let group = implied::log_group(stack, key, place, &name, retention);
        role::grant_by_framework(
            stack,
            &role,
            &[
                "logs:CreateLogStream",
                "logs:CreateLogGroup",
                "logs:PutLogEvents",
            ],
            Tree::get_att(place, group, "Arn"),
        );
    }
    stack.functions.insert(
        id.clone(),
        FunctionDeclaration {
            name: key.clone(),
            place,
            code: code(stack, service, place, declared),
            package_patterns: [patterns(&service.package), patterns_of(declared)].concat(),
            is_bundled: false,
            environment_open: None,
        },
    );
    asynchronous(stack, &id, declared);
    stack.declare(id.clone(), "AWS::Lambda::Function", place, properties);
    events::declare(stack, service, &id, &role, declared, builder);
}

/// The name that the function is deployed under; unknown where the stage is.
fn name(stack: &StackTemplate, key: &Name, place: Place, declared: &Tree) -> Tree {
    match declared.get("name") {
        Some(name) => name.clone(),
        None => {
            let stage = stack.stage.as_deref().unwrap_or("dev");
            Tree::text(place, naming::deployed_function(&stack.name, stage, key))
        }
    }
}

fn properties(service: &Service, place: Place, declared: &Tree) -> Tree {
    let provider = &service.provider;
    let inherited = |name: &str| declared.get(name).or_else(|| provider.get(name));
    let mut properties = Tree::map(place, []);
    let handler = declared
        .get("handler")
        .map(|handler| wsgi_application(service, handler).unwrap_or(handler));
    for (name, value) in [
        ("Handler", handler),
        (
            "ReservedConcurrentExecutions",
            declared.get("reservedConcurrency"),
        ),
        ("Description", declared.get("description")),
        ("Runtime", inherited("runtime")),
        ("MemorySize", inherited("memorySize")),
        ("Timeout", inherited("timeout")),
        ("Layers", inherited("layers")),
        ("KmsKeyArn", inherited("kmsKeyArn")),
    ] {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            properties = properties.with(name, value.clone());
        }
    }
    for (name, default) in [("Timeout", DEFAULT_TIMEOUT), ("MemorySize", DEFAULT_MEMORY)] {
        if properties.get(name).is_none() {
            properties = properties.with(name, Tree::number(place, default));
        }
    }
    if let Some(architecture) = inherited("architecture") {
        let list = Tree::list(architecture.place, [architecture.clone()]);
        properties = properties.with("Architectures", list);
    }
    if declared.get("image").is_some() {
        properties = properties.with("PackageType", Tree::text(place, "Image"));
    }
    if let Some(target) = declared.get("onError") {
        let target = Tree::map(target.place, [("TargetArn", target.clone())]);
        properties = properties.with("DeadLetterConfig", target);
    }
    if let Some(mode) = tracing(provider, declared) {
        let config = Tree::map(mode.place, [("Mode", mode)]);
        properties = properties.with("TracingConfig", config);
    }
    if let Some(vpc) = inherited("vpc").filter(|vpc| vpc.is_map() || vpc.unknown_reason().is_some())
    {
        properties = properties.with("VpcConfig", vpc_config(vpc));
    }
    if let Some(environment) = environment(provider, declared, place) {
        let variables = Tree::map(place, [("Variables", environment)]);
        properties = properties.with("Environment", variables);
    }
    properties
}

/// `serverless-wsgi` puts a handler of its own in front of the application that `custom.wsgi.app` names.
fn wsgi_application<'t>(service: &'t Service, handler: &Tree) -> Option<&'t Tree> {
    (handler.as_text()? == "wsgi_handler.handler" || handler.as_text()? == "wsgi.handler")
        .then(|| service.custom.at("wsgi.app"))
        .flatten()
}

fn tracing(provider: &Tree, declared: &Tree) -> Option<Tree> {
    let tracing = declared
        .get("tracing")
        .or_else(|| provider.at("tracing.lambda"))?;
    match tracing.as_bool() {
        Some(true) => Some(Tree::text(tracing.place, "Active")),
        Some(false) => None,
        None => Some(tracing.clone()),
    }
}

fn vpc_config(vpc: &Tree) -> Tree {
    if vpc.as_intrinsic().is_some() || !vpc.is_map() {
        return vpc.clone();
    }
    let config = [
        ("SubnetIds", vpc.get("subnetIds")),
        ("SecurityGroupIds", vpc.get("securityGroupIds")),
    ];
    let config = config
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?.clone())));
    Tree::map(vpc.place, config)
}

/// The function's own variables, then those of the provider that it does not override. One of the two that is unknown makes
/// all unknown.
fn environment(provider: &Tree, declared: &Tree, place: Place) -> Option<Tree> {
    let sections = [declared.get("environment"), provider.get("environment")];
    let mut variables = Tree::map(place, []);
    for section in sections.into_iter().flatten() {
        if section.unknown_reason().is_some() || section.as_intrinsic().is_some() {
            return Some(section.clone());
        }
        for variable in section.entries() {
            if variables.get(&variable.key).is_none() {
                variables = variables.with(&variable.key, variable.value.clone());
            }
        }
    }
    (!variables.entries().is_empty()).then_some(variables)
}

fn code(stack: &StackTemplate, service: &Service, place: Place, declared: &Tree) -> Prop<Code> {
    if let Some(image) = declared.get("image") {
        let name = image.get("name").unwrap_or(image).as_text();
        let built = name.and_then(|name| {
            let path = service.provider.at("ecr.images")?.get(name)?;
            stack
                .root
                .join(path.get("path").unwrap_or(path).as_text()?)
                .ok()
        });
        return Prop::Known(Code::Image(built), image.place);
    }
    // `serverless-python-requirements` packs a directory of its own for a function that names one.
    let module = declared
        .get("module")
        .filter(|_| service.has_plugin(PYTHON_PLUGIN));
    if let Some(module) = module {
        let written = module.as_text().unwrap_or_default();
        return match stack.root.join(written) {
            Ok(directory) => Prop::Known(Code::Directory(directory), module.place),
            Err(error) => Prop::unknown(format!("{error}: `{written}`")),
        };
    }
    Prop::Known(Code::Directory(stack.root.clone()), place)
}

/// Retries and destinations of asynchronous invocations.
fn asynchronous(stack: &mut StackTemplate, id: &Name, declared: &Tree) {
    let retries = declared.get("maximumRetryAttempts");
    let age = declared.get("maximumEventAge");
    let destinations = declared.get("destinations");
    let Some(place) = retries.or(age).or(destinations).map(|it| it.place) else {
        return;
    };
    let mut properties = Tree::map(
        place,
        [("FunctionName", Tree::reference(place, id.clone()))],
    );
    for (name, value) in [
        ("MaximumRetryAttempts", retries),
        ("MaximumEventAgeInSeconds", age),
    ] {
        if let Some(value) = value {
            properties = properties.with(name, value.clone());
        }
    }
    if let Some(destinations) = destinations {
        let mut config = Tree::map(destinations.place, []);
        for (from, to) in [("onSuccess", "OnSuccess"), ("onFailure", "OnFailure")] {
            if let Some(target) = destinations.get(from) {
                let target = Tree::map(target.place, [("Destination", destination(target))]);
                config = config.with(to, target);
            }
        }
        properties = properties.with("DestinationConfig", config);
    }
    let name = Name::from(format!("{id}EvConf").replace("FunctionEvConf", "EvConf"));
    stack.imply(name, "AWS::Lambda::EventInvokeConfig", place, properties);
}

/// A function of the service by its key, an ARN, or `{type, arn}`.
fn destination(target: &Tree) -> Tree {
    let arn = target.get("arn").unwrap_or(target);
    match arn.as_text() {
        Some(key) if !key.contains(':') => Tree::get_att(arn.place, naming::function(key), "Arn"),
        _ => arn.clone(),
    }
}

fn patterns_of(declared: &Tree) -> Vec<(Name, Place)> {
    declared.get("package").map(patterns).unwrap_or_default()
}

/// The patterns of a `package` section, the older notations first.
fn patterns(package: &Tree) -> Vec<(Name, Place)> {
    let written = |key: &str, sign: &str| {
        let items = package.get(key).map(Tree::items).unwrap_or_default();
        items
            .iter()
            .filter_map(|item| Some((Name::from(format!("{sign}{}", item.as_name()?)), item.place)))
            .collect::<Vec<_>>()
    };
    [
        written("exclude", "!"),
        written("include", ""),
        written("patterns", ""),
    ]
    .concat()
}
