//! What names mean in each stack: its resources' ids, its nested stacks, and who nests it.

use app::ResourceId;
use base::{Map, Name, RelPath};

use crate::stack::{ResourceDeclaration, StackTemplate};

/// Index of a scope, which is the index of its stack.
pub(crate) type ScopeId = usize;

/// The names of one stack.
pub(crate) struct Scope<'a> {
    pub(crate) stack: &'a StackTemplate,
    /// The ids of its resources by logical id.
    pub(crate) resources: Map<&'a str, ResourceId>,
    /// The stacks of the project that its resources nest, by logical id.
    pub(crate) nested: Map<&'a str, ScopeId>,
    /// The resources that nest this stack, each with its scope.
    pub(crate) nested_by: Vec<(ScopeId, &'a ResourceDeclaration)>,
}

/// Numbers the resources of all stacks in order, and links nested stacks to the resources that nest them.
pub(crate) fn scopes(stacks: &[StackTemplate]) -> Vec<Scope<'_>> {
    let mut n_resources = 0;
    let mut scopes: Vec<Scope<'_>> = stacks
        .iter()
        .map(|stack| {
            let mut resources = Map::default();
            for declaration in &stack.resources {
                resources
                    .entry(declaration.logical_id.as_str())
                    .or_insert(ResourceId(n_resources));
                n_resources += 1;
            }
            Scope {
                stack,
                resources,
                nested: Map::default(),
                nested_by: Vec::new(),
            }
        })
        .collect();
    let by_path: Map<&RelPath, ScopeId> = stacks
        .iter()
        .enumerate()
        .map(|(index, stack)| (&stack.path, index))
        .collect();
    for (parent, stack) in stacks.iter().enumerate() {
        for declaration in &stack.resources {
            let Some(child) =
                template_path(stack, declaration).and_then(|path| by_path.get(&path).copied())
            else {
                continue;
            };
            if let Some(scope) = scopes.get_mut(parent) {
                scope.nested.insert(&declaration.logical_id, child);
            }
            if let Some(scope) = scopes.get_mut(child) {
                scope.nested_by.push((parent, declaration));
            }
        }
    }
    scopes
}

/// The local template that an `AWS::CloudFormation::Stack` nests, as `aws cloudformation package` takes it.
fn template_path(stack: &StackTemplate, declaration: &ResourceDeclaration) -> Option<RelPath> {
    let kind = declaration.tree.get("Type")?.as_text()?;
    if kind != "AWS::CloudFormation::Stack" {
        return None;
    }
    let url = declaration.tree.at("Properties.TemplateURL")?.as_text()?;
    stack.root.join(url).ok()
}

impl Scope<'_> {
    /// The declaration of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&crate::tree::Tree> {
        self.stack.parameters.get(name)
    }
}

/// The name of a pseudo parameter whose value the deployment decides.
pub(crate) fn pseudo_parameter(name: &str) -> Option<Name> {
    let is_pseudo = matches!(
        name,
        "AWS::AccountId"
            | "AWS::Partition"
            | "AWS::Region"
            | "AWS::StackId"
            | "AWS::StackName"
            | "AWS::URLSuffix"
    );
    is_pseudo.then(|| Name::new(name))
}
