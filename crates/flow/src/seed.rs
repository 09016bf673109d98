//! Events that come in: which parts of them are outside data, looked up field by field as the code opens them.

use base::Name;
use knowledge::{EventField, Knowledge, Relation, Step, Trust};

/// What the knowledge base says about a place in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A leaf, or a tree of which all parts are alike.
    Leaf(Trust),
    /// Parts below differ; at least one is outside data.
    MixedOutside,
    /// Parts below differ; none is outside data.
    MixedPlatform,
}

/// The standing of the place at `path` in an event that may be of any of `kinds`: what is outside data in one counts.
pub(crate) fn standing(knowledge: &Knowledge, kinds: &[Name], path: &[Step]) -> Standing {
    let mut standing = Standing::Leaf(Trust::Platform);
    for kind in kinds {
        let Some(event) = knowledge.event(kind) else {
            continue;
        };
        standing = worse(standing, standing_in(&event.fields, path));
    }
    standing
}

fn standing_in(fields: &[EventField], path: &[Step]) -> Standing {
    let mut below_outside = false;
    let mut has_below = false;
    for field in fields {
        match field.path.relation(path) {
            Relation::Here(_) if has_below => {
                // A row that ends here (`detail.**`) decides for what the more specific rows before it leave open.
                return match (below_outside, is_outside(field.trust)) {
                    (false, false) => Standing::MixedPlatform,
                    _ => Standing::MixedOutside,
                };
            }
            Relation::Here(_) => return Standing::Leaf(field.trust),
            Relation::Perhaps(_) | Relation::Below(_) => {
                has_below = true;
                below_outside |= is_outside(field.trust);
            }
            Relation::Elsewhere => {}
        }
    }
    match (has_below, below_outside) {
        (true, true) => Standing::MixedOutside,
        (true, false) => Standing::MixedPlatform,
        (false, _) => Standing::Leaf(Trust::Platform),
    }
}

fn is_outside(trust: Trust) -> bool {
    matches!(trust, Trust::Outside | Trust::Identity)
}

fn worse(one: Standing, other: Standing) -> Standing {
    let rank = |standing| match standing {
        Standing::Leaf(Trust::Platform) => 0,
        Standing::MixedPlatform => 1,
        Standing::Leaf(Trust::Limited) => 2,
        Standing::Leaf(Trust::Secret) => 3,
        Standing::Leaf(Trust::Identity) => 4,
        Standing::MixedOutside => 5,
        Standing::Leaf(Trust::Outside) => 6,
    };
    if rank(one) < rank(other) { other } else { one }
}
