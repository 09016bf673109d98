//! SAS-7: secrets that were committed once and stand in no file any more.

use crate::family::{Family, Input};
use base::{Name, Set};
use detect::{Secret, SecretFile, SecretKind};
use finding::{Finding, RuleInfo};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas7/secret-in-history",
    title: "A secret was committed and is still in the history",
    page: include_str!("../../docs/sas7/secret-in-history.md"),
    cwe: 540,
};

/// One finding for each secret, at the version that brought it.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let versions = input
        .secrets
        .iter()
        .filter_map(|file| Some((file, file.commit.as_ref()?)));
    let mut versions = versions.peekable();
    if versions.peek().is_none() {
        return Vec::new();
    }
    let present = super::code::present(input.model);
    versions
        .flat_map(|(file, commit)| in_version(input, file, commit, &present))
        .collect()
}

fn in_version(
    input: &Input<'_>,
    file: &SecretFile,
    commit: &Name,
    present: &Set<u64>,
) -> Vec<Finding> {
    let is_example = detect::is_example(&file.path);
    let counts = |secret: &&Secret| match secret.kind {
        SecretKind::Format { .. } => true,
        // What still is a constant of the code is reported there.
        SecretKind::Named { .. } => !is_example && !present.contains(&secret.digest()),
    };
    let secrets = file.secrets.iter().filter(counts);
    secrets
        .map(|secret| {
            let mut finding =
                super::finding(input.model, &INFO, file.file, secret, is_example, &[]);
            finding.message = format!(
                "{} in commit {commit}: it is gone from `{}`, not from the history",
                super::describe(secret),
                file.path
            );
            finding
                .confidence(super::files::confidence(secret, is_example))
                .fix("Replace the secret: who has a copy of the repository has it, whatever is rewritten later")
        })
        .collect()
}
