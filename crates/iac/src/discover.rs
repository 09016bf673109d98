//! Which files are templates, and of which dialect.

use app::Dialect;
use base::{Code, Entry, Place, Span};
use doc::Node;
use indexmap::IndexMap;

use crate::builder::{Builder, Project};
use crate::stack::{ResourceDeclaration, StackTemplate};
use crate::tree::Tree;
use crate::{sam, serverless};

/// Reads the file if it is a template.
pub(crate) fn template(project: &Project<'_>, builder: &mut Builder, entry: &Entry) {
    let path = &entry.path;
    if !matches!(path.extension(), "yml" | "yaml" | "json" | "template") {
        return;
    }
    let is_service = path.stem() == "serverless";
    let is_hidden = path
        .segments()
        .any(|part| matches!(part, "node_modules" | ".git" | ".serverless" | ".aws-sam"));
    if is_hidden || project.budget.template_bytes < entry.size {
        return;
    }
    if !is_service {
        // Most YAML and JSON files are something else; their text tells without parsing.
        let Ok(text) = project.system.read(path) else {
            return;
        };
        if !text.contains("AWS::") || !text.contains("Resources") {
            return;
        }
    }
    let Some((file, document)) = project.document(path, builder) else {
        return;
    };
    let Some(root) = document.roots.first() else {
        return;
    };
    if is_service {
        if root.get("service").is_some() || root.get("provider").is_some() {
            serverless::read(project, builder, path, file, root);
        } else {
            builder.report(Code::UnknownConstruct, path, None, "the file is called like a Serverless Framework service but declares neither `service` nor `provider`");
        }
    } else if is_cloudformation(root) {
        cloudformation(builder, entry, &Tree::from_node(file, root));
    }
}

fn is_cloudformation(root: &Node) -> bool {
    let declares_resource = root.get("Resources").is_some_and(|resources| {
        resources.entries().iter().any(|entry| {
            entry
                .value
                .get("Type")
                .and_then(Node::as_text)
                .is_some_and(|kind| kind.starts_with("AWS::"))
        })
    });
    root.get("AWSTemplateFormatVersion").is_some() || declares_resource
}

fn cloudformation(builder: &mut Builder, entry: &Entry, root: &Tree) {
    let transform = root.get("Transform");
    let is_sam = transform.is_some_and(|transform| {
        let named = std::iter::once(transform).chain(transform.items());
        named
            .filter_map(Tree::as_text)
            .any(|name| name.starts_with("AWS::Serverless"))
    });
    let section = |name: &str| {
        root.get(name)
            .cloned()
            .unwrap_or_else(|| Tree::null(root.place))
    };
    let path = &entry.path;
    let name = match (path.parent().file_name(), path.stem()) {
        ("", stem) => stem.to_owned(),
        (directory, _) => directory.to_owned(),
    };
    let mut stack = StackTemplate {
        dialect: if is_sam {
            Dialect::Sam
        } else {
            Dialect::CloudFormation
        },
        name: name.into(),
        path: path.clone(),
        place: Place::new(
            root.place.file,
            Span::new(root.place.span.start, root.place.span.start),
        ),
        stage: None,
        root: path.parent(),
        resources: Vec::new(),
        parameters: section("Parameters"),
        mappings: section("Mappings"),
        conditions: section("Conditions"),
        outputs: section("Outputs"),
        functions: IndexMap::new(),
        events: Vec::new(),
        grants: Vec::new(),
    };
    for field in section("Resources").entries() {
        stack.resources.push(ResourceDeclaration {
            logical_id: field.key.clone(),
            place: field.key_place,
            tree: field.value.clone(),
            is_implied: false,
        });
    }
    if is_sam {
        sam::expand(&mut stack, root.get("Globals"), builder);
    }
    builder.add(stack);
}
