//! SAS-2: user pools that let people choose short passwords.

use app::Prop;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas2/weak-password-policy",
    title: "A user pool takes short passwords",
    page: include_str!("../../docs/sas2/weak-password-policy.md"),
    cwe: 521,
};

/// What Cognito asks for where nothing is said, and NIST SP 800-63B at least.
const SHORTEST: f64 = 8.0;

fn check(input: &Input<'_>) -> Vec<Finding> {
    let pools = input
        .model
        .application
        .resources_of("AWS::Cognito::UserPool");
    pools
        .filter_map(|(_, pool)| {
            let length = pool
                .properties
                .number_at("Policies.PasswordPolicy.MinimumLength");
            let Prop::Known(length, place) = length else {
                return None;
            };
            (length < SHORTEST).then(|| {
                let name = &pool.logical_id;
                let message = format!("User pool `{name}` takes passwords of {length} characters");
                Finding::new(&INFO, place, message)
                    .score(Impact::Hygiene, Reach::Anonymous)
                    .step(StepKind::Config, place, "shorter than the 8 of the default")
                    .fix("Ask for at least 12 characters, or leave the default of 8")
                    .subject(name.clone())
            })
        })
        .collect()
}
