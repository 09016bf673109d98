//! Events that come in: which parts of them are outside data, looked up field by field as the code opens them.

use base::Name;
use knowledge::{EventField, Knowledge, Step, Trust};

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
        match relation(&field.path.0, path) {
            Relation::Here if has_below => {
                // A row that ends here (`detail.**`) decides for what the more specific rows before it leave open.
                return match (below_outside, is_outside(field.trust)) {
                    (false, false) => Standing::MixedPlatform,
                    _ => Standing::MixedOutside,
                };
            }
            Relation::Here => return Standing::Leaf(field.trust),
            Relation::Perhaps | Relation::Below => {
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

/// How the place that a row speaks of lies to a place in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// The row speaks of this place, or of a whole tree that it lies in.
    Here,
    /// The place is given by a computed key, which may be that of the row.
    Perhaps,
    /// The row speaks of something inside.
    Below,
    /// Neither.
    Elsewhere,
}

fn relation(row: &[Step], path: &[Step]) -> Relation {
    let mut row_steps = row.iter();
    let mut here = Relation::Here;
    for step in path {
        match row_steps.next() {
            None | Some(Step::Deep) => return here,
            Some(expected) if accepts(expected, step) => {
                if matches!((expected, step), (Step::Field(_), Step::AnyField)) {
                    here = Relation::Perhaps;
                }
            }
            Some(_) => return Relation::Elsewhere,
        }
    }
    match row_steps.next() {
        None | Some(Step::Deep) => here,
        Some(_) => Relation::Below,
    }
}

fn accepts(expected: &Step, step: &Step) -> bool {
    match (expected, step) {
        (Step::AnyField, Step::Field(_) | Step::AnyField) => true,
        // A computed key may be any of the fields that have a row of their own.
        (Step::Field(_), Step::AnyField) => true,
        // Header names are compared without case: HTTP does so, and platforms lower-case them.
        (Step::Field(one), Step::Field(other)) => one == other || one.eq_ignore_ascii_case(other),
        (Step::Element, Step::Element) => true,
        // `xs["0"]` and iteration over an object that the row calls a list.
        (Step::Element, Step::AnyField) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Step> {
        text.split('.')
            .flat_map(|part| {
                let name = part.trim_end_matches("[]");
                let step = match name {
                    "**" => Step::Deep,
                    "*" => Step::AnyField,
                    _ => Step::Field(name.into()),
                };
                std::iter::once(step).chain(part.ends_with("[]").then_some(Step::Element))
            })
            .collect()
    }

    #[test]
    fn rows_relate_to_places_by_prefix() {
        let table = [
            ("body", "body", Relation::Here),
            ("headers.*", "headers", Relation::Below),
            ("headers.*", "headers.Host", Relation::Here),
            ("Records[].s3.object.key", "Records[].s3", Relation::Below),
            (
                "Records[].s3.object.key",
                "Records[].eventTime",
                Relation::Elsewhere,
            ),
            ("detail.**", "detail", Relation::Here),
            ("detail.**", "detail.a.b", Relation::Here),
            ("body", "body.deeper", Relation::Here),
            ("body", "*", Relation::Perhaps),
        ];
        for (row, place, expected) in table {
            assert_eq!(
                relation(&path(row), &path(place)),
                expected,
                "{row} / {place}"
            );
        }
    }
}
