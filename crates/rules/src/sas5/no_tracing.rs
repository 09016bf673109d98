//! SAS-5: functions whose calls cannot be followed from one to the next.

use finding::{Finding, Impact, Reach, RuleInfo};

use super::serving::{names, serving};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/no-tracing",
    title: "Functions are not traced",
    page: include_str!("../../docs/sas5/no-tracing.md"),
    cwe: 778,
};

/// Words in the names of plugins that switch tracing on.
const PLUGINS: [&str; 4] = ["tracing", "xray", "x-ray", "aws-otel"];

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let application = &model.application;
    let mut findings = Vec::new();
    for serving in serving(model) {
        // One function alone has nothing to be followed to.
        if serving.functions.len() < 2 || serving.is_watched(application, &PLUGINS) {
            continue;
        }
        let untraced = serving.that(application, |function| {
            let mode = function.tracing.known();
            function.tracing.is_absent() || mode.is_some_and(|mode| mode == "PassThrough")
        });
        let Some(first) = untraced.first().and_then(|id| application.function(*id)) else {
            continue;
        };
        let names = names(application, &untraced);
        findings.push(
            Finding::new(
                &INFO,
                first.tracing.place().unwrap_or(first.place),
                format!("X-Ray does not trace {names}: a request cannot be followed from function to function"),
            )
            .score(Impact::Hygiene, Reach::Operator)
            .functions(model.function_names(&untraced))
            .fix("Switch active tracing on for all functions of the stack")
            .subject("tracing"),
        );
    }
    findings
}
