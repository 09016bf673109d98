//! SAS-5: logs that are kept for ever.

use app::{Application, Dialect, Function, Resource, ResourceId, StackId};
use base::{Map, Name, Place, Set};
use finding::{Finding, Impact, Reach, RuleInfo, StepKind};

use super::serving::serving;
use crate::family::{Family, Input};

pub(super) const FAMILY: Family = Family {
    rules: || vec![INFO],
    check,
};

const INFO: RuleInfo = RuleInfo {
    name: "sas5/no-log-retention",
    title: "Logs never expire",
    page: include_str!("../../docs/sas5/no-log-retention.md"),
    cwe: 404,
};

/// Words in the names of plugins that set how long logs are kept.
const PLUGINS: [&str; 2] = ["retention", "prune-logs"];

/// One finding for each stack, with the groups that it spells out or its framework creates, and the functions for which the
/// platform creates one.
fn check(input: &Input<'_>) -> Vec<Finding> {
    let model = input.model;
    let application = &model.application;
    let groups = Groups::of(application);
    let mut findings = Vec::new();
    for serving in serving(model) {
        let Some(stack) = application.stack(serving.stack) else {
            continue;
        };
        let has_plugin = stack
            .plugins
            .iter()
            .any(|plugin| PLUGINS.iter().any(|word| plugin.contains(word)));
        if has_plugin || groups.unclear.contains(&serving.stack) {
            continue;
        }
        let declared = groups.endless.get(&serving.stack);
        let declared: &[&Resource] = declared.map_or(&[], Vec::as_slice);
        // The Serverless Framework creates the groups of its functions itself, each where its function is declared.
        let is_implied = stack.dialect == Dialect::ServerlessFramework;
        let is_endless = |function: &Function| {
            if is_implied {
                let mut implied = declared.iter().filter(|group| group.is_implied);
                implied.any(|group| group.place == function.place)
            } else {
                !groups.hold(application, function)
            }
        };
        let functions = serving.functions.iter();
        let functions = functions.filter_map(|id| application.function(*id));
        let mut endless: Vec<(&Name, Place)> = functions
            .filter(|function| is_endless(function))
            .map(|function| (&function.name, function.place))
            .collect();
        let spelled_out = declared.iter().filter(|group| !group.is_implied);
        endless.extend(spelled_out.map(|group| (&group.logical_id, group.place)));
        findings.extend(finding(&endless));
    }
    findings
}

fn finding(endless: &[(&Name, Place)]) -> Option<Finding> {
    const SHOWN: usize = 3;
    let (_, place) = endless.first()?;
    let shown = endless.iter().take(SHOWN);
    let shown: Vec<String> = shown.map(|(name, _)| format!("`{name}`")).collect();
    let more = match endless.len().saturating_sub(SHOWN) {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let mut finding = Finding::new(
        &INFO,
        *place,
        format!(
            "Logs are kept for ever, because no retention is set for {}{more}",
            shown.join(", ")
        ),
    )
    .score(Impact::Hygiene, Reach::Operator)
    .fix("Set for how many days the logs are kept: long enough for an investigation, and no longer")
    .subject("logs");
    for (name, place) in endless {
        finding = finding.step(
            StepKind::Config,
            *place,
            format!("the logs of `{name}` never expire"),
        );
    }
    Some(finding)
}

/// The log groups of the application.
#[derive(Default)]
struct Groups<'a> {
    /// Those that keep what they hold for ever, by stack.
    endless: Map<StackId, Vec<&'a Resource>>,
    /// The names of all.
    names: Set<Name>,
    /// The functions that the names of groups are made of.
    functions: Set<ResourceId>,
    /// Stacks in which something sets the retention of a group that cannot be told.
    unclear: Set<StackId>,
}

impl<'a> Groups<'a> {
    fn of(application: &'a Application) -> Self {
        let mut groups = Self::default();
        for (_, resource) in application.resources() {
            match resource.kind.as_str() {
                "AWS::Logs::LogGroup" => groups.add(resource),
                // So the CDK sets the retention of groups that the platform creates.
                "Custom::LogRetention" => {
                    groups.unclear.insert(resource.stack);
                }
                _ => {}
            }
        }
        groups
    }

    fn add(&mut self, group: &'a Resource) {
        if group.properties.at("RetentionInDays").is_absent() {
            let known = self.endless.entry(group.stack).or_default();
            known.push(group);
        }
        let Some(name) = group.properties.get("LogGroupName") else {
            return;
        };
        let text = name.as_text();
        match text.and_then(app::Text::literal) {
            Some(literal) => {
                self.names.insert(literal);
            }
            None => {
                let before = self.functions.len();
                self.functions
                    .extend(text.into_iter().flat_map(app::Text::resources));
                if self.functions.len() == before {
                    self.unclear.insert(group.stack);
                }
            }
        }
    }

    /// Whether one of the groups, or another one that the function names, holds the function's logs.
    fn hold(&self, application: &Application, function: &Function) -> bool {
        let Some((id, resource)) = function
            .resource
            .and_then(|id| Some((id, application.resource(id)?)))
        else {
            return true;
        };
        let properties = &resource.properties;
        let name = properties.text_at("FunctionName");
        let group = name
            .known()
            .map(|name| Name::from(format!("/aws/lambda/{name}")));
        !properties.at("LoggingConfig.LogGroup").is_absent()
            || self.functions.contains(&id)
            || group.is_some_and(|group| self.names.contains(&group))
    }
}
