//! Broken authentication.

mod claimed_role;
mod guests;
mod home_made_authentication;
mod iot_policy;
mod open_authorizer;
mod open_route;
mod password_hash;
mod password_policy;
mod permissive_cors;
mod public_trigger;
mod unverified_token;

use flow::ComparisonFact;
use link::{Analysis, Model};

use crate::family::Family;

pub(crate) use public_trigger::feeds_function;

pub(crate) const FAMILIES: &[Family] = &[
    guests::FAMILY,
    iot_policy::FAMILY,
    open_route::FAMILY,
    open_authorizer::FAMILY,
    claimed_role::FAMILY,
    permissive_cors::FAMILY,
    password_hash::FAMILY,
    password_policy::FAMILY,
    public_trigger::FAMILY,
    unverified_token::FAMILY,
    home_made_authentication::FAMILY,
];

/// The comparisons about which there is something to say, with what: where a function says the same of several, the first.
fn checks<'m, T: PartialEq>(
    model: &'m Model<'_>,
    said: impl Fn(&Analysis, &ComparisonFact) -> Option<T>,
) -> Vec<(&'m Analysis, &'m ComparisonFact, T)> {
    let mut checks: Vec<(&Analysis, &ComparisonFact, T)> = Vec::new();
    for analysis in &model.analyses {
        let of_analysis = checks.len();
        for comparison in &analysis.facts.comparisons {
            let Some(what) = said(analysis, comparison) else {
                continue;
            };
            let mut known = checks.iter().skip(of_analysis);
            if !known.any(|(_, it, known)| it.function == comparison.function && *known == what) {
                checks.push((analysis, comparison, what));
            }
        }
    }
    checks
}
