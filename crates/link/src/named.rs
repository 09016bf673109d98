//! From a value in code to the ARNs that a policy names for it, in the words of the template: `!GetAtt Orders.Arn` where the
//! template declares the resource, else an ARN with the name that the code gives.

use app::{FunctionId, ResourceId, StackId, Text, TextPart};
use base::Name;
use flow::{Atom, CallFact, Shape, Value};
use knowledge::{EventPath, Reference, ResourceType};

use crate::Model;
use crate::names::{Target, canonical};
use crate::parts::{tables_named, values_at};

/// What a value names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The resource of the application, where it is one.
    pub resource: Option<ResourceId>,
    /// Its ARN; parts that cannot be told are unknown, with the reason.
    pub arn: Text,
}

impl Model<'_> {
    /// The values that name what a call works on: one, or one for each item of a batch. None where the parameter is not
    /// passed; an unknown one where it cannot be seen.
    #[must_use]
    pub fn values_naming(&self, call: &CallFact) -> Vec<Value> {
        let wanted = self
            .operation(call)
            .and_then(|operation| operation.resource.as_ref());
        let values = wanted.map_or_else(Vec::new, |it| {
            let values = self.values_passed(call, &it.parameter);
            match &it.or {
                Some(other) if values.is_empty() => self.values_passed(call, other),
                _ => values,
            }
        });
        let is_batch = |value: &Value| matches!(value.shape, Shape::Object(_) | Shape::List(_));
        let mut named = Vec::new();
        for value in values {
            match tables_named(&value).filter(|_| is_batch(&value)) {
                Some(tables) => named.extend(tables),
                None if is_batch(&value) => named.push(Value::unknown()),
                None => named.push(value),
            }
        }
        named
    }

    /// The values of a parameter, one for each element where the path goes through a list; none where it is not passed.
    #[must_use]
    pub fn values_passed(&self, call: &CallFact, parameter: &str) -> Vec<Value> {
        let path = parameter.parse::<EventPath>();
        path.map_or_else(|_| Vec::new(), |path| values_at(call, &path.0))
    }

    /// What a value names, of this type of resource; several where the value may be one of several.
    #[must_use]
    pub fn named_by(&self, function: FunctionId, value: &Value, kind: &str) -> Vec<Named> {
        let Some(kind) = self.knowledge.resource_type(kind) else {
            return Vec::new();
        };
        let alternatives = value.shape.alternatives().iter();
        let mut all: Vec<Named> = Vec::new();
        for shape in alternatives {
            let named = self.named_by_one(function, &Value::of(shape.clone()), kind);
            if !all.contains(&named) {
                all.push(named);
            }
        }
        all
    }

    fn named_by_one(&self, function: FunctionId, value: &Value, kind: &ResourceType) -> Named {
        if let Some(id) = self.resource_named(function, value, &kind.kind) {
            return self.declared(id);
        }
        let name = match value.atoms() {
            Some(atoms) => self.text_of(function, &atoms),
            None => unknown(match &value.shape {
                Shape::Event(event) => format!("the event decides it: `{}`", field(&event.path)),
                Shape::Api(api) => format!("`{}` gives it", api.path),
                _ => "it is not known before the code runs".to_owned(),
            }),
        };
        self.named_in_template(function, &name, kind)
    }

    /// What a text of the template names, of this type of resource.
    #[must_use]
    pub fn named_by_text(&self, function: FunctionId, text: &Text, kind: &str) -> Option<Named> {
        let kind = self.knowledge.resource_type(kind)?;
        Some(self.named_in_template(function, text, kind))
    }

    fn named_in_template(&self, function: FunctionId, text: &Text, kind: &ResourceType) -> Named {
        let stack = self.application.function(function);
        let stack = stack.map_or(StackId(0), |function| function.stack);
        let found = self
            .names
            .find(&self.application, kind, stack, &canonical(text));
        match found.as_ref().and_then(Target::resource) {
            Some(id) => self.declared(id),
            None => Named {
                resource: None,
                arn: arn_of(kind, text),
            },
        }
    }

    fn declared(&self, id: ResourceId) -> Named {
        Named {
            resource: Some(id),
            arn: self.arn_text(id),
        }
    }

    /// The ARN of a declared resource as its template writes it.
    #[must_use]
    pub fn arn_text(&self, id: ResourceId) -> Text {
        let attribute = |attribute: &str| TextPart::Attribute {
            resource: id,
            attribute: attribute.into(),
        };
        let declared = self.application.resource(id);
        let kind = declared.and_then(|it| self.knowledge.resource_type(&it.kind));
        let Some(kind) = kind else {
            return Text(vec![attribute("Arn")]);
        };
        match (&kind.arn_attribute, kind.reference) {
            (Some(name), _) => Text(vec![attribute(name)]),
            (None, Reference::Arn) => Text(vec![attribute("Ref")]),
            (None, _) => filled(kind, &Text(vec![attribute("Ref")])),
        }
    }

    /// The ARN of a declared resource by its name, for where a reference would go round in a circle; nothing where only the
    /// platform knows the name.
    #[must_use]
    pub fn arn_by_name(&self, id: ResourceId) -> Option<Text> {
        let declared = self.application.resource(id)?;
        let kind = self.knowledge.resource_type(&declared.kind)?;
        let written = declared.properties.get(kind.name.as_deref()?)?;
        Some(filled(kind, written.as_text()?))
    }

    /// A text of code in the words of the template that deploys it.
    #[must_use]
    pub fn text_of(&self, function: FunctionId, atoms: &[Atom]) -> Text {
        let environment = self
            .application
            .function(function)
            .map(|function| &function.environment);
        let mut parts = Vec::new();
        for atom in atoms {
            match atom {
                Atom::Literal(text) => parts.push(TextPart::Literal(text.clone())),
                Atom::Environment(name) => {
                    let variable = environment.and_then(|environment| environment.get(name));
                    let value = variable.map(|variable| &variable.value);
                    match value.map(|value| (value.as_text(), value.as_name())) {
                        Some((Some(text), _)) => parts.extend(text.0.iter().cloned()),
                        Some((None, Some(name))) => parts.push(TextPart::Literal(name)),
                        Some((None, None)) => parts.push(TextPart::Unknown(reason_of(value, name))),
                        None => parts.push(TextPart::Unknown(
                            format!("no template sets the environment variable `{name}`").into(),
                        )),
                    }
                }
                Atom::Any | Atom::Fixed => parts.push(TextPart::Unknown(
                    "a part of it is not known before the code runs".into(),
                )),
            }
        }
        Text(parts)
    }
}

fn reason_of(value: Option<&app::Value>, variable: &Name) -> app::Reason {
    match value.map(|value| &value.kind) {
        Some(app::ValueKind::Unknown(reason)) => reason.clone(),
        _ => format!("the environment variable `{variable}` holds no text").into(),
    }
}

fn unknown(reason: String) -> Text {
    Text(vec![TextPart::Unknown(reason.into())])
}

fn field(path: &[knowledge::Step]) -> String {
    match flow::Facts::field(path).as_str() {
        "" => "event".to_owned(),
        path => format!("event.{path}"),
    }
}

/// Whether a text is an ARN, as far as its start or how the template names it tells.
#[must_use]
pub fn is_arn(text: &Text) -> bool {
    match text.0.first() {
        Some(TextPart::Literal(start)) => start.starts_with("arn:"),
        Some(TextPart::Attribute { attribute, .. }) => attribute.ends_with("Arn"),
        Some(part) => part.reference().is_some_and(|it| ends_in(it, "arn")),
        None => false,
    }
}

/// The ARN of what is written as an ARN, a URL or a plain name.
fn arn_of(kind: &ResourceType, written: &Text) -> Text {
    match written.0.as_slice() {
        [TextPart::Unknown(reason)] => match reason.reference() {
            Some(_) if is_arn(written) || is_always_arn(kind) => written.clone(),
            Some(reference) if !is_name(kind, reference) => {
                let reason = reason.clone().without_reference();
                filled(kind, &Text(vec![TextPart::Unknown(reason)]))
            }
            _ => filled(kind, written),
        },
        [TextPart::Unknown(_), ..] if is_arn(written) => written.clone(),
        [TextPart::Literal(start), ..] if start.starts_with("arn:") => with_tail(kind, written),
        [TextPart::Literal(start), ..] if start.contains("://") => {
            filled(kind, &after_last_slash(written))
        }
        _ => filled(kind, written),
    }
}

/// Types that calls name by their ARN and by nothing else. Secrets they name by either.
fn is_always_arn(kind: &ResourceType) -> bool {
    kind.reference == Reference::Arn && kind.kind != "AWS::SecretsManager::Secret"
}

/// Whether what the template refers to by this name is the name of a resource of the type, rather than its ARN or its URL.
fn is_name(kind: &ResourceType, reference: &str) -> bool {
    let is_named_by_either = matches!(
        kind.kind.as_str(),
        "AWS::Lambda::Function" | "AWS::KMS::Key"
    );
    match kind.reference {
        _ if ends_in(reference, "name") => true,
        Reference::Name => !is_named_by_either && !ends_in(reference, "url"),
        Reference::Id => !is_named_by_either && ends_in(reference, "id"),
        Reference::Arn | Reference::Url => false,
    }
}

fn ends_in(name: &str, end: &str) -> bool {
    let start = name.len().checked_sub(end.len());
    let last = start.and_then(|start| name.get(start..));
    last.is_some_and(|last| last.eq_ignore_ascii_case(end))
}

/// An ARN that is written without the characters which the platform adds to the name: those of secrets.
fn with_tail(kind: &ResourceType, arn: &Text) -> Text {
    let mut whole = arn.clone();
    let tail = kind
        .arn
        .as_deref()
        .and_then(|arn| arn.split("{name}").nth(1));
    let (Some(tail), Some(TextPart::Literal(end))) = (tail, arn.0.last()) else {
        return whole;
    };
    let added = tail.len().checked_sub(1).filter(|_| tail.starts_with("-?"));
    let has_tail = added.is_none_or(|added| {
        end.rsplit_once('-').is_some_and(|(_, last)| {
            let has = |wanted: fn(&char) -> bool| last.chars().any(|c| wanted(&c));
            let is_made_up = has(char::is_ascii_digit)
                || has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
            is_made_up && last.len() == added && last.chars().all(|c| c.is_ascii_alphanumeric())
        })
    });
    if !has_tail && !end.ends_with('*') {
        whole.0.push(TextPart::Literal(tail.into()));
    }
    whole
}

/// The end of a URL, which for queues is the name.
fn after_last_slash(url: &Text) -> Text {
    let is_cut = |part: &TextPart| matches!(part, TextPart::Literal(text) if text.contains('/'));
    let Some(at) = url.0.iter().rposition(is_cut) else {
        return url.clone();
    };
    let mut parts: Vec<TextPart> = url.0.get(at..).unwrap_or_default().to_vec();
    if let Some(TextPart::Literal(text)) = parts.first_mut() {
        *text = text.rsplit('/').next().unwrap_or_default().into();
    }
    Text(parts)
}

/// The ARN of a type with a name in it; of a type without one, nothing is known.
fn filled(kind: &ResourceType, name: &Text) -> Text {
    let Some(mut rest) = kind.arn.as_deref() else {
        return unknown(format!("{} has no ARN", kind.kind));
    };
    let mut parts = Vec::new();
    while let Some((literal, (hole, after))) = rest
        .split_once('{')
        .and_then(|(literal, tail)| Some((literal, tail.split_once('}')?)))
    {
        let starts_with_slash =
            matches!(name.0.first(), Some(TextPart::Literal(name)) if name.starts_with('/'));
        let is_doubled = hole == "name" && starts_with_slash && literal.ends_with('/');
        let literal = if is_doubled {
            literal.trim_end_matches('/')
        } else {
            literal
        };
        parts.push(TextPart::Literal(literal.into()));
        match hole {
            "partition" => parts.push(TextPart::Pseudo("AWS::Partition".into())),
            "region" => parts.push(TextPart::Pseudo("AWS::Region".into())),
            "account" => parts.push(TextPart::Pseudo("AWS::AccountId".into())),
            _ => parts.extend(name.0.iter().cloned()),
        }
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(TextPart::Literal(rest.into()));
    }
    Text(parts)
}
