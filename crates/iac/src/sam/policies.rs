//! Roles that SAM creates: policies by name, as statements, as policy templates, and what connectors add.

use std::sync::LazyLock;

use app::GrantOrigin;
use base::{Budget, FileId, Name, Place, RelPath, Span};
use doc::Node;

use super::{Sam, kind_of};
use crate::stack::{GrantDeclaration, ResourceDeclaration, StackTemplate};
use crate::tree::{Field, Tree, TreeKind};

/// The statements of each policy template; see `knowledge/sam/README.md`.
static TEMPLATES: LazyLock<Tree> = LazyLock::new(|| {
    parsed(include_str!(
        "../../../../knowledge/sam/policy-templates.json"
    ))
});

/// The statements of each connector by the types it connects.
static CONNECTORS: LazyLock<Tree> =
    LazyLock::new(|| parsed(include_str!("../../../../knowledge/sam/connectors.json")));

fn parsed(text: &str) -> Tree {
    let document = doc::parse_json(FileId(0), &RelPath::root(), text, &Budget::default());
    let root = document
        .roots
        .first()
        .map(|root: &Node| Tree::from_node(FileId(0), root));
    root.unwrap_or_else(|| Tree::null(Place::new(FileId(0), Span::default())))
}

impl Sam<'_> {
    /// Adds the role of a function or state machine that names none. `managed` are policies that its events need.
    pub(super) fn implied_role(
        &mut self,
        resource: &ResourceDeclaration,
        properties: &Tree,
        managed: &[&'static str],
    ) -> Name {
        let id = Name::from(format!("{}Role", resource.logical_id));
        let policies = properties.get("Policies");
        let place = policies.map_or(resource.place, |policies| policies.place);
        let is_function = kind_of(resource) == "AWS::Serverless::Function";
        let by_framework = is_function
            .then_some("AWSLambdaBasicExecutionRole")
            .into_iter()
            .chain(managed.iter().copied())
            .chain(
                properties
                    .get("VpcConfig")
                    .map(|_| "AWSLambdaVPCAccessExecutionRole"),
            );
        let mut arns: Vec<Tree> = by_framework
            .map(|name| {
                Tree::text(
                    resource.place,
                    format!("arn:aws:iam::aws:policy/service-role/{name}"),
                )
            })
            .collect();
        let all = match policies {
            // An intrinsic function gives one policy or all of them.
            Some(policies) => policies.items(),
            None => &[],
        };
        let (documents, others): (Vec<&Tree>, Vec<&Tree>) = all.iter().partition(|policy| {
            policy.as_intrinsic().is_none() && policy.get("Statement").is_some()
        });
        for policy in others {
            self.policy(&id, policy, &mut arns);
        }
        let documents = documents
            .into_iter()
            .map(|document| Tree::map(document.place, [("PolicyDocument", document.clone())]));
        let mut settings = Tree::map(
            place,
            [
                ("ManagedPolicyArns", Tree::list(place, arns)),
                ("Policies", Tree::list(place, documents)),
            ],
        );
        if let Some(trust) = properties.get("AssumeRolePolicyDocument") {
            settings = settings.with("AssumeRolePolicyDocument", trust.clone());
        }
        if let Some(boundary) = properties.get("PermissionsBoundary") {
            settings = settings.with("PermissionsBoundary", boundary.clone());
        }
        self.stack
            .imply(id.clone(), "AWS::IAM::Role", place, settings);
        id
    }

    fn policy(&mut self, role: &Name, policy: &Tree, managed: &mut Vec<Tree>) {
        if !policy.is_map() || policy.as_intrinsic().is_some() {
            managed.push(policy.clone());
            return;
        }
        for template in policy.entries() {
            match TEMPLATES.get(&template.key) {
                Some(statements) => {
                    let statements = filled(statements, &template.value, template.key_place);
                    let origin = GrantOrigin::PolicyTemplate(template.key.clone());
                    self.grant(role, statements, origin, template.key_place);
                }
                None => {
                    let reason = format!("the policy template `{}` is not known", template.key);
                    self.report(template.key_place, reason.clone());
                    managed.push(Tree::unknown(policy.place, reason));
                }
            }
        }
    }

    fn grant(&mut self, role: &Name, statements: Tree, origin: GrantOrigin, place: Place) {
        self.stack.grants.push(GrantDeclaration {
            role: role.clone(),
            statements,
            origin,
            place,
        });
    }
}

/// The statements of a template at the place of its use, with its parameters replaced.
fn filled(tree: &Tree, parameters: &Tree, place: Place) -> Tree {
    if let Some(("Ref", name)) = tree.as_intrinsic()
        && let Some(value) = name.as_text().and_then(|name| parameters.get(name))
    {
        return value.clone();
    }
    mapped(tree, place, |child| filled(child, parameters, place))
}

fn mapped(tree: &Tree, place: Place, change: impl Fn(&Tree) -> Tree) -> Tree {
    let kind = match &tree.kind {
        TreeKind::List(items) => TreeKind::List(items.iter().map(change).collect()),
        TreeKind::Map(fields) => TreeKind::Map(
            fields
                .iter()
                .map(|field| Field {
                    key: field.key.clone(),
                    key_place: place,
                    value: change(&field.value),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Tree::new(kind, place)
}

/// Adds what the connectors of a template allow.
pub(super) fn connect(stack: &mut StackTemplate, declared: &[ResourceDeclaration]) {
    for resource in declared {
        if kind_of(resource) == "AWS::Serverless::Connector" {
            let Some(settings) = resource.tree.get("Properties") else {
                continue;
            };
            let source = settings.at("Source.Id").and_then(Tree::as_text);
            for source in source.into_iter() {
                connector(
                    stack,
                    &resource.logical_id,
                    source,
                    settings,
                    resource.place,
                );
            }
        }
        for field in resource
            .tree
            .get("Connectors")
            .map(Tree::entries)
            .unwrap_or_default()
        {
            if let Some(settings) = field.value.get("Properties") {
                connector(
                    stack,
                    &field.key,
                    &resource.logical_id,
                    settings,
                    field.key_place,
                );
            }
        }
    }
}

fn connector(stack: &mut StackTemplate, name: &Name, source: &str, settings: &Tree, place: Place) {
    let destinations = settings.get("Destination").map(Tree::items);
    let ids = destinations
        .unwrap_or_default()
        .iter()
        .filter_map(|destination| destination.get("Id")?.as_text());
    for destination in ids {
        let types = format!("{} {}", kind(stack, source), kind(stack, destination));
        let Some(profile) = CONNECTORS.get(&types) else {
            continue;
        };
        let is_of_source = profile.get("SourcePolicy").and_then(Tree::as_bool) == Some(true);
        let bearer = if is_of_source { source } else { destination };
        let Some(role) = role_of(stack, bearer) else {
            continue;
        };
        for permission in settings
            .get("Permissions")
            .map(Tree::items)
            .unwrap_or_default()
        {
            let statements = permission
                .as_text()
                .and_then(|name| profile.get("AccessCategories")?.get(name));
            let Some(statements) = statements else {
                continue;
            };
            stack.grants.push(GrantDeclaration {
                role: role.clone(),
                statements: connected(statements, source, destination, place),
                origin: GrantOrigin::PolicyTemplate(name.clone()),
                place,
            });
        }
    }
}

/// `%{Destination.Arn}/index/*` as a `Fn::Sub`.
fn connected(tree: &Tree, source: &str, destination: &str, place: Place) -> Tree {
    match tree.as_text() {
        Some(text) if text.contains("%{") => {
            let text = text
                .replace("%{Source.", &format!("${{{source}."))
                .replace("%{Destination.", &format!("${{{destination}."));
            Tree::map(place, [("Fn::Sub", Tree::text(place, text))])
        }
        _ => mapped(tree, place, |child| {
            connected(child, source, destination, place)
        }),
    }
}

fn kind<'s>(stack: &'s StackTemplate, id: &str) -> &'s str {
    let resource = stack.resources.iter().find(|it| it.logical_id == id);
    resource.map_or("", kind_of)
}

fn role_of(stack: &StackTemplate, id: &str) -> Option<Name> {
    let resource = stack.resources.iter().find(|it| it.logical_id == id)?;
    let role = resource
        .tree
        .at("Properties.Role")
        .or_else(|| resource.tree.at("Properties.RoleArn"))?;
    role.referenced_id().map(Name::new)
}
