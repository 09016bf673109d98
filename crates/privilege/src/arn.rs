//! The resource of an action whose operation has no row of its own: the ARNs that the catalogue gives for the action, with the
//! parameters of the call in their holes. `${TaskDefinitionFamilyName}` of `task-definition` is `taskDefinition`.

use app::{FunctionId, Text, TextPart};
use base::Name;
use flow::{CallFact, Value};
use knowledge::{ArnType, Catalogue, Operation, OperationArn};
use link::Model;

use crate::collect::Target;

/// Endings of names that say how something is named rather than what.
const ENDINGS: [&str; 8] = [
    "familyname",
    "namewithpath",
    "identifier",
    "name",
    "arn",
    "id",
    "url",
    "s",
];

/// Shorter names of types end too many words.
const SHORTEST_NAME: usize = 3;

/// What a call of an operation is on, by the ARNs of its row.
pub(crate) fn of_row(
    model: &Model<'_>,
    function: FunctionId,
    call: &CallFact,
    arns: &[OperationArn],
) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for arn in arns {
        let parts = of_parameters(model, function, call, arn);
        let parts = parts.filter(|arn| targets.iter().all(|known| known.arn != *arn));
        targets.extend(parts.map(|arn| Target {
            declared: None,
            arn,
        }));
    }
    targets
}

/// An ARN of a row with the parameters of the call in it, or the ARN that a parameter is itself; nothing where the row is not
/// about what is passed.
fn of_parameters(
    model: &Model<'_>,
    function: FunctionId,
    call: &CallFact,
    arn: &OperationArn,
) -> Option<Text> {
    let texts: Vec<(&str, Text)> = braces(&arn.of)
        .map(|name| {
            if let Some(only) = name.strip_prefix("only ") {
                return (name, only_one(model, function, only));
            }
            let values = model.values_passed(call, name);
            let one = values.into_iter().reduce(|one, other| one.join(&other));
            let text = match one.as_ref().and_then(Value::atoms) {
                Some(atoms) => model.text_of(function, &atoms),
                None => Text(vec![TextPart::Unknown(
                    format!("`{name}` is not known before the code runs").into(),
                )]),
            };
            (name, text)
        })
        .collect();
    let start = |text: &Text| match text.0.first() {
        Some(TextPart::Literal(start)) => start.clone(),
        _ => Name::default(),
    };
    let is_any = |text: &Text| matches!(text.0.as_slice(), [TextPart::Unknown(_)]);
    if let Some((_, whole)) = texts.iter().find(|(_, text)| link::is_arn(text)) {
        return Some(whole.clone());
    }
    let is_meant = arn.with.is_empty()
        || texts.iter().any(|(_, text)| {
            let start = start(text);
            is_any(text) || arn.with.iter().any(|with| start.starts_with(with.as_str()))
        });
    is_meant.then(|| {
        let dollars = arn
            .of
            .replace("{partition}", "{Partition}")
            .replace("{region}", "{Region}")
            .replace("{account}", "{Account}")
            .replace('{', "${");
        with_holes(&dollars, |hole| {
            let text = texts.iter().find(|(name, _)| *name == hole);
            let mut parts = text.map_or_else(Vec::new, |(_, text)| text.0.clone());
            if let Some(TextPart::Literal(start)) = parts.first_mut() {
                let mut starts = arn.without.iter();
                let rest = starts.find_map(|without| start.strip_prefix(without.as_str()));
                *start = rest.unwrap_or(start).into();
            }
            parts
        })
    })
}

/// The one resource of a type in the function's stack: `AWS::ApiGatewayV2::Api ProtocolType=WEBSOCKET`.
fn only_one(model: &Model<'_>, function: FunctionId, wanted: &str) -> Text {
    let (kind, condition) = wanted.split_once(' ').unwrap_or((wanted, ""));
    let stack = model.application.function(function).map(|it| it.stack);
    let meets = |resource: &app::Resource| match condition.split_once('=') {
        Some((property, value)) => {
            let written = resource.properties.text_at(property);
            written.known().is_some_and(|written| written == value)
        }
        None => true,
    };
    let resources = model.application.resources_of(kind);
    let mut resources = resources.filter(|(_, it)| Some(it.stack) == stack && meets(it));
    Text(vec![match (resources.next(), resources.next()) {
        (Some((resource, _)), None) => TextPart::Attribute {
            resource,
            attribute: "Ref".into(),
        },
        _ => TextPart::Unknown("the code does not say which one it is".into()),
    }])
}

/// The names in braces that are parameters.
fn braces(template: &str) -> impl Iterator<Item = &str> {
    let parts = template.split('{').skip(1);
    let names = parts.filter_map(|part| part.split('}').next());
    names.filter(|name| !matches!(*name, "partition" | "region" | "account"))
}

/// What the action is on when this call is made. Of the types that the action takes those that the call names, else those that
/// it cannot do without; an action that can do without any and is told none is on nothing in particular.
pub(crate) fn targets(
    model: &Model<'_>,
    function: FunctionId,
    call: &CallFact,
    operation: &Operation,
    action: &str,
) -> Vec<Target> {
    let anything = |why: &str| {
        vec![Target {
            arn: Text(vec![TextPart::Unknown(why.into())]),
            declared: None,
        }]
    };
    let Some((service, known)) = Catalogue::action(action) else {
        return anything("which resource it is on is not known of this action");
    };
    let mut named = Vec::new();
    let mut needed = Vec::new();
    for (kind, is_needed) in service.types_of(known) {
        let Some(template) = kind.arns.first() else {
            continue;
        };
        match parameter_for(call, operation, kind, template) {
            Some((name, value)) => {
                named.extend(filled(model, function, call, template, value, name));
            }
            None if is_needed => needed.push(template),
            None => {}
        }
    }
    if named.is_empty() && needed.is_empty() {
        if call.is_complete {
            return vec![Target {
                arn: Text::known("*"),
                declared: None,
            }];
        }
        return anything("which resource it is on is not known before the code runs");
    }
    let open = needed.into_iter().map(|template| {
        let why = "the call does not say which resource it is on";
        let hole = TextPart::Unknown(why.into());
        Target {
            arn: with_holes(template, |_| vec![hole.clone()]),
            declared: None,
        }
    });
    named.into_iter().chain(open).collect()
}

/// The parameter that names a resource of this type. `Name` alone names what the operation is called after: `CreateSchedule`.
fn parameter_for<'c>(
    call: &'c CallFact,
    operation: &Operation,
    kind: &ArnType,
    template: &str,
) -> Option<(&'c str, &'c Value)> {
    let mut wanted = vec![stem(kind.name)];
    // The last hole names the thing itself, those before it what it is in.
    wanted.extend(holes(template).last().map(stem));
    let parameters = call.parameters.iter();
    let mut parameters = parameters.map(|(name, value)| (name.as_str(), value));
    // `PutRule` makes a rule, whose type is called after the bus that it is on.
    let named_after = stem(&operation.name);
    let is_own = wanted
        .iter()
        .any(|it| SHORTEST_NAME <= it.len() && named_after.ends_with(it.as_str()));
    parameters
        .clone()
        .find(|(name, _)| wanted.contains(&stem(name)))
        .or_else(|| {
            parameters.find(|(name, _)| {
                is_own
                    && ["name", "id", "arn"]
                        .iter()
                        .any(|own| name.eq_ignore_ascii_case(own))
            })
        })
}

/// A name without case, marks and endings.
fn stem(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let whole: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    let mut endings = ENDINGS.iter();
    let short = endings.find_map(|ending| whole.strip_suffix(ending));
    match short {
        Some(short) if !short.is_empty() => short.to_owned(),
        _ => whole,
    }
}

/// The ARNs of what a parameter says: an ARN itself, or a name in the type's own hole.
fn filled(
    model: &Model<'_>,
    function: FunctionId,
    call: &CallFact,
    template: &str,
    value: &Value,
    parameter: &str,
) -> Vec<Target> {
    let is_own = |hole: &&str| stem(hole) == stem(parameter);
    let own = holes(template).find(is_own).or(holes(template).last());
    let shapes = value.shape.alternatives().iter();
    let mut targets: Vec<Target> = Vec::new();
    for shape in shapes {
        let text = match Value::of(shape.clone()).atoms() {
            Some(atoms) => model.text_of(function, &atoms),
            None => Text(vec![TextPart::Unknown(
                format!("`{parameter}` is not known before the code runs").into(),
            )]),
        };
        let is_arn = link::is_arn(&text);
        let declared = text.resource();
        let arn = if is_arn {
            text
        } else if let Some(id) = declared.filter(|id| is_of_service(model, *id, template)) {
            model.arn_text(id)
        } else {
            with_holes(template, |hole| match own == Some(hole) {
                true => in_hole(hole, parameter, &text),
                false => outer(model, function, call, hole, parameter),
            })
        };
        if !targets.iter().any(|known| known.arn == arn) {
            targets.push(Target { arn, declared });
        }
    }
    targets
}

/// What a resource is in: the value of another parameter of that name, `*` where there is none.
fn outer(
    model: &Model<'_>,
    function: FunctionId,
    call: &CallFact,
    hole: &str,
    own: &str,
) -> Vec<TextPart> {
    let mut parameters = call.parameters.iter();
    let passed = parameters.find(|(name, _)| name != own && stem(name) == stem(hole));
    let text = passed.and_then(|(name, value)| {
        let text = model.text_of(function, &value.atoms()?);
        let mut parts = text.0.iter();
        let is_plain =
            parts.all(|part| !matches!(part, TextPart::Literal(text) if text.contains(':')));
        is_plain.then(|| in_hole(hole, name, &text))
    });
    text.unwrap_or_else(|| vec![TextPart::Literal("*".into())])
}

/// What a parameter says in a hole of an ARN. Where the hole takes an id and the parameter a name as well, a text that is
/// written may be the name.
fn in_hole(hole: &str, parameter: &str, text: &Text) -> Vec<TextPart> {
    let is_id = |name: &str| name.ends_with("Id") || name.ends_with("ID") || name == "id";
    let is_written = matches!(text.0.first(), Some(TextPart::Literal(_)));
    if is_id(hole) && !is_id(parameter) && is_written {
        let why = format!("`{parameter}` may be a name, of which only the service knows the id");
        return vec![TextPart::Unknown(why.into())];
    }
    text.0.clone()
}

/// Whether a declared resource is one of which the knowledge base has an ARN of the same service.
fn is_of_service(model: &Model<'_>, id: app::ResourceId, template: &str) -> bool {
    let declared = model.application.resource(id);
    let kind = declared.and_then(|it| model.knowledge.resource_type(&it.kind));
    let service = |arn: &str| arn.split(':').nth(2).map(str::to_owned);
    let own = kind.and_then(|kind| service(kind.arn.as_deref()?));
    own.is_some() && own == service(template)
}

/// The names of the holes of an ARN, but those that are the same for all resources.
fn holes(template: &str) -> impl Iterator<Item = &str> {
    let parts = template.split("${").skip(1);
    let names = parts.filter_map(|part| part.split('}').next());
    names.filter(|name| !matches!(*name, "Partition" | "Region" | "Account"))
}

fn with_holes(template: &str, fill: impl Fn(&str) -> Vec<TextPart>) -> Text {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, (hole, after))) = rest
        .split_once("${")
        .and_then(|(literal, tail)| Some((literal, tail.split_once('}')?)))
    {
        parts.push(TextPart::Literal(literal.into()));
        match hole {
            "Partition" => parts.push(TextPart::Pseudo("AWS::Partition".into())),
            "Region" => parts.push(TextPart::Pseudo("AWS::Region".into())),
            "Account" => parts.push(TextPart::Pseudo("AWS::AccountId".into())),
            name => parts.extend(fill(name)),
        }
        rest = after;
    }
    parts.push(TextPart::Literal(rest.into()));
    parts.retain(|part| !matches!(part, TextPart::Literal(text) if text.is_empty()));
    Text(parts)
}

#[cfg(test)]
mod tests {
    use super::{holes, stem};

    #[test]
    fn names_that_mean_the_same_have_the_same_stem() {
        for (one, other) in [
            ("TaskDefinitionFamilyName", "taskDefinition"),
            ("UserPoolId", "userpool"),
            ("RoleNameWithPath", "RoleArn"),
            ("CollectionId", "CollectionId"),
            ("configuration-set", "ConfigurationSetName"),
        ] {
            assert_eq!(stem(one), stem(other), "{one}, {other}");
        }
        let arn = "arn:${Partition}:ecs:${Region}:${Account}:task/${ClusterName}/${TaskId}";
        assert_eq!(holes(arn).collect::<Vec<_>>(), ["ClusterName", "TaskId"]);
    }
}
