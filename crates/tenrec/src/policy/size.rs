//! How large policies may be. Blanks do not count.

use privilege::Statement;

use super::node::Node;

/// The characters that all inline policies of a role may have together.
const INLINE: usize = 10_240;
/// The characters that a managed policy may have.
const MANAGED: usize = 6_144;

/// How many managed policies a role may have, where nobody asked for more.
const ATTACHED: usize = 10;

/// What is said where a policy is divided.
const DIVIDED: &str = "the policy has more than the 10,240 characters that a role's inline policies may have, so it is divided \
                       into managed policies of at most 6,144";

/// What is said where it is too large for the place that it is for.
pub(super) const TOO_LARGE: &str = "the statements have more than the 10,240 characters that a role's inline policies may have: \
                                    write them as managed policies of at most 6,144 each, as `--format cloudformation` does";

/// What is said of the number of parts of a policy; nothing of a whole one.
pub(super) fn note<T>(parts: &[T]) -> Option<String> {
    match parts.len() {
        0 | 1 => None,
        2..=ATTACHED => Some(DIVIDED.to_owned()),
        more => Some(format!(
            "{DIVIDED}; they are {more}, of which a role takes {ATTACHED} until AWS allows more"
        )),
    }
}

/// A managed policy for each part of a policy, with their logical ids, attached to a role where it is named.
pub(super) fn managed(id: &str, role: Option<&Node>, parts: &[Vec<Node>]) -> Vec<(String, Node)> {
    let policy = |(part, number): (&Vec<Node>, usize)| {
        let roles = role.map(|role| ("Roles".to_owned(), Node::List(vec![role.clone()])));
        let policy = ("PolicyDocument".to_owned(), document(part));
        let resource = Node::map([
            ("Type", Node::text("AWS::IAM::ManagedPolicy")),
            (
                "Properties",
                Node::Map(roles.into_iter().chain([policy]).collect()),
            ),
        ]);
        (format!("{id}Policy{number}"), resource)
    };
    parts.iter().zip(1..).map(policy).collect()
}

/// A policy document of statements.
pub(super) fn document(statements: &[Node]) -> Node {
    Node::map([
        ("Version", Node::text("2012-10-17")),
        ("Statement", Node::List(statements.to_vec())),
    ])
}

/// The statements in as few documents as they fit in, as they are spelled: all in one, else as many as managed policies take.
pub(super) fn parts(
    statements: &[Statement],
    spelled: &dyn Fn(&Statement) -> Node,
) -> Vec<Vec<Statement>> {
    let whole: Vec<Node> = statements.iter().map(spelled).collect();
    if characters(&document(&whole)) <= INLINE {
        return vec![statements.to_vec()];
    }
    let mut parts: Vec<Vec<Statement>> = Vec::new();
    let mut room = 0;
    for statement in statements.iter().flat_map(|it| small(it, spelled)) {
        // With the comma before it.
        let length = characters(&spelled(&statement)) + 1;
        match parts.last_mut() {
            Some(part) if length <= room => part.push(statement),
            _ => {
                parts.push(vec![statement]);
                room = MANAGED.saturating_sub(characters(&document(&[])));
            }
        }
        room = room.saturating_sub(length);
    }
    parts
}

fn fits(statement: &Statement, spelled: &dyn Fn(&Statement) -> Node) -> bool {
    characters(&document(&[spelled(statement)])) <= MANAGED
}

/// A statement in pieces that each fit in a policy: its resources, or its actions, a half each.
fn small(statement: &Statement, spelled: &dyn Fn(&Statement) -> Node) -> Vec<Statement> {
    if fits(statement, spelled) {
        return vec![statement.clone()];
    }
    let Statement { actions, resources } = statement;
    let halves = if 1 < resources.len() {
        let (first, second) = resources.split_at(resources.len() / 2);
        [first, second].map(|resources| Statement {
            actions: actions.clone(),
            resources: resources.to_vec(),
        })
    } else if 1 < actions.len() {
        let (first, second) = actions.split_at(actions.len() / 2);
        [first, second].map(|actions| Statement {
            actions: actions.to_vec(),
            resources: resources.clone(),
        })
    } else {
        return vec![statement.clone()];
    };
    halves
        .iter()
        .flat_map(|half| small(half, spelled))
        .collect()
}

fn characters(document: &Node) -> usize {
    let text = serde_json::to_string(document).unwrap_or_default();
    text.chars().filter(|c| !c.is_whitespace()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::Text;

    fn spelled(statement: &Statement) -> Node {
        let actions = statement.actions.iter().map(|it| Node::text(it.as_str()));
        let resources = statement
            .resources
            .iter()
            .map(|it| Node::Text(it.display()));
        Node::map([
            ("Effect", Node::text("Allow")),
            ("Action", Node::List(actions.collect())),
            ("Resource", Node::List(resources.collect())),
        ])
    }

    fn is_small(part: &[Statement]) -> bool {
        let nodes: Vec<Node> = part.iter().map(spelled).collect();
        characters(&document(&nodes)) <= MANAGED
    }

    fn of_buckets(number: usize, buckets: usize) -> Statement {
        let resources = (0..buckets).map(|at| format!("arn:aws:s3:::bucket-{number}-{at}/*"));
        Statement {
            actions: vec!["s3:GetObject".into()],
            resources: resources.map(|it| Text::known(it.as_str())).collect(),
        }
    }

    #[test]
    fn large_policies_are_divided_and_none_of_the_parts_is_too_large() {
        let few: Vec<Statement> = (0..2).map(|number| of_buckets(number, 40)).collect();
        assert_eq!(parts(&few, &spelled).concat(), few);
        assert_eq!(parts(&few, &spelled).len(), 1);
        let many: Vec<Statement> = (0..20).map(|number| of_buckets(number, 40)).collect();
        let divided = parts(&many, &spelled);
        assert!(1 < divided.len() && divided.iter().all(|part| is_small(part)));
        assert_eq!(divided.concat(), many);
        let one = parts(&[of_buckets(0, 400)], &spelled);
        assert!(1 < one.len() && one.iter().all(|part| is_small(part)));
        let resources = one.concat().into_iter().flat_map(|it| it.resources);
        assert_eq!(resources.count(), 400);
    }

    #[test]
    fn a_policy_in_more_parts_than_a_role_takes_is_said() {
        let part = vec![Node::text("statement")];
        assert_eq!(note(std::slice::from_ref(&part)), None);
        assert_eq!(note(&vec![part.clone(); 2]).as_deref(), Some(DIVIDED));
        let note = note(&vec![part; 11]).unwrap_or_default();
        assert!(note.ends_with("they are 11, of which a role takes 10 until AWS allows more"));
    }
}
