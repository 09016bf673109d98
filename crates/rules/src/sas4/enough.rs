//! What would be enough in place of what a role allows: the statements that allow what its functions need, and why they may
//! need more.

use app::{FunctionId, GrantOrigin};
use base::{Name, Place};
use finding::{Finding, StepKind};
use privilege::{Need, Statement};

use super::role::UsedRole;
use super::words;
use crate::grants::matches;

/// How many actions and resources a sentence holds; more are left to `tenrec policy`.
const MOST: usize = 24;

/// What is to be replaced.
pub(super) struct Replaced<'a> {
    /// What a role allows, for people.
    pub(super) what: &'a str,
    /// The actions that it allows, as patterns.
    pub(super) actions: &'a [Name],
    /// Where it comes from.
    pub(super) origin: &'a GrantOrigin,
}

impl Replaced<'_> {
    /// The needs that it serves and that nothing else does by itself.
    fn serves<'n>(
        &self,
        used: &UsedRole<'_>,
        needs: impl Iterator<Item = &'n Need>,
    ) -> Vec<&'n Need> {
        let is_meant = |need: &&Need| {
            let mut actions = self.actions.iter();
            actions.any(|action| matches(action, &need.action))
                && used.is_left_to_user(need, self.origin)
        };
        needs.filter(is_meant).collect()
    }

    /// What to write instead, a sentence. Nothing where the code is not seen, or something else than calls may need it.
    pub(super) fn fix(&self, used: &UsedRole<'_>) -> Option<String> {
        let all = used.needs.iter().flat_map(|needs| &needs.needs);
        let statements = privilege::statements(used.model, self.serves(used, all));
        let services: Vec<&str> = self.actions.iter().map(|it| words::service(it)).collect();
        let doubt = used.doubt(&services);
        if statements.is_empty() {
            let mut expected = used.model.knowledge.allowances.expected();
            let is_expected =
                expected.any(|known| self.actions.iter().any(|action| matches(known, action)));
            return (doubt.is_none() && !is_expected).then(|| {
                format!(
                    "Remove {}: nothing that its functions do needs it",
                    self.what
                )
            });
        }
        let allow = match size(&statements) {
            0..=MOST => format!("Allow {} instead", sentence(used, &statements)),
            _ => "Allow what `tenrec policy` writes instead".to_owned(),
        };
        Some(match doubt {
            Some(doubt) => format!("{allow}, and what else is needed: {doubt}"),
            None => format!("{allow}, which is all that its functions need"),
        })
    }

    /// Adds to the evidence what each of several functions needs of it.
    pub(super) fn with_each_need(&self, mut finding: Finding, used: &UsedRole<'_>) -> Finding {
        if used.functions.len() < 2 {
            return finding;
        }
        let each = used.needs.iter().filter(|needs| needs.is_complete());
        let each = each.map(|needs| (needs.function, self.serves(used, needs.needs.iter())));
        for (place, sentence) in by_function(used, each) {
            finding = finding.step(StepKind::Config, place, sentence);
        }
        finding
    }
}

/// What functions need, those with the same needs together: "`list` and `search` need `dynamodb:Scan` on `${Orders.Arn}`",
/// with the place of the first.
pub(super) fn by_function<'n>(
    used: &UsedRole<'_>,
    functions: impl Iterator<Item = (FunctionId, Vec<&'n Need>)>,
) -> Vec<(Place, String)> {
    let mut groups: Vec<(Place, Vec<&Name>, String)> = Vec::new();
    for (id, needs) in functions {
        let Some(function) = used.model.application.function(id) else {
            continue;
        };
        let needed = needed(used, needs);
        match groups.iter_mut().find(|(.., known)| *known == needed) {
            Some((_, names, _)) => names.push(&function.name),
            None => groups.push((function.place, vec![&function.name], needed)),
        }
    }
    let sentence = |(place, names, needed): (Place, Vec<&Name>, String)| {
        let verb = if names.len() == 1 { "needs" } else { "need" };
        (place, format!("{} {verb} {needed}", words::list(&names)))
    };
    groups.into_iter().map(sentence).collect()
}

fn needed(used: &UsedRole<'_>, needs: Vec<&Need>) -> String {
    let statements = privilege::statements(used.model, needs);
    match size(&statements) {
        0 => "nothing of it".to_owned(),
        1..=MOST => sentence(used, &statements),
        _ => "what `tenrec policy` writes".to_owned(),
    }
}

fn size(statements: &[Statement]) -> usize {
    let sizes = statements.iter();
    sizes
        .map(|statement| statement.actions.len() + statement.resources.len())
        .sum()
}

fn sentence(used: &UsedRole<'_>, statements: &[Statement]) -> String {
    let parts = statements.iter().map(|statement| {
        let resources = statement.resources.iter();
        let resources: Vec<String> = resources
            .map(|resource| privilege::shown(used.model, resource))
            .collect();
        format!(
            "{} on {}",
            words::whole(&statement.actions),
            words::whole(&resources)
        )
    });
    parts.collect::<Vec<_>>().join(", ")
}
