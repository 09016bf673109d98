//! What the rules on monitoring share: each says what a stack lacks once, with the functions that lack it, and is silent where
//! something that the project does not show may stand in.

use app::{Application, FunctionId, StackId, Text};
use base::{Name, Set};
use link::Model;

/// Parts of the names of plugins, layers and variables by which services for monitoring come into a function: they trace, keep
/// what is logged and raise alarms.
const SERVICES: [&str; 18] = [
    "datadog",
    "dd-",
    "lumigo",
    "thundra",
    "epsagon",
    "sentry",
    "newrelic",
    "new-relic",
    "dashbird",
    "dynatrace",
    "honeycomb",
    "elastic-apm",
    "opentelemetry",
    "otel",
    "splunk",
    "instana",
    "rollbar",
    "@serverless/dashboard-plugin",
];

/// The functions of one stack.
pub(super) struct Serving {
    pub(super) stack: StackId,
    pub(super) functions: Vec<FunctionId>,
}

/// The functions that serve each stack when it runs, stacks in order: not those that only its deployment calls, and not those
/// that the edge runs, far from the stack's logs and metrics. Stacks that may hold more than is known are left out.
pub(super) fn serving(model: &Model<'_>) -> Vec<Serving> {
    let application = &model.application;
    let aside = set_aside(model);
    let mut stacks: Vec<Serving> = (0..application.stacks.len())
        .map(|index| Serving {
            stack: StackId(index as u32),
            functions: Vec::new(),
        })
        .collect();
    for (id, function) in application.functions() {
        if let Some(stack) = stacks.get_mut(function.stack.0 as usize)
            && function.resource.is_some()
            && !aside.contains(&id)
        {
            stack.functions.push(id);
        }
    }
    stacks.retain(|serving| {
        let stack = application.stack(serving.stack);
        !serving.functions.is_empty() && stack.is_some_and(|stack| stack.open.is_none())
    });
    stacks
}

fn set_aside(model: &Model<'_>) -> Set<FunctionId> {
    let application = &model.application;
    let mut aside: Set<FunctionId> = Set::default();
    let mut called: Set<FunctionId> = Set::default();
    for trigger in &application.triggers {
        if trigger.kind == "aws.cloudfront" {
            aside.insert(trigger.function);
        }
        called.insert(trigger.function);
    }
    let tokens: Set<_> = application
        .resources()
        .filter_map(|(_, resource)| {
            let token = resource.properties.get("ServiceToken")?;
            token.as_text()?.resources().next()
        })
        .collect();
    for (id, function) in application.functions() {
        let is_helper = function
            .resource
            .is_some_and(|resource| tokens.contains(&resource));
        if is_helper && !called.contains(&id) {
            aside.insert(id);
        }
    }
    aside
}

impl Serving {
    /// Whether a service for monitoring is at work, or a plugin whose name holds one of these words.
    pub(super) fn is_watched(&self, application: &Application, words: &[&str]) -> bool {
        let is_service = |name: &str| {
            let name = name.to_ascii_lowercase().replace('_', "-");
            SERVICES.iter().any(|service| match *service {
                "dd-" => name.starts_with(service),
                _ => name.contains(service),
            })
        };
        let stack = application.stack(self.stack);
        let mut plugins = stack.into_iter().flat_map(|stack| &stack.plugins);
        let mut functions = self
            .functions
            .iter()
            .filter_map(|id| application.function(*id));
        plugins.any(|plugin| is_service(plugin) || words.iter().any(|word| plugin.contains(word)))
            || functions.any(|function| {
                let mut layers = function.layers.iter();
                let mut variables = function.environment.variables.iter();
                layers.any(|layer| {
                    let text = layer.as_text().map(Text::display);
                    // A layer that cannot be told may be that of such a service.
                    text.is_none_or(|text| is_service(&text))
                }) || variables.any(|variable| is_service(&variable.name))
            })
    }

    /// The functions of these that a rule is about.
    pub(super) fn that(
        &self,
        application: &Application,
        is_meant: impl Fn(&app::Function) -> bool,
    ) -> Vec<FunctionId> {
        let functions = self.functions.iter().copied();
        functions
            .filter(|id| application.function(*id).is_some_and(&is_meant))
            .collect()
    }
}

/// The names of functions of one stack for people: three, and how many more.
pub(super) fn names(application: &Application, functions: &[FunctionId]) -> String {
    const SHOWN: usize = 3;
    let functions = functions.iter().filter_map(|id| application.function(*id));
    let names: Vec<&Name> = functions.map(|function| &function.name).collect();
    let quoted = |names: &[&Name]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        names.join(", ")
    };
    match names.as_slice() {
        [first @ .., last] if names.len() <= SHOWN && !first.is_empty() => {
            format!("{} and `{last}`", quoted(first))
        }
        few if few.len() <= SHOWN => quoted(few),
        many => {
            let shown: Vec<&Name> = many.iter().take(SHOWN).copied().collect();
            match many.len() - SHOWN {
                1 => format!("{} and one more function", quoted(&shown)),
                count => format!("{} and {count} more functions", quoted(&shown)),
            }
        }
    }
}
