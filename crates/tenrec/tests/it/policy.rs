//! `tenrec policy` as a user runs it.

use std::process::{Command, Output};

use serde_json::Value;

fn policy(arguments: &[&str]) -> Output {
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
    Command::new(env!("CARGO_BIN_EXE_tenrec"))
        .current_dir(examples)
        .arg("policy")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn each_function_has_its_policy_with_a_reason_for_each_action() {
    let written: Value = serde_json::from_str(&text(&policy(&["orders"]))).unwrap();
    let functions = written["functions"].as_array().unwrap();
    assert_eq!(functions.len(), 12);
    for function in functions {
        assert_eq!(function["policy"]["Version"], "2012-10-17");
        for statement in function["policy"]["Statement"].as_array().unwrap() {
            for action in statement["Action"].as_array().unwrap() {
                let reasons = function["reasons"].as_array().unwrap();
                let reason = reasons.iter().find(|it| it["action"] == *action);
                let reason = reason.expect("each action has a reason");
                assert!(reason["line"].as_u64().unwrap() > 0);
                assert!(!reason["file"].as_str().unwrap().is_empty());
            }
        }
    }
}

#[test]
fn one_function_in_every_form() {
    let json = text(&policy(&["cv-filter", "--function", "filter"]));
    assert!(json.contains("\"dynamodb:PutItem\""), "{json}");
    for (format, expected) in [
        ("yaml", "Fn::GetAtt:\n        - Candidates\n        - Arn"),
        ("sam", "Resource: !GetAtt Candidates.Arn"),
        (
            "serverless",
            "provider:\n  iam:\n    role:\n      statements:",
        ),
        ("cloudformation", "FilterRole:\n    Type: AWS::IAM::Role"),
        ("terraform", "resources = [\"${var.candidates_arn}\"]"),
    ] {
        let written = text(&policy(&["cv-filter", "--format", format]));
        assert!(written.contains(expected), "{format}:\n{written}");
        assert!(written.contains("dynamodb:PutItem"), "{format}:\n{written}");
    }
}

#[test]
fn an_action_is_explained_with_its_place() {
    let explained = text(&policy(&["cv-filter", "--explain", "dynamodb:*"]));
    assert_eq!(
        explained,
        "filter needs dynamodb:PutItem on ${Candidates.Arn}\n  src/filter.py:27  \
         `boto3.resource(dynamodb).Table().put_item` is called\n"
    );
    let none = text(&policy(&["cv-filter", "--explain", "sqs:SendMessage"]));
    assert_eq!(none, "no function needs sqs:SendMessage\n");
}

#[test]
fn without_a_template_resources_are_named_as_iam_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let code = "import boto3\nboto3.client('s3').put_object(Bucket='b', Key='k', Body=b'')\n";
    std::fs::write(directory.path().join("script.py"), code).unwrap();
    let path = directory.path().to_str().unwrap();
    let explained = text(&policy(&[path, "--explain", "s3:PutObject"]));
    assert!(
        explained.contains("script.py needs s3:PutObject on arn:aws:s3:::b/k\n"),
        "{explained}"
    );
    assert!(explained.contains("script.py:2"), "{explained}");
}

#[test]
fn wrong_names_are_refused_with_the_nearest_right_one() {
    for (arguments, expected) in [
        (&["cv-filter", "--function", "fliter"][..], "`filter`"),
        (&["cv-filter", "--explain", "s3:GetObjct"], "`GetObject`"),
        (&["cv-filter", "--explain", "PutItem"], "service:Action"),
        (&["cv-filter", "--explain", "nosuch:PutItem"], "no service"),
        (&["nowhere"], "does not exist"),
    ] {
        let output = policy(arguments);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("bad.py"), "def (:\n").unwrap();
    let code = "import boto3\ndef handler(event, context):\n    boto3.client('sns').publish(TopicArn='arn:aws:sns:eu-west-1:111122223333:news', Message='x')\n";
    std::fs::write(directory.path().join("app.py"), code).unwrap();
    let output = policy(&[directory.path().to_str().unwrap()]);
    let written = text(&output);
    assert!(
        written.contains("arn:aws:sns:eu-west-1:111122223333:news"),
        "{written}"
    );
    let notes = String::from_utf8_lossy(&output.stderr);
    assert!(notes.contains("bad.py"), "{notes}");
}

#[test]
fn a_policy_that_is_too_large_is_divided_in_every_form() {
    let directory = tempfile::tempdir().unwrap();
    let mut code =
        String::from("import boto3\ns3 = boto3.client('s3')\ndef handler(event, context):\n");
    for number in 0..300 {
        code.push_str(&format!(
            "    s3.get_object(Bucket='a-bucket-with-a-name-of-some-length-{number}', Key='key')\n"
        ));
    }
    std::fs::write(directory.path().join("app.py"), code).unwrap();
    let template = "service: shop\nprovider: {name: aws, runtime: python3.12}\nfunctions: {get: {handler: app.handler}}\n";
    std::fs::write(directory.path().join("serverless.yml"), template).unwrap();
    let path = directory.path().to_str().unwrap();
    let json: serde_json::Value = serde_json::from_str(&text(&policy(&[path]))).unwrap();
    let parts = json["functions"][0]["policies"].as_array().unwrap();
    assert!(1 < parts.len());
    assert!(parts.iter().all(|part| part.to_string().len() <= 6_144));
    for (format, divided) in [
        ("sam", "- !Ref GetPolicy2"),
        ("serverless", "managedPolicies:"),
        ("cloudformation", "GetPolicy2:"),
        ("terraform", "\"aws_iam_policy_document\" \"get_2\""),
    ] {
        let written = text(&policy(&[path, "--format", format]));
        assert!(
            written.contains("is divided into managed policies"),
            "{format}"
        );
        assert!(written.contains(divided), "{format}: {written}");
        assert_eq!(written.matches("a-bucket-with").count(), 300, "{format}");
    }
}
