//! SAS-4: actions, policy templates and policies of the platform that a role has and that none of its functions needs.

use app::{Effect, Grant, GrantOrigin};
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use knowledge::Knowledge;
use privilege::{Cause, Need, Needs};

use super::role::{self, UsedRole};
use super::words;
use crate::family::{Family, Input};
use crate::grants::matches;

pub(super) const FAMILY: Family = Family {
    rules: || vec![UNUSED],
    check,
};

const UNUSED: RuleInfo = RuleInfo {
    name: "sas4/unused-permission",
    title: "A role allows actions that the code never calls",
    page: include_str!("../../docs/sas4/unused-permission.md"),
    cwe: 250,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for used in role::used(input.model) {
        let needs = input.needs_of(&used.functions);
        let is_complete = needs.iter().all(|needs| needs.is_complete());
        if used.called().is_none() || !is_complete {
            continue;
        }
        let judged = Judged {
            may_be_library: may_be_library(&used, &needs),
            used,
            needs,
        };
        for grant in judged.allowed(|origin| *origin == GrantOrigin::Written) {
            findings.extend(judged.statement(grant));
        }
        findings.extend(judged.templates());
        findings.extend(judged.policies());
    }
    findings
}

/// Whether something may call services that the code itself does not: a library of which nobody knows, a layer, a file system
/// that is mounted.
fn may_be_library(used: &UsedRole<'_>, needs: &[&Needs]) -> bool {
    let application = &used.model.application;
    let has_layer = used.functions.iter().any(|id| {
        let function = application.function(*id);
        let resource = function.and_then(|it| application.resource(it.resource?));
        let mounts = resource.and_then(|it| it.properties.get("FileSystemConfigs"));
        mounts.is_some() || function.is_some_and(|function| !function.layers.is_empty())
    });
    has_layer || needs.iter().any(|needs| !needs.libraries.is_empty())
}

/// A role whose functions' needs are all known.
struct Judged<'m> {
    used: UsedRole<'m>,
    needs: Vec<&'m Needs>,
    may_be_library: bool,
}

impl Judged<'_> {
    fn allowed(&self, is_meant: impl Fn(&GrantOrigin) -> bool) -> impl Iterator<Item = &Grant> {
        let grants = self.used.role.grants.iter();
        grants.filter(move |grant| grant.effect == Effect::Allow && is_meant(&grant.origin))
    }

    /// Whether nothing needs what the pattern stands for.
    fn is_unused(&self, pattern: &str) -> bool {
        let knowledge = self.used.model.knowledge;
        let service = words::service(pattern);
        let is_service_used = self.is_used(service);
        is_known(knowledge, pattern)
            && !is_expected(knowledge, pattern)
            && !privilege::is_needed(&self.needs, pattern)
            && (is_service_used || !self.may_be_library)
            && !self.is_behind(service)
            && !sends_failures(&self.used, service)
    }

    /// Whether a service that the code calls uses this one with the permissions of its caller.
    fn is_behind(&self, service: &str) -> bool {
        let is_called = |front: &str| {
            let mut needs = self.needs.iter().flat_map(|needs| &needs.needs);
            needs.any(|need| need.cause == Cause::Call && words::service(&need.action) == front)
        };
        let mut behind = self.used.model.knowledge.needs.behind.iter();
        behind.any(|(front, uses)| {
            uses.iter()
                .any(|it| it == "*" || it.eq_ignore_ascii_case(service))
                && is_called(front)
        })
    }

    /// Whether anything needs an action of the service.
    fn is_used(&self, service: &str) -> bool {
        let mut needs = self.needs.iter().flat_map(|needs| &needs.needs);
        needs.any(|need| words::service(&need.action).eq_ignore_ascii_case(service))
    }

    /// The actions of the needs that are meant, sorted.
    fn needed(&self, is_meant: impl Fn(&Need) -> bool) -> Vec<&Name> {
        let all = self.needs.iter().flat_map(|needs| &needs.needs);
        let meant = all.filter(|need| is_meant(need));
        let mut needed: Vec<&Name> = meant.map(|need| &need.action).collect();
        needed.sort();
        needed.dedup();
        needed
    }

    /// The actions of a statement that nothing needs. Those of whole services are the business of another rule.
    fn statement(&self, grant: &Grant) -> Option<Finding> {
        let actions = grant.actions.iter();
        let unused: Vec<(Name, Place)> = actions
            .filter_map(|(action, place)| Some((action.literal()?, *place)))
            .filter(|(action, _)| !is_whole_service(action) && self.is_unused(action))
            .collect();
        let (_, place) = unused.first()?;
        let names: Vec<&Name> = unused.iter().map(|(name, _)| name).collect();
        let shown = words::list(&names);
        let enough = self.enough(&names);
        let role = &self.used.role.name;
        let message = format!("Role `{role}` allows {shown}, which the code never calls{enough}");
        let subject: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        let finding = self.finding(*place, message, &shown, &subject.join(","));
        Some(finding.fix(format!("Remove {shown}")))
    }

    /// ": `dynamodb:PutItem` is enough"; nothing where the code calls nothing of these services.
    fn enough(&self, unused: &[&Name]) -> String {
        let needed = self.needed(|need| {
            let service = words::service(&need.action);
            let mut unused = unused.iter().map(|name| words::service(name));
            need.cause == Cause::Call && unused.any(|it| it.eq_ignore_ascii_case(service))
        });
        match needed.len() {
            0 => String::new(),
            1 => format!(": {} is enough", words::list(&needed)),
            _ => format!(": {} are enough", words::list(&needed)),
        }
    }

    /// Policy templates of SAM of which a smaller one would do, or none.
    fn templates(&self) -> Vec<Finding> {
        let mut groups: Vec<(&Name, Place, Vec<Name>)> = Vec::new();
        for grant in self.allowed(|origin| matches!(origin, GrantOrigin::PolicyTemplate(_))) {
            let GrantOrigin::PolicyTemplate(name) = &grant.origin else {
                continue;
            };
            let actions = grant
                .actions
                .iter()
                .filter_map(|(action, _)| action.literal());
            match groups
                .iter_mut()
                .find(|(known, place, _)| *known == name && *place == grant.place)
            {
                Some((_, _, known)) => known.extend(actions),
                None => groups.push((name, grant.place, actions.collect())),
            }
        }
        let findings = groups.iter();
        findings
            .filter_map(|(name, place, actions)| self.template(name, *place, actions))
            .collect()
    }

    fn template(&self, name: &Name, place: Place, actions: &[Name]) -> Option<Finding> {
        let needed = self.needed(|need| actions.contains(&need.action));
        let unused: Vec<&Name> = actions
            .iter()
            .filter(|action| self.is_unused(action))
            .collect();
        // What may go along with calls of a service goes along with none where there are none.
        let is_without_calls =
            |action: &Name| self.is_unused(action) || !self.is_used(words::service(action));
        let is_whole = needed.is_empty() && actions.iter().all(is_without_calls);
        let narrower = privilege::narrower_template(name, &needed);
        if unused.is_empty() || !is_whole && narrower.is_none() {
            return None;
        }
        let role = &self.used.role.name;
        let shown = words::list(&unused);
        let (message, fix) = match narrower.filter(|_| !needed.is_empty()) {
            Some(narrower) => (
                format!(
                    "Role `{role}` has the policy template `{name}`, which allows {shown}, which the code never calls: \
                     `{narrower}` is enough"
                ),
                format!(
                    "Use `{narrower}`, or a statement that allows {}",
                    words::list(&needed)
                ),
            ),
            None => (
                format!(
                    "Role `{role}` has the policy template `{name}`, and the code calls nothing of what it allows"
                ),
                format!("Remove `{name}`"),
            ),
        };
        Some(self.finding(place, message, &shown, name).fix(fix))
    }

    /// Policies of the platform of which nothing is needed.
    fn policies(&self) -> Vec<Finding> {
        let policies = self.used.role.managed_policies.iter();
        let findings = policies.filter_map(|(policy, place)| {
            let name = link::managed_policy_name(policy)?;
            let origin = GrantOrigin::ManagedPolicy(name.clone());
            let actions: Vec<Name> = self
                .allowed(|it| *it == origin)
                .flat_map(|grant| &grant.actions)
                .filter_map(|(action, _)| action.literal())
                .collect();
            let is_judged = |action: &Name| !is_whole_service(action) && self.is_unused(action);
            if actions.is_empty() || !actions.iter().all(is_judged) {
                return None;
            }
            let role = &self.used.role.name;
            let shown = words::list(&actions);
            let message = format!(
                "Role `{role}` has the policy `{name}`, and the code calls nothing of what it allows"
            );
            let finding = self.finding(*place, message, &shown, &name);
            Some(finding.fix(format!("Remove `{name}`")))
        });
        findings.collect()
    }

    fn finding(&self, place: Place, message: String, allowed: &str, subject: &str) -> Finding {
        Finding::new(&UNUSED, place, message)
            .score(Impact::Hygiene, self.used.exposure())
            .confidence(Confidence::Medium)
            .functions(self.used.names())
            .step(StepKind::Config, place, format!("allows {allowed}"))
            .subject(format!("{}:{subject}", self.used.role.name))
    }
}

fn is_whole_service(pattern: &str) -> bool {
    pattern == "*" || pattern.ends_with(":*")
}

/// Whether IAM knows an action that the pattern stands for; what it does not know is a mistake of another kind.
fn is_known(knowledge: &Knowledge, pattern: &str) -> bool {
    pattern.contains(['*', '?']) || knowledge.action(pattern).is_some()
}

/// Whether a role may allow it although no code calls it.
fn is_expected(knowledge: &Knowledge, pattern: &str) -> bool {
    let allowances = &knowledge.allowances;
    let mut expected = allowances.customary.iter().chain(&allowances.implied);
    expected.any(|known| matches(known, pattern) || matches(pattern, known))
}

/// Whether the platform sends failed events to this service with the role, where it is not known where to.
fn sends_failures(used: &UsedRole<'_>, service: &str) -> bool {
    let mut functions = used.functions.iter();
    matches!(service, "sqs" | "sns" | "lambda" | "events")
        && functions.any(|id| {
            let function = used.model.application.function(*id);
            function.is_some_and(|function| function.failure_destination.is_unknown())
        })
}
