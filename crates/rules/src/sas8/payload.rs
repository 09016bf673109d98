//! SAS-8: outside data that grows without bound when it is read: decompression bombs, entity bombs.

use crate::family::{Family, Input};
use app::FunctionId;
use finding::{Confidence, Finding, Impact, RuleInfo, StepKind};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/no-payload-limit",
    title: "Event data is expanded without a limit on its size",
    page: include_str!("../../docs/sas8/no-payload-limit.md"),
    cwe: 409,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    // What CloudWatch Logs delivers is packed by the platform, in events of bounded size.
    let is_packed_by_platform = |function: &FunctionId| {
        let mut triggers = model.application.triggers_of(*function).peekable();
        triggers.peek().is_some() && triggers.all(|trigger| trigger.kind == "aws.logs")
    };
    let flows = model.flows("payload-size").into_iter();
    let flows = flows.filter(|flow| !flow.functions.last().is_some_and(is_packed_by_platform));
    flows
        .map(|flow| {
            let function = model.code_name(flow.sink.function);
            let message = format!(
                "`{}` in `{function}` expands event data without a limit on what comes out",
                flow.sink.path
            );
            let confidence = if flow.reached.is_proven {
                Confidence::High
            } else {
                Confidence::Medium
            };
            let mut finding = Finding::new(&INFO, flow.sink.place, message)
                .score(Impact::Limited, flow.reached.who)
                .confidence(confidence)
                .functions(model.function_names(&flow.functions))
                .fix("Limit the size of the output, or refuse input whose declared size is too large")
                .subject(format!("{function}:{}", flow.sink.path));
            finding.evidence = flow.reached.evidence;
            finding.step(
                StepKind::Sink,
                flow.sink.place,
                format!("`{}` makes much of little", flow.sink.path),
            )
        })
        .collect()
}
