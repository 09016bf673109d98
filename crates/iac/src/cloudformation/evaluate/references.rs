//! What refers to a parameter, a resource or an output: `Ref`, `Fn::GetAtt` and the `${…}` of `Fn::Sub`.

use app::{Text, TextPart, Value, ValueKind};
use base::{Name, Place};

use super::{At, Evaluator, cost, same, text, unknown};
use crate::cloudformation::scope::{Scope, pseudo_parameter};
use crate::cloudformation::text::{TextBuilder, value_of_text};
use crate::tree::{Part, Tree, TreeKind};

impl Evaluator<'_> {
    /// `Ref`: a pseudo parameter, a parameter, or a resource.
    pub(super) fn reference(&self, at: At, name: &str, place: Place) -> Option<Value> {
        if name == "AWS::NoValue" {
            return None;
        }
        if let Some(pseudo) = pseudo_parameter(name) {
            return Some(text(vec![TextPart::Pseudo(pseudo)], place));
        }
        let scope = self.scopes.get(at.scope)?;
        if let Some(declaration) = scope.parameter(name) {
            let value = self.parameter(at, scope, name, declaration);
            return Some(match self.spend(at, cost(&value)) {
                true => Value { place, ..value },
                false => unknown(place, "the template has too many references"),
            });
        }
        let (id, attribute) = name.split_once('.').unwrap_or((name, "Ref"));
        Some(match scope.resources.get(id) {
            Some(&resource) => text(
                vec![TextPart::Attribute {
                    resource,
                    attribute: Name::new(attribute),
                }],
                place,
            ),
            None => unknown(
                place,
                format!("nothing named `{name}` is declared in the template"),
            ),
        })
    }

    /// The value of a parameter. Where several resources nest the stack with different values, it cannot be told.
    fn parameter(&self, at: At, scope: &Scope<'_>, name: &str, declaration: &Tree) -> Value {
        let kind = declaration.get("Type").and_then(Tree::as_text);
        let kind = kind.unwrap_or("String");
        let mut value = self.parameter_of(at, scope, name, declaration, kind);
        if let (ValueKind::Unknown(reason), false) = (&mut value.kind, is_list(kind)) {
            *reason = reason.clone().with_reference(name);
        }
        value
    }

    fn parameter_of(
        &self,
        at: At,
        scope: &Scope<'_>,
        name: &str,
        declaration: &Tree,
        kind: &str,
    ) -> Value {
        let place = declaration.place;
        let mut passed: Option<Value> = None;
        for (parent, resource) in &scope.nested_by {
            let Some(argument) = resource
                .tree
                .at("Properties.Parameters")
                .and_then(|arguments| arguments.get(name))
            else {
                continue;
            };
            let value = self.value(
                At {
                    scope: *parent,
                    depth: at.depth + 1,
                },
                argument,
            );
            let value = value.unwrap_or_else(|| unknown(place, "it is passed no value"));
            let value = as_seen_from_elsewhere(value);
            match &passed {
                Some(other) if !same(other, &value) => {
                    return unknown(
                        place,
                        format!("the parameter `{name}` differs where the stack is nested"),
                    );
                }
                _ => passed = Some(value),
            }
        }
        if kind.starts_with("AWS::SSM::Parameter::Value") {
            return unknown(
                place,
                format!("the parameter `{name}` is read from SSM at deployment"),
            );
        }
        let value = passed.or_else(|| {
            self.value(
                At {
                    depth: at.depth + 1,
                    ..at
                },
                declaration.get("Default")?,
            )
        });
        let Some(value) = value else {
            return unknown(
                place,
                format!("the parameter `{name}` is given at deployment"),
            );
        };
        match value.as_name() {
            Some(items) if is_list(kind) => {
                let items = items
                    .split(',')
                    .map(|item| text(vec![TextPart::Literal(Name::new(item.trim()))], value.place));
                Value {
                    kind: ValueKind::List(items.collect()),
                    place: value.place,
                }
            }
            _ => value,
        }
    }

    /// `Fn::GetAtt`: an attribute of a resource, or an output of a nested stack.
    pub(super) fn get_att(&self, at: At, argument: &Tree, place: Place) -> Value {
        let (id, attribute) = match &argument.kind {
            TreeKind::List(path) => {
                let id = path.first().and_then(Tree::as_text).unwrap_or_default();
                let attribute: Option<Vec<Name>> = path
                    .iter()
                    .skip(1)
                    .map(|step| self.value(at, step)?.as_name())
                    .collect();
                (id, attribute.map(|steps| steps.join(".")))
            }
            _ => match argument.as_text().unwrap_or_default().split_once('.') {
                Some((id, attribute)) => (id, Some(attribute.to_owned())),
                None => (argument.as_text().unwrap_or_default(), None),
            },
        };
        let Some(attribute) = attribute else {
            return unknown(place, "the attribute is known at deployment only");
        };
        self.attribute(at, id, &attribute, place)
    }

    fn attribute(&self, at: At, id: &str, attribute: &str, place: Place) -> Value {
        let Some(scope) = self.scopes.get(at.scope) else {
            return unknown(place, "the stack is not known");
        };
        if let (Some(nested), Some(output)) =
            (scope.nested.get(id), attribute.strip_prefix("Outputs."))
            && let Some(child) = self.scopes.get(*nested)
        {
            let at = At {
                scope: *nested,
                depth: at.depth + 1,
            };
            let output_tree = child
                .stack
                .outputs
                .get(output)
                .and_then(|it| it.get("Value"));
            return match output_tree.and_then(|output| self.value(at, output)) {
                Some(value) if self.spend(at, cost(&value)) => Value {
                    place,
                    ..as_seen_from_elsewhere(value)
                },
                Some(_) => unknown(place, "the template has too many references"),
                None => unknown(place, format!("the nested stack has no output `{output}`")),
            };
        }
        match scope.resources.get(id) {
            Some(&resource) => {
                let attribute = Name::new(attribute);
                text(
                    vec![TextPart::Attribute {
                        resource,
                        attribute,
                    }],
                    place,
                )
            }
            None => unknown(
                place,
                format!("no resource `{id}` is declared in the template"),
            ),
        }
    }

    /// `Fn::Sub` with or without its map of local names.
    pub(super) fn sub(&self, at: At, argument: &Tree, place: Place) -> Value {
        let (template, locals) = match &argument.kind {
            TreeKind::List(parts) => (parts.first(), parts.get(1)),
            _ => (Some(argument), None),
        };
        let Some(Tree {
            kind: TreeKind::Text(parts),
            ..
        }) = template
        else {
            return match template.and_then(|template| self.value(at, template)) {
                Some(value) => Value { place, ..value },
                None => unknown(place, "`Fn::Sub` has no text"),
            };
        };
        let mut result = TextBuilder::default();
        for part in parts.iter() {
            match part {
                Part::Unknown(reason) => result.part(TextPart::Unknown(reason.clone())),
                Part::Literal(literal) => {
                    if !self.substitute(at, literal, locals, place, &mut result) {
                        return unknown(place, "the template has too many references");
                    }
                }
            }
        }
        value_of_text(result.finish(), place)
    }

    /// Appends `template` with its `${…}` replaced; false when the work is used up.
    fn substitute(
        &self,
        at: At,
        template: &str,
        locals: Option<&Tree>,
        place: Place,
        result: &mut TextBuilder,
    ) -> bool {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            result.literal(before);
            let Some((name, behind)) = after.split_once('}') else {
                result.literal("${");
                rest = after;
                continue;
            };
            rest = behind;
            if let Some(literal) = name.strip_prefix('!') {
                result.literal(&format!("${{{literal}}}"));
                continue;
            }
            if !self.spend(at, 1) {
                return false;
            }
            let name = name.trim();
            let value = match locals.and_then(|locals| locals.get(name)) {
                Some(local) => self.value(at, local),
                None => match name.split_once('.') {
                    Some((id, attribute)) => Some(self.attribute(at, id, attribute, place)),
                    None => self.reference(at, name, place),
                },
            };
            if let Some(value) = value {
                result.value(&value);
            }
        }
        result.literal(rest);
        true
    }
}

/// Whether a parameter of this type is a list.
fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.contains("List<")
}

/// The value in another template, which cannot refer to the parameters of its own.
fn as_seen_from_elsewhere(value: Value) -> Value {
    let kind = match value.kind {
        ValueKind::Unknown(reason) => ValueKind::Unknown(reason.without_reference()),
        ValueKind::Text(text) => {
            let parts = text.0.into_iter().map(|part| match part {
                TextPart::Unknown(reason) => TextPart::Unknown(reason.without_reference()),
                known => known,
            });
            ValueKind::Text(Text(parts.collect()))
        }
        ValueKind::List(items) => {
            let items = items.into_iter().map(as_seen_from_elsewhere);
            ValueKind::List(items.collect())
        }
        known => known,
    };
    Value { kind, ..value }
}
