//! Handlers that stand inside of templates are followed like others, with places in the template.

use base::{Budget, LineIndex, MemorySystem, RelPath};
use tenrec::scan;

/// The lines on which a command injection is found.
fn lines(template: &str) -> Vec<u32> {
    let path = RelPath::new("template.yaml").unwrap();
    let outcome = scan::run(
        &MemorySystem::new([(path, template.to_owned())]),
        &Budget::default(),
    );
    assert_eq!(outcome.diagnostics, []);
    let findings = outcome.findings.iter();
    findings
        .filter(|finding| finding.rule == "sas1/os-command-injection")
        .map(|finding| LineIndex::new(template).line(finding.place.span.start))
        .collect()
}

#[test]
fn python_and_javascript_in_blocks() {
    let template = r#"Transform: AWS::Serverless-2016-10-31
# ü
Resources:
  Python:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Code:
        ZipFile: |
          import os

          def handler(event, context):
              os.system("ls " + event["body"])
  PythonUrl:
    Type: AWS::Lambda::Url
    Properties: {TargetFunctionArn: !GetAtt Python.Arn, AuthType: NONE}
  JavaScript:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      FunctionUrlConfig: {AuthType: NONE}
      InlineCode: |
        const { exec } = require('child_process');
        exports.handler = async (event) => {
          exec('ls ' + event.body);
        };
"#;
    assert_eq!(lines(template), [14, 27]);
}

#[test]
fn templates_of_any_length_stand_before_the_code() {
    let padding = "# comment\n".repeat(500);
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\n{padding}Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: nodejs20.x\n      Handler: index.handler\n      FunctionUrlConfig: {{AuthType: NONE}}\n      InlineCode: |\n        exports.handler = async (e) => require('child_process').exec(e.body);\n"
    );
    assert_eq!(lines(&template), [510]);
}

#[test]
fn code_that_is_not_a_block_is_said() {
    let template = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Runtime: python3.12, Handler: index.h, Code: {ZipFile: 'def h(e, c): pass'}}\n";
    let path = RelPath::new("template.yaml").unwrap();
    let outcome = scan::run(
        &MemorySystem::new([(path, template.to_owned())]),
        &Budget::default(),
    );
    let messages: Vec<&str> = outcome
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(
        messages,
        ["the code of `F` is not written as a block (`|`), so it is not analysed"]
    );
}
