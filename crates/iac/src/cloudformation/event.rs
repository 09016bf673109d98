//! Triggers that SAM and the Serverless Framework declare with their functions.

use app::{Auth, AuthKind, Filter, KeyFilter, Prop, Trigger, Value, ValueKind};

use super::model::{Model, name_at, text_prop};
use super::text::text_of;
use crate::stack::{AuthDeclaration, AuthDeclarationKind, EventDeclaration, FilterDeclaration};
use crate::tree::Tree;

/// Adds the declared triggers of all stacks to the model.
pub(crate) fn add(model: &mut Model<'_>) {
    let mut triggers = Vec::new();
    for (scope, names) in model.scopes().iter().enumerate() {
        for event in &names.stack.events {
            let resource = names.resources.get(event.function.as_str());
            let Some(function) = resource.and_then(|id| model.functions.get(id)).copied() else {
                continue;
            };
            triggers.push(trigger(model, scope, event, function));
        }
    }
    model.application.triggers.extend(triggers);
}

fn trigger(
    model: &Model<'_>,
    scope: usize,
    event: &EventDeclaration,
    function: app::FunctionId,
) -> Trigger {
    let evaluate = |tree: &Tree| model.evaluator.evaluate(scope, tree);
    let source = event.source.as_ref().and_then(evaluate);
    let settings = evaluate(&event.settings)
        .filter(|settings| !matches!(settings.kind, ValueKind::Null))
        .unwrap_or(Value {
            kind: ValueKind::Map(Vec::new()),
            place: event.place,
        });
    let kind = match (&*event.kind, &source) {
        // A stream is told by what it is attached to.
        ("aws.stream", Some(source)) => super::function::stream_kind(model, source)
            .unwrap_or("aws.dynamodb")
            .into(),
        _ => event.kind.clone(),
    };
    let filter = filter(model, &event.filter, evaluate);
    let source = match &source {
        Some(Value {
            kind: ValueKind::Unknown(reason),
            ..
        }) => Prop::Unknown(reason.clone()),
        Some(value) => text_prop(Prop::Known(value, value.place)),
        None => Prop::Absent,
    };
    let (kind, source) = match &*kind {
        "aws.eventbridge.custom" => super::bus::kind_and_source(&filter, source),
        _ => (kind, source),
    };
    Trigger {
        function,
        kind,
        source,
        filter,
        auth: auth(model, scope, &event.auth),
        route: event.route.clone().or_else(|| match &*event.kind {
            "aws.iot.rule" => super::trigger::topic_of_sql(&name_at(&settings, "Sql")?),
            _ => None,
        }),
        cors: match event.cors.as_ref().and_then(evaluate) {
            Some(Value {
                kind: ValueKind::Unknown(reason),
                ..
            }) => Prop::Unknown(reason),
            Some(cors) => Prop::Known(super::api::cors(&cors), cors.place),
            None => Prop::Absent,
        },
        settings,
        place: event.place,
    }
}

fn filter(
    model: &Model<'_>,
    declared: &FilterDeclaration,
    evaluate: impl Fn(&Tree) -> Option<Value>,
) -> Filter {
    match declared {
        FilterDeclaration::All => Filter::All,
        FilterDeclaration::Objects { events, rules } => {
            let events =
                evaluate(events).map(|it| it.items().iter().filter_map(Value::as_name).collect());
            Filter::Objects {
                events: events.unwrap_or_default(),
                keys: evaluate(rules)
                    .map(|rules| KeyFilter::of_rules(&rules))
                    .unwrap_or_default(),
            }
        }
        FilterDeclaration::Patterns { patterns, scope } => {
            let Some(patterns) = evaluate(patterns) else {
                return Filter::All;
            };
            if let ValueKind::Unknown(reason) = &patterns.kind {
                return Filter::Unknown(reason.clone());
            }
            let patterns = patterns.items().iter();
            Filter::Patterns {
                patterns: patterns
                    .map(|pattern| super::trigger::parsed(model, pattern))
                    .collect(),
                scope: scope.clone(),
            }
        }
        FilterDeclaration::Unknown(reason) => Filter::Unknown(reason.clone()),
    }
}

fn auth(model: &Model<'_>, scope: usize, declared: &AuthDeclaration) -> Auth {
    let text = |tree: &Option<Tree>| {
        let value = tree
            .as_ref()
            .and_then(|tree| model.evaluator.evaluate(scope, tree));
        value.as_ref().map(text_of)
    };
    let kind = match &declared.kind {
        AuthDeclarationKind::NotApplicable => AuthKind::NotApplicable,
        AuthDeclarationKind::None => AuthKind::None,
        AuthDeclarationKind::ApiKey => AuthKind::ApiKey,
        AuthDeclarationKind::Iam => AuthKind::Iam,
        AuthDeclarationKind::Token(authorizer) => AuthKind::Token {
            authorizer: text(authorizer).and_then(|text| text.resources().next()),
        },
        AuthDeclarationKind::Function(authorizer) => AuthKind::Function {
            authorizer: text(authorizer).and_then(|text| model.function_of(&text)),
        },
        AuthDeclarationKind::Authorizer(tree) => match model.evaluator.evaluate(scope, tree) {
            Some(value) => super::authorizer::decides(model, &value),
            None => AuthKind::Unknown("the authorizer is not known".into()),
        },
        AuthDeclarationKind::Unknown(reason) => AuthKind::Unknown(reason.clone()),
    };
    Auth {
        kind,
        place: declared.place,
    }
}
