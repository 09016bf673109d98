//! SAS-3: connections that accept whoever answers: certificates are not checked, by the code or by a variable of the environment.

use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use knowledge::KindId;

use crate::family::{Family, Input, Shared};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/tls-verification-off",
    title: "Certificates are not checked",
    page: include_str!("../../docs/sas3/tls-verification-off.md"),
    cwe: 295,
};

const FIX: &str =
    "Leave the check on; give the client the certificate of the authority that it is to trust";

fn check(input: &Input<'_>) -> Vec<Finding> {
    let Some(kind) = input.model.knowledge.kind("tls-verification-off") else {
        return Vec::new();
    };
    let mut findings = in_code(input, kind);
    findings.extend(in_environments(input, kind));
    findings
}

fn in_code(input: &Input<'_>, kind: KindId) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        let misuses = analysis.facts.misuses.iter();
        for misuse in misuses.filter(|misuse| misuse.kind == kind) {
            let code = model.code_name(misuse.function);
            let path = misuse.path.replace("()", "");
            findings.push(
                Finding::new(
                    &INFO,
                    misuse.place,
                    format!("`{code}` does not check the certificate of whom it connects to: `{path}` is told not to"),
                )
                .score(Impact::Serious, Reach::Tenant)
                .confidence(Confidence::High)
                .functions(model.function_names(&analysis.functions))
                .step(StepKind::Sink, misuse.place, "whoever answers is believed")
                .fix(FIX)
                .subject(format!("{code}:{path}")),
            );
        }
    }
    findings
}

/// One finding for each variable, whatever number of functions inherits it.
fn in_environments(input: &Input<'_>, kind: KindId) -> Vec<Finding> {
    let model = input.model;
    let mut shared = Shared::default();
    for (id, function) in model.application.functions() {
        for variable in &function.environment.variables {
            let Some(value) = variable.value.as_name() else {
                continue;
            };
            if !model.knowledge.is_switch(kind, &variable.name, &value) {
                continue;
            }
            let message = format!(
                "`{}` is `{value}`: no certificate is checked where the function runs",
                variable.name
            );
            shared.add(
                &variable.name,
                Finding::new(&INFO, variable.place, message)
                    .score(Impact::Serious, Reach::Tenant)
                    .functions([model.function_name(id)])
                    .step(
                        StepKind::Config,
                        variable.place,
                        "whoever answers is believed",
                    )
                    .fix(FIX)
                    .subject(format!("{}:{}", function.name, variable.name)),
            );
        }
    }
    shared.into_findings()
}
