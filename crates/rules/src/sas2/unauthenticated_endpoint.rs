//! SAS-2: a route or function URL that answers anyone, and whose function changes state.

use crate::family::{Family, Input};
use app::AuthKind;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, Score, Step, StepKind};
use knowledge::Access;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/unauthenticated-endpoint",
    title: "A route that changes state answers anyone",
    page: include_str!("../../docs/sas2/unauthenticated-endpoint.md"),
    cwe: 306,
};

/// Open triggers of functions that perform an operation which changes state: reading alone may be meant to be public.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for (id, _) in model.application.functions() {
        let change = model.calls().find(|(analysis, call)| {
            analysis.functions.contains(&id)
                && model.operation(call).is_some_and(|operation| {
                    matches!(
                        operation.access,
                        Access::Write | Access::Delete | Access::Permissions
                    )
                })
        });
        let Some((_, change)) = change else { continue };
        for trigger in model.application.triggers_of(id) {
            if !matches!(trigger.auth.kind, AuthKind::None) {
                continue;
            }
            let route = trigger
                .route
                .as_ref()
                .map(|route| format!("{} {}", route.method, route.path));
            let what = route.unwrap_or_else(|| "the function URL".to_owned());
            findings.push(Finding {
                rule: INFO.name,
                score: Score::new(Impact::Limited, Reach::Anonymous),
                confidence: Confidence::Medium,
                message: format!(
                    "{what} needs no authentication, and its function calls `{}`",
                    change.path
                ),
                place: trigger.place,
                functions: vec![model.function_name(id)],
                evidence: vec![
                    Step {
                        kind: StepKind::Config,
                        place: trigger.place,
                        message: "no authorizer is declared".into(),
                    },
                    Step {
                        kind: StepKind::Step,
                        place: change.place,
                        message: format!("`{}` changes state", change.path),
                    },
                ],
                fix: "Declare an authorizer for the route, or IAM authentication".into(),
                subject: what,
            });
        }
    }
    findings
}
