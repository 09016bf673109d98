//! SAS-9: presigned URLs and forms that let their holder upload what and as much as they like.

use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{MarkFact, Object, Shape, Value};

use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas9/unconstrained-upload",
    title: "A presigned upload without limits",
    page: include_str!("../../docs/sas9/unconstrained-upload.md"),
    cwe: 434,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let Some(kind) = model.knowledge.kind("unconstrained-upload") else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for analysis in &model.analyses {
        let marks = analysis.facts.marks.iter();
        for mark in marks.filter(|mark| mark.kind == kind) {
            let Some(missing) = missing(mark) else {
                continue;
            };
            let reach = analysis
                .functions
                .iter()
                .map(|id| model.exposure(*id))
                .max();
            let code = model.code_name(mark.function);
            findings.push(
                Finding::new(
                    &INFO,
                    mark.place,
                    format!("`{code}` hands out an upload without a limit on {missing}"),
                )
                .score(Impact::Limited, reach.unwrap_or(Reach::Tenant))
                .confidence(Confidence::Medium)
                .functions(model.function_names(&analysis.functions))
                .step(StepKind::Sink, mark.place, format!("`{}` signs it", mark.path))
                .fix("Use a presigned POST with a `content-length-range` condition and a fixed content type")
                .subject(format!("{code}:{}", mark.path)),
            );
        }
    }
    findings
}

/// What the upload is not limited in; nothing where it is, or where that cannot be seen.
fn missing(mark: &MarkFact) -> Option<&'static str> {
    if mark.path.ends_with("generate_presigned_post") {
        let conditions = named(mark, "Conditions").or_else(|| positional(mark, 3));
        return limits_no_size(conditions).then_some("its size");
    }
    if mark.path.ends_with("createPresignedPost") {
        // The v3 function takes the client first.
        let options = positional(mark, 0)
            .filter(|value| matches!(value.shape, Shape::Object(_)))
            .or_else(|| positional(mark, 1))?;
        let options = closed(options)?;
        return limits_no_size(field(options, "Conditions")).then_some("its size");
    }
    let parameters = if mark.path.ends_with("generate_presigned_url") {
        named(mark, "Params").or_else(|| positional(mark, 1))?
    } else if mark.path.starts_with("@aws-sdk/") {
        let Shape::Api(command) = &positional(mark, 1)?.shape else {
            return None;
        };
        if !command.path.contains("PutObjectCommand") {
            return None;
        }
        &command.construction.as_deref()?.first()?.value
    } else {
        positional(mark, 1)?
    };
    let parameters = closed(parameters)?;
    let is_limited = [
        "ContentLength",
        "ContentType",
        "ContentMD5",
        "ChecksumSHA256",
    ]
    .iter()
    .filter_map(|name| field(parameters, name))
    .any(|value| value.taint.is_clean());
    (!is_limited).then_some("its size and type")
}

fn limits_no_size(conditions: Option<&Value>) -> bool {
    let Some(conditions) = conditions else {
        return true;
    };
    match &conditions.shape {
        Shape::Constant(_) => true,
        Shape::List(list) if list.rest.is_none() => {
            !list.items.iter().any(|condition| match &condition.shape {
                Shape::List(parts) => {
                    let first = parts.items.first();
                    first.is_none_or(|first| {
                        first
                            .as_text()
                            .is_none_or(|text| text.eq_ignore_ascii_case("content-length-range"))
                    })
                }
                Shape::Object(_) => false,
                _ => true,
            })
        }
        _ => false,
    }
}

fn named<'m>(mark: &'m MarkFact, name: &str) -> Option<&'m Value> {
    let mut arguments = mark.arguments.iter();
    arguments
        .find(|argument| argument.name.as_deref() == Some(name))
        .map(|argument| &argument.value)
}

fn positional(mark: &MarkFact, index: usize) -> Option<&Value> {
    let arguments = mark.arguments.iter();
    arguments
        .filter(|argument| argument.name.is_none())
        .nth(index)
        .map(|argument| &argument.value)
}

/// The object, if all of its fields are known.
fn closed(value: &Value) -> Option<&Object> {
    match &value.shape {
        Shape::Object(object) if object.rest.is_none() && value.taint.is_clean() => Some(object),
        _ => None,
    }
}

fn field<'o>(object: &'o Object, name: &str) -> Option<&'o Value> {
    let mut fields = object.fields.iter();
    fields
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}
