//! SAS-2: passwords that are kept as hashes which are quick to compute.

use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};

use crate::credentials::{credential, is_password};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/weak-password-hash",
    title: "A password is hashed with a fast hash",
    page: include_str!("../../docs/sas2/weak-password-hash.md"),
    cwe: 916,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let Some(kind) = model.knowledge.kind("fast-hash") else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        let facts = &analysis.facts;
        for sink in facts.sinks.iter().filter(|sink| sink.kind == kind) {
            let named = |label: &flow::Label| Some((*label, credential(facts, *label)?));
            let mut named = sink.labels.iter().filter_map(named);
            let Some((label, name)) = named.find(|(_, name)| is_password(name)) else {
                continue;
            };
            let code = model.code_name(sink.function);
            let mut finding = Finding::new(
                &INFO,
                sink.place,
                format!(
                    "`{code}` hashes `{name}` with `{}`, which is made to be quick",
                    sink.path.replace("()", "")
                ),
            )
            .score(Impact::Limited, finding::Reach::Authenticated)
            .confidence(Confidence::Medium)
            .functions(model.function_names(&analysis.functions));
            if let Some(source) = facts.source(label.source) {
                finding = finding.step(StepKind::Source, source.place, "the password comes in");
            }
            findings.push(
                finding
                    .step(StepKind::Sink, sink.place, "billions of guesses a second are possible once the hashes are stolen")
                    .fix("Hash passwords with a library that is slow on purpose and salts (argon2, scrypt, bcrypt), or leave them to an identity provider")
                    .subject(format!("{code}:{name}")),
            );
        }
    }
    findings
}
