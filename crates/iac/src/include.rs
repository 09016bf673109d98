//! Files that templates draw in: definitions of APIs and state machines, and what `AWS::Include` puts into a template.

use base::{Code, Map, RelPath};

use crate::builder::{Builder, Project};
use crate::tree::{Field, Tree, TreeKind};

/// The macro that puts a file into a template.
const INCLUDE: &str = "AWS::Include";
/// The call of a macro.
const TRANSFORM: &str = "Fn::Transform";
/// How many inclusions of one template are followed.
const MOST_INCLUSIONS: u32 = 200;

/// The template that names a file.
#[derive(Clone, Copy)]
pub(crate) struct Template<'a> {
    pub(crate) path: &'a RelPath,
    /// The directory that its relative paths count from.
    pub(crate) root: &'a RelPath,
}

/// The content of a file of the project that a template names; unknown where it names something else.
pub(crate) fn local_document(
    project: &Project<'_>,
    builder: &mut Builder,
    template: Template<'_>,
    uri: &Tree,
) -> Tree {
    let Some(written) = uri.as_text().filter(|uri| !uri.starts_with("s3://")) else {
        return Tree::unknown(
            uri.place,
            "its definition is fetched from a bucket at deployment",
        );
    };
    let unknown = |why: String| Tree::unknown(uri.place, format!("its definition {why}"));
    let path = match template.root.join(written) {
        Ok(path) => path,
        Err(error) => return unknown(format!("is not read because {error}")),
    };
    // Amazon States Language is JSON, or YAML in a file that says so.
    let is_readable = matches!(path.extension(), "json" | "yaml" | "yml" | "asl");
    if !project.system.exists(&path) {
        let message = format!("the definition {path} does not exist, so it is treated as unknown");
        builder.report(Code::MissingFile, template.path, Some(uri.place), message);
        return unknown(format!("in {path} does not exist"));
    }
    let document = is_readable
        .then(|| project.document(&path, builder))
        .flatten();
    match document {
        Some((file, document)) => match document.roots.first() {
            Some(root) => {
                builder.parts.insert(path);
                Tree::from_node(file, root)
            }
            None => unknown(format!("in {path} is empty")),
        },
        None => unknown(format!("in {path} cannot be read")),
    }
}

/// The template with the files of the project put in that it includes. What it includes from elsewhere stays a call of the
/// macro, and is reported.
pub(crate) fn included(
    project: &Project<'_>,
    builder: &mut Builder,
    template: Template<'_>,
    tree: &Tree,
) -> Tree {
    let mut reader = Reader {
        project,
        builder,
        template,
        read: Map::default(),
        left: MOST_INCLUSIONS,
    };
    reader.tree(tree)
}

struct Reader<'a> {
    project: &'a Project<'a>,
    builder: &'a mut Builder,
    template: Template<'a>,
    /// What was read, so that a file that is included often is read once.
    read: Map<String, Tree>,
    left: u32,
}

impl Reader<'_> {
    fn tree(&mut self, tree: &Tree) -> Tree {
        let kind = match &tree.kind {
            TreeKind::List(items) => {
                TreeKind::List(items.iter().map(|item| self.tree(item)).collect())
            }
            TreeKind::Map(fields) => match self.inclusion(tree) {
                Some(content) if fields.len() == 1 => return content,
                Some(content) if content.is_map() => {
                    TreeKind::Map(self.beside(fields, &content).into())
                }
                _ => TreeKind::Map(fields.iter().map(|field| self.field(field)).collect()),
            },
            _ => return tree.clone(),
        };
        Tree {
            kind,
            ..tree.clone()
        }
    }

    fn field(&mut self, field: &Field) -> Field {
        Field {
            value: self.tree(&field.value),
            ..field.clone()
        }
    }

    /// The fields of a map and those of the file that is included beside them; what the map itself says holds.
    fn beside(&mut self, fields: &[Field], content: &Tree) -> Vec<Field> {
        let own = fields.iter().filter(|field| field.key != TRANSFORM);
        let mut result: Vec<Field> = own.map(|field| self.field(field)).collect();
        let more = content.entries().iter();
        let more = more.filter(|field| fields.iter().all(|own| own.key != field.key));
        result.extend(more.cloned());
        result
    }

    /// The content of the file that a map includes, where it is a file of the project.
    fn inclusion(&mut self, map: &Tree) -> Option<Tree> {
        let call = map.get(TRANSFORM)?;
        if call.get("Name").and_then(Tree::as_text) != Some(INCLUDE) {
            return None;
        }
        let location = call.at("Parameters.Location")?;
        let content = match location.as_text() {
            Some(path) if !path.contains("://") => {
                self.left = self.left.checked_sub(1)?;
                match self.read.get(path) {
                    Some(content) => content.clone(),
                    None => {
                        let content =
                            local_document(self.project, self.builder, self.template, location);
                        self.read.insert(path.to_owned(), content.clone());
                        content
                    }
                }
            }
            _ => Tree::unknown(location.place, "it is included from outside the project"),
        };
        if content.unknown_reason().is_some() {
            let message = "what the template includes here is no file of the project, so what it adds is unknown";
            self.builder.report(
                Code::UnknownConstruct,
                self.template.path,
                Some(location.place),
                message,
            );
            return None;
        }
        Some(content)
    }
}
