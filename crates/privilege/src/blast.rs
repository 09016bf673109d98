//! What an attacker who owns a function could do: with its role, and on from there through other functions and roles, the
//! shortest ways first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use app::{Effect, FunctionId, Principal, ResourceId, Role, RoleId, Text};
use base::{Name, Place};
use iam::{Answer, Pattern, Piece, Policy, Subject};
use knowledge::{Access, Service};
use link::Model;

use crate::escalation::{escalations, granting};
use crate::radius::Abuses;

/// What the owner of a function could do.
#[derive(Clone, Debug)]
pub struct Blast {
    /// The function.
    pub function: FunctionId,
    /// The role that it runs under, where that is known.
    pub role: Option<RoleId>,
    /// Why there may be more: the role is not known, or holds more than the project shows.
    pub open: Option<app::Reason>,
    /// 0 nothing that is known, 1 changes data, 2 takes over a service or the account. Severities are raised by it.
    pub radius: u8,
    /// The resources of the application that the role lets it at.
    pub resources: Vec<Reached>,
    /// Other resources that its statements name.
    pub others: Vec<Other>,
    /// Services of which it may do something to every resource of the account.
    pub everywhere: Vec<Everywhere>,
    /// Ways on to other functions and roles, shortest first.
    pub chains: Vec<Chain>,
}

/// A resource of the application and what may be done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The resource.
    pub resource: ResourceId,
    /// How.
    pub access: Vec<Access>,
    /// It holds a secret, and may be read.
    pub is_secret: bool,
}

/// What statements name that is no resource of the application for certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// As the statement names it.
    pub name: Text,
    /// How.
    pub access: Vec<Access>,
    /// It holds secrets, and may be read.
    pub is_secret: bool,
}

/// A service and what may be done to all of its resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Everywhere {
    /// Its prefix in actions; `*` for all services.
    pub service: Name,
    /// How.
    pub access: Vec<Access>,
}

/// A way from the function to more than its role allows.
#[derive(Clone, Debug)]
pub struct Chain {
    /// What is done, first step first.
    pub steps: Vec<Link>,
    /// What it comes to.
    pub gain: Gain,
}

/// A step of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it is said that it can be done.
    pub place: Place,
    /// A sentence without a full stop.
    pub message: String,
}

/// What a chain comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gain {
    /// Another function runs with data of the attacker's choice.
    Drives(FunctionId),
    /// Another function runs the attacker's code, under its own role.
    Owns(FunctionId),
    /// The permissions of another role.
    Role(RoleId),
    /// More than any role of the project: an administrator's.
    Account,
}

/// The order in which ways of access are told.
const LEVELS: [Access; 5] = [
    Access::Read,
    Access::Write,
    Access::Delete,
    Access::Invoke,
    Access::Permissions,
];

/// What an attacker who owns the function could do.
#[must_use]
pub fn blast(model: &Model<'_>, function: FunctionId) -> Blast {
    let declared = model.application.function(function);
    let role = declared.and_then(|declared| declared.role.known().copied());
    let open = match declared.map(|declared| &declared.role) {
        Some(app::Prop::Known(id, _)) => model.application.role(*id).and_then(|it| it.open.clone()),
        Some(app::Prop::Unknown(reason)) => Some(reason.clone()),
        Some(app::Prop::Absent) | None => Some("no role of it is known".into()),
    };
    Blast {
        function,
        role,
        open,
        radius: Abuses::new(model).blast_radius(function),
        resources: role.map_or_else(Vec::new, |role| resources(model, role)),
        others: role.map_or_else(Vec::new, |role| others(model, role)),
        everywhere: role.map_or_else(Vec::new, |role| everywhere(model, role)),
        chains: chains(model, function),
    }
}

/// The resources of the application that the role lets at. A statement that names one by its name means it, whatever account
/// and region it writes.
fn resources(model: &Model<'_>, id: RoleId) -> Vec<Reached> {
    let (Some(role), Some(policy)) = (model.application.role(id), model.policy(id)) else {
        return Vec::new();
    };
    let allowed = role
        .grants
        .iter()
        .filter(|grant| grant.effect == Effect::Allow);
    let texts = allowed.flat_map(|grant| &grant.resources);
    let named: BTreeSet<ResourceId> = texts
        .filter_map(|(text, _)| model.resource_of_text(text))
        .collect();
    let mut reached = Vec::new();
    let customary = Customary::new(model);
    for (id, resource) in model.application.resources() {
        let kind = model.knowledge.resource_type(&resource.kind);
        let service = kind.and_then(|kind| kind.arn.as_deref()?.split(':').nth(2));
        let Some(service) = service.and_then(|prefix| model.knowledge.service(prefix)) else {
            continue;
        };
        let access = levels(service, |action| {
            let answer = model.allows_action(policy, action, Some(id));
            let is_let = match answer {
                Answer::Yes => true,
                Answer::Unknown => named.contains(&id),
                Answer::No => false,
            };
            is_let && !customary.holds(action)
        });
        if !access.is_empty() {
            let holds_secret = matches!(
                resource.kind.as_str(),
                "AWS::SecretsManager::Secret" | "AWS::SSM::Parameter"
            );
            reached.push(Reached {
                resource: id,
                is_secret: holds_secret && access.contains(&Access::Read),
                access,
            });
        }
    }
    reached
}

/// How the actions of a service that take a resource and are allowed touch it.
fn levels(service: &Service, is_allowed: impl Fn(&str) -> bool) -> Vec<Access> {
    let mut found: Vec<Access> = Vec::new();
    for action in service.actions().filter(|action| action.takes_resource) {
        let name = format!("{}:{}", service.prefix, action.name);
        let access = match name.as_str() {
            "lambda:InvokeFunction" | "states:StartExecution" | "states:StartSyncExecution" => {
                Access::Invoke
            }
            _ => action.access,
        };
        if !found.contains(&access) && is_allowed(&name) {
            found.push(access);
        }
    }
    LEVELS
        .into_iter()
        .filter(|level| found.contains(level))
        .collect()
}

/// What every role of a function may do.
struct Customary(Vec<Pattern>);

impl Customary {
    fn new(model: &Model<'_>) -> Self {
        let patterns = model.knowledge.allowances.customary.iter();
        let pattern = |text: &Name| Pattern::action(&[Piece::Literal(text.clone())]);
        Self(patterns.map(pattern).collect())
    }

    fn holds(&self, action: &str) -> bool {
        let action = Subject::action(action);
        let mut patterns = self.0.iter();
        patterns.any(|pattern| pattern.matches(&action) == Answer::Yes)
    }
}

/// What the statements of a role name that is no resource of the application.
fn others(model: &Model<'_>, id: RoleId) -> Vec<Other> {
    let Some(role) = model.application.role(id) else {
        return Vec::new();
    };
    let customary = Customary::new(model);
    let mut others: Vec<Other> = Vec::new();
    let allowed = role
        .grants
        .iter()
        .filter(|grant| grant.effect == Effect::Allow);
    for grant in allowed {
        let literals = grant
            .actions
            .iter()
            .filter_map(|(action, _)| action.literal());
        let literals: Vec<Name> = literals.collect();
        let patterns: Vec<Pattern> = literals
            .iter()
            .map(|action| Pattern::action(&[Piece::Literal(action.clone())]))
            .collect();
        let services: BTreeSet<String> = literals
            .iter()
            .filter_map(|action| Some(action.split(':').next()?.to_ascii_lowercase()))
            .collect();
        let mut access: Vec<Access> = Vec::new();
        for service in services
            .iter()
            .filter_map(|prefix| model.knowledge.service(prefix))
        {
            access.extend(levels(service, |action| {
                let subject = Subject::action(action);
                let is_named = |pattern: &Pattern| pattern.matches(&subject) == Answer::Yes;
                !customary.holds(action) && patterns.iter().any(is_named)
            }));
        }
        let access: Vec<Access> = LEVELS
            .into_iter()
            .filter(|it| access.contains(it))
            .collect();
        for (text, _) in &grant.resources {
            let is_known = text.resources().next().is_some()
                || model.resource_of_text(text).is_some()
                || text.literal().as_deref() == Some("*");
            if is_known || access.is_empty() || others.iter().any(|it| it.name == *text) {
                continue;
            }
            let shown = text.display();
            let is_secret = shown.contains(":secretsmanager:") || shown.contains(":parameter/");
            others.push(Other {
                name: text.clone(),
                is_secret: is_secret && access.contains(&Access::Read),
                access: access.clone(),
            });
        }
    }
    others
}

/// What the role may do to every resource of a service.
fn everywhere(model: &Model<'_>, id: RoleId) -> Vec<Everywhere> {
    let (Some(role), Some(policy)) = (model.application.role(id), model.policy(id)) else {
        return Vec::new();
    };
    let any = Subject::anything();
    let is_allowed = |action: &str| policy.allows(&Subject::action(action), &any) == Answer::Yes;
    let mut prefixes: BTreeSet<Name> = BTreeSet::new();
    for grant in &role.grants {
        if !grant.not_actions.is_empty() && is_allowed("iam:PassRole") {
            prefixes.insert("*".into());
        }
        let actions = grant.actions.iter();
        let named = actions.filter_map(|(action, _)| action.literal());
        prefixes.extend(named.filter_map(|action| Some(action.split(':').next()?.into())));
    }
    if prefixes.contains("*") && is_allowed("iam:PassRole") && is_allowed("s3:GetObject") {
        return vec![Everywhere {
            service: "*".into(),
            access: LEVELS.to_vec(),
        }];
    }
    let customary = Customary::new(model);
    let services = prefixes.into_iter().filter_map(|prefix| {
        let service = model.knowledge.service(&prefix.to_ascii_lowercase())?;
        let access = levels(service, |action| {
            !customary.holds(action) && is_allowed(action)
        });
        (!access.is_empty()).then(|| Everywhere {
            service: service.prefix.clone(),
            access,
        })
    });
    services.collect()
}

/// What the attacker holds on the way.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    /// A function's code, and so its role.
    Function(FunctionId),
    /// A role.
    Role(RoleId),
}

/// Every way on, found breadth first so that the shortest come first.
fn chains(model: &Model<'_>, start: FunctionId) -> Vec<Chain> {
    let mut chains: Vec<Chain> = Vec::new();
    let mut ways: BTreeMap<Held, Vec<Link>> = BTreeMap::new();
    let mut driven: BTreeSet<FunctionId> = BTreeSet::from([start]);
    let mut queue = VecDeque::from([Held::Function(start)]);
    let mut has_account = false;
    ways.insert(Held::Function(start), Vec::new());
    while let Some(held) = queue.pop_front() {
        let way = ways.get(&held).cloned().unwrap_or_default();
        let role = match held {
            Held::Function(function) => {
                let declared = model.application.function(function);
                declared.and_then(|declared| declared.role.known().copied())
            }
            Held::Role(role) => Some(role),
        };
        let Some(role) = role else { continue };
        for (step, gain) in moves(model, role, held) {
            let mut steps = way.clone();
            steps.push(step);
            let is_new = match &gain {
                Gain::Drives(function) => driven.insert(*function),
                Gain::Owns(function) => {
                    driven.insert(*function);
                    follow(Held::Function(*function), &steps, &mut ways, &mut queue)
                }
                Gain::Role(role) => follow(Held::Role(*role), &steps, &mut ways, &mut queue),
                Gain::Account => !std::mem::replace(&mut has_account, true),
            };
            if is_new {
                chains.push(Chain { steps, gain });
            }
        }
    }
    chains.sort_by_key(|chain| chain.steps.len());
    chains
}

fn follow(
    next: Held,
    steps: &[Link],
    ways: &mut BTreeMap<Held, Vec<Link>>,
    queue: &mut VecDeque<Held>,
) -> bool {
    let is_new = !ways.contains_key(&next);
    if is_new {
        ways.insert(next, steps.to_vec());
        queue.push_back(next);
    }
    is_new
}

/// What the holder of a role can do to hold more, worst first.
fn moves(model: &Model<'_>, id: RoleId, held: Held) -> Vec<(Link, Gain)> {
    let (Some(role), Some(policy)) = (model.application.role(id), model.policy(id)) else {
        return Vec::new();
    };
    let mut moves: Vec<(Link, Gain)> = account(model, id, role, policy).into_iter().collect();
    moves.extend(takeovers(model, id, held));
    for (function, declared) in model.application.functions() {
        if held == Held::Function(function) {
            continue;
        }
        let is_owned = |(_, gain): &(Link, Gain)| *gain == Gain::Owns(function);
        let Some(resource) = declared.resource.filter(|_| !moves.iter().any(is_owned)) else {
            continue;
        };
        if model.allows_action(policy, "lambda:InvokeFunction", Some(resource)) == Answer::Yes {
            let name = &declared.name;
            let message = format!("`lambda:InvokeFunction` runs `{name}` with any event");
            let link = step(role, "lambda:InvokeFunction", message);
            moves.push((link, Gain::Drives(function)));
        } else if let Some(link) = fed(model, policy, function) {
            moves.push((link, Gain::Drives(function)));
        }
    }
    moves
}

/// The roles that whoever holds one comes to hold, itself first: those of functions and roles that it takes over.
pub(crate) fn held(model: &Model<'_>, start: RoleId) -> Vec<RoleId> {
    let role_of = |function: FunctionId| {
        let declared = model.application.function(function)?;
        declared.role.known().copied()
    };
    let mut found = vec![start];
    let mut next = 0;
    while let Some(role) = found.get(next).copied() {
        next += 1;
        for (_, gain) in takeovers(model, role, Held::Role(role)) {
            let gained = match gain {
                Gain::Owns(function) => role_of(function),
                Gain::Role(role) => Some(role),
                Gain::Drives(_) | Gain::Account => None,
            };
            if let Some(gained) = gained.filter(|it| !found.contains(it)) {
                found.push(gained);
            }
        }
    }
    found
}

/// The roles that may be taken on, and the functions that may be given other code.
fn takeovers(model: &Model<'_>, id: RoleId, held: Held) -> Vec<(Link, Gain)> {
    const CODE: &str = "lambda:UpdateFunctionCode";
    let (Some(role), Some(policy)) = (model.application.role(id), model.policy(id)) else {
        return Vec::new();
    };
    let mut found = match granting(role, "sts:AssumeRole") {
        Some(_) => assumed(model, id, policy),
        None => Vec::new(),
    };
    if granting(role, CODE).is_none() {
        return found;
    }
    for (function, declared) in model.application.functions() {
        let Some(resource) = declared
            .resource
            .filter(|_| held != Held::Function(function))
        else {
            continue;
        };
        if model.allows_action(policy, CODE, Some(resource)) == Answer::Yes {
            let message = format!("`{CODE}` replaces the code of `{}`", declared.name);
            found.push((step(role, CODE, message), Gain::Owns(function)));
        }
    }
    found
}

/// The shortest way to permissions that the role does not have, and the names of the others.
fn account(model: &Model<'_>, id: RoleId, role: &Role, policy: &Policy) -> Option<(Link, Gain)> {
    let is_everything =
        |action: &str| policy.allows(&Subject::action(action), &Subject::anything()) == Answer::Yes;
    if is_everything("iam:PutRolePolicy") && is_everything("iam:PassRole") {
        let message = "it may change every permission of the account".to_owned();
        return Some((step(role, "iam:PutRolePolicy", message), Gain::Account));
    }
    let mut methods = escalations(model, id);
    methods.sort_by_key(|method| method.actions.len());
    let (first, others) = methods.split_first()?;
    let actions: Vec<String> = first.actions.iter().map(|it| format!("`{it}`")).collect();
    let mut message = format!("with {} they {}", actions.join(" and "), first.gives);
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|method| method.name.as_str()).collect();
        message.push_str(&format!("; as well: {}", names.join(", ")));
    }
    let action = first.actions.first()?;
    Some((step(role, action, message), Gain::Account))
}

/// The roles of the project that the policy lets take on and that let themselves be taken on by roles of the account.
fn assumed(model: &Model<'_>, own: RoleId, policy: &Policy) -> Vec<(Link, Gain)> {
    let mut found = Vec::new();
    for (index, role) in model.application.roles.iter().enumerate() {
        let id = RoleId(u32::try_from(index).unwrap_or(u32::MAX));
        let Some(resource) = role.resource.filter(|_| id != own) else {
            continue;
        };
        let lets_in = role.trust.iter().find(|grant| {
            let mut principals = grant.principals.iter();
            principals.any(|it| matches!(it, Principal::Aws(_) | Principal::Anyone))
        });
        let may = model.allows_action(policy, "sts:AssumeRole", Some(resource));
        if let (Some(grant), Answer::Yes) = (lets_in, may) {
            let link = Link {
                place: grant.place,
                message: format!("`sts:AssumeRole` takes on the role `{}`", role.name),
            };
            found.push((link, Gain::Role(id)));
        }
    }
    found
}

/// How a trigger of the function fires for whoever may write to its source.
fn fed(model: &Model<'_>, policy: &Policy, function: FunctionId) -> Option<Link> {
    let triggers = model.application.triggers_of(function);
    let mut fed = triggers.filter_map(|trigger| {
        let source = trigger.source.known().and_then(Text::resource)?;
        let resource = model.application.resource(source)?;
        let mut actions = model.knowledge.blast.feeds.get(&resource.kind)?.iter();
        let action = actions
            .find(|action| model.allows_action(policy, action, Some(source)) == Answer::Yes)?;
        let declared = model.application.function(function)?;
        Some(Link {
            place: trigger.place,
            message: format!(
                "`{action}` on `{}` invokes `{}` with data of their choice",
                resource.logical_id, declared.name
            ),
        })
    });
    fed.next()
}

/// A step that a statement of a role allows.
fn step(role: &Role, action: &str, message: String) -> Link {
    Link {
        place: granting(role, action).unwrap_or(role.place),
        message,
    }
}
