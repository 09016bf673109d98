//! Which files are templates, and of which dialect.

use app::{Code as FunctionCode, Dialect, Prop, Reason};
use base::{Code, Entry, Place, RelPath, Span};
use doc::Node;
use indexmap::IndexMap;

use crate::builder::{Builder, Project};
use crate::include::{self, Template};
use crate::stack::{FunctionDeclaration, ResourceDeclaration, StackTemplate};
use crate::tree::Tree;
use crate::{loops, sam, serverless};

/// Reads the file if it is a template.
pub(crate) fn template(project: &Project<'_>, builder: &mut Builder, entry: &Entry) {
    let path = &entry.path;
    let is_hidden = path
        .segments()
        .any(|part| matches!(part, "node_modules" | ".git" | ".serverless" | ".aws-sam"));
    if is_hidden {
        return;
    }
    match (path.stem(), path.extension()) {
        ("serverless", "yml" | "yaml" | "json") => service(project, builder, entry),
        ("serverless", "ts" | "js" | "cjs" | "mjs") => builder.report(
            Code::UnknownConstruct,
            path,
            None,
            "the service is declared by code, which is not run, so its functions are missing from the model; scan what \
             `serverless print` writes, saved as serverless.yml",
        ),
        (_, "yml" | "yaml" | "json" | "template") => other(project, builder, entry),
        _ => {}
    }
}

/// A file that is called like a service of the Serverless Framework.
fn service(project: &Project<'_>, builder: &mut Builder, entry: &Entry) {
    let path = &entry.path;
    if project.budget.template_bytes < entry.size {
        let message = format!(
            "the template has {} bytes, more than the {} that are read, so it is skipped",
            entry.size, project.budget.template_bytes
        );
        builder.report(Code::BudgetExceeded, path, None, message);
        return;
    }
    let Some((file, document)) = project.document(path, builder) else {
        return;
    };
    let is_broken = builder
        .diagnostics
        .last()
        .is_some_and(|last| last.path == *path);
    let mut report = |message: &str| builder.report(Code::UnknownConstruct, path, None, message);
    let root = match document.roots.as_slice() {
        [] if is_broken => return,
        [] => return report("the file is empty, so there is no service in it"),
        [root] => root,
        [root, ..] => {
            report(
                "the file holds several YAML documents, of which only the first document is read",
            );
            root
        }
    };
    if root.get("service").is_some() || root.get("provider").is_some() {
        serverless::read(project, builder, path, file, root);
    } else if !is_broken {
        report(
            "the file is called like a Serverless Framework service but declares neither `service` nor `provider`",
        );
    }
}

/// A file of any name: most YAML and JSON files are something else than a template, which their text tells without parsing.
fn other(project: &Project<'_>, builder: &mut Builder, entry: &Entry) {
    let path = &entry.path;
    if project.budget.template_bytes < entry.size {
        return;
    }
    let Ok(text) = project.system.read(path) else {
        return;
    };
    if !text.contains("AWS::") || !text.contains("Resources") {
        return;
    }
    let Some((file, document)) = project.document(path, builder) else {
        return;
    };
    if let Some(root) = document
        .roots
        .first()
        .filter(|root| is_cloudformation(root))
    {
        let mut root = Tree::from_node(file, root);
        if text.contains("AWS::Include") {
            let directory = path.parent();
            let template = Template {
                path,
                root: &directory,
            };
            root = include::included(project, builder, template, &root);
        }
        cloudformation(project, builder, entry, &root);
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
    let has_transform = root.get("Transform").is_some() && root.get("Resources").is_some();
    root.get("AWSTemplateFormatVersion").is_some() || has_transform || declares_resource
}

fn cloudformation(project: &Project<'_>, builder: &mut Builder, entry: &Entry, root: &Tree) {
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
        region: None,
        plugins: Vec::new(),
        open: transform.and_then(foreign_macro),
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
    let mut resources = section("Resources");
    if loops::has_loop(&resources) {
        let (written_out, problems) = loops::written_out(&resources, &stack.parameters);
        resources = written_out;
        for (place, reason) in problems {
            let message =
                format!("the resources of a loop are missing from the model because {reason}");
            builder.report(Code::UnknownConstruct, path, Some(place), message);
        }
    }
    if resources.get("Fn::Transform").is_some() {
        stack.open = Some("a macro adds resources at deployment".into());
    }
    for field in resources.entries() {
        if let Some(code) = asset(&stack.root, &field.value) {
            let declaration = FunctionDeclaration {
                name: field.key.clone(),
                place: field.key_place,
                code,
                package_patterns: Vec::new(),
                is_bundled: false,
                environment_open: None,
            };
            stack.functions.insert(field.key.clone(), declaration);
        }
        stack.resources.push(ResourceDeclaration {
            logical_id: field.key.clone(),
            place: field.key_place,
            tree: field.value.clone(),
            is_implied: false,
        });
    }
    if is_sam {
        sam::expand(project, &mut stack, root.get("Globals"), builder);
    }
    builder.add(stack);
}

/// What a macro that is not the platform's own does to the template, nobody can tell.
fn foreign_macro(transform: &Tree) -> Option<Reason> {
    let named = std::iter::once(transform).chain(transform.items());
    let named = named.filter_map(|named| named.as_text().or_else(|| named.get("Name")?.as_text()));
    let is_own = |name: &str| name.starts_with("AWS::") && name != "AWS::Include";
    let mut foreign = named.filter(|name| !is_own(name));
    let name = foreign.next()?;
    Some(format!("the macro {name} changes the template at deployment").into())
}

/// Where the code of a function is that the CDK has packed: its template says so beside the bucket it is uploaded to.
fn asset(root: &RelPath, resource: &Tree) -> Option<Prop<FunctionCode>> {
    let metadata = resource.get("Metadata")?;
    if metadata.get("aws:asset:property").and_then(Tree::as_text) != Some("Code") {
        return None;
    }
    let written = metadata.get("aws:asset:path")?;
    let path = written.as_text()?;
    Some(match root.join(path) {
        Ok(directory) => Prop::Known(FunctionCode::Directory(directory), written.place),
        Err(error) => Prop::unknown(format!("{error}: `{path}`")),
    })
}
