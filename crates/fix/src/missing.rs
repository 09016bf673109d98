//! What calls need and a role does not allow: added to it where its statements are.

use app::{Dialect, Effect, Grant, GrantOrigin, RoleId};
use doc::{Node, NodeKind};
use finding::Finding;
use iam::Answer;
use link::Model;
use privilege::{Cause, Need, Scope, UsedRole};

use crate::document::Sources;
use crate::edit::Edit;
use crate::index::Index;
use crate::list::{self, lost};
use crate::map;
use crate::needed::{self, Needed};
use crate::write::Out;

pub(crate) const MISSING: &str = "sas4/missing-permission";

/// The role of the function that a finding is about.
pub(crate) fn role(model: &Model<'_>, index: &Index<'_>, finding: &Finding) -> Option<RoleId> {
    let functions = index.functions(finding);
    let function = model.application.function(*functions.first()?)?;
    function.role.known().copied()
}

/// What is changed, a sentence in the imperative, and how.
///
/// # Errors
/// When the template cannot name a resource, or is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn added(
    model: &Model<'_>,
    index: &Index<'_>,
    sources: &Sources<'_>,
    used: &UsedRole<'_>,
    findings: &[&Finding],
) -> Result<(String, Vec<Edit>), String> {
    let is_found = |need: &&Need| {
        need.cause == Cause::Call
            && need.is_certain
            && !matches!(need.scope, Scope::Pattern(_))
            && need.reasons.first().is_some_and(|reason| {
                let mut places = findings.iter().map(|finding| finding.place);
                places.any(|place| place == reason.place)
            })
            && privilege::is_allowed_by(model, used.id, need, |_| true) == Answer::No
    };
    let needs = used.each().flat_map(|(_, needs)| &needs.needs);
    let needs: Vec<&Need> = needs.filter(is_found).collect();
    let needed = needed::needed(model, used, &needs)?;
    if needed.is_empty() {
        return Err("what is missing is not needed for certain".to_owned());
    }
    let edits = match beside_another(index, sources, used, &needed) {
        Some(edits) => edits?,
        None => first(model, sources, used, &needed)?,
    };
    Ok((format!("Allow {}", needed.shown()), edits))
}

/// Behind the last statement that is written for the role alone, if there is one.
fn beside_another(
    index: &Index<'_>,
    sources: &Sources<'_>,
    used: &UsedRole<'_>,
    needed: &Needed,
) -> Option<Result<Vec<Edit>, String>> {
    let is_own = |grant: &&Grant| {
        grant.origin == GrantOrigin::Written
            && grant.effect == Effect::Allow
            && index.with_statement(grant).len() == 1
    };
    let last = used.role.grants.iter().rfind(is_own)?;
    let source = sources.get(last.place.file)?;
    let id = source.find(last.place.span).ok()?;
    let list = source.node(source.visit(id)?.parent?)?;
    matches!(list.kind, NodeKind::List(_)).then(|| list::inserted(source, id, &needed.statements()))
}

/// Where the role has no statements yet.
fn first(
    model: &Model<'_>,
    sources: &Sources<'_>,
    used: &UsedRole<'_>,
    needed: &Needed,
) -> Result<Vec<Edit>, String> {
    let role = used.role;
    let stack = model.application.stack(role.stack).ok_or_else(lost)?;
    let statements = Out::List(needed.statements());
    let [function] = used.functions.as_slice() else {
        return provided(sources, stack.place.filter(|_| role.is_implied), statements);
    };
    let function = model.application.function(*function).ok_or_else(lost)?;
    let (declaration, policy) = match stack.dialect {
        Dialect::ServerlessFramework if role.is_implied => {
            return provided(sources, stack.place, statements);
        }
        Dialect::Sam if role.is_implied => {
            let policy = vec![("Statement".to_owned(), statements)];
            (function.place, Out::Map(policy))
        }
        _ => (role.place, needed.policy()),
    };
    let source = sources.get(declaration.file).ok_or_else(lost)?;
    let declared = source.value_of_key(declaration.span).ok_or_else(lost)?;
    let properties = source.node(declared).and_then(|it| it.get("Properties"));
    let properties = properties.ok_or("it has no properties")?;
    let map = source.find(properties.span)?;
    match properties.get("Policies") {
        None => map::add(source, map, &[("Policies", Out::List(vec![policy]))]),
        Some(policies) => {
            let last = policies
                .items()
                .last()
                .ok_or("its policies are not a list")?;
            list::inserted(source, source.find(last.span)?, &[policy])
        }
    }
}

/// In the provider's section of serverless.yml, for the role that all functions share.
fn provided(
    sources: &Sources<'_>,
    template: Option<base::Place>,
    statements: Out,
) -> Result<Vec<Edit>, String> {
    let template = template.ok_or("it serves several functions, and has no statements yet")?;
    let source = sources.get(template.file).ok_or_else(lost)?;
    let provider = source.node(0).and_then(|root| root.get("provider"));
    let provider: &Node = provider.ok_or_else(lost)?;
    let map = source.find(provider.span)?;
    let path = ["iam", "role", "statements"];
    map::set(source, map, &path, &statements)
}
