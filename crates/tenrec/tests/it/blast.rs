//! `tenrec blast` as a user runs it.

use std::process::{Command, Output};

use serde_json::{Value, json};

fn blast(arguments: &[&str]) -> Output {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .current_dir(examples)
        .arg("blast")
        .args(arguments)
        .output()
        .unwrap()
}

fn answer(template: &str, function: &str) -> Value {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("template.yaml"), template).unwrap();
    let code = "def handler(event, context):\n    return 1\n";
    std::fs::write(directory.path().join("app.py"), code).unwrap();
    let path = directory.path().to_str().unwrap();
    let output = blast(&[path, "--function", function, "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

const ROLES: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
    Handler: app.handler
    CodeUri: .
Resources:
  Jobs:
    Type: AWS::SQS::Queue
  Key:
    Type: AWS::SecretsManager::Secret
  Front:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement:
            - Effect: Allow
              Action: sqs:SendMessage
              Resource: !GetAtt Jobs.Arn
            - Effect: Allow
              Action: lambda:UpdateFunctionCode
              Resource: !GetAtt Deploy.Arn
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Jobs:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
  Deploy:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Statement:
            - Effect: Allow
              Action: secretsmanager:GetSecretValue
              Resource: !Ref Key
            - Effect: Allow
              Action: iam:AttachRolePolicy
              Resource: "*"
  Alone:
    Type: AWS::Serverless::Function
"#;

#[test]
fn ways_on_are_told_shortest_first() {
    let answer = answer(ROLES, "Front");
    let gains: Vec<(&str, usize)> = answer["chains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chain| {
            let steps = chain["steps"].as_array().unwrap().len();
            (chain["gain"].as_str().unwrap(), steps)
        })
        .collect();
    let stack = answer["function"].as_str().unwrap().replace("Front", "");
    assert_eq!(
        gains,
        [
            (
                &*format!("{stack}Deploy runs their code, under DeployRole"),
                1
            ),
            (&*format!("{stack}Worker runs with their data"), 1),
            ("permissions of the account, up to an administrator's", 2),
        ]
    );
    assert_eq!(answer["resources"][0]["name"], "Jobs");
    assert_eq!(answer["resources"][0]["access"], json!(["write"]));
}

#[test]
fn secrets_are_told_and_a_function_without_permissions_reaches_nothing() {
    let deploy = answer(ROLES, "Deploy");
    assert_eq!(deploy["secrets"], json!(["Key"]));
    assert_eq!(deploy["radius"], 2);
    let alone = answer(ROLES, "Alone");
    for nothing in [
        "resources",
        "others",
        "everywhere",
        "secrets",
        "functions",
        "chains",
    ] {
        assert_eq!(alone[nothing], json!([]), "{nothing}");
    }
    assert_eq!(alone["radius"], 0);
}

#[test]
fn the_answer_is_text_for_people() {
    let output = blast(&["cv-filter", "--function", "filter"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        text,
        "Whoever owns cv-filter/filter holds the role IamRoleLambdaExecution.\n\
         Blast radius 1 of 2: changes data.\n\
         Its events hold what anyone on the internet decides.\n\n\
         Resources of the application\n  \
         Candidates                   AWS::DynamoDB::Table               read, write, delete, permissions\n"
    );
    let output = blast(&["cv-filter", "--function", "fliter"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`filter`"));
}
