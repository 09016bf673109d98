//! What the states of a state machine hand on to each other.

use crate::flows::scan;

/// A state machine that `put` starts: what it was started with, and what its steps make of it.
fn machine(first: &str, put_returns: &str, run: &str) -> String {
    machine_of(&direct("first"), first, &direct("run"), put_returns, run)
}

fn direct(function: &str) -> String {
    format!("            Resource: !GetAtt {function}.Arn")
}

fn machine_of(of_first: &str, first: &str, of_run: &str, put_returns: &str, run: &str) -> String {
    scan(&format!(
        "== serverless.yml
service: shop
provider:
  name: aws
  runtime: python3.12
  iam:
    role:
      statements:
        - Effect: Allow
          Action: states:StartExecution
          Resource: '*'
functions:
  start:
    handler: app.start
    events:
      - httpApi: POST /start
  first:
    handler: app.first
  run:
    handler: app.run
stepFunctions:
  stateMachines:
    orders:
      name: orders
      definition:
        StartAt: First
        States:
          First:
            Type: Task
{of_first}
{first}
            Next: Run
          Run:
            Type: Task
{of_run}
            End: true
plugins:
  - serverless-step-functions
== app.py
import json, subprocess, boto3

def start(event, context):
    name = event['queryStringParameters']['name']
    boto3.client('stepfunctions').start_execution(stateMachineArn='arn:aws:states:eu-west-1:1:stateMachine:orders', input=json.dumps({{'name': name, 'id': '1'}}))

def first(event, context):
    {put_returns}

def run(event, context):
    {run}
"
    ))
    .who()
}

#[test]
fn results_of_a_state_are_the_input_of_the_next() {
    let table = [
        (
            "",
            "return {'made': 'ls ' + event['name'], 'other': 'x'}",
            "subprocess.run(event['made'], shell=True)",
            "anonymous",
        ),
        (
            "            ResultPath: $.step",
            "return {'made': 'ls ' + event['name'], 'other': 'x'}",
            "subprocess.run(event['step']['made'], shell=True)",
            "anonymous",
        ),
        (
            "            ResultPath: $.step",
            "return {'made': 'ls', 'other': 'x'}",
            "subprocess.run(event['name'], shell=True)",
            "anonymous",
        ),
        (
            "            ResultPath: $.step\n            OutputPath: $.step",
            "return {'made': 'ls ' + event['name']}",
            "subprocess.run(event['made'], shell=True)",
            "anonymous",
        ),
        (
            "            ResultPath: null",
            "return {'made': 'ls ' + event['name']}",
            "subprocess.run(event['name'], shell=True)",
            "anonymous",
        ),
    ];
    for (first, returns, run, expected) in table {
        assert_eq!(
            machine(first, returns, run),
            expected,
            "{first} {returns} {run}"
        );
    }
}

/// A state that invokes any function, with what it passes on.
fn invoke(function: &str, payload: &str) -> String {
    format!(
        "            Resource: arn:aws:states:::lambda:invoke
            Parameters:
              FunctionName: !GetAtt {function}.Arn
{payload}"
    )
}

#[test]
fn states_choose_what_their_functions_are_given() {
    let run = |key: &str| format!("subprocess.run(event['{key}'], shell=True)");
    let direct_with = |settings: &str| format!("{}\n{settings}", direct("run"));
    let kept = "            ResultPath: null";
    let table = [
        (
            "all",
            invoke("run", "              Payload.$: $"),
            "name",
            "anonymous",
        ),
        (
            "a field under another name",
            invoke("run", "              Payload: {cmd.$: $.name}"),
            "cmd",
            "anonymous",
        ),
        (
            "another field",
            invoke("run", "              Payload: {name.$: $.id}"),
            "name",
            "tenant",
        ),
        (
            "a fixed text",
            invoke("run", "              Payload: {name: ls}"),
            "name",
            "tenant",
        ),
        (
            "the execution's input",
            invoke(
                "run",
                "              Payload: {cmd.$: $$.Execution.Input.name}",
            ),
            "cmd",
            "anonymous",
        ),
        (
            "something of the platform",
            invoke("run", "              Payload: {cmd.$: $$.Task.Token}"),
            "cmd",
            "tenant",
        ),
        (
            "what is computed",
            invoke(
                "run",
                "              Payload: {cmd.$: \"States.Format('ls {}', $.name)\"}",
            ),
            "cmd",
            "anonymous",
        ),
        (
            "parameters",
            direct_with("            Parameters: {deep: {cmd.$: $.name}}"),
            "deep']['cmd",
            "anonymous",
        ),
        (
            "a part of the input",
            direct_with("            InputPath: $.id"),
            "name",
            "tenant",
        ),
        (
            "JSONata",
            direct_with(
                "            QueryLanguage: JSONata\n            Arguments: {cmd: '{% $states.input.name %}'}",
            ),
            "cmd",
            "anonymous",
        ),
        (
            "JSONata of another field",
            direct_with(
                "            QueryLanguage: JSONata\n            Arguments: {cmd: '{% $states.input.id %}'}",
            ),
            "cmd",
            "tenant",
        ),
    ];
    for (title, of_run, key, expected) in table {
        let found = machine_of(&direct("first"), kept, &of_run, "pass", &run(key));
        assert_eq!(found, expected, "{title}");
    }
}

#[test]
fn states_choose_what_they_keep_of_a_result() {
    let returns = "return {'made': 'ls ' + event['name'], 'other': 'x'}";
    let of_first = invoke("first", "              Payload.$: $");
    let table = [
        ("", "event['Payload']['made']", "anonymous"),
        (
            "            OutputPath: $.Payload",
            "event['made']",
            "anonymous",
        ),
        (
            "            ResultSelector: {cmd.$: $.Payload.made}",
            "event['cmd']",
            "anonymous",
        ),
        (
            "            ResultSelector: {cmd.$: $.Payload.other}",
            "event['cmd']",
            "tenant",
        ),
        (
            "            ResultSelector: {cmd.$: $.Payload.made}\n            ResultPath: $.kept",
            "event['kept']['cmd']",
            "anonymous",
        ),
    ];
    for (first, read, expected) in table {
        let run = format!("subprocess.run({read}, shell=True)");
        let found = machine_of(&of_first, first, &direct("run"), returns, &run);
        assert_eq!(found, expected, "{first} {read}");
    }
}
