//! SAS-8: timeouts that let a stuck function run longer than anybody waits for it.

use crate::family::{Family, Input, Shared};
use app::{Function, FunctionId, Prop, Trigger};
use base::Place;
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/missing-or-maximal-timeout",
    title: "A function may run longer than anybody waits for it",
    page: include_str!("../../docs/sas8/missing-or-maximal-timeout.md"),
    cwe: 400,
};

/// The longest that a function may run, in seconds.
const MOST: f64 = 900.0;

/// What a function without a timeout gets, in seconds.
const DEFAULT: f64 = 3.0;

/// How long a queue hides a message where its template does not say, in seconds.
const DEFAULT_VISIBILITY: f64 = 30.0;

/// The longest that a queue can hide a message, in seconds.
const LONGEST_VISIBILITY: f64 = 43_200.0;

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let mut shared = Shared::default();
    let mut own = Vec::new();
    for (id, function) in model.application.functions() {
        let seconds = match &function.timeout {
            Prop::Known(seconds, place) => Some((*seconds, *place)),
            Prop::Absent if function.resource.is_some() => Some((DEFAULT, function.place)),
            Prop::Absent | Prop::Unknown(_) => None,
        };
        let Some((seconds, place)) = seconds else {
            continue;
        };
        let found =
            behind_api(input, id, seconds, place).or_else(|| maximal(function, seconds, place));
        if let Some(finding) = found {
            let finding = finding
                .functions([model.function_name(id)])
                .subject(function.name.to_string());
            let message = finding.message.clone();
            shared.add(&message, finding);
        }
        own.extend(shorter_visibility(input, id, function, seconds));
    }
    let mut findings = shared.into_findings();
    findings.extend(own);
    findings
}

/// How long an API waits for the function that a trigger invokes, in seconds. A WebSocket API has no caller who waits: answers are
/// posted to the connection; and one that streams the answer waits as long as the function runs.
fn patience(trigger: &Trigger) -> Option<f64> {
    let default = match trigger.kind.as_str() {
        "aws.apigw.rest" => 29.0,
        "aws.apigw.http" => 30.0,
        _ => return None,
    };
    let mode = trigger.settings.text_at("ResponseTransferMode");
    match trigger.settings.number_at("TimeoutInMillis") {
        _ if !mode.is_absent() && mode.known().is_none_or(|mode| *mode != "BUFFERED") => None,
        Prop::Known(milliseconds, _) => Some(milliseconds / 1000.0),
        Prop::Absent => Some(default),
        Prop::Unknown(_) => None,
    }
}

/// A function that only APIs invoke, and that may run on after they have given up. A second more than they wait is common and
/// harmless.
fn behind_api(input: &Input<'_>, id: FunctionId, seconds: f64, place: Place) -> Option<Finding> {
    let model = input.model;
    let mut longest: f64 = 0.0;
    let mut first = None;
    for trigger in model.application.triggers_of(id) {
        longest = longest.max(patience(trigger)?);
        first = first.or(Some(trigger));
    }
    let first = first?;
    if seconds <= longest + 1.0 {
        return None;
    }
    let message = format!(
        "The function may run for {seconds} s, but API Gateway answers its caller after {longest} s and the function runs on"
    );
    Some(
        Finding::new(&INFO, place, message)
            .score(Impact::Hygiene, model.exposure(id))
            .step(
                StepKind::Trigger,
                first.place,
                format!("the API waits for {longest} s at most"),
            )
            .fix(format!("Set the timeout to {longest} s or less"))
            .value(longest.to_string()),
    )
}

fn maximal(function: &Function, seconds: f64, place: Place) -> Option<Finding> {
    (MOST <= seconds && function.timeout.known().is_some()).then(|| {
        let message = format!("The timeout is the longest there is, {MOST} s: one stuck call is paid for a quarter of an hour");
        Finding::new(&INFO, place, message)
            .score(Impact::Hygiene, Reach::Tenant)
            .fix("Set the timeout a little above the longest run that is expected")
    })
}

/// A queue that shows a message again while the function still works on it, so that it is worked on twice.
fn shorter_visibility(
    input: &Input<'_>,
    id: FunctionId,
    function: &Function,
    seconds: f64,
) -> Vec<Finding> {
    let model = input.model;
    let mut findings = Vec::new();
    for trigger in model.application.triggers_of(id) {
        let Some(queue) = super::retries::queue_of(model, trigger) else {
            continue;
        };
        let (hidden, place) = match queue.properties.number_at("VisibilityTimeout") {
            Prop::Known(hidden, place) => (hidden, place),
            Prop::Absent => (DEFAULT_VISIBILITY, queue.place),
            Prop::Unknown(_) => continue,
        };
        if seconds <= hidden {
            continue;
        }
        let message = format!(
            "Queue `{}` shows a message again after {hidden} s, while `{}` may still work on it for {seconds} s",
            queue.logical_id, function.name
        );
        let mut finding = Finding::new(&INFO, place, message)
            .score(Impact::Limited, Reach::Tenant)
            .functions([model.function_name(id)])
            .fix("Set `VisibilityTimeout` to six times the function's timeout")
            .value((seconds * 6.0).min(LONGEST_VISIBILITY).to_string())
            .subject(format!("{}:{}", queue.logical_id, function.name));
        if let Some(timeout) = function.timeout.place() {
            finding = finding.step(
                StepKind::Config,
                timeout,
                format!("the function may run for {seconds} s"),
            );
        }
        findings.push(finding);
    }
    findings
}
