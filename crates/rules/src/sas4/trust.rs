//! SAS-4: roles that others may assume than those they are for: anyone, another account without an external id, any subject of
//! an identity provider.

use app::{Effect, Grant, Principal, Role, Value};
use base::Name;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use knowledge::IdentityProvider;

use crate::family::{Family, Input};
use crate::words;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas4/open-trust-policy",
    title: "Others may assume a role than those it is for",
    page: include_str!("../../docs/sas4/open-trust-policy.md"),
    cwe: 284,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let providers = &input.model.knowledge.resource_policies.providers;
    let roles = input.model.application.roles.iter();
    let of_role = |role: &Role| -> Vec<Finding> {
        let trusting = role.trust.iter();
        let trusting = trusting.filter(|grant| grant.effect == Effect::Allow);
        let openings = trusting.flat_map(|grant| {
            let principals = grant.principals.iter();
            principals
                .filter_map(move |principal| Some((grant, opening(providers, grant, principal)?)))
        });
        openings
            .map(|(grant, opening)| finding(role, grant, opening))
            .collect()
    };
    roles.flat_map(of_role).collect()
}

/// Whom a trust policy lets in beyond its purpose.
struct Opening {
    who: String,
    fix: String,
    impact: Impact,
    reach: Reach,
    confidence: Confidence,
}

fn opening(
    providers: &[IdentityProvider],
    grant: &Grant,
    principal: &Principal,
) -> Option<Opening> {
    match principal {
        Principal::Anyone if !grant.is_narrowed() && !has_key(grant, "sts:externalid") => {
            Some(Opening {
                who: "anyone with an AWS account".to_owned(),
                fix: "Name the accounts or services that need the role".to_owned(),
                impact: Impact::Full,
                reach: Reach::Authenticated,
                confidence: Confidence::High,
            })
        }
        Principal::Aws(text) => {
            let literal = text.literal()?;
            let account = account(&literal)?;
            let is_bound = has_key(grant, "sts:externalid") || grant.is_narrowed();
            (!is_bound).then(|| Opening {
                who: format!("every identity of account {account}, without an external id,"),
                fix: "Name the role in the other account, or demand an `sts:ExternalId` if it is another party's".to_owned(),
                impact: Impact::Hygiene,
                reach: Reach::Tenant,
                confidence: Confidence::Medium,
            })
        }
        Principal::Federated(text) => {
            let whole = text.display();
            let is_of = |host: &Name| {
                whole == host.as_str() || whole.ends_with(&format!("oidc-provider/{host}"))
            };
            let row = providers.iter().find(|row| is_of(&row.host))?;
            let (provider, claim) = (&row.host, &row.claim);
            (!binds(grant, provider, claim)).then(|| Opening {
                who: format!("whoever signs in at `{provider}`"),
                fix: format!(
                    "Demand in a condition which `{provider}:{claim}` may assume the role"
                ),
                impact: Impact::Full,
                reach: Reach::Authenticated,
                confidence: Confidence::High,
            })
        }
        _ => None,
    }
}

/// The account, where a principal is all of one.
fn account(principal: &str) -> Option<&str> {
    let account = match principal.strip_suffix(":root") {
        Some(root) => root.strip_prefix("arn:aws:iam::")?,
        None => principal,
    };
    words::is_account(account).then_some(account)
}

/// Whether a condition is on this key, given in lower case, or cannot be told.
fn has_key(grant: &Grant, key: &str) -> bool {
    tests(grant).is_none_or(|tests| tests.iter().any(|(name, _)| name == key))
}

/// Whether a condition says which subjects of the provider are meant.
fn binds(grant: &Grant, provider: &str, claim: &str) -> bool {
    let Some(tests) = tests(grant) else {
        return true;
    };
    let key = format!("{provider}:{claim}");
    let is_open = |value: &Value| {
        let text = value.as_name();
        text.is_some_and(|text| text.bytes().all(|byte| byte == b'*') || text == "repo:*")
    };
    tests
        .iter()
        .any(|(name, value)| *name == key && !value.items().iter().any(is_open))
}

/// The keys of the conditions in lower case, with their values; nothing where they cannot be told.
fn tests(grant: &Grant) -> Option<Vec<(String, &Value)>> {
    let Some(condition) = &grant.condition else {
        return Some(Vec::new());
    };
    let mut tests = Vec::new();
    if condition.entries().is_empty() {
        return None;
    }
    for (_, keys) in condition.entries() {
        if keys.entries().is_empty() {
            return None;
        }
        let of_operator = keys.entries().iter();
        tests.extend(of_operator.map(|(key, value)| (key.to_ascii_lowercase(), value)));
    }
    Some(tests)
}

fn finding(role: &Role, grant: &Grant, opening: Opening) -> Finding {
    let Opening {
        who,
        fix,
        impact,
        reach,
        confidence,
    } = opening;
    let name = &role.name;
    Finding::new(
        &INFO,
        grant.place,
        format!("Role `{name}` lets {who} assume it"),
    )
    .score(impact, reach)
    .confidence(confidence)
    .step(
        StepKind::Config,
        grant.place,
        "the statement of its trust policy",
    )
    .fix(fix)
    .subject(format!("{name}:{who}"))
}
