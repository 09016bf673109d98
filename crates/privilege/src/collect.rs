//! Gathers needs, each action on each resource once.

use app::{FunctionId, ResourceId, Text, TextPart, Value};
use base::{Name, Place};
use knowledge::KeyNeed;
use link::Model;

use crate::libraries;
use crate::{Cause, Gap, Need, Needs, Reason, Scope};

pub(crate) struct Collector<'m> {
    pub(crate) model: &'m Model<'m>,
    pub(crate) function: FunctionId,
    needs: Vec<Need>,
    gaps: Vec<Gap>,
}

/// What an action is needed on.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Its ARN; parts may be unknown.
    pub(crate) arn: Text,
    pub(crate) declared: Option<ResourceId>,
}

impl<'m> Collector<'m> {
    pub(crate) fn new(model: &'m Model<'m>, function: FunctionId) -> Self {
        Self {
            model,
            function,
            needs: Vec::new(),
            gaps: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> Needs {
        Needs {
            function: self.function,
            needs: self.needs,
            gaps: self.gaps,
            libraries: libraries::used(self.model, self.function),
        }
    }

    pub(crate) fn gap(&mut self, place: Place, message: impl Into<String>) {
        let gap = Gap {
            place,
            message: message.into(),
        };
        if !self.gaps.contains(&gap) {
            self.gaps.push(gap);
        }
    }

    /// Notes that an action is needed on a target, and what an encryption key of it takes.
    pub(crate) fn need(&mut self, action: &Name, target: &Target, cause: Cause, reason: &Reason) {
        self.add(action, target, cause, reason);
        self.key_of(action, target, reason);
    }

    fn add(&mut self, action: &Name, target: &Target, cause: Cause, reason: &Reason) {
        let takes_resource = self
            .model
            .knowledge
            .action(action)
            .is_none_or(|known| known.takes_resource);
        let (resource, scope) = if takes_resource {
            let arn = self.without_circle(target);
            match closed(&arn) {
                (resource, None) => (resource, Scope::Named),
                (resource, Some(reason)) => (resource, Scope::Pattern(reason)),
            }
        } else {
            (Text::known("*"), Scope::Anywhere)
        };
        let known = self
            .needs
            .iter_mut()
            .find(|need| need.action == *action && need.resource == resource);
        match known {
            Some(need) => {
                need.cause = need.cause.min(cause);
                need.is_certain |= !reason.is_possible_only;
                if !need.reasons.contains(reason) {
                    need.reasons.push(reason.clone());
                }
            }
            None => self.needs.push(Need {
                action: action.clone(),
                resource,
                declared: target.declared.filter(|_| takes_resource),
                scope,
                cause,
                is_certain: !reason.is_possible_only,
                reasons: vec![reason.clone()],
            }),
        }
    }

    /// A bucket that notifies the function waits for the function, which waits for its role: the role can name it by name only.
    fn without_circle(&self, target: &Target) -> Text {
        let notifies = |id: ResourceId| {
            let mut triggers = self.model.application.triggers_of(self.function);
            triggers.any(|trigger| {
                trigger.kind == "aws.s3"
                    && trigger.source.known().and_then(Text::resource) == Some(id)
            })
        };
        let [
            TextPart::Attribute {
                resource,
                attribute,
            },
            inside @ ..,
        ] = target.arn.0.as_slice()
        else {
            return target.arn.clone();
        };
        let by_name = (attribute == "Arn" && notifies(*resource))
            .then(|| self.model.arn_by_name(*resource))
            .flatten();
        match by_name {
            Some(mut arn) => {
                arn.0.extend(inside.iter().cloned());
                arn
            }
            None => target.arn.clone(),
        }
    }

    /// What the key of the customer takes with which the target is encrypted.
    fn key_of(&mut self, action: &Name, target: &Target, reason: &Reason) {
        let Some(declared) = target
            .declared
            .and_then(|id| self.model.application.resource(id))
        else {
            return;
        };
        let rows = self.model.knowledge.needs.keys.iter();
        for row in rows.filter(|row| row.kind == declared.kind && row.uses.contains(action)) {
            let why = format!(
                "`{}` is encrypted with this key, and {}",
                declared.logical_id, reason.message
            );
            self.keys(&declared.properties, row, &why);
        }
    }

    /// What a key row takes for the keys that the properties of a resource name.
    pub(crate) fn keys(&mut self, properties: &Value, row: &KeyNeed, why: &str) {
        for key in written_at(properties, &row.property) {
            let Some(target) = self.key(key) else {
                continue;
            };
            let reason = Reason {
                place: key.place,
                message: why.to_owned(),
                is_possible_only: false,
            };
            for action in &row.actions {
                self.add(action, &target, Cause::Key, &reason);
            }
        }
    }

    /// The key that a property names; nothing where the platform keeps it.
    fn key(&self, value: &Value) -> Option<Target> {
        const KIND: &str = "AWS::KMS::Key";
        let text = value.as_text()?;
        let literal = text.literal().unwrap_or_default();
        if literal.contains("alias/aws/") {
            return None;
        }
        // A policy names keys, never their aliases.
        let text = if literal.contains("alias/") {
            Text(vec![TextPart::Unknown(
                format!("`{literal}` is an alias of it").into(),
            )])
        } else {
            self.behind_alias(text)
        };
        let named = self.model.named_by_text(self.function, &text, KIND)?;
        Some(Target {
            arn: named.arn,
            declared: named.resource,
        })
    }

    /// The key that an alias of the template stands for.
    fn behind_alias(&self, text: &Text) -> Text {
        let alias = text
            .resource()
            .and_then(|id| self.model.application.resource(id))
            .filter(|resource| resource.kind == "AWS::KMS::Alias");
        let key = alias.and_then(|alias| alias.properties.get("TargetKeyId")?.as_text());
        key.unwrap_or(text).clone()
    }
}

/// The values at a dotted path, through the elements of lists.
fn written_at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for step in path.split('.') {
        found = found
            .into_iter()
            .flat_map(|value| value.items())
            .filter_map(|item| item.get(step))
            .collect();
    }
    found
}

/// The text with `*` for the parts that the template cannot refer to either, and why the first of them is unknown.
fn closed(text: &Text) -> (Text, Option<app::Reason>) {
    let mut why = None;
    let mut parts: Vec<TextPart> = Vec::new();
    for part in &text.0 {
        let part = match part {
            TextPart::Unknown(reason) if reason.reference().is_none() => {
                why = why.or_else(|| Some(reason.clone()));
                TextPart::Literal("*".into())
            }
            known => known.clone(),
        };
        match (parts.last_mut(), part) {
            (Some(TextPart::Literal(before)), TextPart::Literal(text)) => {
                let is_repeated = before.ends_with('*') && text == "*";
                if !is_repeated {
                    *before = Name::from(format!("{before}{text}"));
                }
            }
            (_, part) => parts.push(part),
        }
    }
    (Text(parts), why)
}
