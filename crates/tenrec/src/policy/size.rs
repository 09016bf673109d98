//! How large policies may be. Blanks do not count.

use super::node::Node;

/// The characters that all inline policies of a role may have together.
const INLINE: usize = 10_240;
/// The characters that a managed policy may have.
const MANAGED: usize = 6_144;

/// What is said where a policy is divided.
pub(super) const NOTE: &str = "the policy has more than the 10,240 characters that a role's inline policies may have, so it \
                               is divided into managed policies of at most 6,144";

/// A policy document of statements.
pub(super) fn document(statements: &[Node]) -> Node {
    Node::map([
        ("Version", Node::text("2012-10-17")),
        ("Statement", Node::List(statements.to_vec())),
    ])
}

/// The statements in as few documents as they fit in: all in one, else as many as managed policies take.
pub(super) fn parts(statements: &[Node]) -> Vec<Vec<Node>> {
    if characters(&document(statements)) <= INLINE {
        return vec![statements.to_vec()];
    }
    let mut parts: Vec<Vec<Node>> = Vec::new();
    for statement in statements.iter().flat_map(small) {
        match parts.last_mut() {
            Some(part) if fits(part, &statement) => part.push(statement),
            _ => parts.push(vec![statement]),
        }
    }
    parts
}

fn fits(part: &[Node], statement: &Node) -> bool {
    let mut together = part.to_vec();
    together.push(statement.clone());
    characters(&document(&together)) <= MANAGED
}

/// A statement in pieces that each fit in a policy: its resources, or its actions, a half each.
fn small(statement: &Node) -> Vec<Node> {
    if fits(&[], statement) {
        return vec![statement.clone()];
    }
    for key in ["Resource", "Action"] {
        if let Some((first, second)) = halves(statement, key) {
            return small(&first).into_iter().chain(small(&second)).collect();
        }
    }
    vec![statement.clone()]
}

fn halves(statement: &Node, wanted: &str) -> Option<(Node, Node)> {
    let Node::Map(entries) = statement else {
        return None;
    };
    let items = entries.iter().find_map(|(key, value)| match value {
        Node::List(items) if key == wanted && 1 < items.len() => Some(items),
        _ => None,
    })?;
    let (first, second) = items.split_at(items.len() / 2);
    let with = |items: &[Node]| {
        let entries = entries.iter().map(|(key, value)| {
            let value = match key == wanted {
                true => Node::List(items.to_vec()),
                false => value.clone(),
            };
            (key.clone(), value)
        });
        Node::Map(entries.collect())
    };
    Some((with(first), with(second)))
}

fn characters(document: &Node) -> usize {
    let text = serde_json::to_string(document).unwrap_or_default();
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_policies_are_divided_and_none_of_the_parts_is_too_large() {
        let statement = |number: usize| {
            let resources =
                (0..40).map(|at| Node::text(format!("arn:aws:s3:::bucket-{number}-{at}/*")));
            Node::map([
                ("Effect", Node::text("Allow")),
                ("Action", Node::List(vec![Node::text("s3:GetObject")])),
                ("Resource", Node::List(resources.collect())),
            ])
        };
        let few: Vec<Node> = (0..2).map(statement).collect();
        assert_eq!(parts(&few).len(), 1);
        let many: Vec<Node> = (0..20).map(statement).collect();
        let divided = parts(&many);
        assert!(1 < divided.len());
        assert!(
            divided
                .iter()
                .all(|part| characters(&document(part)) <= MANAGED)
        );
        assert_eq!(divided.concat().len(), many.len());
        let resources = (0..400).map(|at| Node::text(format!("arn:aws:s3:::bucket-{at}/*")));
        let one = Node::map([("Resource", Node::List(resources.collect()))]);
        assert!(
            parts(&[one])
                .iter()
                .all(|part| characters(&document(part)) <= MANAGED)
        );
    }
}
