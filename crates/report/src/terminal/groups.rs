//! Findings by the functions that they are about, the worst first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use app::{Function, FunctionId};
use base::Name;
use finding::Severity;

use crate::{Judged, Report, json};

/// What findings of a group are about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// These functions.
    Functions(Vec<Name>),
    /// No function: this file.
    File(String),
}

/// The findings about the same functions, worst first.
pub(super) struct Group<'a> {
    about: About,
    pub(super) findings: Vec<&'a Judged>,
}

/// The groups, that with the worst finding first.
pub(super) fn of<'a>(report: &Report<'a>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<About, Vec<&Judged>> = BTreeMap::new();
    for judged in report.open() {
        let functions = &judged.finding.functions;
        let about = if functions.is_empty() {
            About::File(report.path(judged.finding.place).to_owned())
        } else {
            About::Functions(functions.clone())
        };
        groups.entry(about).or_default().push(judged);
    }
    let mut groups: Vec<Group<'_>> = groups
        .into_iter()
        .map(|(about, mut findings)| {
            findings.sort_by_key(|it| (Reverse(it.severity), it.finding.place));
            Group { about, findings }
        })
        .collect();
    groups.sort_by_cached_key(|group| {
        let counts = Severity::ALL.map(|severity| {
            let of_severity = group.findings.iter().filter(|it| it.severity == severity);
            of_severity.count()
        });
        (Reverse(counts), group.about.clone())
    });
    groups
}

impl Group<'_> {
    pub(super) fn title(&self, report: &Report<'_>) -> String {
        match &self.about {
            About::Functions(names) => match names.as_slice() {
                [first, second, third, _, ..] => {
                    format!(
                        "{first}, {second}, {third} and {} more functions",
                        names.len() - 3
                    )
                }
                names => names.join(", "),
            },
            About::File(path) if path.is_empty() => "the project".to_owned(),
            About::File(path) => {
                let stacks = &report.input.application.stacks;
                let stack = stacks.iter().find(|it| it.path.as_str() == path);
                match stack {
                    Some(stack)
                        if !stack.name.is_empty() && !path.starts_with(stack.name.as_str()) =>
                    {
                        format!("{} ({path})", stack.name)
                    }
                    _ => path.clone(),
                }
            }
        }
    }

    /// What the function is and what invokes it, where it is one function.
    pub(super) fn about(&self, report: &Report<'_>) -> Vec<String> {
        let About::Functions(names) = &self.about else {
            return Vec::new();
        };
        let [name] = names.as_slice() else {
            return Vec::new();
        };
        let mut functions = report.input.application.functions();
        let Some((id, function)) =
            functions.find(|(id, _)| report.input.application.function_name(*id) == *name)
        else {
            return Vec::new();
        };
        let mut lines = vec![settings(report, function)];
        lines.extend(triggers(report, id));
        lines
    }
}

fn settings(report: &Report<'_>, function: &Function) -> String {
    let mut parts = vec![report.file_line(function.place)];
    parts.extend(function.runtime.known().map(ToString::to_string));
    parts.extend(function.handler.known().map(ToString::to_string));
    parts.join(" · ")
}

/// Every way to make the function run: `aws.s3 inbox (anonymous)`.
fn triggers(report: &Report<'_>, id: FunctionId) -> Option<String> {
    let triggers: Vec<String> = report
        .triggers_of(id)
        .map(|(trigger, who)| {
            let what = match &trigger.route {
                Some(route) => json::route(route),
                None => report.source_of(trigger).unwrap_or_default(),
            };
            let separator = if what.is_empty() { "" } else { " " };
            format!("{}{separator}{what} ({})", trigger.kind, who.as_str())
        })
        .collect();
    match triggers.as_slice() {
        [] => None,
        [first, second, third, rest @ ..] if 1 < rest.len() => Some(format!(
            "invoked by {first}, {second}, {third} and {} more triggers",
            rest.len()
        )),
        all => Some(format!("invoked by {}", all.join(", "))),
    }
}
