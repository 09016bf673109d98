//! SAS-4: statements that allow everything but what they name, so that they allow whatever comes to exist.

use app::Effect;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

use super::wildcard::is_everything;
use super::words;
use super::written::{self, Written};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas4/allow-all-but",
    title: "A statement allows everything but what it names",
    page: include_str!("../../docs/sas4/allow-all-but.md"),
    cwe: 250,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let written = written::all(input.model);
    written.filter_map(|it| finding(&it)).collect()
}

fn finding(written: &Written<'_>) -> Option<Finding> {
    let grant = written.grant;
    if grant.effect != Effect::Allow || is_everything(grant) {
        return None;
    }
    let (left_out, noun, element) = if grant.not_actions.is_empty() {
        (&grant.not_resources, "resource", "NotResource")
    } else {
        (&grant.not_actions, "action", "NotAction")
    };
    let (_, place) = left_out.first()?;
    let names: Vec<String> = left_out.iter().map(|(text, _)| text.display()).collect();
    let role = written.role;
    Some(
        Finding::new(
            &INFO,
            *place,
            format!(
                "A statement of `{role}` allows every {noun} but {}, those that AWS adds tomorrow included",
                words::list(&names)
            ),
        )
        .score(Impact::Hygiene, Reach::Authenticated)
        .step(StepKind::Config, *place, format!("`{element}` with `Effect: Allow`"))
        .fix(format!("Name the {noun}s that are meant, and leave `{element}` to denials"))
        .subject(format!("{role}:{element}")),
    )
}
