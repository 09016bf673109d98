//! `AWS::Lambda::Function` resources to functions.

use app::{
    Code, Environment, Function, FunctionId, Platform, Prop, Resource, ResourceId, RoleId, Value,
    ValueKind, Variable, Vpc,
};
use base::RelPath;

use super::model::{Model, text_prop};
use super::text::text_of;

/// Adds the functions of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let ids: Vec<ResourceId> = model
        .application
        .resources_of("AWS::Lambda::Function")
        .map(|(id, _)| id)
        .collect();
    for id in ids {
        let Some(resource) = model.application.resource(id) else {
            continue;
        };
        let function = function(model, id, resource);
        let physical = text_prop(resource.properties.at("FunctionName"));
        let index = FunctionId(model.application.functions.len() as u32);
        model.functions.insert(id, index);
        model.application.functions.push(function);
        if let Some(name) = physical.known() {
            model.name_function(name, index);
        }
    }
    add_asynchronous(model);
}

/// Where asynchronous invocations end up that fail, as a resource of their own says.
fn add_asynchronous(model: &mut Model<'_>) {
    let mut settings = Vec::new();
    for (_, resource) in model
        .application
        .resources_of("AWS::Lambda::EventInvokeConfig")
    {
        let properties = &resource.properties;
        if let Some(function) = model.function_at(properties, "FunctionName") {
            let destination = text_prop(properties.at("DestinationConfig.OnFailure.Destination"));
            let retries = properties.number_at("MaximumRetryAttempts");
            settings.push((function, destination, retries));
        }
    }
    for (id, destination, retries) in settings {
        if let Some(function) = model.application.functions.get_mut(id.0 as usize) {
            let written = std::mem::replace(&mut function.failure_destination, Prop::Absent);
            function.failure_destination = written.or(destination);
            function.retries = retries;
        }
    }
}

fn function(model: &Model<'_>, id: ResourceId, resource: &Resource) -> Function {
    let properties = &resource.properties;
    let scope = resource.stack.0 as usize;
    let stack = model.scopes().get(scope).map(|scope| scope.stack);
    let declared = stack.and_then(|stack| stack.functions.get(&resource.logical_id));
    let root = stack.map_or_else(RelPath::root, |stack| stack.root.clone());
    let code = match declared.map(|declared| declared.code.clone()) {
        Some(known @ (Prop::Known(..) | Prop::Unknown(_))) => known,
        Some(Prop::Absent) | None => code(properties, &root),
    };
    Function {
        stack: resource.stack,
        resource: Some(id),
        name: declared.map_or_else(
            || resource.logical_id.clone(),
            |declared| declared.name.clone(),
        ),
        place: declared.map_or(resource.place, |declared| declared.place),
        platform: Platform::AwsLambda,
        runtime: properties.text_at("Runtime"),
        handler: properties.text_at("Handler"),
        code,
        environment: environment(
            properties,
            declared.and_then(|declared| declared.environment_open.clone()),
        ),
        role: role(model, properties),
        timeout: properties.number_at("Timeout"),
        memory: properties.number_at("MemorySize"),
        reserved_concurrency: properties.number_at("ReservedConcurrentExecutions"),
        tracing: properties.text_at("TracingConfig.Mode"),
        failure_destination: text_prop(properties.at("DeadLetterConfig.TargetArn")),
        retries: Prop::Absent,
        vpc: vpc(properties),
        layers: properties
            .get("Layers")
            .map(|layers| layers.items().to_vec())
            .unwrap_or_default(),
        package_patterns: declared
            .map(|declared| declared.package_patterns.clone())
            .unwrap_or_default(),
        is_bundled: declared.is_some_and(|declared| declared.is_bundled),
    }
}

fn code(properties: &Value, root: &RelPath) -> Prop<Code> {
    match properties.at("Code") {
        Prop::Known(code, place) => {
            if let Some(text) = code.get("ZipFile") {
                return Prop::Known(Code::Inline(text_of(text)), text.place);
            }
            if code.get("ImageUri").is_some() {
                return Prop::Known(Code::Image(None), place);
            }
            match code.as_name() {
                Some(path) => match root.join(&path) {
                    Ok(directory) => Prop::Known(Code::Directory(directory), place),
                    Err(error) => Prop::unknown(format!("{error}: `{path}`")),
                },
                None => Prop::unknown("its code is fetched from a bucket at deployment"),
            }
        }
        Prop::Absent => Prop::Absent,
        Prop::Unknown(reason) => Prop::Unknown(reason),
    }
}

fn environment(properties: &Value, open: Option<app::Reason>) -> Environment {
    let mut environment = Environment {
        variables: Vec::new(),
        open,
    };
    match properties.at("Environment.Variables") {
        Prop::Known(variables, _) => {
            for (name, value) in variables.entries() {
                environment.variables.push(Variable {
                    name: name.clone(),
                    value: value.clone(),
                    place: value.place,
                });
            }
        }
        Prop::Unknown(reason) => environment.open = Some(reason),
        Prop::Absent => {}
    }
    environment
}

fn role(model: &Model<'_>, properties: &Value) -> Prop<RoleId> {
    match properties.at("Role") {
        Prop::Known(value, place) => {
            let text = text_of(value);
            let found = text
                .resources()
                .find_map(|id| model.roles.get(&id).copied());
            match (found, text.literal()) {
                (Some(role), _) => Prop::Known(role, place),
                (None, Some(other)) if !other.starts_with("arn:") => {
                    Prop::unknown(format!("`{other}` is no ARN of a role"))
                }
                (None, _) => Prop::unknown("the role is declared outside the project"),
            }
        }
        Prop::Absent => Prop::Absent,
        Prop::Unknown(reason) => Prop::Unknown(reason),
    }
}

fn vpc(properties: &Value) -> Prop<Vpc> {
    match properties.at("VpcConfig") {
        Prop::Known(config, place) => Prop::Known(
            Vpc {
                subnets: list(config, "SubnetIds"),
                security_groups: list(config, "SecurityGroupIds"),
            },
            place,
        ),
        Prop::Absent => Prop::Absent,
        Prop::Unknown(reason) => Prop::Unknown(reason),
    }
}

fn list(config: &Value, name: &str) -> Option<Vec<Value>> {
    match config.get(name) {
        Some(Value {
            kind: ValueKind::Unknown(_),
            ..
        }) => None,
        Some(value) => Some(value.items().to_vec()),
        None => Some(Vec::new()),
    }
}

/// The kind of a resource's event source by its ARN or type.
pub(crate) fn stream_kind(model: &Model<'_>, source: &Value) -> Option<&'static str> {
    let text = text_of(source);
    let kind = text
        .resources()
        .next()
        .and_then(|id| model.application.resource(id))
        .map(|it| it.kind.as_str());
    match kind {
        Some("AWS::SQS::Queue") => return Some("aws.sqs"),
        Some("AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable") => return Some("aws.dynamodb"),
        Some("AWS::Kinesis::Stream") => return Some("aws.kinesis"),
        _ => {}
    }
    let shown = text.display();
    [
        (":sqs:", "aws.sqs"),
        (":dynamodb:", "aws.dynamodb"),
        (":kinesis:", "aws.kinesis"),
        (":kafka:", "aws.kafka"),
    ]
    .into_iter()
    .find(|(part, _)| shown.contains(part))
    .map(|(_, kind)| kind)
}
