//! What inside a resource an action is on: objects of a bucket, indexes of a table, versions of a function.

use app::{FunctionId, Text, TextPart};
use base::Name;
use flow::{CallFact, Value};
use knowledge::Catalogue;
use link::{Model, Named};

use crate::collect::Target;

/// How actions of a service reach into its resource.
struct Inside {
    /// The type of the resource.
    kind: &'static str,
    /// The parameter that names the part.
    parameter: &'static str,
    /// What stands between the resource's ARN and the part.
    before: &'static str,
    /// The catalogue's types of the part, or actions that take it.
    takes: &'static [&'static str],
}

/// Parts that take the place of the resource where their parameter is passed.
const PARTS: [Inside; 2] = [
    Inside {
        kind: "AWS::DynamoDB::Table",
        parameter: "IndexName",
        before: "/index/",
        takes: &["index"],
    },
    Inside {
        kind: "AWS::Lambda::Function",
        parameter: "Qualifier",
        before: ":",
        takes: &[
            "function-alias",
            "function-version",
            "lambda:InvokeFunction",
        ],
    },
];

/// The types whose ARN stands before that of the objects in them.
const BUCKET: &str = "AWS::S3::Bucket";

/// The targets of an action of a call in the resource that it names.
pub(crate) fn targets(
    model: &Model<'_>,
    function: FunctionId,
    call: &CallFact,
    action: &str,
    kind: &str,
    named: &Named,
) -> Vec<Target> {
    let at = |suffix: Option<Text>| {
        let mut arn = named.arn.clone();
        arn.0.extend(suffix.into_iter().flat_map(|text| text.0));
        Target {
            arn,
            declared: named.resource,
        }
    };
    let passed = |name: &str| {
        let parameters = call.parameters.iter();
        let values: Vec<Value> = parameters
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
            .collect();
        values
    };
    if kind == BUCKET {
        if !takes(action, "object") {
            return vec![at(None)];
        }
        return keys(model, function, &passed("Key"))
            .into_iter()
            .map(|key| at(Some(key)))
            .collect();
    }
    let part = PARTS.iter().find(|part| part.kind == kind);
    let Some(part) = part else {
        return vec![at(None)];
    };
    let takes_part = part
        .takes
        .iter()
        .any(|known| *known == action || takes(action, known));
    let values = if takes_part {
        passed(part.parameter)
    } else {
        Vec::new()
    };
    if !values.is_empty() {
        return texts(model, function, &values)
            .into_iter()
            .map(|name| at(Some(after(part.before, name))))
            .collect();
    }
    let mut all = vec![at(None)];
    if takes_part && !call.is_complete {
        let any = Text::known("*");
        all.push(at(Some(after(part.before, any))));
    }
    all
}

/// Whether an action takes resources of this type.
fn takes(action: &str, kind: &str) -> bool {
    Catalogue::action(action).is_some_and(|(service, action)| {
        let mut types = service.types_of(action);
        types.any(|(known, _)| known.name == kind)
    })
}

/// The ends of the ARNs of the objects with these keys.
fn keys(model: &Model<'_>, function: FunctionId, values: &[Value]) -> Vec<Text> {
    if values.is_empty() {
        return vec![Text::known("/*")];
    }
    texts(model, function, values)
        .into_iter()
        .map(|key| after("/", key))
        .collect()
}

fn after(before: &str, mut text: Text) -> Text {
    text.0.insert(0, TextPart::Literal(before.into()));
    text
}

/// What the values may be as texts, `*` for what cannot be told.
fn texts(model: &Model<'_>, function: FunctionId, values: &[Value]) -> Vec<Text> {
    let alternatives = values.iter().flat_map(|value| value.shape.alternatives());
    let mut all: Vec<Text> = Vec::new();
    for shape in alternatives {
        let atoms = Value::of(shape.clone()).atoms();
        let text = match atoms {
            Some(atoms) => opened(&model.text_of(function, &atoms)),
            None => Text::known("*"),
        };
        if !all.contains(&text) {
            all.push(text);
        }
    }
    let any = Text::known("*");
    if all.contains(&any) { vec![any] } else { all }
}

/// The text with `*` for its unknown parts, and characters that mean something in policies escaped.
fn opened(text: &Text) -> Text {
    let part = |part: &TextPart| match part {
        TextPart::Literal(text) => TextPart::Literal(escaped(text)),
        TextPart::Unknown(reason) if reason.reference().is_none() => TextPart::Literal("*".into()),
        known => known.clone(),
    };
    Text(text.0.iter().map(part).collect())
}

fn escaped(text: &str) -> Name {
    if !text.contains(['*', '?', '$']) {
        return text.into();
    }
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '*' | '?' | '$' => escaped.push_str(&format!("${{{c}}}")),
            c => escaped.push(c),
        }
    }
    escaped.into()
}

/// What the value may be as one text.
pub(crate) fn text(model: &Model<'_>, function: FunctionId, value: &Value) -> Text {
    let all = texts(model, function, std::slice::from_ref(value));
    match <[Text; 1]>::try_from(all) {
        Ok([only]) => only,
        Err(_) => Text::known("*"),
    }
}
