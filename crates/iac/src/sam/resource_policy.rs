//! `Auth.ResourcePolicy` of an API: statements written out, and lists of callers that are let in or kept out.
//!
//! Facts: `samtranslator.swagger.swagger` of the PyPI package `aws-sam-translator` 1.115.

use base::Place;

use crate::tree::Tree;

/// A list of callers: what its statement does, and the condition that picks them out.
struct Callers {
    list: &'static str,
    effect: &'static str,
    /// Operator and key; nothing where the list itself is the principal.
    condition: Option<(&'static str, &'static str)>,
}

const CALLERS: [Callers; 8] = [
    callers("AwsAccountWhitelist", "Allow", None),
    callers("AwsAccountBlacklist", "Deny", None),
    callers(
        "IpRangeWhitelist",
        "Deny",
        Some(("NotIpAddress", "aws:SourceIp")),
    ),
    callers(
        "IpRangeBlacklist",
        "Deny",
        Some(("IpAddress", "aws:SourceIp")),
    ),
    callers(
        "IntrinsicVpcWhitelist",
        "Deny",
        Some(("StringNotEquals", "aws:SourceVpc")),
    ),
    callers(
        "IntrinsicVpcBlacklist",
        "Deny",
        Some(("StringEquals", "aws:SourceVpc")),
    ),
    callers(
        "IntrinsicVpceWhitelist",
        "Deny",
        Some(("StringNotEquals", "aws:SourceVpce")),
    ),
    callers(
        "IntrinsicVpceBlacklist",
        "Deny",
        Some(("StringEquals", "aws:SourceVpce")),
    ),
];

/// Lists that name networks and their endpoints beside each other, told apart by how the names start.
const NETWORKS: [(&str, &str); 2] = [
    ("SourceVpcWhitelist", "StringNotEquals"),
    ("SourceVpcBlacklist", "StringEquals"),
];

const fn callers(
    list: &'static str,
    effect: &'static str,
    condition: Option<(&'static str, &'static str)>,
) -> Callers {
    Callers {
        list,
        effect,
        condition,
    }
}

/// The policy document that the lists and statements become.
pub(super) fn document(policy: &Tree) -> Tree {
    let custom = policy.get("CustomStatements");
    let custom = custom.map(|written| match written.is_list() {
        true => written.items().to_vec(),
        false => vec![written.clone()],
    });
    let mut statements = custom.unwrap_or_default();
    let mut is_for_all = false;
    for row in CALLERS {
        let Some(list) = policy.get(row.list).filter(|list| !is_empty(list)) else {
            continue;
        };
        is_for_all |= row.condition.is_some();
        statements.push(match row.condition {
            None => statement(
                list.place,
                row.effect,
                Tree::map(list.place, [("AWS", list.clone())]),
            ),
            Some(condition) => denial(list, condition),
        });
    }
    for (name, operator) in NETWORKS {
        let Some(list) = policy.get(name).filter(|list| !is_empty(list)) else {
            continue;
        };
        is_for_all = true;
        let is_endpoint = |item: &&Tree| item.as_text().is_some_and(|id| id.starts_with("vpce-"));
        let (endpoints, networks): (Vec<_>, Vec<_>) = list.items().iter().partition(is_endpoint);
        for (of, key) in [(networks, "aws:SourceVpc"), (endpoints, "aws:SourceVpce")] {
            if !of.is_empty() {
                let of = Tree::list(list.place, of.into_iter().cloned());
                statements.push(denial(&of, (operator, key)));
            }
        }
    }
    if is_for_all {
        statements.push(statement(policy.place, "Allow", everyone(policy.place)));
    }
    Tree::map(
        policy.place,
        [("Statement", Tree::list(policy.place, statements))],
    )
}

fn is_empty(list: &Tree) -> bool {
    list.is_null() || (list.is_list() && list.items().is_empty())
}

fn everyone(place: Place) -> Tree {
    Tree::text(place, "*")
}

fn statement(place: Place, effect: &str, principal: Tree) -> Tree {
    Tree::map(
        place,
        [
            ("Effect", Tree::text(place, effect)),
            ("Action", Tree::text(place, "execute-api:Invoke")),
            ("Resource", Tree::text(place, "execute-api:/*")),
            ("Principal", principal),
        ],
    )
}

fn denial(list: &Tree, (operator, key): (&str, &str)) -> Tree {
    let place = list.place;
    let condition = Tree::map(place, [(key, list.clone())]);
    let condition = Tree::map(place, [(operator, condition)]);
    statement(place, "Deny", everyone(place)).with("Condition", condition)
}
