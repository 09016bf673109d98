//! SAS-9: permissions to invoke functions that reach further than the trigger they are for.

use app::{Effect, Grant, GrantOrigin, Principal};
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use link::Model;

use crate::family::{Family, Input};
use crate::words;

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas9/broad-invoke-permission",
    title: "More callers may invoke a function than the one it is for",
    page: include_str!("../../docs/sas9/broad-invoke-permission.md"),
    cwe: 732,
};

/// Services that prove who calls in another way than by the source's ARN (Alexa: by the skill's id in the event), or that
/// invoke functions of their own account alone (load balancers).
const WITHOUT_SOURCE: [&str; 4] = [
    "alexa-appkit.amazon.com",
    "alexa-connectedhome.amazon.com",
    "elasticloadbalancing.amazonaws.com",
    "lexv2.amazonaws.com",
];

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = permissions(input.model);
    findings.extend(roles(input.model));
    findings
}

/// Statements of functions' own policies.
fn permissions(model: &Model<'_>) -> Vec<Finding> {
    let policies = model.application.policies.iter();
    let mut findings = Vec::new();
    for policy in policies.filter(|policy| policy.target_kind == "AWS::Lambda::Function") {
        for grant in &policy.grants {
            let Some((who, impact, reach)) = opens_to(grant) else {
                continue;
            };
            let name = policy
                .target
                .resource()
                .map_or_else(|| policy.target.display(), |id| model.resource_label(id));
            let functions = model.application.functions().filter(|(_, function)| {
                function.resource.is_some() && function.resource == policy.target.resource()
            });
            findings.push(
                Finding::new(&INFO, grant.place, format!("{who} may invoke `{name}`"))
                    .score(impact, reach)
                    .functions(functions.map(|(id, _)| model.function_name(id)))
                    .step(StepKind::Config, grant.place, "names neither a source ARN nor a source account")
                    .fix("Name the source that the permission is for with `SourceArn`, and `SourceAccount` where the ARN has no account")
                    .subject(format!("{name}:{who}")),
            );
        }
    }
    findings
}

/// Whom a statement of a function's policy lets invoke it without naming the source, how bad that is, and who they are.
pub(super) fn opens_to(grant: &Grant) -> Option<(String, Impact, Reach)> {
    let is_relevant = grant.effect == Effect::Allow
        && grant.origin == GrantOrigin::Written
        && grant.condition.is_none()
        && invokes(grant, &["lambda:InvokeFunction", "lambda:*", "*"]);
    match grant.principals.first().filter(|_| is_relevant)? {
        Principal::Anyone => {
            let who = "every AWS account".to_owned();
            Some((who, Impact::Serious, Reach::Anonymous))
        }
        Principal::Service(service) => {
            let service = service.literal()?;
            let who = format!("`{service}` on behalf of any account");
            let is_open = !WITHOUT_SOURCE.contains(&service.as_str());
            is_open.then_some((who, Impact::Limited, Reach::Tenant))
        }
        _ => None,
    }
}

/// The other account that a statement of a function's policy lets invoke it, by its number.
pub(super) fn account_let_in(grant: &Grant) -> Option<String> {
    let is_relevant = grant.effect == Effect::Allow
        && grant.origin == GrantOrigin::Written
        && grant.condition.is_none()
        && invokes(grant, &["lambda:InvokeFunction", "lambda:*", "*"]);
    let mut principals = grant.principals.iter().filter(|_| is_relevant);
    principals.find_map(|principal| {
        let Principal::Aws(text) = principal else {
            return None;
        };
        let text = text.literal()?;
        let mut parts = text.split(':');
        let account = match text.starts_with("arn:") {
            true => parts.nth(4)?,
            false => text.as_str(),
        };
        words::is_account(account).then(|| account.to_owned())
    })
}

/// Roles that may invoke every function.
fn roles(model: &Model<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for role in &model.application.roles {
        for grant in &role.grants {
            let everything = grant.resources.iter().find(|(resource, _)| {
                resource
                    .literal()
                    .is_some_and(|arn| is_every_function(&arn))
            });
            let Some((_, place)) = everything else {
                continue;
            };
            if grant.effect != Effect::Allow
                || grant.origin != GrantOrigin::Written
                || grant.condition.is_some()
                || !invokes(grant, &["lambda:InvokeFunction", "lambda:Invoke*"])
            {
                continue;
            }
            findings.push(
                Finding::new(
                    &INFO,
                    *place,
                    format!(
                        "Role `{}` may invoke every function of the account",
                        role.name
                    ),
                )
                .score(Impact::Limited, Reach::Tenant)
                .confidence(Confidence::High)
                .step(
                    StepKind::Config,
                    *place,
                    "every function, whatever it expects of its callers",
                )
                .fix("Name the functions that are invoked")
                .subject(role.name.to_string()),
            );
        }
    }
    findings
}

fn invokes(grant: &Grant, actions: &[&str]) -> bool {
    let written = grant
        .actions
        .iter()
        .filter_map(|(action, _)| action.literal());
    written.into_iter().any(|action| {
        actions
            .iter()
            .any(|wanted| wanted.eq_ignore_ascii_case(&action))
    })
}

fn is_every_function(arn: &str) -> bool {
    arn == "*" || (arn.starts_with("arn:aws:lambda:") && arn.ends_with(":function:*"))
}
