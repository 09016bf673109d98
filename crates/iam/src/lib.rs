//! Policy algebra: what statements of IAM policies allow, where both the policy and the request may have parts that are
//! known at deployment only. It is told patterns and statements and answers yes, no or unknown; where they are written, and
//! what a rule makes of the answer, is the business of others.

mod answer;
mod automaton;
mod pattern;
mod policy;
mod search;
mod sets;

pub use answer::Answer;
pub use pattern::{Pattern, Piece, Subject, action_matches, service};
pub use policy::{Condition, Effect, Policy, Scope, Statement};
pub use sets::{Difference, smallest_cover};
