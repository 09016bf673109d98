//! Whether statements reach every resource of the types that an action takes, a name of the attacker's choice among them.

use iam::{Answer, Pattern, Piece, Policy, Statement, Subject, action_matches};
use knowledge::{ArnType, Catalogue, CatalogueAction};

/// A name that no template gives, so that only patterns match it which match any.
const FRESH: &str = "a-name-that-no-template-gives";

/// Whether the policy allows the action on resources of any name, where the request has these values of condition keys: of
/// every type that it needs, or else of one that it takes.
pub fn allows_anywhere(policy: &Policy, action: &str, request: &[(&str, &str)]) -> bool {
    let subject = Subject::action(action);
    is_anywhere(action, |on| {
        policy.allows_some(&subject, on, request) == Answer::Yes
    })
}

/// Whether the statement names resources of any name for the action.
pub fn names_any(statement: &Statement, action: &str) -> bool {
    let iam::Scope::Only(patterns) = &statement.resources else {
        return true;
    };
    are_any(patterns, action)
}

/// Whether the patterns are of resources of any name for the action.
pub fn are_any(patterns: &[Pattern], action: &str) -> bool {
    is_anywhere(action, |on| {
        let mut patterns = patterns.iter();
        patterns.any(|pattern| pattern.intersects(on) == Answer::Yes)
    })
}

fn is_anywhere(action: &str, holds: impl Fn(&Pattern) -> bool) -> bool {
    let Some((service, known)) = Catalogue::action(action) else {
        return false;
    };
    let is_of_type = |kind: &ArnType| kind.arns.iter().any(|arn| holds(&any_of(arn)));
    let of_needed = |is_needed: bool| {
        let types = service.types_of(known);
        types.filter(move |(_, needed)| *needed == is_needed)
    };
    if !known.takes_resource() {
        return holds(&Pattern::resource(&[Piece::Literal(FRESH.into())]));
    }
    if of_needed(true).next().is_some() {
        return of_needed(true).all(|(kind, _)| is_of_type(kind));
    }
    of_needed(false).any(|(kind, _)| is_of_type(kind))
}

/// The resources of a type with that name, in any account and region.
fn any_of(arn: &str) -> Pattern {
    filled(arn, FRESH)
}

/// All resources of a type.
pub fn shape(arn: &str) -> Pattern {
    filled(arn, "*")
}

/// The ARNs of a type in any account and region, with this in every other hole.
fn filled(arn: &str, name: &str) -> Pattern {
    let parts = arn.splitn(6, ':').enumerate();
    let parts = parts.map(|(index, part)| match index {
        1 | 3 | 4 if part.starts_with("${") => "*".to_owned(),
        5 => fill(part, name),
        _ => part.to_owned(),
    });
    let whole = parts.collect::<Vec<_>>().join(":");
    Pattern::resource(&[Piece::Literal(whole.into())])
}

fn fill(part: &str, name: &str) -> String {
    let mut whole = String::new();
    let mut rest = part;
    while let Some((literal, after)) = rest.split_once("${") {
        whole.push_str(literal);
        whole.push_str(name);
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    whole + rest
}

/// The actions of the catalogue that a pattern matches.
pub fn matched(
    pattern: &str,
) -> impl Iterator<Item = (&'static Catalogue, &'static CatalogueAction)> {
    let parts = pattern.split_once(':').and_then(|(prefix, name)| {
        let service = Catalogue::of(&prefix.to_ascii_lowercase())?;
        Some((service, name.to_owned()))
    });
    parts.into_iter().flat_map(|(service, name)| {
        let actions = service.actions().iter();
        let actions = actions.filter(move |action| action_matches(&name, action.name));
        actions.map(move |action| (service, action))
    })
}
