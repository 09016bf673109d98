//! AWS SAM: `AWS::Serverless::…` resources spelled out as the CloudFormation resources they become.
//!
//! Facts: `samtranslator` of the PyPI package `aws-sam-translator` 1.115.

mod api;
mod events;
mod function;
mod graphql;
mod policies;
mod resource_policy;

use base::{Code as DiagnosticCode, Name, Place};

use crate::builder::{Builder, Project};
use crate::include::{self, Template};
use crate::stack::{ResourceDeclaration, StackTemplate};
use crate::tree::{Field, Tree, TreeKind};

/// A template while it is spelled out.
struct Sam<'a> {
    project: &'a Project<'a>,
    builder: &'a mut Builder,
    stack: &'a mut StackTemplate,
    globals: Option<&'a Tree>,
    /// The APIs that routes may belong to, by logical id: their properties.
    apis: Vec<(Name, Tree)>,
}

/// Replaces the SAM resources of a stack; `globals` is the template's `Globals` section.
pub(crate) fn expand(
    project: &Project<'_>,
    stack: &mut StackTemplate,
    globals: Option<&Tree>,
    builder: &mut Builder,
) {
    let declared = std::mem::take(&mut stack.resources);
    let mut sam = Sam {
        project,
        builder,
        stack,
        globals,
        apis: Vec::new(),
    };
    sam.collect_apis(&declared);
    for resource in &declared {
        sam.resource(resource, &declared);
    }
    sam.imply_apis();
    policies::connect(sam.stack, &declared);
}

/// The type of a declared resource.
fn kind_of(resource: &ResourceDeclaration) -> &str {
    let kind = resource.tree.get("Type").and_then(Tree::as_text);
    kind.unwrap_or_default()
}

impl Sam<'_> {
    fn resource(&mut self, resource: &ResourceDeclaration, declared: &[ResourceDeclaration]) {
        match kind_of(resource) {
            "AWS::Serverless::Function" => self.function(resource, declared),
            "AWS::Serverless::SimpleTable" => self.table(resource),
            "AWS::Serverless::Api" => self.rest_api(resource),
            "AWS::Serverless::HttpApi" => self.http_api(resource),
            "AWS::Serverless::GraphQLApi" => self.graphql_api(resource),
            "AWS::Serverless::StateMachine" => self.state_machine(resource),
            "AWS::Serverless::LayerVersion" => {
                let properties = self
                    .properties(resource, "LayerVersion")
                    .renamed("ContentUri", "Content");
                self.become_type(resource, "AWS::Lambda::LayerVersion", properties);
            }
            "AWS::Serverless::Application" => self.application(resource),
            "AWS::Serverless::Connector" => {}
            _ => self.stack.resources.push(resource.clone()),
        }
    }

    /// The resource's properties over those of its section of `Globals`.
    fn properties(&self, resource: &ResourceDeclaration, section: &str) -> Tree {
        let written = resource.tree.get("Properties").cloned();
        let written = written.unwrap_or_else(|| Tree::map(resource.place, []));
        match self.globals.and_then(|globals| globals.get(section)) {
            Some(globals) => merged(&written, globals),
            None => written,
        }
    }

    fn become_type(
        &mut self,
        resource: &ResourceDeclaration,
        kind: &'static str,
        properties: Tree,
    ) {
        let tree = resource
            .tree
            .with("Type", Tree::text(resource.place, kind))
            .with("Properties", properties);
        self.stack.resources.push(ResourceDeclaration {
            tree,
            ..resource.clone()
        });
    }

    fn table(&mut self, resource: &ResourceDeclaration) {
        let mut properties = self.properties(resource, "SimpleTable");
        if let Some(key) = properties.get("PrimaryKey").cloned() {
            let schema = Tree::map(
                key.place,
                [
                    (
                        "AttributeName",
                        key.get("Name")
                            .cloned()
                            .unwrap_or_else(|| Tree::text(key.place, "id")),
                    ),
                    ("KeyType", Tree::text(key.place, "HASH")),
                ],
            );
            properties = properties
                .without("PrimaryKey")
                .with("KeySchema", Tree::list(key.place, [schema]));
        }
        self.become_type(resource, "AWS::DynamoDB::Table", properties);
    }

    fn application(&mut self, resource: &ResourceDeclaration) {
        let properties = self.properties(resource, "Application");
        let is_local = properties
            .get("Location")
            .and_then(Tree::as_text)
            .is_some_and(|location| !location.contains("://"));
        if is_local {
            let properties = properties.renamed("Location", "TemplateURL");
            self.become_type(resource, "AWS::CloudFormation::Stack", properties);
        } else {
            self.stack.resources.push(resource.clone());
        }
    }

    fn state_machine(&mut self, resource: &ResourceDeclaration) {
        let mut properties = self
            .properties(resource, "StateMachine")
            .renamed("Name", "StateMachineName")
            .renamed("Type", "StateMachineType")
            .renamed("Logging", "LoggingConfiguration")
            .renamed("Tracing", "TracingConfiguration")
            .renamed("Role", "RoleArn");
        if let Some(uri) = properties.get("DefinitionUri").cloned() {
            let definition = self.local_document(&uri);
            properties = properties
                .without("DefinitionUri")
                .with("Definition", definition);
        }
        if properties.get("RoleArn").is_none() {
            let role = self.implied_role(resource, &properties, &[]);
            properties = properties.with("RoleArn", Tree::get_att(resource.place, role, "Arn"));
        }
        self.become_type(
            resource,
            "AWS::StepFunctions::StateMachine",
            properties.without("Policies").without("Events"),
        );
    }

    /// The content of a file of the project that a property names; unknown where it names something else.
    fn local_document(&mut self, uri: &Tree) -> Tree {
        let template = Template {
            path: &self.stack.path,
            root: &self.stack.root,
        };
        include::local_document(self.project, self.builder, template, uri)
    }

    fn report(&mut self, place: Place, message: String) {
        let path = self.stack.path.clone();
        self.builder.report(
            DiagnosticCode::UnknownConstruct,
            &path,
            Some(place),
            message,
        );
    }
}

/// A resource's properties over inherited ones: maps are merged, lists are joined with the inherited elements first, and all
/// else is overridden.
fn merged(own: &Tree, inherited: &Tree) -> Tree {
    let is_plain_map = |tree: &Tree| tree.is_map() && tree.as_intrinsic().is_none();
    if own.is_list() && inherited.is_list() {
        let items = inherited.items().iter().chain(own.items()).cloned();
        return Tree::list(own.place, items.collect::<Vec<_>>());
    }
    if !is_plain_map(own) || !is_plain_map(inherited) {
        return own.clone();
    }
    let mut fields: Vec<Field> = own
        .entries()
        .iter()
        .map(|field| Field {
            value: match inherited.get(&field.key) {
                Some(inherited) => merged(&field.value, inherited),
                None => field.value.clone(),
            },
            ..field.clone()
        })
        .collect();
    let more = inherited.entries().iter();
    fields.extend(more.filter(|field| own.get(&field.key).is_none()).cloned());
    Tree {
        kind: TreeKind::Map(fields.into()),
        ..own.clone()
    }
}
