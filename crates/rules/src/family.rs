//! What a family of rules is: the rules that one pass over the facts finds.

use app::FunctionId;
use base::RelPath;
use deps::Inventory;
use detect::SecretFile;
use finding::{Finding, RuleInfo};
use link::Model;
use privilege::Needs;

/// Everything that rules look at.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The application with its code.
    pub model: &'a Model<'a>,
    /// What each function needs, by their ids.
    pub needs: &'a [Needs],
    /// What the project says that it depends on.
    pub inventory: &'a Inventory,
    /// The secrets that stand in the project's files, in the order of the files.
    pub secrets: &'a [SecretFile],
    /// What decides how dear the application may become.
    pub cost: &'a cost::Settings,
    /// The files that are templates or are drawn in by one, sorted.
    pub templates: &'a [RelPath],
}

impl Input<'_> {
    /// What functions need.
    pub(crate) fn needs_of(&self, functions: &[FunctionId]) -> Vec<&Needs> {
        let indexes = functions.iter().map(|id| id.0 as usize);
        indexes.filter_map(|index| self.needs.get(index)).collect()
    }
}

/// Rules that are found in one pass.
pub(crate) struct Family {
    /// The rules.
    pub(crate) rules: fn() -> Vec<RuleInfo>,
    /// Finds what any of them is about.
    pub(crate) check: fn(&Input<'_>) -> Vec<Finding>,
}
