//! What the calls of a function need: the actions of their operations on the resources that their parameters name, and what
//! some parameters ask for beside.

use app::{Text, TextPart};
use base::Name;
use flow::{CallFact, Object, Shape, Value};
use knowledge::{Access, Choice, ExtraNeed, Operation};
use link::Named;

use crate::collect::{Collector, Target};
use crate::{Cause, Reason};
use crate::{arn, scope};

const BUCKET: &str = "AWS::S3::Bucket";
const BUS: &str = "AWS::Events::EventBus";

/// Adds what the code needs, and where it may need more than can be seen.
pub(crate) fn add(collector: &mut Collector<'_>) {
    let model = collector.model;
    let function = collector.function;
    let mut is_seen = false;
    for analysis in model.analyses_of(function) {
        is_seen |= analysis.handler.is_some();
        for call in &analysis.facts.calls {
            add_call(collector, call);
        }
        for place in &analysis.facts.opaque_calls {
            collector.gap(
                *place,
                "a client of an SDK is used here in a way that cannot be followed: any of its operations may be called",
            );
        }
        for place in &analysis.facts.foreign_clients {
            collector.gap(
                *place,
                "a client is given credentials of its own here: its calls need nothing of the function's role",
            );
        }
        if let Some(handler) = analysis.handler.filter(|_| analysis.facts.is_incomplete) {
            collector.gap(
                handler,
                "the code is larger than what is followed from one handler",
            );
        }
    }
    let declared = model.application.function(function);
    if let Some(declared) = declared.filter(|_| !is_seen) {
        collector.gap(declared.place, "the code of the function was not found");
    }
}

fn add_call(collector: &mut Collector<'_>, call: &CallFact) {
    if call.is_foreign {
        return;
    }
    let model = collector.model;
    let Some(operation) = model.operation(call) else {
        return;
    };
    let named = format!("{}.{}", operation.service, operation.name);
    let extras = model.knowledge.needs.extras.iter();
    let extras: Vec<&ExtraNeed> = extras
        .filter(|extra| {
            extra.operations.iter().any(|it| *it == named) || extra.calls.contains(&call.path)
        })
        .collect();
    let mut choices = model.knowledge.needs.choices.iter();
    let choice = choices.find(|choice| choice.operations.iter().any(|it| *it == named));
    let chosen = chosen(collector, call, choice);
    let reason = Reason {
        place: call.place,
        message: format!("`{}` is called", call.path),
        is_possible_only: chosen == Chosen::Any,
    };
    let free = &model.knowledge.needs.free;
    let actions = match &chosen {
        Chosen::Of(actions) => actions,
        Chosen::All | Chosen::Any => &operation.actions,
    };
    let items = choice.and_then(|choice| items(collector, call, choice));
    for action in actions.iter().filter(|it| !free.contains(it)) {
        let is_elsewhere = extras
            .iter()
            .any(|extra| extra.parameter.is_some() && extra.actions.contains(action));
        if is_elsewhere {
            continue;
        }
        let targets = match (&items, &operation.resource) {
            (Some(items), Some(wanted)) => {
                let own = items.iter().filter(|(chosen, _)| chosen == action);
                let values: Vec<Value> = own.map(|(_, value)| value.clone()).collect();
                targets_named(collector, call, action, &wanted.kind, &values)
            }
            _ => own_targets(collector, call, operation, action),
        };
        for target in targets {
            collector.need(action, &target, Cause::Call, &reason);
        }
    }
    let is_told = extras
        .iter()
        .any(|extra| extra.actions.iter().any(|it| it == PASS));
    for extra in extras {
        add_extra(collector, call, operation, extra);
    }
    if !is_told {
        add_passed_roles(collector, call, operation);
    }
}

/// What a service may be handed a role with.
const PASS: &str = "iam:PassRole";

/// The roles that the parameters of a call hand to the service, of their own, one level down, or in the items of a list.
fn add_passed_roles(collector: &mut Collector<'_>, call: &CallFact, operation: &Operation) {
    let rule = &collector.model.knowledge.needs.passed_roles;
    if rule.except.contains(&operation.service) || !is_change(collector, operation) {
        return;
    }
    let hands_over = |name: &str| {
        let start = name.len().checked_sub(rule.ends.len());
        let end = start.and_then(|start| name.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(&rule.ends))
    };
    let mut roles: Vec<(Name, Value)> = Vec::new();
    for (name, value) in &call.parameters {
        if hands_over(name) {
            roles.push((name.clone(), value.clone()));
            continue;
        }
        let items = match &value.shape {
            Shape::List(list) => list.items.iter().chain(&list.rest).collect(),
            _ => vec![value],
        };
        for item in items {
            if let Shape::Object(object) = &item.shape {
                let inside = object.fields.iter().filter(|(name, _)| hands_over(name));
                roles.extend(inside.cloned());
            }
        }
    }
    for (name, value) in roles {
        let reason = Reason {
            place: call.place,
            message: format!("`{}` is called: its `{name}` hands over a role", call.path),
            is_possible_only: false,
        };
        let target = named_by_itself(collector, &value);
        collector.need(&PASS.into(), &target, Cause::Call, &reason);
    }
}

/// Whether an operation does more than read.
fn is_change(collector: &Collector<'_>, operation: &Operation) -> bool {
    let mut actions = operation.actions.iter();
    actions.any(|action| {
        let known = collector.model.knowledge.action(action);
        known.is_some_and(|known| known.access != Access::Read)
    })
}

/// Which of the actions of an operation a call needs.
#[derive(PartialEq, Eq)]
enum Chosen {
    /// All of them.
    All,
    /// These.
    Of(Vec<Name>),
    /// Some, but which cannot be told.
    Any,
}

/// The items of a transaction, where all of them are seen: the action of each, and what names its resource.
fn items(
    collector: &Collector<'_>,
    call: &CallFact,
    choice: &Choice,
) -> Option<Vec<(Name, Value)>> {
    let mut items = Vec::new();
    for value in collector.model.values_passed(call, &choice.parameter) {
        for shape in value.shape.alternatives() {
            let item = match shape {
                Shape::Object(item) if item.rest.is_none() => item,
                _ => return None,
            };
            for (name, inner) in &item.fields {
                let action = choice.actions.get(name)?;
                let table = match &inner.shape {
                    Shape::Object(inner) => field(inner, "TableName")?,
                    _ => return None,
                };
                items.push((action.clone(), table));
            }
        }
    }
    (!items.is_empty()).then_some(items)
}

fn chosen(collector: &Collector<'_>, call: &CallFact, choice: Option<&Choice>) -> Chosen {
    let Some(choice) = choice else {
        return Chosen::All;
    };
    let values = collector.model.values_passed(call, &choice.parameter);
    let mut actions: Vec<Name> = Vec::new();
    for value in &values {
        let found: Vec<&Name> = match &value.shape {
            Shape::Object(object) if object.rest.is_none() => {
                let fields = object.fields.iter();
                fields
                    .filter_map(|(name, _)| choice.actions.get(name))
                    .collect()
            }
            _ => {
                let start = value
                    .atoms()
                    .and_then(|atoms| match atoms.into_iter().next() {
                        Some(flow::Atom::Literal(text)) => Some(text),
                        _ => None,
                    });
                let word =
                    start.and_then(|text| Some(text.split_whitespace().next()?.to_uppercase()));
                word.and_then(|word| choice.actions.get(word.as_str()))
                    .into_iter()
                    .collect()
            }
        };
        if found.is_empty() {
            return Chosen::Any;
        }
        actions.extend(found.into_iter().cloned());
    }
    actions.sort();
    actions.dedup();
    match actions.is_empty() {
        true => Chosen::Any,
        false => Chosen::Of(actions),
    }
}

fn add_extra(
    collector: &mut Collector<'_>,
    call: &CallFact,
    operation: &Operation,
    extra: &ExtraNeed,
) {
    let is_passed = |name: &Name| call.parameters.iter().any(|(known, _)| known == name);
    if extra.with.as_ref().is_some_and(|name| !is_passed(name)) {
        return;
    }
    let reason = Reason {
        place: call.place,
        message: format!("`{}` is called: {}", call.path, extra.because),
        is_possible_only: false,
    };
    for action in &extra.actions {
        let targets = match &extra.parameter {
            Some(parameter) => {
                let values = collector.model.values_passed(call, parameter);
                let named = values
                    .iter()
                    .map(|value| elsewhere(collector, value, extra));
                named.flatten().collect()
            }
            None => own_targets(collector, call, operation, action),
        };
        for target in targets {
            collector.need(action, &target, Cause::Call, &reason);
        }
    }
}

/// What an action of a call is on, in the resource that the call's own parameter names.
fn own_targets(
    collector: &Collector<'_>,
    call: &CallFact,
    operation: &Operation,
    action: &str,
) -> Vec<Target> {
    let (model, function) = (collector.model, collector.function);
    if !operation.arns.is_empty() {
        return arn::of_row(model, function, call, &operation.arns);
    }
    let Some(wanted) = &operation.resource else {
        return arn::targets(model, function, call, operation, action);
    };
    let values = model.values_naming(call);
    let is_passed = |name: &Name| call.parameters.iter().any(|(known, _)| known == name);
    if values.is_empty() && wanted.nameless.as_ref().is_some_and(is_passed) {
        return vec![Target {
            arn: Text::known("*"),
            declared: None,
        }];
    }
    if values.is_empty() && call.is_complete {
        return match wanted.kind.as_str() {
            BUS => {
                let named = model.named_by(function, &Value::text("default"), BUS);
                named.into_iter().map(target).collect()
            }
            _ => arn::targets(model, function, call, operation, action),
        };
    }
    let unseen = [Value::unknown()];
    let values = if values.is_empty() {
        &unseen[..]
    } else {
        &values
    };
    targets_named(collector, call, action, &wanted.kind, values)
}

/// What an action of a call is on, in the resources of a type that these values name.
fn targets_named(
    collector: &Collector<'_>,
    call: &CallFact,
    action: &str,
    kind: &str,
    values: &[Value],
) -> Vec<Target> {
    let (model, function) = (collector.model, collector.function);
    let mut all = Vec::new();
    for value in values {
        for named in model.named_by(function, value, kind) {
            all.extend(scope::targets(model, function, call, action, kind, &named));
        }
    }
    all
}

/// What another parameter of a call names.
fn elsewhere(collector: &Collector<'_>, value: &Value, extra: &ExtraNeed) -> Vec<Target> {
    let (model, function) = (collector.model, collector.function);
    match extra.kind.as_deref() {
        Some(BUCKET) => object(collector, value),
        Some(kind) => {
            let named = model.named_by(function, value, kind);
            named.into_iter().map(target).collect()
        }
        None => vec![named_by_itself(collector, value)],
    }
}

/// What a value names by its ARN.
fn named_by_itself(collector: &Collector<'_>, value: &Value) -> Target {
    let text = match value.atoms() {
        Some(atoms) => collector.model.text_of(collector.function, &atoms),
        None => Text(vec![TextPart::Unknown(
            "it is not known before the code runs".into(),
        )]),
    };
    Target {
        declared: text.resource(),
        arn: text,
    }
}

/// The object that a parameter names: `{"Bucket": …, "Key": …}`, `bucket/key` or `s3://bucket/key`.
fn object(collector: &Collector<'_>, value: &Value) -> Vec<Target> {
    let (model, function) = (collector.model, collector.function);
    let (bucket, key) = match &value.shape {
        Shape::Object(object) => {
            let key = field(object, "Key").or_else(|| field(object, "Name"));
            (field(object, "Bucket"), key)
        }
        _ => divided(value),
    };
    let key = key.map_or_else(
        || Text::known("*"),
        |key| scope::text(model, function, &key),
    );
    let named = model.named_by(function, &bucket.unwrap_or_default(), BUCKET);
    named
        .into_iter()
        .map(|named| {
            let mut target = target(named);
            target.arn.0.push(TextPart::Literal("/".into()));
            target.arn.0.extend(key.0.iter().cloned());
            target
        })
        .collect()
}

fn field(object: &Object, name: &str) -> Option<Value> {
    let found = object.fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.clone())
}

/// A text of bucket and key at its first slash.
fn divided(value: &Value) -> (Option<Value>, Option<Value>) {
    let Some(atoms) = value.atoms() else {
        return (None, None);
    };
    // Of a web address nobody knows whether the host or the path names the bucket.
    if matches!(atoms.first(), Some(flow::Atom::Literal(start)) if start.starts_with("http")) {
        return (None, None);
    }
    let (mut bucket, mut key) = (Vec::new(), None::<Vec<flow::Atom>>);
    for (index, atom) in atoms.into_iter().enumerate() {
        match (&mut key, atom) {
            (Some(key), atom) => key.push(atom),
            (None, flow::Atom::Literal(text)) => {
                let text = match index {
                    0 => text.trim_start_matches("s3://").trim_start_matches('/'),
                    _ => text.as_str(),
                };
                match text.split_once('/') {
                    Some((before, after)) => {
                        bucket.push(flow::Atom::Literal(before.into()));
                        key = Some(vec![flow::Atom::Literal(after.into())]);
                    }
                    None => bucket.push(flow::Atom::Literal(text.into())),
                }
            }
            (None, atom) => bucket.push(atom),
        }
    }
    let value = |mut atoms: Vec<flow::Atom>| {
        atoms.retain(|atom| !matches!(atom, flow::Atom::Literal(text) if text.is_empty()));
        Value::of(Shape::Text(atoms.into()))
    };
    (Some(value(bucket)), key.map(value))
}

fn target(named: Named) -> Target {
    Target {
        arn: named.arn,
        declared: named.resource,
    }
}
