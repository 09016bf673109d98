//! SAS-10: a debug mode that is on where the application is deployed: set in code, or by an environment variable of the template.

use app::{Dialect, Stack, StackId};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use knowledge::KindId;

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas10/debug-mode-in-production",
    title: "A debug mode is on",
    page: include_str!("../../docs/sas10/debug-mode-in-production.md"),
    cwe: 489,
};

/// Stages that nobody but the developers uses.
const INNER_STAGES: [&str; 8] = [
    "dev",
    "develop",
    "development",
    "local",
    "test",
    "testing",
    "sandbox",
    "qa",
];

fn check(input: &Input<'_>) -> Vec<Finding> {
    let Some(kind) = input.model.knowledge.kind("debug-mode") else {
        return Vec::new();
    };
    let mut findings = in_code(input, kind);
    findings.extend(in_templates(input, kind));
    findings
}

fn in_code(input: &Input<'_>, kind: KindId) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        let misuses = analysis.facts.misuses.iter();
        for misuse in misuses.filter(|misuse| misuse.kind == kind) {
            // A server that the code itself starts does not run inside a function.
            if misuse.path.ends_with(".run") {
                continue;
            }
            let reach = analysis
                .functions
                .iter()
                .map(|id| model.exposure(*id))
                .max();
            findings.push(
                Finding::new(
                    &INFO,
                    misuse.place,
                    format!("`{}` switches the debug mode on", misuse.path.replace("()", "")),
                )
                .score(Impact::Limited, reach.unwrap_or(finding::Reach::Tenant))
                .confidence(Confidence::Medium)
                .functions(model.function_names(&analysis.functions))
                .step(StepKind::Sink, misuse.place, "errors are shown with their stack traces")
                .fix("Leave the debug mode off, or read it from the environment of a development stage")
                .subject(misuse.path.to_string()),
            );
        }
    }
    findings
}

fn in_templates(input: &Input<'_>, kind: KindId) -> Vec<Finding> {
    let model = input.model;
    let mut findings: Vec<Finding> = Vec::new();
    for (id, function) in model.application.functions() {
        if is_inner(model.application.stack(function.stack)) {
            continue;
        }
        for variable in &function.environment.variables {
            let Some(value) = variable.value.as_name() else {
                continue;
            };
            if !model.knowledge.is_switch(kind, &variable.name, &value) {
                continue;
            }
            let subject = format!("{}:{}", stack_name(input, function.stack), variable.name);
            // A variable that all functions inherit is one finding.
            if let Some(known) = findings
                .iter_mut()
                .find(|known| known.place == variable.place && known.subject == subject)
            {
                known.functions.push(model.function_name(id));
                continue;
            }
            findings.push(
                Finding::new(
                    &INFO,
                    variable.place,
                    format!(
                        "`{}` is `{value}` where the function is deployed",
                        variable.name
                    ),
                )
                .score(Impact::Hygiene, model.exposure(id))
                .confidence(Confidence::Medium)
                .functions([model.function_name(id)])
                .step(
                    StepKind::Config,
                    variable.place,
                    "switches the debug mode of frameworks on",
                )
                .fix("Set it for development stages alone")
                .subject(subject),
            );
        }
    }
    findings
}

fn stack_name<'a>(input: &'a Input<'_>, id: StackId) -> &'a str {
    let stack = input.model.application.stack(id);
    stack.map(|stack| stack.name.as_str()).unwrap_or_default()
}

fn is_inner(stack: Option<&Stack>) -> bool {
    let Some(stack) = stack else {
        return false;
    };
    match &stack.stage {
        Some(stage) => INNER_STAGES.contains(&stage.to_ascii_lowercase().as_str()),
        // The stage is `dev` unless one is named.
        None => stack.dialect == Dialect::ServerlessFramework,
    }
}
