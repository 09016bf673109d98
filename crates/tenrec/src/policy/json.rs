//! Policies with their reasons: the form for programs. `libraries` are packages of others of which nobody knows what they call.

use privilege::Scope;

use super::node::Node;
use super::{FunctionPolicy, Policies, size};

/// `{"functions": [{"name", "file", "policy", "reasons", "unresolved", "libraries"}]}`.
pub(super) fn document(policies: &Policies<'_>) -> Node {
    let functions = policies.functions.iter();
    let functions = functions.map(|function| of_function(policies, function));
    Node::map([("functions", Node::List(functions.collect()))])
}

fn of_function(policies: &Policies<'_>, function: &FunctionPolicy) -> Node {
    let statements = policies.statements(function, |_| true);
    let mut entries = vec![
        ("name".to_owned(), Node::text(&function.name)),
        ("file".to_owned(), Node::text(&function.file)),
    ];
    let parts = policies.node_parts(function, &statements);
    if let Some(note) = size::note(&parts) {
        let parts = parts.iter().map(|part| size::document(part));
        entries.push(("note".to_owned(), Node::Text(note)));
        entries.push(("policies".to_owned(), Node::List(parts.collect())));
    }
    let statements = policies.nodes(function, &statements);
    entries.push(("policy".to_owned(), size::document(&statements)));
    entries.push(("reasons".to_owned(), reasons(policies, function)));
    entries.push(("unresolved".to_owned(), unresolved(policies, function)));
    if !function.needs.libraries.is_empty() {
        // What they call is not seen.
        let packages = function.needs.libraries.iter();
        let packages = packages.map(|package| Node::text(package.as_str()));
        entries.push(("libraries".to_owned(), Node::List(packages.collect())));
    }
    Node::Map(entries)
}

fn reasons(policies: &Policies<'_>, function: &FunctionPolicy) -> Node {
    let mut all = Vec::new();
    for need in &function.needs.needs {
        for reason in &need.reasons {
            all.push(Node::map([
                ("action", Node::text(need.action.as_str())),
                ("resource", Node::Text(policies.resource(function, need))),
                (
                    "file",
                    Node::text(policies.sources.path(reason.place).to_string()),
                ),
                ("line", Node::Number(policies.sources.line(reason.place))),
                ("message", Node::text(&reason.message)),
            ]));
        }
    }
    Node::List(all)
}

fn unresolved(policies: &Policies<'_>, function: &FunctionPolicy) -> Node {
    let sources = &policies.sources;
    let mut all = Vec::new();
    for need in &function.needs.needs {
        let Scope::Pattern(why) = &need.scope else {
            continue;
        };
        for reason in &need.reasons {
            all.push(Node::map([
                ("action", Node::text(need.action.as_str())),
                ("resource", Node::Text(policies.resource(function, need))),
                ("file", Node::text(sources.path(reason.place).to_string())),
                ("line", Node::Number(sources.line(reason.place))),
                ("expression", Node::Text(sources.expression(reason.place))),
                (
                    "message",
                    Node::Text(format!("which resource is not known: {why}")),
                ),
            ]));
        }
    }
    for gap in &function.needs.gaps {
        all.push(Node::map([
            ("file", Node::text(sources.path(gap.place).to_string())),
            ("line", Node::Number(sources.line(gap.place))),
            ("message", Node::text(&gap.message)),
        ]));
    }
    Node::List(all)
}
