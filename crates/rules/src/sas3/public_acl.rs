//! SAS-3: objects that code writes with an access list for everyone.

use crate::family::{Family, Input};
use crate::sas3::{Block, block};
use app::FunctionId;
use finding::{Confidence, Finding, Impact, Reach, RuleInfo, StepKind};
use flow::{CallFact, Constant, Shape, Value};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas3/public-acl-in-code",
    title: "Code makes an object readable for everyone",
    page: include_str!("../../docs/sas3/public-acl-in-code.md"),
    cwe: 732,
};

/// Each call that passes a public access list, unless the bucket is known to refuse it.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for (analysis, call) in model.calls() {
        let Some(list) = public_list(call) else {
            continue;
        };
        let is_refused = |function: &FunctionId| {
            let bucket = model
                .resource_of(*function, call)
                .and_then(|bucket| model.application.resource(bucket));
            bucket.is_some_and(|bucket| {
                let block = block(&bucket.properties, ["BlockPublicAcls", "IgnorePublicAcls"]);
                block == Block::Written
            })
        };
        if !analysis.functions.is_empty() && analysis.functions.iter().all(is_refused) {
            continue;
        }
        findings.push(
            Finding::new(
                &INFO,
                call.place,
                format!("`{}` stores an object with the access list `{list}`", call.path),
            )
            .score(Impact::Limited, Reach::Anonymous)
            .confidence(Confidence::Medium)
            .functions(model.function_names(&analysis.functions))
            .step(
                StepKind::Sink,
                call.place,
                format!("`{list}` lets everyone on the internet in"),
            )
            .fix("Drop the access list, and hand out presigned URLs or serve the object through CloudFront")
            .subject(format!("{}:{list}", call.path)),
        );
    }
    findings
}

/// The access list of a call, where it is a public one. Boto3's transfer methods take it inside `ExtraArgs`.
fn public_list(call: &CallFact) -> Option<&str> {
    let parameter = |name: &str| {
        let found = call.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    };
    let direct = parameter("ACL");
    let nested = parameter("ExtraArgs").and_then(|extra| field(extra, "ACL"));
    let list = text(direct.or(nested)?)?;
    matches!(list, "public-read" | "public-read-write").then_some(list)
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match &value.shape {
        Shape::Object(object) => object
            .fields
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value),
        _ => None,
    }
}

fn text(value: &Value) -> Option<&str> {
    match &value.shape {
        Shape::Constant(Constant::Text(text)) => Some(text),
        _ => None,
    }
}
