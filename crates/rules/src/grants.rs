//! Questions about one statement of a policy that several rules ask.

use app::Grant;

pub(crate) use iam::action_matches as matches;

/// Whether a statement is about an action for certain: `s3:Get*` covers `s3:GetObject`, and so does everything but `s3:Put*`.
pub(crate) fn covers(grant: &Grant, action: &str) -> bool {
    let is_named = |written: &[(app::Text, base::Place)]| {
        let mut patterns = written.iter().filter_map(|(pattern, _)| pattern.written());
        patterns.any(|pattern| matches(&pattern, action))
    };
    is_named(&grant.actions) || (!grant.not_actions.is_empty() && !is_named(&grant.not_actions))
}
