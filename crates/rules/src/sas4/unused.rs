//! SAS-4: actions, policy templates and policies of the platform that a role has and that none of its functions needs.

use app::{Effect, Grant, GrantOrigin};
use base::{Name, Place};
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};
use knowledge::Knowledge;
use privilege::{Cause, Need};

use super::enough::Replaced;
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
    for used in role::used(input) {
        if used.role.open.is_some() || !used.is_seen() {
            continue;
        }
        let judged = Judged {
            may_be_library: used.may_be_library(),
            used,
        };
        for grant in judged.allowed(|origin| *origin == GrantOrigin::Written) {
            findings.extend(judged.statement(grant));
        }
        findings.extend(judged.templates());
        findings.extend(judged.policies());
    }
    findings
}

/// A role whose functions' needs are all known.
struct Judged<'m> {
    used: UsedRole<'m>,
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
            && !privilege::is_needed(&self.used.needs, pattern)
            && (is_service_used || !self.may_be_library)
            && self.used.in_front(service).is_none()
            && !self.used.sends_failures(service)
    }

    /// Whether anything but the platform needs an action of the service.
    fn is_used(&self, service: &str) -> bool {
        let mut needs = self.used.needs.iter().flat_map(|needs| &needs.needs);
        needs.any(|need| {
            need.cause != Cause::Platform
                && words::service(&need.action).eq_ignore_ascii_case(service)
        })
    }

    /// The actions of the needs that are meant, sorted.
    fn needed(&self, is_meant: impl Fn(&Need) -> bool) -> Vec<&Name> {
        let all = self.used.needs.iter().flat_map(|needs| &needs.needs);
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

    /// Policies of the platform that allow what nothing needs. That one allows a whole service is told by another rule.
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
            let is_told = |action: &Name| {
                is_whole_service(action) && !is_expected(self.used.model.knowledge, action)
            };
            if actions.is_empty() || actions.iter().any(is_told) {
                return None;
            }
            self.policy(&name, *place, &actions)
        });
        findings.collect()
    }

    fn policy(&self, name: &Name, place: Place, actions: &[Name]) -> Option<Finding> {
        let role = &self.used.role.name;
        let beyond: Vec<&Name> = actions.iter().filter(|it| self.is_beyond(it)).collect();
        let shown = words::list(&beyond);
        if actions.iter().all(|action| self.is_unused(action)) {
            let message = format!(
                "Role `{role}` has the policy `{name}`, and the code calls nothing of what it allows"
            );
            let finding = self.finding(place, message, &shown, name);
            return Some(finding.fix(format!("Remove `{name}`")));
        }
        let origin = GrantOrigin::ManagedPolicy(name.clone());
        let needed = self.needed(|need| {
            self.used.is_left_to_user(need, &origin)
                && actions.iter().any(|it| matches(it, &need.action))
        });
        if beyond.is_empty() || needed.is_empty() {
            return None;
        }
        let replaced = Replaced {
            what: &format!("`{name}`"),
            actions,
            origin: &origin,
        };
        let message = format!(
            "Role `{role}` has the policy `{name}`, which allows {shown}; of what it allows, its functions need only {}",
            words::list(&needed)
        );
        let finding = self.finding(place, message, &shown, name);
        let fix = replaced.fix(&self.used)?;
        Some(replaced.with_each_need(finding, &self.used).fix(fix))
    }

    /// Whether a pattern stands for an action that nothing needs.
    fn is_beyond(&self, pattern: &str) -> bool {
        if self.is_unused(pattern) {
            return true;
        }
        let service = words::service(pattern);
        let knowledge = self.used.model.knowledge;
        let is_certain = !is_expected(knowledge, pattern) && self.used.doubt(&[service]).is_none();
        let mut actions = knowledge
            .service(service)
            .into_iter()
            .flat_map(|service| service.actions());
        pattern.contains(['*', '?'])
            && is_certain
            && actions.any(|action| {
                let name = format!("{service}:{}", action.name);
                matches(pattern, &name) && !privilege::is_needed(&self.used.needs, &name)
            })
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
    let mut expected = knowledge.allowances.expected();
    expected.any(|known| matches(known, pattern) || matches(pattern, known))
}
