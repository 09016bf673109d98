//! The Serverless Framework: `serverless.yml` spelled out as CloudFormation resources and declared triggers.

mod events;
mod naming;
mod variables;

use app::{Code, Dialect, GrantOrigin, Prop};
use base::{Code as DiagnosticCode, FileId, Name, Place, RelPath};
use indexmap::IndexMap;

use crate::builder::{Builder, Project};
use crate::stack::{FunctionDeclaration, GrantDeclaration, ResourceDeclaration, StackTemplate};
use crate::tree::Tree;
use variables::Resolver;

/// Seconds after which the framework lets a function time out where the service says nothing.
const DEFAULT_TIMEOUT: f64 = 6.0;

/// Adds the stack of the service in `path`.
pub(crate) fn read(
    project: &Project<'_>,
    builder: &mut Builder,
    path: &RelPath,
    file: FileId,
    root: &doc::Node,
) {
    let service = Tree::from_node(file, root);
    let place = service.place;
    let mut resolver = Resolver::new(project, builder, path.clone(), service);
    let plugins = resolver.section("plugins");
    let uses = |name: &str| {
        plugins
            .items()
            .iter()
            .any(|plugin| plugin.as_text() == Some(name))
    };
    if uses("serverless-pseudo-parameters") {
        resolver.enable_pseudo_parameters();
    }
    let name = resolver.section("service");
    let provider = resolver.section("provider");
    let functions = resolver.section("functions");
    let resources = resolver.section("resources");
    drop(resolver);
    let cloud = provider
        .get("name")
        .or(Some(&provider))
        .and_then(Tree::as_text)
        .unwrap_or("aws")
        .to_owned();
    if cloud != "aws" {
        builder.report(
            DiagnosticCode::UnknownConstruct,
            path,
            Some(provider.place),
            format!("services on `{cloud}` are not analysed; only those on `aws` are"),
        );
        return;
    }
    let name = name
        .get("name")
        .unwrap_or(&name)
        .as_name()
        .unwrap_or_else(|| path.parent().file_name().into());
    let mut stack = StackTemplate {
        dialect: Dialect::ServerlessFramework,
        name,
        path: path.clone(),
        place: Place::new(file, base::Span::new(place.span.start, place.span.start)),
        stage: provider.get("stage").and_then(Tree::as_name),
        root: path.parent(),
        resources: Vec::new(),
        parameters: Tree::null(place),
        mappings: Tree::null(place),
        conditions: Tree::null(place),
        outputs: Tree::null(place),
        functions: IndexMap::new(),
        events: Vec::new(),
        grants: Vec::new(),
    };
    template_resources(&mut stack, &resources);
    shared_role(&mut stack, &provider);
    for part in parts(&functions) {
        for field in part.entries() {
            function(
                &mut stack,
                &field.key,
                field.key_place,
                &field.value,
                &provider,
                builder,
            );
        }
    }
    builder.add(stack);
}

/// A section that may be a map, or a list of maps that are merged.
fn parts(section: &Tree) -> Vec<&Tree> {
    if section.is_list() {
        section.items().iter().collect()
    } else {
        vec![section]
    }
}

fn template_resources(stack: &mut StackTemplate, resources: &Tree) {
    for part in parts(resources) {
        for field in part.get("Resources").map(Tree::entries).unwrap_or_default() {
            stack.resources.push(ResourceDeclaration {
                logical_id: field.key.clone(),
                place: field.key_place,
                tree: field.value.clone(),
                is_implied: false,
            });
        }
        for (key, slot) in [
            ("Parameters", &mut stack.parameters),
            ("Mappings", &mut stack.mappings),
            ("Conditions", &mut stack.conditions),
            ("Outputs", &mut stack.outputs),
        ] {
            if let Some(tree) = part.get(key) {
                *slot = tree.clone();
            }
        }
    }
}

/// The role that all functions without one of their own share.
fn shared_role(stack: &mut StackTemplate, provider: &Tree) {
    let written = provider
        .at("iam.role.statements")
        .or_else(|| provider.get("iamRoleStatements"));
    let place = written.map_or(provider.place, |statements| statements.place);
    let managed = provider
        .at("iam.role.managedPolicies")
        .or_else(|| provider.get("iamManagedPolicies"));
    let mut properties = Tree::map(place, []);
    if let Some(managed) = managed {
        properties = properties.with("ManagedPolicyArns", managed.clone());
    }
    let tree = Tree::map(
        place,
        [
            ("Type", Tree::text(place, "AWS::IAM::Role")),
            ("Properties", properties),
        ],
    );
    let id = Name::new_static(naming::SHARED_ROLE);
    stack.resources.push(ResourceDeclaration {
        logical_id: id.clone(),
        place,
        tree,
        is_implied: true,
    });
    if let Some(statements) = written {
        stack.grants.push(GrantDeclaration {
            role: id,
            statements: statements.clone(),
            origin: GrantOrigin::Written,
            place,
        });
    }
}

fn function(
    stack: &mut StackTemplate,
    key: &Name,
    place: Place,
    declared: &Tree,
    provider: &Tree,
    builder: &mut Builder,
) {
    let id = Name::from(naming::function(key));
    let inherited = |name: &str| declared.get(name).or_else(|| provider.get(name)).cloned();
    let mut properties = Tree::map(place, []);
    for (from, to) in [
        ("handler", "Handler"),
        ("reservedConcurrency", "ReservedConcurrentExecutions"),
        ("name", "FunctionName"),
    ] {
        if let Some(value) = declared.get(from) {
            properties = properties.with(to, value.clone());
        }
    }
    for (from, to) in [
        ("runtime", "Runtime"),
        ("memorySize", "MemorySize"),
        ("layers", "Layers"),
    ] {
        if let Some(value) = inherited(from) {
            properties = properties.with(to, value);
        }
    }
    let timeout = inherited("timeout").unwrap_or_else(|| Tree::number(place, DEFAULT_TIMEOUT));
    properties = properties.with("Timeout", timeout);
    if let Some(target) = declared.get("onError") {
        properties = properties.with(
            "DeadLetterConfig",
            Tree::map(target.place, [("TargetArn", target.clone())]),
        );
    }
    let tracing = declared
        .get("tracing")
        .or_else(|| provider.at("tracing.lambda"));
    if let Some(tracing) = tracing {
        let mode = if tracing.as_bool() == Some(true) {
            Tree::text(tracing.place, "Active")
        } else {
            tracing.clone()
        };
        properties = properties.with("TracingConfig", Tree::map(tracing.place, [("Mode", mode)]));
    }
    if let Some(vpc) = inherited("vpc") {
        let config = [
            ("SubnetIds", vpc.get("subnetIds")),
            ("SecurityGroupIds", vpc.get("securityGroupIds")),
        ];
        let config = config
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?.clone())));
        properties = properties.with("VpcConfig", Tree::map(vpc.place, config));
    }
    let own = declared
        .get("environment")
        .map(Tree::entries)
        .unwrap_or_default();
    let shared = provider
        .get("environment")
        .map(Tree::entries)
        .unwrap_or_default();
    let shared = shared
        .iter()
        .filter(|variable| !own.iter().any(|known| known.key == variable.key));
    let variables: Vec<(&str, Tree)> = own
        .iter()
        .chain(shared)
        .map(|variable| (variable.key.as_str(), variable.value.clone()))
        .collect();
    if !variables.is_empty() {
        let variables = Tree::map(place, variables);
        properties = properties.with("Environment", Tree::map(place, [("Variables", variables)]));
    }
    let role = declared.get("role").or_else(|| provider.get("role"));
    let role = match role {
        Some(role) => match role.as_text() {
            Some(id) if !id.contains(':') => Tree::get_att(role.place, id, "Arn"),
            _ => role.clone(),
        },
        None => Tree::get_att(place, naming::SHARED_ROLE, "Arn"),
    };
    properties = properties.with("Role", role);
    let code = match declared.get("image") {
        Some(image) => Prop::Known(Code::Image(None), image.place),
        None => Prop::Known(Code::Directory(stack.root.clone()), place),
    };
    stack.functions.insert(
        id.clone(),
        FunctionDeclaration {
            name: key.clone(),
            place,
            code,
            package_patterns: patterns(declared),
            environment_open: None,
        },
    );
    events::declare(stack, &id, declared, builder);
    let tree = Tree::map(
        place,
        [
            ("Type", Tree::text(place, "AWS::Lambda::Function")),
            ("Properties", properties),
        ],
    );
    stack.resources.push(ResourceDeclaration {
        logical_id: id,
        place,
        tree,
        is_implied: false,
    });
}

fn patterns(declared: &Tree) -> Vec<(Name, Place)> {
    let written = |path: &str, sign: &str| {
        let items = declared
            .at(path)
            .map(|it| it.items().to_vec())
            .unwrap_or_default();
        items
            .into_iter()
            .filter_map(|item| Some((Name::from(format!("{sign}{}", item.as_name()?)), item.place)))
            .collect::<Vec<_>>()
    };
    [
        written("package.exclude", "!"),
        written("package.include", ""),
        written("package.patterns", ""),
    ]
    .concat()
}
