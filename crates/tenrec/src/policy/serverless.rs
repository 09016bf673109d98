//! Statements for `serverless.yml`: of each function where the project gives each its own role, else of the one role that all
//! share. The framework itself lets functions write logs and read the queues and streams of their events.

use app::{ROLES_PLUGIN, StackId};
use privilege::Need;

use super::cloudformation::reference;
use super::node::{Node, References};
use super::{FunctionPolicy, Policies, is_left_to_user, size};

pub(super) fn write(policies: &Policies<'_>) -> String {
    let application = &policies.model.application;
    let of = |function: &FunctionPolicy| application.function(function.id).map(|it| it.stack);
    let mut stacks: Vec<Option<StackId>> = policies.functions.iter().map(of).collect();
    stacks.sort();
    stacks.dedup();
    let mut out = String::new();
    for id in &stacks {
        let functions: Vec<&FunctionPolicy> = policies
            .functions
            .iter()
            .filter(|function| of(function) == *id)
            .collect();
        let stack = id.and_then(|id| application.stack(id));
        if 1 < stacks.len() {
            let path = stack.map(|stack| stack.path.to_string());
            out.push_str(&format!("# {}\n", path.unwrap_or_default()));
        }
        let has_plugin =
            stack.is_some_and(|stack| stack.plugins.iter().any(|it| it == ROLES_PLUGIN));
        let node = if has_plugin {
            of_functions(policies, &functions)
        } else {
            of_provider(policies, &functions)
        };
        out.push_str(&node.yaml(References::Short));
    }
    out
}

fn of_functions(policies: &Policies<'_>, functions: &[&FunctionPolicy]) -> Node {
    let functions = functions.iter().map(|function| {
        let statements = policies.statements(function, is_left_to_user);
        let mut remarks = policies.remarks(function);
        if 1 < policies.parts(function, &statements).len() {
            remarks.push(size::TOO_LARGE.to_owned());
        }
        let statements = policies.nodes(function, &statements);
        let settings = Node::map([("iamRoleStatements", Node::List(statements))]);
        (
            function.name.clone(),
            Node::Commented(remarks, Box::new(settings)),
        )
    });
    Node::map([("functions", Node::Map(functions.collect()))])
}

fn of_provider(policies: &Policies<'_>, functions: &[&FunctionPolicy]) -> Node {
    let needs: Vec<&Need> = functions
        .iter()
        .flat_map(|function| &function.needs.needs)
        .filter(|need| is_left_to_user(need))
        .collect();
    let statements = privilege::statements(policies.model, needs);
    let parts = functions
        .first()
        .map_or_else(Vec::new, |first| policies.node_parts(first, &statements));
    let mut remarks: Vec<String> = functions
        .iter()
        .flat_map(|function| policies.remarks(function))
        .collect();
    if 1 < functions.len() {
        remarks.insert(
            0,
            format!("one role for all functions; with the plugin {ROLES_PLUGIN} each has its own"),
        );
    }
    let Some(note) = size::note(&parts) else {
        let statements = parts.concat();
        let role = Node::map([("statements", Node::List(statements))]);
        return Node::map([provider(remarks, role)]);
    };
    remarks.push(note);
    let managed = size::managed("Functions", None, &parts);
    let listed = managed.iter().map(|(id, _)| reference(id)).collect();
    let role = Node::map([("managedPolicies", Node::List(listed))]);
    let resources = Node::map([("Resources", Node::Map(managed))]);
    Node::map([provider(remarks, role), ("resources", resources)])
}

fn provider(remarks: Vec<String>, role: Node) -> (&'static str, Node) {
    let iam = Node::map([("role", role)]);
    let provider = Node::map([("iam", iam)]);
    ("provider", Node::Commented(remarks, Box::new(provider)))
}
