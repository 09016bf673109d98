//! SAS-8: numbers from outside that decide how much is done or kept.

use crate::family::{Family, Input};
use finding::{Finding, Impact, RuleInfo, StepKind};
use link::{Flow, Model};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas8/amount-from-input",
    title: "Event data says how much is done, without a limit",
    page: include_str!("../../docs/sas8/amount-from-input.md"),
    cwe: 770,
};

fn check(input: &Input<'_>) -> Vec<Finding> {
    let flows = input.model.flows("amount").into_iter();
    flows.map(|flow| finding(input.model, flow)).collect()
}

fn finding(model: &Model<'_>, flow: Flow<'_>) -> Finding {
    let function = model.code_name(flow.sink.function);
    let path = &flow.sink.path;
    // The language's own operations have no name.
    let (what, step) = match path.as_str() {
        "%loop" => ("a loop".to_owned(), "the loop goes on until it is reached"),
        "*" => ("`*`".to_owned(), "it is repeated that often"),
        call => (
            format!("`{}`", plain(call)),
            "it says how much is done or kept",
        ),
    };
    let message =
        format!("Event data says how much {what} in `{function}` does, and nothing limits it");
    let mut finding = Finding::new(&INFO, flow.sink.place, message)
        .score(Impact::Limited, flow.reached.who)
        .confidence(flow.reached.confidence())
        .functions(model.function_names(&flow.functions))
        .fix("Refuse numbers above a limit, or go on with the smaller of the number and the limit")
        .subject(format!("{function}:{path}"));
    finding.evidence = flow.reached.evidence;
    finding.step(StepKind::Sink, flow.sink.place, step)
}

/// The name of a call without the star that stands for whatever a method is called on.
fn plain(path: &str) -> &str {
    path.strip_prefix("*.").unwrap_or(path)
}
