//! A role of its own for each function of a shared one, in the form that the project uses: statements at the function where
//! its framework reads them there, policies at a function of SAM, a role of CloudFormation otherwise.

use app::{Dialect, Function, Grant, GrantOrigin, ROLES_PLUGIN, Text, TextPart};
use base::Name;
use doc::{Node, NodeKind};
use finding::words;
use iam::Answer;
use link::Model;
use privilege::{Cause, Need, Needs, Spelled, UsedRole};

use crate::document::{Source, Sources};
use crate::edit::Edit;
use crate::list::lost;
use crate::map;
use crate::needed::{self, Needed};
use crate::write::Out;

/// What is changed.
#[derive(Default)]
pub(crate) struct Split {
    /// A sentence in the imperative.
    pub(crate) message: String,
    pub(crate) edits: Vec<Edit>,
    /// Why somebody should look at it first, as a clause.
    pub(crate) review: Option<String>,
}

/// A function with its declaration.
struct Part<'s, 'm> {
    function: &'m Function,
    needs: &'m Needs,
    source: &'s Source,
    /// Its map.
    declared: usize,
}

/// How statements are written at a function, as the path of fields to them; nothing where its framework reads none there.
type AtFunction = Option<&'static [&'static str]>;

/// Gives each function that runs under a role one of its own.
///
/// # Errors
/// When it is not certain what each needs, or it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn split(
    model: &Model<'_>,
    sources: &Sources<'_>,
    used: &UsedRole<'_>,
) -> Result<Split, String> {
    used.is_seen(model)?;
    let role = used.role;
    if !role.boundary.is_absent() {
        return Err(
            "each role of its own would need the permissions boundary of this one".to_owned(),
        );
    }
    if role.trust.iter().any(|grant| grant.condition.is_some()) {
        return Err("a condition says when the role may be assumed".to_owned());
    }
    let mut split = Split {
        review: used.besides(model),
        ..Split::default()
    };
    let mut names = Vec::new();
    let mut roles: Vec<(Name, Out)> = Vec::new();
    for (id, needs) in used.each() {
        let part = part(model, sources, used, id, needs)?;
        split.not_allowed(model, &part);
        let stack = model.application.stack(role.stack).ok_or_else(lost)?;
        let edits = match stack.dialect {
            Dialect::ServerlessFramework if role.is_implied => {
                split.of_serverless(model, used, &part, &stack.plugins, &mut roles)?
            }
            _ => split.of_resource(model, used, &part, &mut roles)?,
        };
        split.edits.extend(edits);
        names.push(&part.function.name);
    }
    if !roles.is_empty() {
        split.edits.extend(added(model, sources, used, &roles)?);
    }
    split.message = format!("Give {} a role of its own each", words::list(&names));
    if !role.is_implied {
        let left = format!(", so that none uses `{}` any more", role.name);
        split.message.push_str(&left);
    }
    Ok(split)
}

fn part<'s, 'm>(
    model: &'m Model<'_>,
    sources: &'s Sources<'_>,
    used: &UsedRole<'_>,
    id: app::FunctionId,
    needs: &'m Needs,
) -> Result<Part<'s, 'm>, String> {
    let function = model.application.function(id).ok_or_else(lost)?;
    if function.stack != used.role.stack {
        return Err(format!("`{}` is declared in another stack", function.name));
    }
    let source = sources.get(function.place.file).ok_or_else(lost)?;
    let declared = source.value_of_key(function.place.span).ok_or_else(lost)?;
    Ok(Part {
        function,
        needs,
        source,
        declared,
    })
}

impl Split {
    /// Somebody should look at it where a function gets what the role did not allow for certain.
    fn not_allowed(&mut self, model: &Model<'_>, part: &Part<'_, '_>) {
        let answer = |need: &&Need| privilege::is_allowed(model, part.needs.function, need);
        let called = part.needs.needs.iter();
        let mut called = called.filter(|need| need.cause == Cause::Call);
        let Some(need) = called.find(|need| answer(need) != Answer::Yes) else {
            return;
        };
        self.review.get_or_insert_with(|| {
            let name = &part.function.name;
            let on = privilege::resource_name(model, need);
            match answer(&need) {
                Answer::No => format!("`{name}` needs `{}`, which the role does not allow", need.action),
                _ => format!(
                    "`{name}` needs `{}` on `{on}`, and whether the role allows it there is known at deployment only",
                    need.action
                ),
            }
        });
    }

    fn needed(
        &mut self,
        model: &Model<'_>,
        used: &UsedRole<'_>,
        part: &Part<'_, '_>,
        is_meant: impl Fn(&Need) -> bool,
    ) -> Result<Needed, String> {
        let needs = part.needs.needs.iter();
        let needs: Vec<&Need> = needs.filter(|need| is_meant(need)).collect();
        self.of_needs(model, used, &needs)
    }

    fn of_needs(
        &mut self,
        model: &Model<'_>,
        used: &UsedRole<'_>,
        needs: &[&Need],
    ) -> Result<Needed, String> {
        let needed = needed::needed(model, used, needs)?;
        self.review = self.review.take().or_else(|| needed.review.clone());
        Ok(needed)
    }

    /// At a function of the Serverless Framework.
    fn of_serverless(
        &mut self,
        model: &Model<'_>,
        used: &UsedRole<'_>,
        part: &Part<'_, '_>,
        plugins: &[Name],
        roles: &mut Vec<(Name, Out)>,
    ) -> Result<Vec<Edit>, String> {
        let node = part.source.node(part.declared).ok_or_else(lost)?;
        for key in ["role", "iam", "iamRoleStatements"] {
            if node.entry(key).is_some() {
                return Err(format!("`{}` has `{key}` already", part.function.name));
            }
        }
        let at = at_function(part.source, plugins)?;
        let (key, value) = match at {
            Some([key, inner @ ..]) => {
                // Its framework lets it read its triggers and write its logs.
                let needed = self.needed(model, used, part, |need| !used.is_by_framework(need))?;
                (*key, map::nested(inner, &Out::List(needed.statements())))
            }
            _ => {
                let name = role_name(model, part.function)?;
                let needs: Vec<Need> = part
                    .needs
                    .needs
                    .iter()
                    .filter_map(|need| logged(model, part, need))
                    .collect();
                let needed = self.of_needs(model, used, &needs.iter().collect::<Vec<_>>())?;
                roles.push((name.clone(), role(&needed, &[])));
                ("role", Out::text(name.as_str()))
            }
        };
        map::add(part.source, part.declared, &[(key, value)])
    }

    /// At a function that is a resource of the template.
    fn of_resource(
        &mut self,
        model: &Model<'_>,
        used: &UsedRole<'_>,
        part: &Part<'_, '_>,
        roles: &mut Vec<(Name, Out)>,
    ) -> Result<Vec<Edit>, String> {
        let node = part.source.node(part.declared).ok_or_else(lost)?;
        let properties = node.get("Properties").ok_or_else(lost)?;
        let map = part.source.find(properties.span)?;
        match node.get("Type").and_then(Node::as_text) {
            Some("AWS::Serverless::Function") => {
                if properties.entry("Policies").is_some() {
                    return Err(format!(
                        "`{}` has policies, which its role keeps from working",
                        part.function.name
                    ));
                }
                let needed = self.needed(model, used, part, |need| !need.is_of_platform())?;
                if needed.is_empty() {
                    return map::without(part.source, map, "Role");
                }
                let statements = Out::List(needed.statements());
                let policy = Out::Map(vec![("Statement".to_owned(), statements)]);
                let value = Out::List(vec![policy]);
                map::instead(part.source, map, "Role", ("Policies", &value))
            }
            Some("AWS::Lambda::Function") => {
                let name = role_name(model, part.function)?;
                let kept = kept(used, part.needs);
                let needed = self.needed(model, used, part, |need| !is_by_policy(&kept, need))?;
                let policies: Vec<Out> = kept.iter().map(|(arn, _)| arn.clone()).collect();
                roles.push((name.clone(), role(&needed, &policies)));
                let reference = Spelled::GetAtt(name.to_string(), "Arn".to_owned());
                let value = Out::Reference(reference);
                map::instead(part.source, map, "Role", ("Role", &value))
            }
            _ => Err(format!(
                "`{}` is not declared as a function",
                part.function.name
            )),
        }
    }
}

/// A need as a role beside the function says it: logs go to the group that the framework makes, whose name depends on the stage.
/// Nothing where it makes none.
fn logged(model: &Model<'_>, part: &Part<'_, '_>, need: &Need) -> Option<Need> {
    if need.cause != Cause::Platform || need.service() != "logs" {
        return Some(need.clone());
    }
    let mut groups = model.application.resources_of("AWS::Logs::LogGroup");
    let (group, _) = groups.find(|(_, group)| {
        group.is_implied && group.stack == part.function.stack && group.place == part.function.place
    })?;
    let arn = TextPart::Attribute {
        resource: group,
        attribute: Name::new_static("Arn"),
    };
    Some(Need {
        resource: Text(vec![arn]),
        declared: Some(group),
        ..need.clone()
    })
}

/// How the framework reads statements at functions: by the plugin, and its version 4 by itself.
fn at_function(source: &Source, plugins: &[Name]) -> Result<AtFunction, String> {
    let root = source.node(0).ok_or_else(lost)?;
    if plugins.iter().any(|plugin| plugin == ROLES_PLUGIN) {
        let settings = root
            .get("custom")
            .and_then(|custom| custom.get(ROLES_PLUGIN));
        let inherits = settings.and_then(|it| it.get("defaultInherit"));
        if inherits.is_some_and(|it| !matches!(it.kind, NodeKind::Bool(false))) {
            return Err("functions inherit the statements of the provider".to_owned());
        }
        return Ok(Some(&["iamRoleStatements"]));
    }
    let version = match root.get("frameworkVersion").map(|it| &it.kind) {
        Some(NodeKind::Text(text)) => text.trim_start_matches(['^', '~', '=', ' ']).to_owned(),
        Some(NodeKind::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let is_fourth = version.split('.').next() == Some("4");
    Ok(is_fourth.then_some(&["iam", "role", "statements"]))
}

/// The logical id of a function's own role, that no other resource of its stack has.
fn role_name(model: &Model<'_>, function: &Function) -> Result<Name, String> {
    let resource = function
        .resource
        .and_then(|id| model.application.resource(id));
    let resource = resource.ok_or_else(lost)?;
    let stack = model.application.stack(function.stack);
    let stem = match stack.map(|stack| stack.dialect) {
        Some(Dialect::ServerlessFramework) => privilege::logical_id(&function.name),
        _ => resource.logical_id.to_string(),
    };
    let mut names = ["Role", "ExecutionRole"]
        .iter()
        .map(|end| Name::from(format!("{stem}{end}")));
    let is_free = |name: &Name| {
        let mut all = model.application.resources.iter();
        !all.any(|other| other.stack == function.stack && other.logical_id == *name)
    };
    names.find(is_free).ok_or_else(|| {
        format!(
            "there are resources with the names that a role of `{}` would have",
            function.name
        )
    })
}

/// A role that Lambda may assume.
fn role(needed: &Needed, policies: &[Out]) -> Out {
    let map = |fields: Vec<(&str, Out)>| {
        let fields = fields.into_iter();
        Out::Map(fields.map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let trust = map(vec![
        ("Effect", Out::text("Allow")),
        (
            "Principal",
            map(vec![("Service", Out::text("lambda.amazonaws.com"))]),
        ),
        ("Action", Out::text("sts:AssumeRole")),
    ]);
    let trust = map(vec![
        ("Version", Out::text("2012-10-17")),
        ("Statement", Out::List(vec![trust])),
    ]);
    let mut properties = vec![("AssumeRolePolicyDocument", trust)];
    if !policies.is_empty() {
        properties.push(("ManagedPolicyArns", Out::List(policies.to_vec())));
    }
    if !needed.is_empty() {
        properties.push(("Policies", Out::List(vec![needed.policy()])));
    }
    map(vec![
        ("Type", Out::text("AWS::IAM::Role")),
        ("Properties", map(properties)),
    ])
}

/// The policies of the platform that a role keeps: those for functions, of which nothing but what the platform does with the
/// role is allowed. Each with its statements.
fn kept<'m>(used: &UsedRole<'m>, needs: &Needs) -> Vec<(Out, Vec<&'m Grant>)> {
    let policies = used.role.managed_policies.iter();
    let kept = policies.filter_map(|(text, _)| {
        let name = link::managed_policy_name(text)?;
        let grants = used.role.grants.iter();
        let grants: Vec<&Grant> = grants
            .filter(|grant| grant.origin == GrantOrigin::ManagedPolicy(name.clone()))
            .collect();
        let actions = grants.iter().flat_map(|grant| &grant.actions);
        let actions: Vec<Name> = actions.filter_map(|(action, _)| action.literal()).collect();
        let is_service_used = |action: &Name| {
            let mut needs = needs.needs.iter().filter(|need| need.is_of_platform());
            needs.any(|need| need.service() == iam::service(action) && !action.contains('*'))
        };
        let is_kept = !actions.is_empty() && actions.iter().all(is_service_used);
        let arn = text.literal()?;
        is_kept.then(|| (Out::text(arn.as_str()), grants))
    });
    kept.collect()
}

/// Whether one of the policies allows what the platform does with the role.
fn is_by_policy(kept: &[(Out, Vec<&Grant>)], need: &Need) -> bool {
    let mut actions = kept
        .iter()
        .flat_map(|(_, grants)| grants)
        .flat_map(|it| &it.actions);
    need.is_of_platform()
        && actions.any(|(action, _)| action.literal().is_some_and(|it| it == need.action))
}

/// The edits that add roles to the resources of the template, behind the shared one where that is declared there.
fn added(
    model: &Model<'_>,
    sources: &Sources<'_>,
    used: &UsedRole<'_>,
    roles: &[(Name, Out)],
) -> Result<Vec<Edit>, String> {
    let fields: Vec<(&str, Out)> = roles
        .iter()
        .map(|(name, role)| (name.as_str(), role.clone()))
        .collect();
    let role = used.role;
    if !role.is_implied {
        let source = sources.get(role.place.file).ok_or_else(lost)?;
        let declared = source.value_of_key(role.place.span).ok_or_else(lost)?;
        let visit = source.visit(declared).ok_or_else(lost)?;
        let (Some(map), Some((key, _))) = (visit.parent, &visit.key) else {
            return Err(lost());
        };
        return map::add_behind(source, map, key, &fields);
    }
    let template = model.application.stack(role.stack).and_then(|it| it.place);
    let template = template.ok_or_else(lost)?;
    let source = sources.get(template.file).ok_or_else(lost)?;
    let root = source.node(0).ok_or_else(lost)?;
    let resources = match root.get("resources") {
        Some(Node {
            kind: NodeKind::List(items),
            ..
        }) => items.iter().find_map(|item| item.get("Resources")),
        Some(resources) => resources.get("Resources"),
        None => None,
    };
    match (resources, root.get("resources")) {
        (Some(resources), _) if matches!(resources.kind, NodeKind::Map(_)) => {
            map::add(source, source.find(resources.span)?, &fields)
        }
        (None, None) => {
            let fields = fields
                .into_iter()
                .map(|(name, role)| (name.to_owned(), role));
            let resources = Out::Map(vec![("Resources".to_owned(), Out::Map(fields.collect()))]);
            map::add(source, 0, &[("resources", resources)])
        }
        _ => Err("the resources of the template are written elsewhere".to_owned()),
    }
}
