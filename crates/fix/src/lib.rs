//! From findings to edits: the smallest change of the user's own files that mends what was found.
//!
//! Takes findings, the linked model and the texts of the files; gives edits as ranges of bytes with what stands there
//! instead, each *safe* or *to be reviewed*, and says of what it leaves alone why. Comments, order, quotes, indentation and
//! anchors stay as they are: nothing is printed anew, a text is cut where a value stands. The verb `fix` shows the edits or
//! writes them.
//!
//! What roles should say is worked out from what their functions need (`grant`, `managed`, `missing`, `own`, `template`), whom a service acts for is a condition (`deputy`);
//! single properties are rows of the knowledge base (`setting`). `list` and `map` write both.

mod behind;
mod deputy;
mod document;
mod edit;
mod effectless;
mod grant;
mod index;
mod list;
mod managed;
mod map;
mod missing;
mod needed;
mod own;
mod plan;
mod planner;
mod resource;
mod setting;
mod statement;
mod style;
mod template;
#[cfg(test)]
mod tests;
mod write;

use knowledge::Knowledge;

pub use document::Sources;
pub use edit::{Edit, applied, in_order};
pub use plan::{Fix, Left, Plan};
pub use planner::{Extent, plan};

/// The rules about roles, each of which has edits of its own.
const RULES: [&str; 9] = [
    SHARED_ROLE,
    deputy::CONFUSED_DEPUTY,
    missing::MISSING,
    effectless::REDUNDANT,
    effectless::UNKNOWN_ACTION,
    "sas4/admin-policy",
    "sas4/unused-permission",
    "sas4/wildcard-action",
    "sas4/wildcard-resource",
];

const SHARED_ROLE: &str = "sas4/shared-role";

/// Whether what a rule finds can be mended by an edit.
#[must_use]
pub fn is_fixable(knowledge: &Knowledge, rule: &str) -> bool {
    RULES.contains(&rule) || has_setting(knowledge, rule)
}

fn has_setting(knowledge: &Knowledge, rule: &str) -> bool {
    knowledge.settings.iter().any(|row| row.rule == rule)
}
