//! Each finding is led to what mends it, those about one statement or role together.

use std::collections::{BTreeMap, BTreeSet};

use app::{FunctionId, Grant, RoleId, Value};
use base::{Map, Name, Place};
use finding::{Finding, words};
use link::Model;
use privilege::{Needs, UsedRole};

use crate::deputy::{self, CONFUSED_DEPUTY};
use crate::document::Sources;
use crate::edit::Edit;
use crate::effectless::{self, REDUNDANT, UNKNOWN_ACTION};
use crate::grant::{self, Aim, Wanted};
use crate::index::{self, Allowance, Index};
use crate::managed;
use crate::missing::{self, MISSING};
use crate::needed;
use crate::own;
use crate::plan::{Fix, Plan};
use crate::setting::Settings;
use crate::statement;
use crate::template;
use crate::{RULES, SHARED_ROLE, has_setting, is_fixable};

/// Which changes are made in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Those that are safe.
    Safe,
    /// Those to be reviewed as well.
    All,
}

impl Extent {
    /// Whether a change is made.
    #[must_use]
    pub fn has(self, fix: &Fix) -> bool {
        self == Self::All || fix.review.is_none()
    }
}

/// Plans the changes that mend these findings. What roles are to allow takes account of the settings that are made in the same
/// run: a function that is traced from now on needs to write traces.
#[must_use]
pub fn plan(
    model: &Model<'_>,
    needs: &[Needs],
    sources: &Sources<'_>,
    findings: &[&Finding],
    extent: Extent,
) -> Plan {
    let is_without = |finding: &&&Finding| !is_fixable(model.knowledge, finding.rule);
    let mut plan = Plan {
        without: findings.iter().filter(is_without).count(),
        ..Plan::default()
    };
    let index = Index::new(model);
    let meant = Settings::new(model, &index, findings);
    let changed = settings(&mut plan, &meant, sources, findings, extent);
    let later = if findings.iter().any(|it| RULES.contains(&it.rule)) {
        needs_with(model, changed)
    } else {
        BTreeMap::new()
    };
    let needs_of = |id: FunctionId| later.get(&id).or_else(|| needs.get(id.0 as usize));
    let roles = privilege::used_roles(model, needs_of);
    let mut planner = Planner {
        model,
        sources,
        allowances: index::allowances(roles.iter().map(|(id, used)| (*id, used.role))),
        index: &index,
        roles,
        plan,
    };
    let mut by_grant: BTreeMap<(RoleId, usize), Vec<&Finding>> = BTreeMap::new();
    let mut by_role: BTreeMap<RoleId, Vec<&Finding>> = BTreeMap::new();
    let mut by_lacking: BTreeMap<RoleId, Vec<&Finding>> = BTreeMap::new();
    let mut effectless = effectless::Lists::default();
    for finding in findings {
        match finding.rule {
            SHARED_ROLE => planner.shared(finding),
            MISSING => match missing::role(model, &index, finding) {
                Some(role) => by_lacking.entry(role).or_default().push(finding),
                None => planner
                    .plan
                    .leave(finding, "its role was not found".to_owned()),
            },
            CONFUSED_DEPUTY => {
                let change = deputy::narrowed(sources, finding);
                let review = Some(deputy::REVIEW.to_owned());
                planner.plan.together(&[finding], change, review);
            }
            UNKNOWN_ACTION | REDUNDANT => {
                if let Err(reason) = effectless.add(sources, finding) {
                    planner.plan.leave(finding, reason);
                }
            }
            rule if RULES.contains(&rule) => match planner.allowance(finding) {
                Ok((role, Allowance::Statement(index))) => {
                    by_grant.entry((role, index)).or_default().push(finding);
                }
                Ok((role, Allowance::Managed)) => by_role.entry(role).or_default().push(finding),
                Ok((role, Allowance::Template(name))) => planner.template(role, &name, finding),
                Ok((_, Allowance::Unwritten)) => {}
                Err(reason) => planner.plan.leave(finding, reason),
            },
            _ => {}
        }
    }
    for ((role, index), findings) in by_grant {
        planner.grant(role, index, &findings);
    }
    for (role, findings) in by_role {
        planner.managed(role, &findings);
    }
    for (role, findings) in by_lacking {
        planner.missing(role, &findings);
    }
    for (findings, edits) in effectless.removed(sources) {
        planner.effectless(&findings, edits);
    }
    planner.plan.finish()
}

/// Sets the properties of which one value mends a finding, and says what functions have afterwards.
fn settings(
    plan: &mut Plan,
    settings: &Settings<'_>,
    sources: &Sources<'_>,
    findings: &[&Finding],
    extent: Extent,
) -> BTreeMap<FunctionId, Value> {
    let mut changed: BTreeMap<FunctionId, Value> = BTreeMap::new();
    let meant = findings.iter();
    for finding in meant.filter(|it| has_setting(settings.model.knowledge, it.rule)) {
        let mended = settings.mended(sources, finding);
        if let Some(reason) = &mended.left {
            plan.leave(finding, reason.clone());
        }
        if mended.edits.is_empty() {
            continue;
        }
        let change = (mended.message(), mended.edits);
        let is_made = extent == Extent::All || mended.review.is_none();
        plan.together(&[finding], Ok(change), mended.review);
        for (function, property, value) in mended.of_functions.into_iter().filter(|_| is_made) {
            let application = &settings.model.application;
            let declared = application.function(function);
            let resource = declared.and_then(|it| application.resource(it.resource?));
            let Some(resource) = resource else { continue };
            let properties = changed.entry(function);
            let properties = properties.or_insert_with(|| resource.properties.clone());
            properties.set(&property, value);
        }
    }
    changed
}

/// What functions need once their resources have these properties.
fn needs_with(
    model: &Model<'_>,
    changed: BTreeMap<FunctionId, Value>,
) -> BTreeMap<FunctionId, Needs> {
    let changed = changed.into_iter();
    changed
        .map(|(id, properties)| (id, privilege::needs_with(model, id, &properties)))
        .collect()
}

struct Planner<'m> {
    model: &'m Model<'m>,
    sources: &'m Sources<'m>,
    index: &'m Index<'m>,
    /// What allows what is found, by the places of findings.
    allowances: Map<Place, (RoleId, Allowance)>,
    roles: BTreeMap<RoleId, UsedRole<'m>>,
    plan: Plan,
}

impl Planner<'_> {
    /// What allows what a finding is about.
    fn allowance(&self, finding: &Finding) -> Result<(RoleId, Allowance), String> {
        match self.allowances.get(&finding.place) {
            Some((_, Allowance::Unwritten)) => {
                Err("no statement of the template allows it".to_owned())
            }
            Some(known) => Ok(known.clone()),
            None => Err("there is no edit for what is found".to_owned()),
        }
    }

    fn grant(&mut self, role: RoleId, index: usize, findings: &[&Finding]) {
        let (change, review) = match self.aimed(role, index, findings) {
            Ok((aim, edits)) => (Ok((sentence(&aim), edits)), aim.review),
            Err(reason) => (Err(reason), None),
        };
        self.plan.together(findings, change, review);
    }

    fn template(&mut self, role: RoleId, name: &Name, finding: &Finding) {
        let used = self.roles.get(&role);
        let used = used.ok_or_else(|| "its role was not found".to_owned());
        let narrowed = used.and_then(|used| {
            template::narrowed(self.model, self.sources, used, name, finding.place)
        });
        self.plan.together(&[finding], narrowed, None);
    }

    fn shared(&mut self, finding: &Finding) {
        let is_meant = |used: &&UsedRole<'_>| {
            used.role.place == finding.place && used.role.name == finding.subject
        };
        let used = self.roles.values().find(is_meant);
        let split = used
            .ok_or_else(|| "its role was not found".to_owned())
            .and_then(|used| own::split(self.model, self.sources, used));
        let review = split.as_ref().ok().and_then(|it| it.review.clone());
        let change = split.map(|it| (it.message, it.edits));
        self.plan.together(&[finding], change, review);
    }

    fn managed(&mut self, role: RoleId, findings: &[&Finding]) {
        let places: BTreeSet<Place> = findings.iter().map(|finding| finding.place).collect();
        let used = self.roles.get(&role);
        let replaced = used
            .ok_or_else(|| "its role was not found".to_owned())
            .and_then(|used| {
                managed::replaced(self.model, self.index, self.sources, used, &places)
            });
        let review = replaced.as_ref().ok().map(|it| it.review.clone());
        let change = replaced.map(|it| (it.message, it.edits));
        self.plan.together(findings, change, review);
    }

    fn missing(&mut self, role: RoleId, findings: &[&Finding]) {
        let used = self.roles.get(&role);
        let added = used
            .ok_or_else(|| "its role was not found".to_owned())
            .and_then(|used| missing::added(self.model, self.index, self.sources, used, findings));
        let review = "it allows more than before".to_owned();
        self.plan.together(findings, added, Some(review));
    }

    fn effectless(&mut self, findings: &[&Finding], edits: Result<Vec<Edit>, String>) {
        let is_slip = findings.iter().any(|it| it.rule == UNKNOWN_ACTION);
        let (what, review) = if is_slip {
            let review = "another action may have been meant";
            ("the actions that there are not", Some(review.to_owned()))
        } else {
            ("the statements that others make needless", None)
        };
        let edits = edits.map(|edits| (format!("Remove {what}"), edits));
        self.plan.together(findings, edits, review);
    }

    fn aimed(
        &self,
        role: RoleId,
        index: usize,
        findings: &[&Finding],
    ) -> Result<(Aim, Vec<Edit>), String> {
        let Some(grant) = self
            .roles
            .get(&role)
            .and_then(|used| used.role.grants.get(index))
        else {
            return Err("its statement was not found".to_owned());
        };
        self.is_used_once(grant)?;
        if !grant.not_actions.is_empty() || !grant.not_resources.is_empty() {
            return Err(
                "it allows everything but what it names; say what it should allow".to_owned(),
            );
        }
        let used = self.roles.get(&role).ok_or("its role was not found")?;
        used.is_seen(self.model)?;
        let aim = grant::aim(self.model, used, grant, &wanted(&used.role.name, findings))?;
        let mut edits = statement::edits(self.sources, grant, &aim)?;
        edits.retain(|edit| self.sources.written(edit.place) != Some(edit.text.as_str()));
        if edits.is_empty() {
            return Err("nothing smaller is enough".to_owned());
        }
        Ok((aim, edits))
    }

    /// Whether only one role says this, so that a change of it changes nothing else.
    fn is_used_once(&self, grant: &Grant) -> Result<(), String> {
        let sharing = self.index.with_statement(grant).iter();
        let names: Vec<&Name> = sharing.map(|role| &role.name).collect();
        match names.as_slice() {
            [_] => Ok(()),
            names => {
                let names = words::list(names);
                Err(format!("it is written once for several roles, {names}"))
            }
        }
    }
}

/// What the findings about one statement want of it.
fn wanted(role: &str, findings: &[&Finding]) -> Wanted {
    let mut wanted = Wanted::default();
    for finding in findings {
        match finding.rule {
            "sas4/unused-permission" => {
                // The subject is the role and the actions that are not needed.
                let subject = finding.subject.strip_prefix(role);
                let actions = subject
                    .and_then(|it| it.strip_prefix(':'))
                    .unwrap_or_default();
                wanted.unused.extend(actions.split(',').map(Name::from));
            }
            "sas4/wildcard-action" => wanted.expand_actions = true,
            "sas4/wildcard-resource" => wanted.name_resources = true,
            _ => {
                wanted.expand_actions = true;
                wanted.name_resources = true;
            }
        }
    }
    wanted
}

/// "Allow only `dynamodb:PutItem` on `${Orders.Arn}`".
fn sentence(aim: &Aim) -> String {
    match needed::shown(&aim.parts) {
        nothing if nothing.is_empty() => {
            "Remove the statement, of which nothing is needed".to_owned()
        }
        parts => format!("Allow only {parts}"),
    }
}
