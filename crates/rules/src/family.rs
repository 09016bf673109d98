//! What a family of rules is: the rules that one pass over the facts finds.

use finding::{Finding, RuleInfo};
use link::Model;

/// Everything that rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The application with its code.
    pub model: &'a Model<'a>,
}

/// Rules that are found in one pass.
pub(crate) struct Family {
    /// The rules.
    pub(crate) rules: fn() -> Vec<RuleInfo>,
    /// Finds what any of them is about.
    pub(crate) check: fn(&Input<'_>) -> Vec<Finding>,
}
