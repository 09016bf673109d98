//! Edits of random documents: what is read afterwards is what was meant, and what was not meant is written as before.

use std::collections::BTreeMap;

use base::{Budget, FileId, RelPath};
use doc::{Node, NodeKind};
use proptest::prelude::*;

use crate::document::Source;
use crate::edit::{Edit, applied};
use crate::write::Out;
use crate::{list, map};

/// What a document says, without how it is written.
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Text(String),
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
}

/// How it is written.
#[derive(Clone, Debug)]
struct Look {
    is_json: bool,
    unit: usize,
    dash: usize,
    newline: &'static str,
    quote: &'static str,
    has_comments: bool,
    ends_with_newline: bool,
    /// What lies deeper than this is written in brackets.
    in_brackets_below: usize,
}

fn tree() -> impl Strategy<Value = Tree> {
    let text = prop::sample::select(vec!["a", "dynamodb:*", "*", "true", "12", "it's", "${A.B}"]);
    let leaf = text.prop_map(|text| Tree::Text(text.to_owned()));
    let inner = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Tree::List),
            prop::collection::btree_map("[a-e]", inner, 1..4).prop_map(Tree::Map),
        ]
    });
    prop::collection::btree_map("[a-e]", inner, 1..5).prop_map(Tree::Map)
}

fn look() -> impl Strategy<Value = Look> {
    (
        any::<bool>(),
        prop::sample::select(vec![2usize, 3, 4]),
        any::<bool>(),
        prop::sample::select(vec!["\n", "\r\n"]),
        prop::sample::select(vec!["'", "\""]),
        any::<bool>(),
        any::<bool>(),
        0usize..5,
    )
        .prop_map(
            |(is_json, unit, is_flush, newline, quote, has_comments, ends_with_newline, below)| {
                Look {
                    is_json,
                    unit,
                    dash: if is_flush { 0 } else { unit },
                    newline,
                    quote,
                    has_comments: has_comments && !is_json,
                    ends_with_newline,
                    in_brackets_below: below,
                }
            },
        )
}

impl Look {
    fn write(&self, tree: &Tree) -> String {
        let mut text = if self.is_json {
            self.json(tree, "")
        } else {
            self.block(tree, "", 0).trim_start().to_owned()
        };
        if self.ends_with_newline {
            text.push_str(self.newline);
        }
        text
    }

    fn json(&self, tree: &Tree, indent: &str) -> String {
        let inner = format!("{indent}{}", " ".repeat(self.unit));
        let spread = |open: &str, parts: Vec<String>, close: &str| {
            let newline = self.newline;
            let parts = parts.join(&format!(",{newline}{inner}"));
            format!("{open}{newline}{inner}{parts}{newline}{indent}{close}")
        };
        match tree {
            Tree::Text(text) => format!("\"{text}\""),
            Tree::List(items) => {
                let items = items.iter();
                spread("[", items.map(|it| self.json(it, &inner)).collect(), "]")
            }
            Tree::Map(fields) => {
                let fields = fields.iter();
                let field =
                    |(key, it): (&String, &Tree)| format!("\"{key}\": {}", self.json(it, &inner));
                spread("{", fields.map(field).collect(), "}")
            }
        }
    }

    fn scalar(&self, text: &str) -> String {
        if self.quote == "'" {
            format!("'{}'", text.replace('\'', "''"))
        } else {
            format!("\"{text}\"")
        }
    }

    fn brackets(&self, tree: &Tree) -> String {
        match tree {
            Tree::Text(text) => self.scalar(text),
            Tree::List(items) => {
                let items: Vec<String> = items.iter().map(|it| self.brackets(it)).collect();
                format!("[{}]", items.join(", "))
            }
            Tree::Map(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(key, it)| format!("{key}: {}", self.brackets(it)))
                    .collect();
                format!("{{{}}}", fields.join(", "))
            }
        }
    }

    fn comment(&self) -> &'static str {
        if self.has_comments { " # why" } else { "" }
    }

    /// A value behind a key that stands at `indent`.
    fn block(&self, tree: &Tree, indent: &str, depth: usize) -> String {
        let line = |text: String| format!(" {text}{}", self.comment());
        match tree {
            Tree::Text(text) => line(self.scalar(text)),
            _ if self.in_brackets_below < depth => line(self.brackets(tree)),
            Tree::List(items) => {
                let dash = format!("{indent}{}", " ".repeat(self.dash));
                let item = |item: &Tree| {
                    let value = match item {
                        Tree::Text(_) => self.block(item, &dash, depth + 1),
                        Tree::Map(fields) if depth < self.in_brackets_below => {
                            let inner = format!("{dash}  ");
                            let field = |(key, it): (&String, &Tree)| {
                                format!("{key}:{}", self.block(it, &inner, depth + 2))
                            };
                            let fields: Vec<String> = fields.iter().map(field).collect();
                            format!(" {}", fields.join(&format!("{}{inner}", self.newline)))
                        }
                        _ => line(self.brackets(item)),
                    };
                    format!("{}{dash}-{value}", self.newline)
                };
                items.iter().map(item).collect()
            }
            Tree::Map(fields) => {
                let inner = match depth {
                    0 => String::new(),
                    _ => format!("{indent}{}", " ".repeat(self.unit)),
                };
                let field = |(key, it): (&String, &Tree)| {
                    let value = self.block(it, &inner, depth + 1);
                    format!("{}{inner}{key}:{value}", self.newline)
                };
                fields.iter().map(field).collect()
            }
        }
    }
}

fn source(text: &str, is_json: bool) -> Source {
    let path = RelPath::new(if is_json { "a.json" } else { "a.yaml" }).unwrap();
    Source::new(FileId(0), path, text.to_owned(), &Budget::default())
}

fn read(node: &Node) -> Tree {
    match &node.kind {
        NodeKind::List(items) => Tree::List(items.iter().map(read).collect()),
        NodeKind::Map(entries) => {
            let entries = entries.iter();
            Tree::Map(
                entries
                    .map(|it| (it.key.to_string(), read(&it.value)))
                    .collect(),
            )
        }
        NodeKind::Text(text) => Tree::Text(text.to_string()),
        other => Tree::Text(format!("{other:?}")),
    }
}

/// The maps of a document by their ids, each with the keys that lead to it.
fn maps(source: &Source) -> Vec<(usize, Vec<String>)> {
    let ids = 0..source.visits().len();
    let path = |mut id: usize| {
        let mut path = Vec::new();
        while let Some(visit) = source.visit(id) {
            match (&visit.key, visit.parent) {
                (Some((key, _)), Some(parent)) => {
                    path.push(key.clone());
                    id = parent;
                }
                (None, None) => {
                    path.reverse();
                    return Some(path);
                }
                _ => return None,
            }
        }
        None
    };
    ids.filter(|id| {
        source
            .node(*id)
            .is_some_and(|it| matches!(it.kind, NodeKind::Map(_)))
    })
    .filter_map(|id| Some((id, path(id)?)))
    .collect()
}

fn at<'t>(tree: &'t mut Tree, path: &[String]) -> Option<&'t mut BTreeMap<String, Tree>> {
    let Tree::Map(fields) = tree else { return None };
    match path.split_first() {
        None => Some(fields),
        Some((first, rest)) => at(fields.get_mut(first)?, rest),
    }
}

/// What an addition looks like in the tree and as text.
fn added() -> (Tree, Out) {
    let tree = Tree::List(vec![Tree::Map(BTreeMap::from([
        (
            "Action".to_owned(),
            Tree::List(vec![Tree::Text("s3:*".to_owned())]),
        ),
        ("Effect".to_owned(), Tree::Text("true".to_owned())),
    ]))]);
    let out = Out::List(vec![Out::Map(vec![
        ("Action".to_owned(), Out::List(vec![Out::text("s3:*")])),
        ("Effect".to_owned(), Out::text("true")),
    ])]);
    (tree, out)
}

/// Whether the text reads as the tree after the edits, which leave the lines that they do not touch.
fn check(
    before: &str,
    edits: &[Edit],
    expected: &Tree,
    is_json: bool,
) -> Result<(), TestCaseError> {
    let after = applied(before, edits).unwrap();
    let document = source(&after, is_json);
    let root = document.node(0).map(read);
    prop_assert_eq!(root.as_ref(), Some(expected), "{}\n=>\n{}", before, after);
    let kept = after.matches("# why").count();
    let cut: String = edits
        .iter()
        .map(|edit| edit.place.span.of(before))
        .collect();
    let gone = cut.matches("# why").count();
    prop_assert_eq!(kept + gone, before.matches("# why").count());
    Ok(())
}

proptest! {
    #[test]
    fn fields_are_added_set_and_taken_out(tree in tree(), look in look(), chosen in any::<prop::sample::Index>()) {
        let text = look.write(&tree);
        let source = source(&text, look.is_json);
        let root = source.node(0).map(read);
        prop_assert_eq!(root.as_ref(), Some(&tree), "{}", text);
        let maps = maps(&source);
        let (id, path) = maps.get(chosen.index(maps.len())).unwrap();
        let (value, out) = added();

        let mut more = tree.clone();
        at(&mut more, path).unwrap().insert("New".to_owned(), value.clone());
        let edits = map::add(&source, *id, &[("New", out.clone())]).unwrap();
        check(&text, &edits, &more, look.is_json)?;

        let mut deeper = tree.clone();
        let inner = Tree::Map(BTreeMap::from([("In".to_owned(), Tree::Text("7".to_owned()))]));
        at(&mut deeper, path).unwrap().insert("New".to_owned(), inner);
        let edits = map::set(&source, *id, &["New", "In"], &Out::text("7")).unwrap();
        check(&text, &edits, &deeper, look.is_json)?;

        let mut fields = tree.clone();
        let keys: Vec<String> = at(&mut fields, path).unwrap().keys().cloned().collect();
        for key in &keys {
            let mut other = tree.clone();
            let fields = at(&mut other, path).unwrap();
            fields.remove(key);
            fields.insert("New".to_owned(), value.clone());
            let edits = map::instead(&source, *id, key, ("New", &out)).unwrap();
            check(&text, &edits, &other, look.is_json)?;

            if 1 < keys.len() {
                let mut less = tree.clone();
                at(&mut less, path).unwrap().remove(key);
                let edits = map::without(&source, *id, key).unwrap();
                check(&text, &edits, &less, look.is_json)?;
            }
        }
    }

    #[test]
    fn items_are_put_behind_others_and_taken_out(tree in tree(), look in look(), chosen in any::<prop::sample::Index>()) {
        let text = look.write(&tree);
        let source = source(&text, look.is_json);
        let lists: Vec<(Vec<String>, String, usize)> = maps(&source)
            .into_iter()
            .flat_map(|(id, path)| {
                let node = source.node(id).unwrap().clone();
                let lists = node.entries().iter().filter(|it| matches!(it.value.kind, NodeKind::List(_)));
                let lists = lists.map(|it| (path.clone(), it.key.to_string(), source.value_of_key(it.key_span).unwrap()));
                lists.collect::<Vec<_>>()
            })
            .collect();
        prop_assume!(!lists.is_empty());
        let (path, key, list) = lists.get(chosen.index(lists.len())).unwrap();
        let items = source.node(*list).unwrap().items().to_vec();
        let (value, out) = added();
        let values = match value {
            Tree::List(values) => values,
            other => vec![other],
        };
        let outs = match out {
            Out::List(outs) => outs,
            other => vec![other],
        };
        for (index, item) in items.iter().enumerate() {
            let changed = |change: &dyn Fn(&mut Vec<Tree>)| {
                let mut tree = tree.clone();
                if let Some(Tree::List(items)) = at(&mut tree, path).unwrap().get_mut(key) {
                    change(items);
                }
                tree
            };
            let id = source.find(item.span).unwrap();
            let more = changed(&|items| items.splice(index + 1..index + 1, values.clone()).for_each(drop));
            let edits = list::inserted(&source, id, &outs).unwrap();
            check(&text, &edits, &more, look.is_json)?;
            if 1 < items.len() {
                let less = changed(&|items| drop(items.remove(index)));
                let edits = list::without(&source, *list, &[index]).unwrap();
                check(&text, &edits, &less, look.is_json)?;
            }
        }
    }
}
