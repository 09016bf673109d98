//! Questions about one statement of a policy that several rules ask.

use app::Grant;
use iam::{Answer, Pattern, Piece, Subject};

/// Whether a statement is about an action for certain: `s3:Get*` covers `s3:GetObject`, and so does everything but `s3:Put*`.
pub(crate) fn covers(grant: &Grant, action: &str) -> bool {
    let is_named = |written: &[(app::Text, base::Place)]| {
        let mut patterns = written.iter().filter_map(|(pattern, _)| pattern.literal());
        patterns.any(|pattern| matches(&pattern, action))
    };
    is_named(&grant.actions) || (!grant.not_actions.is_empty() && !is_named(&grant.not_actions))
}

/// Whether a pattern of actions, `s3:Get*`, matches an action.
pub(crate) fn matches(pattern: &str, action: &str) -> bool {
    // What stands before the first wildcard or variable answers most questions.
    let known = pattern.find(['*', '?', '$']).unwrap_or(pattern.len());
    let starts = pattern
        .get(..known)
        .zip(action.get(..known))
        .is_some_and(|(start, action)| start.eq_ignore_ascii_case(action));
    if !starts || known == pattern.len() {
        return starts && action.len() == known;
    }
    let pattern = Pattern::action(&[Piece::Literal(pattern.into())]);
    pattern.matches(&Subject::action(action)) == Answer::Yes
}
