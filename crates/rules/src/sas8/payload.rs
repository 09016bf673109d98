//! SAS-8: outside data that grows without bound when it is read: decompression bombs, entity bombs.

use crate::family::{Family, Input};
use finding::{Finding, Impact, RuleInfo, StepKind};
use flow::Origin;
use knowledge::Encoding;
use link::{Flow, Model};

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
    let flows = model.flows("payload-size").into_iter();
    let flows = flows.filter(|flow| !is_packed_by_platform(model, flow));
    flows
        .map(|flow| {
            let function = model.code_name(flow.sink.function);
            let message = format!(
                "`{}` in `{function}` expands event data without a limit on what comes out",
                flow.sink.path
            );
            let mut finding = Finding::new(&INFO, flow.sink.place, message)
                .score(Impact::Limited, flow.reached.who)
                .confidence(flow.reached.confidence())
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

/// Whether all of the data is a field that the platform itself packs, in events of bounded size.
fn is_packed_by_platform(model: &Model<'_>, flow: &Flow<'_>) -> bool {
    let facts = &flow.analysis.facts;
    let mut sources = flow
        .sink
        .labels
        .iter()
        .map(|label| facts.source(label.source));
    sources.all(|source| {
        let Some(Origin::Event { path, .. }) = source.map(|source| &source.origin) else {
            return false;
        };
        // The name tells, where the template does not show what invokes the function.
        model.knowledge.events().iter().any(|event| {
            let field = event.field(path);
            field.is_some_and(|field| field.encodings.contains(&Encoding::Gzip))
        })
    })
}
