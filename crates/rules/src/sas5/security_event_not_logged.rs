//! SAS-5: a check that turns a caller away without a word in the log.

use base::Map;
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use link::{Analysis, Model, Response};

use crate::authorizers::{authorizers, is_of, says_no};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/security-event-not-logged",
    title: "A caller is turned away without a trace",
    page: include_str!("../../docs/sas5/security-event-not-logged.md"),
    cwe: 778,
};

/// Authorizers, and handlers that answer 401 or 403, in whose code nothing at all is logged.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    let authorizers = authorizers(model);
    // The first of each entry point.
    let mut denials: Map<*const Analysis, &Response<'_>> = Map::default();
    for answer in input.responses {
        if matches!(answer.status.as_deref(), Some("401" | "403")) {
            denials.entry(answer.analysis).or_insert(answer);
        }
    }
    for analysis in &model.analyses {
        if logs(model, analysis) || analysis.facts.is_incomplete {
            continue;
        }
        let is_authorizer = is_of(&authorizers, analysis);
        let denial = denials.get(&std::ptr::from_ref(analysis));
        let (place, message, code) = match (denial, is_authorizer, analysis.handler) {
            (Some(denial), _, _) => {
                let code = model.code_name(denial.function);
                let status = denial.status.as_deref().unwrap_or_default();
                let message = format!("`{code}` answers {status} and logs nothing");
                (denial.place, message, code)
            }
            (None, true, Some(handler)) if may_deny(analysis) => {
                let code = analysis
                    .facts
                    .functions
                    .first()
                    .map_or_else(|| "the handler".into(), |id| model.code_name(*id));
                let message = format!("The authorizer `{code}` logs nothing, denials included");
                (handler, message, code)
            }
            _ => continue,
        };
        let reach = analysis
            .functions
            .iter()
            .map(|id| model.exposure(*id))
            .max();
        findings.push(
            Finding::new(&INFO, place, message)
                .score(Impact::Hygiene, reach.unwrap_or(finding::Reach::Tenant))
                .confidence(Confidence::Medium)
                .functions(model.function_names(&analysis.functions))
                .step(StepKind::Sink, place, "the caller is turned away")
                .fix("Log each denial with who called and why it was denied, without the credentials")
                .subject(code),
        );
    }
    findings
}

fn logs(model: &Model<'_>, analysis: &Analysis) -> bool {
    let kinds = [model.knowledge.kind("log"), model.knowledge.kind("logged")];
    let marks = analysis.facts.marks.iter();
    marks
        .map(|mark| Some(mark.kind))
        .any(|kind| kinds.contains(&kind))
}

/// Whether an authorizer may turn somebody away: it asks something, or an answer of its says no.
fn may_deny(analysis: &Analysis) -> bool {
    let facts = &analysis.facts;
    let mut returns = facts.returns.iter();
    !facts.tests.is_empty() || returns.any(|it| it.is_failure || says_no(&it.value))
}
