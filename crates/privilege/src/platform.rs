//! What no call shows: what the platform does with a function's role.

use app::{Text, TextPart, Trigger, Value};
use base::{Name, Place};
use knowledge::{Knowledge, ResourceType, Setting};

use crate::collect::{Collector, Target};
use crate::{Cause, Reason};

/// Adds what the triggers and the settings of the function need, of which the latter are among the properties of its resource.
pub(crate) fn add(collector: &mut Collector<'_>, properties: Option<&Value>) {
    let model = collector.model;
    let function = collector.function;
    for trigger in model.application.triggers_of(function) {
        add_trigger(collector, trigger);
    }
    for (destination, place) in destinations(collector, properties) {
        add_destination(collector, &destination, place);
    }
    let Some(declared) = model.application.function(function) else {
        return;
    };
    let resource = declared.resource;
    let resource = resource.and_then(|id| model.application.resource(id));
    let (Some(resource), Some(properties)) = (resource, properties) else {
        return;
    };
    let tracing = properties.at("TracingConfig.Mode");
    let settings = [
        (
            Setting::Logs,
            Some(declared.place),
            "the function writes logs",
        ),
        (
            Setting::Tracing,
            tracing.place().filter(|_| {
                let mode = tracing.known().and_then(|mode| mode.as_name());
                mode.is_some_and(|mode| mode == "Active")
            }),
            "tracing is on",
        ),
        (
            Setting::Network,
            declared.vpc.place().filter(|_| {
                let network = declared.vpc.known();
                network.is_some_and(|it| it.subnets.as_ref().is_none_or(|it| !it.is_empty()))
            }),
            "the function is attached to a network",
        ),
        (
            Setting::Durable,
            properties.get("DurableConfig").map(|it| it.place),
            "the function is durable",
        ),
    ];
    for (setting, place, message) in settings {
        let Some(place) = place else { continue };
        let reason = Reason {
            place,
            message: message.to_owned(),
            is_possible_only: false,
        };
        let target = match setting {
            Setting::Logs => logs(collector, properties),
            Setting::Durable => own_runs(collector),
            Setting::Tracing | Setting::Network => anywhere(),
        };
        let rows = model.knowledge.needs.settings.iter();
        for action in rows
            .filter(|row| row.setting == setting)
            .flat_map(|row| &row.actions)
        {
            collector.need(action, &target, Cause::Platform, &reason);
        }
    }
    let rows = model.knowledge.needs.keys.iter();
    for row in rows.filter(|row| row.uses.is_empty() && row.kind == resource.kind) {
        let why = "the environment variables are encrypted with this key";
        collector.keys(properties, row, why);
    }
}

fn add_trigger(collector: &mut Collector<'_>, trigger: &Trigger) {
    let knowledge = collector.model.knowledge;
    let rows = knowledge.needs.triggers.iter();
    let reason = Reason {
        place: trigger.place,
        message: format!(
            "the platform reads {} for the function",
            source_name(collector, trigger)
        ),
        is_possible_only: false,
    };
    for row in rows.filter(|row| row.kinds.contains(&trigger.kind)) {
        let targets = if row.on.is_empty() {
            vec![source(collector, trigger)]
        } else {
            credentials(
                collector,
                trigger,
                row.with.as_deref().unwrap_or_default(),
                &row.on,
            )
        };
        for target in targets {
            for action in &row.actions {
                collector.need(action, &target, Cause::Trigger, &reason);
            }
        }
        for action in &row.beside {
            collector.need(action, &anywhere(), Cause::Trigger, &reason);
        }
    }
}

fn source_name(collector: &Collector<'_>, trigger: &Trigger) -> String {
    let declared = trigger
        .source
        .known()
        .and_then(Text::resource)
        .and_then(|id| collector.model.application.resource(id));
    match declared {
        Some(resource) => format!("`{}`", resource.logical_id),
        None => "the source".to_owned(),
    }
}

/// The queue, stream or cluster that a trigger reads.
fn source(collector: &Collector<'_>, trigger: &Trigger) -> Target {
    let model = collector.model;
    let text = match &trigger.source {
        app::Prop::Known(text, _) => text.clone(),
        app::Prop::Absent => unknown("the template names no source"),
        app::Prop::Unknown(reason) => unknown(reason.clone()),
    };
    let declared = text.resource();
    // What the template does not know it writes as an ARN, because nothing else is taken here.
    let is_referred = text.0.first().is_some_and(|it| it.reference().is_some());
    if is_referred || link::is_arn(&text) {
        return Target {
            arn: text,
            declared,
        };
    }
    if let Some(id) = declared {
        return Target {
            arn: model.arn_text(id),
            declared,
        };
    }
    let mut kinds = model.knowledge.resource_types();
    let kind = kinds.find(|kind| kind.feeds.contains(&trigger.kind));
    let named = kind.and_then(|kind| model.named_by_text(collector.function, &text, &kind.kind));
    Target {
        arn: named.map_or(text, |named| named.arn),
        declared: None,
    }
}

/// The secrets that a mapping names for its source.
fn credentials(
    collector: &Collector<'_>,
    trigger: &Trigger,
    setting: &str,
    types: &[Name],
) -> Vec<Target> {
    let configurations = trigger.settings.get(setting).map(Value::items);
    let configurations = configurations.unwrap_or_default().iter();
    configurations
        .filter(|configuration| {
            let kind = configuration.text_at("Type");
            kind.known().is_some_and(|kind| types.contains(kind))
        })
        .filter_map(|configuration| {
            let text = match configuration.at("URI") {
                app::Prop::Known(value, _) => value.as_text()?.clone(),
                app::Prop::Absent => return None,
                app::Prop::Unknown(reason) => unknown(reason),
            };
            let kind = "AWS::SecretsManager::Secret";
            let named = collector
                .model
                .named_by_text(collector.function, &text, kind)?;
            Some(Target {
                arn: named.arn,
                declared: named.resource,
            })
        })
        .collect()
}

/// Where the platform sends failed and finished events.
fn destinations(collector: &Collector<'_>, properties: Option<&Value>) -> Vec<(Text, Place)> {
    let application = &collector.model.application;
    let Some(function) = application.function(collector.function) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let app::Prop::Known(text, place) = &function.failure_destination {
        found.push((text.clone(), *place));
    }
    let mappings = application.triggers_of(collector.function);
    let mut settings: Vec<&Value> = mappings.map(|trigger| &trigger.settings).collect();
    let configurations = application.resources_of("AWS::Lambda::EventInvokeConfig");
    settings.extend(configurations.filter_map(|(_, resource)| {
        let named = resource.properties.get("FunctionName")?.as_text()?;
        let is_own = function.resource.is_some() && named.resource() == function.resource;
        is_own.then_some(&resource.properties)
    }));
    settings.extend(properties);
    for settings in settings {
        for path in [
            "DestinationConfig.OnFailure.Destination",
            "DestinationConfig.OnSuccess.Destination",
            "DeadLetterConfig.TargetArn",
        ] {
            if let app::Prop::Known(value, place) = settings.at(path)
                && let Some(text) = value.as_text()
                && !found.iter().any(|(known, _)| known == text)
            {
                found.push((text.clone(), place));
            }
        }
    }
    found
}

fn add_destination(collector: &mut Collector<'_>, destination: &Text, place: Place) {
    let model = collector.model;
    let declared = destination.resource();
    let kind = match declared.and_then(|id| model.application.resource(id)) {
        Some(resource) => Some(resource.kind.clone()),
        None => kind_of_arn(model.knowledge, destination).map(|kind| kind.kind.clone()),
    };
    let mut rows = model.knowledge.needs.destinations.iter();
    let Some(row) = rows.find(|row| Some(&row.kind) == kind.as_ref()) else {
        return;
    };
    let reason = Reason {
        place,
        message: "the platform sends events there that failed or are done".to_owned(),
        is_possible_only: false,
    };
    let target = Target {
        arn: declared.map_or_else(|| destination.clone(), |id| model.arn_text(id)),
        declared,
    };
    for action in &row.actions {
        let mut target = target.clone();
        if action == "s3:PutObject" {
            target.arn.0.push(TextPart::Literal("/*".into()));
        }
        collector.need(action, &target, Cause::Trigger, &reason);
    }
}

/// The type of resource that an ARN is of, by its service.
fn kind_of_arn<'k>(knowledge: &'k Knowledge, arn: &Text) -> Option<&'k ResourceType> {
    let shown = arn.display();
    let service = shown.split(':').nth(2)?;
    let destinations = knowledge.needs.destinations.iter();
    destinations
        .filter_map(|row| knowledge.resource_type(&row.kind))
        .find(|kind| {
            let own = kind.arn.as_deref().and_then(|arn| arn.split(':').nth(2));
            own == Some(service)
        })
}

/// The function itself in all its versions, by its name: by reference, the role would wait for the function.
fn own_runs(collector: &Collector<'_>) -> Target {
    let (model, function) = (collector.model, collector.function);
    let declared = model.application.function(function);
    let named = declared.and_then(|it| model.arn_by_name(it.resource?));
    let mut arn = named.unwrap_or_else(|| {
        let any = Text::known("*");
        let named = model.named_by_text(function, &any, "AWS::Lambda::Function");
        named.map_or(any, |named| named.arn)
    });
    arn.0.push(TextPart::Literal(":*".into()));
    Target {
        arn,
        declared: None,
    }
}

/// The streams of the function's log group: the one that is set, else the one named after the function.
fn logs(collector: &Collector<'_>, properties: &Value) -> Target {
    let model = collector.model;
    let group = properties
        .at("LoggingConfig.LogGroup")
        .known()
        .and_then(|value| value.as_text().cloned());
    let name = group.unwrap_or_else(|| {
        let name = properties.get("FunctionName").and_then(Value::as_text);
        let mut parts = vec![TextPart::Literal("/aws/lambda/".into())];
        match name {
            Some(name) => parts.extend(name.0.iter().cloned()),
            None => parts.push(TextPart::Literal("*".into())),
        }
        Text(parts)
    });
    let named = model.named_by_text(collector.function, &name, "AWS::Logs::LogGroup");
    let mut arn = match &named {
        Some(named) if named.resource.is_none() => named.arn.clone(),
        Some(named) => named
            .resource
            .and_then(|id| model.arn_by_name(id))
            .unwrap_or_else(|| named.arn.clone()),
        None => name,
    };
    arn.0.push(TextPart::Literal(":*".into()));
    Target {
        arn,
        declared: None,
    }
}

fn anywhere() -> Target {
    Target {
        arn: Text::known("*"),
        declared: None,
    }
}

fn unknown(reason: impl Into<app::Reason>) -> Text {
    Text(vec![TextPart::Unknown(reason.into())])
}
