//! Policies for CloudFormation and SAM: a role for each function, or the `Policies` of each function.

use super::node::{Node, References};
use super::{FunctionPolicy, Policies, is_left_to_user, size};

/// A role for each function.
pub(super) fn roles(policies: &Policies<'_>) -> String {
    let functions = policies.functions.iter();
    let resources = functions.flat_map(|function| role(policies, function));
    Node::map([("Resources", Node::Map(resources.collect()))]).yaml(References::Short)
}

fn role(policies: &Policies<'_>, function: &FunctionPolicy) -> Vec<(String, Node)> {
    let statements = policies.statements(function, |_| true);
    let mut parts = policies.node_parts(function, &statements);
    let id = privilege::logical_id(&function.name);
    let role = format!("{id}Role");
    let trust = Node::map([
        ("Effect", Node::text("Allow")),
        (
            "Principal",
            Node::map([("Service", Node::text("lambda.amazonaws.com"))]),
        ),
        ("Action", Node::text("sts:AssumeRole")),
    ]);
    let mut properties = vec![(
        "AssumeRolePolicyDocument".to_owned(),
        size::document(&[trust]),
    )];
    let mut remarks = policies.remarks(function);
    let mut managed = Vec::new();
    if let Some(note) = size::note(&parts) {
        remarks.push(note);
        managed = size::managed(&id, Some(&reference(&role)), &parts);
    } else if let Some(part) = parts.pop().filter(|part| !part.is_empty()) {
        let policy = Node::map([
            ("PolicyName", Node::text("least-privilege")),
            ("PolicyDocument", size::document(&part)),
        ]);
        properties.push(("Policies".to_owned(), Node::List(vec![policy])));
    }
    let resource = Node::map([
        ("Type", Node::text("AWS::IAM::Role")),
        ("Properties", Node::Map(properties)),
    ]);
    let mut all = vec![(role, Node::Commented(remarks, Box::new(resource)))];
    all.extend(managed);
    all
}

pub(super) fn reference(id: &str) -> Node {
    Node::Spelled(privilege::Spelled::Ref(id.to_owned()))
}

/// The `Policies` of each SAM function. SAM itself lets them write logs and read the queues and streams of their events.
pub(super) fn sam(policies: &Policies<'_>) -> String {
    let functions = policies.functions.iter().flat_map(|function| {
        let id = privilege::logical_id(&function.name);
        let mut remarks = policies.remarks(function);
        let statements = policies.statements(function, is_left_to_user);
        let parts = policies.node_parts(function, &statements);
        let mut managed = Vec::new();
        let listed = if let Some(note) = size::note(&parts) {
            remarks.push(note);
            managed = size::managed(&id, None, &parts);
            managed.iter().map(|(id, _)| reference(id)).collect()
        } else {
            let parts = parts.iter().filter(|part| !part.is_empty());
            parts.map(|part| size::document(part)).collect()
        };
        let properties = Node::map([("Policies", Node::List(listed))]);
        let resource = Node::map([("Properties", properties)]);
        let mut all = vec![(id, Node::Commented(remarks, Box::new(resource)))];
        all.extend(managed);
        all
    });
    Node::map([("Resources", Node::Map(functions.collect()))]).yaml(References::Short)
}
