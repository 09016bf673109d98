//! The Serverless Framework: `serverless.yml` spelled out as CloudFormation resources and declared triggers.
//!
//! Facts: `lib/plugins/aws` of `serverless` 3.39, and the documentation of version 4 where that differs.

mod auth;
mod events;
mod function;
mod implied;
mod lift;
mod naming;
mod role;
mod step_functions;
mod variables;

use app::{Dialect, Reason};
use base::{Code as DiagnosticCode, FileId, Name, Place, RelPath};
use indexmap::IndexMap;

use crate::builder::{Builder, Project};
use crate::stack::{ResourceDeclaration, StackTemplate};
use crate::tree::Tree;
use variables::Resolver;

/// The plugin that reports to the framework's dashboard.
const DASHBOARD_PLUGIN: &str = "@serverless/dashboard-plugin";

/// A service with its variables resolved.
struct Service {
    plugins: Tree,
    custom: Tree,
    provider: Tree,
    package: Tree,
    /// Its functions, whatever files they come from.
    functions: Vec<Tree>,
}

/// Adds the stack of the service in `path`.
pub(crate) fn read(
    project: &Project<'_>,
    builder: &mut Builder,
    path: &RelPath,
    file: FileId,
    root: &doc::Node,
) {
    let written = Tree::from_node(file, root);
    let place = written.place;
    if let Some(cloud) = foreign_cloud(&written) {
        builder.report(
            DiagnosticCode::UnknownConstruct,
            path,
            Some(cloud.place),
            format!(
                "services on `{}` are not analysed; only those on `aws` are",
                cloud.as_text().unwrap_or_default()
            ),
        );
        return;
    }
    let mut resolver = Resolver::new(project, builder, path.clone(), written);
    let plugins = resolver.section("plugins");
    if has_plugin(&plugins, "serverless-pseudo-parameters") {
        resolver.enable_pseudo_parameters();
    }
    let constructs = resolver.section("constructs");
    for (notation, value) in lift::variables(&constructs) {
        resolver.define(notation, value);
    }
    let dashboard = root.get("org");
    let name = resolver.section("service");
    let service = Service {
        plugins,
        custom: resolver.section("custom"),
        provider: resolver.section("provider"),
        package: resolver.section("package"),
        functions: parts(&resolver.section("functions")),
    };
    let resources = parts(&resolver.section("resources"));
    let layers = resolver.section("layers");
    let state_machines = resolver.section("stepFunctions");
    resolver.finish();
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
        stage: service.provider.get("stage").and_then(Tree::as_name),
        region: service.provider.get("region").and_then(Tree::as_name),
        plugins: plugin_names(&service.plugins, dashboard.is_some()),
        open: unknown_part(&service.plugins, &resources),
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
    role::shared(&mut stack, &service.provider);
    implied::layers(&mut stack, &layers);
    for part in &service.functions {
        if let Some(reason) = part.unknown_reason() {
            let message = format!("some functions are missing from the model because {reason}");
            builder.report(
                DiagnosticCode::UnresolvedVariable,
                path,
                Some(part.place),
                message,
            );
        }
        for field in part.entries() {
            function::add(
                &mut stack,
                &service,
                &field.key,
                field.key_place,
                &field.value,
                builder,
            );
        }
    }
    lift::add(&mut stack, &service, &constructs, builder);
    implied::apis(&mut stack, &service.provider);
    step_functions::add(&mut stack, &service, &state_machines);
    extend(&mut stack, &resources);
    builder.add(stack);
}

/// The provider's name, where it is another one than AWS.
fn foreign_cloud(service: &Tree) -> Option<&Tree> {
    let provider = service.get("provider")?;
    let cloud = provider.get("name").unwrap_or(provider);
    let name = cloud.as_text()?;
    (name != "aws" && !name.contains("${")).then_some(cloud)
}

fn has_plugin(plugins: &Tree, name: &str) -> bool {
    plugin_list(plugins).any(|it| it.as_text() == Some(name))
}

fn plugin_list(plugins: &Tree) -> impl Iterator<Item = &Tree> {
    // Version 1 also knew `plugins: {modules: [...]}`.
    plugins.get("modules").unwrap_or(plugins).items().iter()
}

/// The plugins by name; a service of the dashboard is watched by a plugin that the framework loads itself.
fn plugin_names(plugins: &Tree, has_dashboard: bool) -> Vec<Name> {
    let written = plugin_list(plugins).filter_map(Tree::as_name);
    let implied = has_dashboard.then(|| Name::new_static(DASHBOARD_PLUGIN));
    written.chain(implied).collect()
}

/// Why the service may hold more than is known: a plugin or a part of its resources is decided elsewhere.
fn unknown_part(plugins: &Tree, resources: &[Tree]) -> Option<Reason> {
    let parts = resources.iter().chain(std::iter::once(plugins));
    let sections = resources.iter().filter_map(|part| part.get("Resources"));
    parts
        .chain(plugin_list(plugins))
        .chain(sections)
        .find_map(Tree::unknown_reason)
}

impl Service {
    fn has_plugin(&self, name: &str) -> bool {
        has_plugin(&self.plugins, name)
    }
}

/// A section that may be a map, or a list of maps that are merged.
fn parts(section: &Tree) -> Vec<Tree> {
    section.items().to_vec()
}

fn template_resources(stack: &mut StackTemplate, resources: &[Tree]) {
    for part in resources {
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
            for field in part.get(key).map(Tree::entries).unwrap_or_default() {
                *slot = slot.with(&field.key, field.value.clone());
            }
        }
    }
}

/// `resources.extensions` changes properties of what the framework creates.
fn extend(stack: &mut StackTemplate, resources: &[Tree]) {
    for part in resources {
        let extensions = part.get("extensions").map(Tree::entries);
        for field in extensions.unwrap_or_default() {
            let resource = stack
                .resources
                .iter_mut()
                .find(|resource| resource.logical_id == field.key);
            let Some(resource) = resource else { continue };
            let written = resource.tree.get("Properties").cloned();
            let mut properties = written.unwrap_or_else(|| Tree::map(resource.place, []));
            for property in field
                .value
                .get("Properties")
                .map(Tree::entries)
                .unwrap_or_default()
            {
                properties = properties.with(&property.key, property.value.clone());
            }
            resource.tree = resource.tree.with("Properties", properties);
        }
    }
}
