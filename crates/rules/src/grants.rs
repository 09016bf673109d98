//! Questions about one statement of a policy that several rules ask.

use app::Grant;
use iam::{Answer, Pattern, Piece, Subject};

/// Whether a statement is about an action for certain: `s3:Get*` covers `s3:GetObject`, and so does everything but `s3:Put*`.
pub(crate) fn covers(grant: &Grant, action: &str) -> bool {
    let subject = Subject::action(action);
    let is_named = |written: &[(app::Text, base::Place)]| {
        written.iter().any(|(pattern, _)| {
            pattern.literal().is_some_and(|pattern| {
                Pattern::action(&[Piece::Literal(pattern)]).matches(&subject) == Answer::Yes
            })
        })
    };
    is_named(&grant.actions) || (!grant.not_actions.is_empty() && !is_named(&grant.not_actions))
}
