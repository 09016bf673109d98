//! Templates put together at random: reading them ends, never panics, and every place lies inside of its file.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use app::Value;
use base::{Budget, MemorySystem, Place, RelPath, System};
use proptest::prelude::*;

/// Reads the files and checks all places.
fn read(files: &[(&str, String)]) {
    let files = files
        .iter()
        .map(|(path, text)| (RelPath::new(path).unwrap(), text.clone()));
    let system = MemorySystem::new(files);
    let output = iac::read(&system, &Budget::default());
    let check = |place: Place| {
        let entry = system.files().get(place.file.0 as usize).unwrap();
        let text = system.read(&entry.path).unwrap();
        let range = place.span.start as usize..place.span.end as usize;
        assert!(text.get(range).is_some(), "{place:?} in {text:?}");
    };
    let application = &output.application;
    for function in &application.functions {
        check(function.place);
        let places = [
            function.runtime.place(),
            function.handler.place(),
            function.code.place(),
            function.timeout.place(),
        ];
        places.into_iter().flatten().for_each(check);
        for variable in &function.environment.variables {
            check(variable.place);
        }
    }
    for trigger in &application.triggers {
        check(trigger.place);
        check_value(&trigger.settings, &check);
    }
    for resource in &application.resources {
        check(resource.place);
        check_value(&resource.properties, &check);
    }
    for role in &application.roles {
        check(role.place);
        role.grants.iter().for_each(|grant| check(grant.place));
    }
    for diagnostic in &output.diagnostics {
        diagnostic.place.into_iter().for_each(check);
    }
}

fn check_value(value: &Value, check: &impl Fn(Place)) {
    check(value.place);
    for (_, value) in value.entries() {
        check_value(value, check);
    }
    if let app::ValueKind::List(items) = &value.kind {
        for item in items {
            check_value(item, check);
        }
    }
}

/// A text with variables, nested and broken ones among them.
fn variable() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "self:custom.a",
        "self:custom.b.c",
        "self:",
        "self:service",
        "self:provider.stage",
        "self:functions.f.name",
        "file(x.yml):a",
        "file(x.yml)",
        "file(../x)",
        "file(.env)",
        "env:A",
        "opt:stage",
        "param:p",
        "sls:stage",
        "aws:region",
        "aws:accountId",
        "strToBool(true)",
        "ssm:/x",
        "'ü'",
        "3",
        "null",
        "AWS::Region",
        "",
    ]);
    let leaf = word.prop_map(|word| format!("${{{word}}}"));
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}-{b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!(
                "${{opt:x, {}, {b}}}",
                a.trim_start_matches("${").trim_end_matches('}')
            )),
            inner.clone().prop_map(|a| format!("${{self:custom.{a}}}")),
            inner
                .clone()
                .prop_map(|a| format!("${{file(./{a}.yml):a}}")),
            inner.prop_map(|a| format!("${{{a}")),
        ]
    })
}

/// A value in CloudFormation's notation, sensible or not.
fn intrinsic() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "x",
        "7",
        "[]",
        "{}",
        "null",
        "'*'",
        "!Ref A",
        "!Ref B",
        "!Ref P",
        "!Ref AWS::NoValue",
        "!GetAtt A.Arn",
        "!GetAtt [A, Arn]",
        "!Sub '${A}-${P}-${!x}-${ü'",
        "!ImportValue x",
        "'{\"Statement\": [{}]}'",
        "'{{resolve:ssm:x}}'",
        "!Transform x",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let function = prop::sample::select(vec![
            "Join",
            "Select",
            "Split",
            "If",
            "FindInMap",
            "Sub",
            "Base64",
            "GetAtt",
            "Cidr",
            "Not",
            "Equals",
            "And",
            "Length",
            "ToJsonString",
        ]);
        let key = prop::sample::select(vec![
            "Events",
            "Policies",
            "Properties",
            "Auth",
            "Type",
            "Environment",
            "Variables",
            "PolicyDocument",
            "Statement",
            "Body",
            "paths",
            "States",
            "Definition",
            "Fn::ForEach::X",
        ]);
        prop_oneof![
            list.prop_map(|items| format!("[{}]", items.join(", "))),
            (function, prop::collection::vec(inner.clone(), 0..4))
                .prop_map(|(name, items)| format!("!{name} [{}]", items.join(", "))),
            (key, inner).prop_map(|(key, value)| format!("{{'{key}': {value}}}")),
        ]
    })
}

const TYPES: [&str; 14] = [
    "AWS::Serverless::Function",
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::StateMachine",
    "AWS::Serverless::Connector",
    "AWS::Serverless::Application",
    "AWS::Lambda::Function",
    "AWS::Lambda::Permission",
    "AWS::Lambda::EventSourceMapping",
    "AWS::IAM::Role",
    "AWS::S3::BucketPolicy",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Route",
    "AWS::StepFunctions::StateMachine",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn services_of_any_variables_are_read(texts in prop::array::uniform8(variable()), file in variable()) {
        let [a, b, c, d, e, f, g, h] = texts.map(|text| format!("\"{text}\""));
        let service = format!(
            "service: {a}\ncustom: {{a: {b}, b: {{c: {c}}}}}\nprovider: {{name: aws, stage: {d}, environment: {e}}}\n\
             functions:\n  f: {{handler: {f}, events: [{{http: {g}}}, {{sqs: {h}}}, {{s3: {a}}}], role: {b}}}\nresources: {c}\n"
        );
        let file = format!("a: \"{file}\"\n");
        read(&[("serverless.yml", service), ("x.yml", file.clone()), (".env", file)]);
    }

    #[test]
    fn templates_of_any_values_are_read(
        kinds in prop::collection::vec(prop::sample::select(&TYPES[..]), 3),
        values in prop::collection::vec(intrinsic(), 12),
    ) {
        let mut template = "AWSTemplateFormatVersion: x\nTransform: AWS::Serverless-2016-10-31\nParameters: {P: {Default: p}}\nResources:\n".to_owned();
        for (index, kind) in kinds.iter().enumerate() {
            let name = ["A", "B", "Fn::ForEach::L"].get(index).unwrap();
            template.push_str(&format!("  {name}:\n    Type: {kind}\n    Properties:\n"));
            let keys = ["Events", "Policies", "CodeUri", "PolicyDocument", "FunctionName", "DefinitionUri", "Body"];
            for (key, value) in keys.iter().zip(values.iter().cycle().skip(index * 4)) {
                template.push_str(&format!("      {key}: {value}\n"));
            }
        }
        read(&[("template.yaml", template)]);
    }
}

#[test]
fn variables_that_multiply_end_at_the_budget() {
    let mut service = "service: x\nprovider: {name: aws}\ncustom:\n  a0: xxxxxxxxxx\n".to_owned();
    for level in 1..40 {
        let below = format!("${{self:custom.a{}}}", level - 1);
        service.push_str(&format!("  a{level}: {below}{below}\n"));
    }
    service.push_str("functions: {f: {handler: \"${self:custom.a39}\"}}\n");
    read(&[("serverless.yml", service)]);
}

#[test]
fn references_that_multiply_end_at_the_budget() {
    let mut template = "Parameters:\n  P: {Default: x}\nMappings:\n  M: {a: {b: x}}\nOutputs: {}\nResources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Handler:\n".to_owned();
    let mut value = "!Ref P".to_owned();
    for _ in 0..12 {
        value = format!("!Join [a, [{value}, {value}]]");
    }
    template.push_str(&format!("        {value}\n"));
    read(&[("template.yaml", template)]);
}
