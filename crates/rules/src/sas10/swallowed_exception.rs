//! SAS-10: a clause that catches everything and does nothing, around something whose failure matters.

use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::CatchFact;
use knowledge::Access;
use link::{Analysis, Model};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas10/swallowed-exception",
    title: "A failure that matters is ignored",
    page: include_str!("../../docs/sas10/swallowed-exception.md"),
    cwe: 390,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        for clause in &analysis.facts.catches {
            if clause.catches_all && clause.is_silent {
                findings.extend(finding(model, analysis, clause));
            }
        }
    }
    findings
}

fn finding(model: &Model<'_>, analysis: &Analysis, clause: &CatchFact) -> Option<Finding> {
    let checks = model.knowledge.kind("security-check");
    let marks = clause.marks.iter();
    // Where the result of the check is kept, code after the clause may look whether there is one.
    let check = marks
        .filter_map(|index| analysis.facts.marks.get(*index as usize))
        .find(|mark| Some(mark.kind) == checks && !clause.keeps_result);
    let write = clause
        .calls
        .iter()
        .filter_map(|index| analysis.facts.calls.get(*index as usize))
        .find(|call| {
            model.operation(call).is_some_and(|operation| {
                // Deleting and creating fail harmlessly where it was done before.
                operation.access == Access::Permissions || !operation.writes.is_empty()
            })
        });
    let (path, place, impact, reach, consequence) = match (check, write) {
        (Some(check), _) => (
            &check.path,
            check.place,
            Impact::Serious,
            analysis
                .functions
                .iter()
                .map(|id| model.exposure(*id))
                .max(),
            "the code goes on as if the check had succeeded",
        ),
        (None, Some(write)) => (
            &write.path,
            write.place,
            Impact::Hygiene,
            Some(Reach::Authenticated),
            "nobody learns that the data was not written",
        ),
        (None, None) => return None,
    };
    let code = model.code_name(clause.function);
    Some(
        Finding::new(
            &INFO,
            clause.place,
            format!("`{code}` ignores every failure of `{path}`: {consequence}"),
        )
        .score(impact, reach.unwrap_or(Reach::Tenant))
        .confidence(Confidence::Medium)
        .functions(model.function_names(&analysis.functions))
        .step(StepKind::Step, place, format!("`{path}` may fail"))
        .step(
            StepKind::Sink,
            clause.place,
            "the failure ends here, without a trace",
        )
        .fix("Catch the exceptions that are expected, log them, and deny or retry")
        .subject(format!("{code}:{path}")),
    )
}
