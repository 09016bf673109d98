//! `Fn::ForEach` of CloudFormation's language extensions: a section with its loops written out.

use app::Reason;
use base::{Name, Place};

use crate::tree::{Field, Part, Tree, TreeKind};

/// What the name of a loop starts with.
const LOOP: &str = "Fn::ForEach::";
/// How many fields the loops of one section may write.
const MOST_FIELDS: usize = 2_000;
/// How deep loops may stand in loops.
const DEEPEST: u32 = 5;

/// Whether the section holds loops.
pub(crate) fn has_loop(section: &Tree) -> bool {
    section
        .entries()
        .iter()
        .any(|field| field.key.starts_with(LOOP))
}

/// The section with its loops written out, and those that cannot be: where they stand, and why.
pub(crate) fn written_out(section: &Tree, parameters: &Tree) -> (Tree, Vec<(Place, Reason)>) {
    let mut writer = Writer {
        parameters,
        fields: Vec::new(),
        problems: Vec::new(),
    };
    writer.section(section, &[], 0);
    let tree = Tree {
        kind: TreeKind::Map(writer.fields.into()),
        ..section.clone()
    };
    (tree, writer.problems)
}

struct Writer<'a> {
    parameters: &'a Tree,
    fields: Vec<Field>,
    problems: Vec<(Place, Reason)>,
}

impl Writer<'_> {
    fn section(&mut self, section: &Tree, variables: &[(&str, &str)], depth: u32) {
        for field in section.entries() {
            if !field.key.starts_with(LOOP) {
                let name = replaced(&field.key, variables);
                self.fields.push(Field {
                    key: name.into(),
                    value: filled(&field.value, variables),
                    ..field.clone()
                });
            } else if let Err(reason) = self.repeat(&field.value, variables, depth) {
                self.problems.push((field.key_place, reason));
            }
        }
    }

    fn repeat(
        &mut self,
        written: &Tree,
        variables: &[(&str, &str)],
        depth: u32,
    ) -> Result<(), Reason> {
        let [variable, collection, body] = written.items() else {
            return Err("a loop takes a name, a collection and what is repeated".into());
        };
        let variable = variable.as_text().ok_or("its variable has no name")?;
        let elements = self.elements(&filled(collection, variables))?;
        for element in &elements {
            if DEEPEST <= depth || MOST_FIELDS <= self.fields.len() {
                return Err("it repeats too much".into());
            }
            let inner = [variables, &[(variable, element.as_str())]].concat();
            self.section(body, &inner, depth + 1);
        }
        Ok(())
    }

    /// The elements of a collection: a list of texts, or a parameter that has one as its default.
    fn elements(&self, collection: &Tree) -> Result<Vec<Name>, Reason> {
        let unknown = || Reason::from("its collection is known at deployment only");
        let list = match collection.as_intrinsic() {
            Some(("Ref", name)) => name
                .as_text()
                .and_then(|name| self.parameters.get(name)?.get("Default"))
                .ok_or_else(unknown)?,
            Some(_) => return Err(unknown()),
            None => collection,
        };
        match list.as_text() {
            Some(text) => Ok(text.split(',').map(|item| Name::new(item.trim())).collect()),
            None => list
                .items()
                .iter()
                .map(|item| item.as_name().ok_or_else(unknown))
                .collect(),
        }
    }
}

/// The tree with the variables of the loops around it replaced.
fn filled(tree: &Tree, variables: &[(&str, &str)]) -> Tree {
    if let Some(("Ref", name)) = tree.as_intrinsic()
        && let Some((_, value)) = variables.iter().find(|it| Some(it.0) == name.as_text())
    {
        return Tree::text(tree.place, *value);
    }
    let kind = match &tree.kind {
        TreeKind::Text(parts) => TreeKind::Text(
            parts
                .iter()
                .map(|part| match part {
                    Part::Literal(text) => Part::Literal(replaced(text, variables).into()),
                    other => other.clone(),
                })
                .collect(),
        ),
        TreeKind::List(items) => {
            TreeKind::List(items.iter().map(|item| filled(item, variables)).collect())
        }
        TreeKind::Map(fields) => TreeKind::Map(
            fields
                .iter()
                .map(|field| Field {
                    key: replaced(&field.key, variables).into(),
                    value: filled(&field.value, variables),
                    ..field.clone()
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Tree {
        kind,
        ..tree.clone()
    }
}

/// `${Name}`, and `&{Name}` without what a logical id may not hold.
fn replaced(text: &str, variables: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in variables {
        if text.contains('{') {
            let bare: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
            text = text
                .replace(&format!("${{{name}}}"), value)
                .replace(&format!("&{{{name}}}"), &bare);
        }
    }
    text
}
