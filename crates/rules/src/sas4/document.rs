//! SAS-4: policy documents that AWS refuses or reads otherwise than they look.

use app::{Resource, Text, TextPart, Value, ValueKind};
use base::{Name, Place};
use finding::{Finding, RuleInfo, StepKind};
use knowledge::Catalogue;

use super::written::{self, Written};
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas4/malformed-policy",
    title: "A policy is refused, or read otherwise than it looks",
    page: include_str!("../../docs/sas4/malformed-policy.md"),
    cwe: 1173,
};

/// What a policy is attached to decides what may stand in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Identity,
    Trust,
    Resource,
}

/// A policy document of the project.
struct Document<'m> {
    owner: &'m Name,
    kind: Kind,
    value: &'m Value,
}

/// Something that is wrong with it: where, what, and how it is mended.
struct Problem {
    place: Place,
    what: String,
    fix: String,
}

fn problem(place: Place, what: impl Into<String>, fix: impl Into<String>) -> Problem {
    Problem {
        place,
        what: what.into(),
        fix: fix.into(),
    }
}

fn check(input: &Input<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, resource) in input.model.application.resources() {
        let documents = documents(input, resource);
        for document in &documents {
            let problems = problems(document).into_iter();
            findings.extend(problems.map(|it| finding(document.owner, it)));
        }
        let too_long = too_long(resource, &documents);
        findings.extend(too_long.map(|it| finding(&resource.logical_id, it)));
    }
    for written in written::all(input.model) {
        let problems = malformed_actions(&written).into_iter();
        let problems = problems.chain(malformed_arns(&written));
        let problems = problems.chain(malformed_variables(&written));
        findings.extend(problems.map(|it| finding(written.role, it)));
    }
    findings
}

fn finding(owner: &str, problem: Problem) -> Finding {
    let Problem { place, what, fix } = problem;
    Finding::new(&INFO, place, format!("A policy of `{owner}` {what}"))
        .step(StepKind::Config, place, what.clone())
        .fix(fix)
        .subject(format!("{owner}:{what}"))
}

fn documents<'m>(input: &Input<'m>, resource: &'m Resource) -> Vec<Document<'m>> {
    let properties = &resource.properties;
    let of = |kind: Kind, value: Option<_>| document(&resource.logical_id, kind, value);
    let inline = || {
        let policies = properties.get("Policies").map(Value::items);
        policies
            .unwrap_or_default()
            .iter()
            .filter_map(|policy| of(Kind::Identity, policy.get("PolicyDocument")))
    };
    let one = |kind: Kind| of(kind, properties.get("PolicyDocument")).into_iter();
    match resource.kind.as_str() {
        "AWS::IAM::Role" => {
            let trust = properties.get("AssumeRolePolicyDocument");
            of(Kind::Trust, trust).into_iter().chain(inline()).collect()
        }
        "AWS::IAM::User" | "AWS::IAM::Group" => inline().collect(),
        "AWS::IAM::Policy"
        | "AWS::IAM::ManagedPolicy"
        | "AWS::IAM::RolePolicy"
        | "AWS::IAM::UserPolicy"
        | "AWS::IAM::GroupPolicy" => one(Kind::Identity).collect(),
        // A policy of things names no principal: whatever it is attached to is one.
        "AWS::IoT::Policy" => Vec::new(),
        kind => {
            let mut carriers = input.model.knowledge.resource_policies.carriers.iter();
            let carrier = carriers.find(|it| it.kind == kind && it.document != "Statement");
            let written = carrier.map(|carrier| properties.at(&carrier.document));
            let written = written.and_then(|it| it.known().copied());
            of(Kind::Resource, written).into_iter().collect()
        }
    }
}

/// A document that a function makes cannot be told from here.
fn document<'m>(owner: &'m Name, kind: Kind, value: Option<&'m Value>) -> Option<Document<'m>> {
    let is_written = |value: &&Value| match &value.kind {
        ValueKind::Map(_) => true,
        ValueKind::Text(text) => {
            let literal = text.literal();
            literal.is_some_and(|it| it.trim_start().starts_with('{') && !it.contains("{{"))
        }
        _ => false,
    };
    let value = value.filter(is_written)?;
    Some(Document { owner, kind, value })
}

fn problems(document: &Document<'_>) -> Vec<Problem> {
    const KEYS: [&str; 3] = ["Version", "Id", "Statement"];
    let value = document.value;
    // What can be read of a text has been read.
    if matches!(value.kind, ValueKind::Text(_)) {
        return vec![problem(
            value.place,
            "is a text that is no JSON",
            "Write the document as JSON, or as part of the template",
        )];
    }
    let mut problems = misspelt(value, &KEYS);
    let Some(statements) = value.get("Statement") else {
        if problems.is_empty() && !value.has_unknown() {
            problems.push(problem(
                value.place,
                "has no `Statement`",
                "Add its statements",
            ));
        }
        return problems;
    };
    let statements = statements.items().iter();
    let (statements, others): (Vec<&Value>, Vec<&Value>) =
        statements.partition(|statement| matches!(statement.kind, ValueKind::Map(_)));
    let is_told = |value: &&Value| match &value.kind {
        ValueKind::Text(text) => text
            .literal()
            .is_some_and(|it| !it.contains("{{") && !it.contains("${")),
        ValueKind::Bool(_) | ValueKind::Number(_) => true,
        _ => false,
    };
    let wrong = others.into_iter().filter(is_told);
    problems.extend(wrong.map(|value| {
        problem(
            value.place,
            "has a statement that is none",
            "Write `Effect`, `Action` and `Resource`",
        )
    }));
    let mut sids: Vec<Name> = Vec::new();
    for statement in &statements {
        problems.extend(of_statement(statement, document.kind));
        let Some(sid) = statement.get("Sid").filter(|sid| !sid.has_unknown()) else {
            continue;
        };
        let Some(name) = sid.as_name() else { continue };
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if document.kind == Kind::Identity && !is_plain {
            problems.push(problem(
                sid.place,
                format!(
                    "has the `Sid` `{name}`, which holds other characters than letters and digits"
                ),
                "Write letters and digits",
            ));
        }
        if sids.contains(&name) {
            problems.push(problem(
                sid.place,
                format!("has the `Sid` `{name}` twice"),
                "Give each statement its own `Sid`",
            ));
        }
        sids.push(name);
    }
    problems.extend(version(value, &statements));
    problems
}

/// Keys that are none, of a document or a statement, with what they were to be.
fn misspelt(value: &Value, known: &[&str]) -> Vec<Problem> {
    let unknown = value.entries().iter();
    let unknown = unknown.filter(|(key, _)| !known.contains(&key.as_str()));
    let problem = |(key, value): &(Name, Value)| {
        let lower = key.to_ascii_lowercase();
        let lower = lower.strip_suffix('s').unwrap_or(&lower);
        let meant = known.iter().find(|it| it.eq_ignore_ascii_case(lower));
        let fix = meant.map_or("Remove it".to_owned(), |meant| format!("Write `{meant}`"));
        problem(
            value.place,
            format!("has `{key}`, which is no element of policies"),
            fix,
        )
    };
    unknown.map(problem).collect()
}

fn of_statement(statement: &Value, kind: Kind) -> Vec<Problem> {
    const KEYS: [&str; 9] = [
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    ];
    let mut problems = misspelt(statement, &KEYS);
    let is_misspelt = !problems.is_empty();
    let place = statement.place;
    let has = |key: &str| statement.get(key).is_some();
    match statement.get("Effect") {
        Some(effect) => {
            let name = effect.as_name().filter(|_| !effect.has_unknown());
            if let Some(name) = name.filter(|it| !matches!(it.as_str(), "Allow" | "Deny")) {
                problems.push(problem(
                    effect.place,
                    format!("has the effect `{name}`"),
                    "Write `Allow` or `Deny`",
                ));
            }
        }
        None if is_misspelt => {}
        None => problems.push(problem(
            place,
            "has a statement without `Effect`",
            "Write `Effect: Allow` or `Effect: Deny`",
        )),
    }
    let mut demand = |is_wrong: bool, what: &str, fix: &str| {
        if is_wrong && !is_misspelt {
            problems.push(problem(place, what, fix));
        }
    };
    demand(
        !has("Action") && !has("NotAction"),
        "has a statement without `Action`",
        "Name the actions",
    );
    demand(
        has("Action") && has("NotAction"),
        "has a statement with `Action` and `NotAction`",
        "Leave one of them",
    );
    demand(
        has("Resource") && has("NotResource"),
        "has a statement with `Resource` and `NotResource`",
        "Leave one of them",
    );
    let has_principal = has("Principal") || has("NotPrincipal");
    let has_resource = has("Resource") || has("NotResource");
    match kind {
        Kind::Identity => {
            demand(
                has_principal,
                "names a principal, which is whoever the policy is attached to",
                "Remove `Principal`",
            );
            demand(
                !has_resource,
                "has a statement without `Resource`",
                "Name the resources",
            );
        }
        Kind::Trust => {
            demand(
                !has_principal,
                "has a statement without `Principal`",
                "Name who may assume the role",
            );
            demand(
                has_resource,
                "names a resource, which is always the role itself",
                "Remove `Resource`",
            );
        }
        Kind::Resource => demand(
            !has_principal,
            "has a statement without `Principal`",
            "Name whom it is about",
        ),
    }
    for key in ["Action", "NotAction", "Resource", "NotResource"] {
        let empty = statement
            .get(key)
            .filter(|value| matches!(&value.kind, ValueKind::List(items) if items.is_empty()));
        if let Some(empty) = empty {
            problems.push(problem(
                empty.place,
                format!("has an empty list as `{key}`"),
                "Fill it or remove the statement",
            ));
        }
    }
    problems
}

/// Variables of policies are plain text in the language's first version, which is meant where none is written.
fn version(document: &Value, statements: &[&Value]) -> Option<Problem> {
    let written = document.get("Version");
    if written.is_some_and(Value::has_unknown) {
        return None;
    }
    let written = written.map(|version| (version.as_name(), version.place));
    if let Some((Some(name), _)) = &written
        && name == "2012-10-17"
    {
        return None;
    }
    if let Some((Some(name), place)) = &written
        && name != "2008-10-17"
    {
        return Some(problem(
            *place,
            format!("has the version `{name}`, which is none"),
            "Write `Version: \"2012-10-17\"`",
        ));
    }
    let place = written.map_or(document.place, |(_, place)| place);
    let variable = statements
        .iter()
        .find_map(|statement| variable(statement))?;
    Some(problem(
        place,
        format!("has no `Version: \"2012-10-17\"`, so that `{variable}` is plain text in it"),
        "Write `Version: \"2012-10-17\"`",
    ))
}

/// The first variable of policies in a value: `${aws:username}`.
fn variable(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::List(items) => items.iter().find_map(variable),
        ValueKind::Map(entries) => entries.iter().find_map(|(_, value)| variable(value)),
        ValueKind::Text(Text(parts)) => parts.iter().find_map(|part| {
            let TextPart::Literal(text) = part else {
                return None;
            };
            let (_, rest) = text.split_once("${aws:")?;
            let (name, _) = rest.split_once('}')?;
            Some(format!("${{aws:{name}}}"))
        }),
        _ => None,
    }
}

/// Actions of a role's statements with a wildcard where their service should be, for which IAM refuses the whole policy.
fn malformed_actions(written: &Written<'_>) -> Vec<Problem> {
    let grant = written.grant;
    let actions = grant.actions.iter().chain(&grant.not_actions);
    let malformed = actions.filter_map(|(text, place)| {
        let action = text.literal()?;
        let (service, _) = action.split_once(':')?;
        let is_refused = service.contains(['*', '?']) && action != "*:*";
        is_refused.then(|| {
            problem(
                *place,
                format!("names the action `{action}`, whose service holds a wildcard"),
                "Write an action for each service",
            )
        })
    });
    malformed.collect()
}

/// Variables in the resources of a role's statements for which there is no key, so that they stand for nothing.
fn malformed_variables(written: &Written<'_>) -> Vec<Problem> {
    let grant = written.grant;
    let resources = grant.resources.iter().chain(&grant.not_resources);
    let malformed = resources.filter_map(|(text, place)| {
        let mut literals = text.0.iter().filter_map(|part| match part {
            TextPart::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        let key = literals.find_map(no_key)?;
        Some(problem(
            *place,
            format!("holds the variable `${{{key}}}`, for which there is no key"),
            "Write a key that exists",
        ))
    });
    malformed.collect()
}

/// The first variable of a text with a global key that does not exist. What stands behind a comma is its default.
fn no_key(text: &str) -> Option<&str> {
    let variables = text.split("${").skip(1);
    let keys = variables.filter_map(|it| Some(it.split_once('}')?.0.split(',').next()?.trim()));
    let mut unknown = keys.filter(|key| {
        let known = Catalogue::global_keys();
        key.starts_with("aws:") && !known.iter().any(|it| it.is_written(key))
    });
    unknown.next()
}

/// Resources of a role's statements that are no ARN.
fn malformed_arns(written: &Written<'_>) -> Vec<Problem> {
    let grant = written.grant;
    let resources = grant.resources.iter().chain(&grant.not_resources);
    let malformed = resources.filter_map(|(text, place)| {
        let what = no_arn(text)?;
        Some(problem(
            *place,
            format!("names the resource `{}`, {what}", text.display()),
            "Write `arn:partition:service:region:account:resource`",
        ))
    });
    malformed.collect()
}

/// Why a resource is no ARN, where that is certain.
pub(super) fn no_arn(text: &Text) -> Option<&'static str> {
    let Some(TextPart::Literal(start)) = text.0.first() else {
        return None;
    };
    if start.is_empty() || start.contains("${") || start.contains("{{") {
        return None;
    }
    let is_arn = start.starts_with("arn:")
        || text.0.len() > 1 && "arn:".starts_with(start.as_str())
        || start.starts_with(['*', '?']);
    if !is_arn {
        return Some("which is no ARN");
    }
    let whole = text.literal()?;
    let is_short = !whole.contains(['*', '?', '$']) && whole.split(':').count() < 6;
    is_short.then_some("which has fewer parts than an ARN")
}

/// A policy that is longer than AWS takes, counted as AWS does: without white space, and what is known at deployment only as
/// nothing.
fn too_long(resource: &Resource, documents: &[Document<'_>]) -> Option<Problem> {
    let (limit, what) = match resource.kind.as_str() {
        "AWS::IAM::ManagedPolicy" => (6_144, "a managed policy"),
        "AWS::IAM::Role" | "AWS::IAM::RolePolicy" => (10_240, "all inline policies of a role"),
        "AWS::IAM::Group" | "AWS::IAM::GroupPolicy" => (5_120, "all inline policies of a group"),
        "AWS::IAM::User" | "AWS::IAM::UserPolicy" => (2_048, "all inline policies of a user"),
        _ => return None,
    };
    let identity = documents.iter().filter(|it| it.kind == Kind::Identity);
    let length: usize = identity.map(|document| length(document.value)).sum();
    (limit < length).then(|| {
        problem(
            resource.place,
            format!("has at least {length} characters, of {limit} that {what} may have"),
            "Split the statements over several managed policies of up to 6144 characters, of which a role takes ten, or name \
             resources and actions by patterns",
        )
    })
}

/// The characters of a value as JSON that are certain.
fn length(value: &Value) -> usize {
    match &value.kind {
        ValueKind::Null | ValueKind::Unknown(_) => 0,
        ValueKind::Bool(_) | ValueKind::Number(_) => 1,
        ValueKind::Text(text) => {
            let characters = text.0.iter().map(|part| match part {
                TextPart::Literal(text) => text.chars().filter(|c| !c.is_whitespace()).count(),
                _ => 0,
            });
            characters.sum::<usize>() + 2
        }
        ValueKind::List(items) => {
            let between = items.len().saturating_sub(1);
            items.iter().map(length).sum::<usize>() + between + 2
        }
        ValueKind::Map(entries) => {
            let between = entries.len().saturating_sub(1);
            let entries = entries
                .iter()
                .map(|(key, value)| key.len() + 3 + length(value));
            entries.sum::<usize>() + between + 2
        }
    }
}
