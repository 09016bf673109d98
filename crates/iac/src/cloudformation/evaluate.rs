//! Evaluation of intrinsic functions, as far as the project alone allows.
//!
//! A parameter has its default value, or in a nested stack the value that its parent passes down; a parameter without either
//! is unknown. Work is bounded per stack, because references can multiply what they refer to.

use std::cell::{Cell, RefCell};

use app::{Reason, Text, TextPart, Value, ValueKind};
use base::{Budget, Map, Name, Place};

use super::scope::{Scope, ScopeId, pseudo_parameter};
use super::text::{TextBuilder, json_text, value_of_text};
use crate::tree::{Part, Tree, TreeKind};

/// How often evaluation may pass from one stack's trees into another tree, on top of the depth of the trees themselves.
const MAX_DEPTH: u32 = 400;

/// Evaluates trees in the scopes of their stacks.
pub(crate) struct Evaluator<'a> {
    pub(crate) scopes: &'a [Scope<'a>],
    /// How much work each scope has left.
    left: Vec<Cell<u32>>,
    conditions: RefCell<Map<(ScopeId, Name), Option<bool>>>,
}

/// Where evaluation stands.
#[derive(Clone, Copy)]
pub(super) struct At {
    scope: ScopeId,
    depth: u32,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(scopes: &'a [Scope<'a>], budget: &Budget) -> Self {
        let left = scopes
            .iter()
            .map(|_| Cell::new(budget.substitutions))
            .collect();
        Self {
            scopes,
            left,
            conditions: RefCell::default(),
        }
    }

    /// The value of `tree`; nothing where `AWS::NoValue` removes it.
    pub(crate) fn evaluate(&self, scope: ScopeId, tree: &Tree) -> Option<Value> {
        self.value(At { scope, depth: 0 }, tree)
    }

    /// Whether the work that this scope may do was used up, so that some of its values are unknown for that reason.
    pub(crate) fn is_exhausted(&self, scope: ScopeId) -> bool {
        self.left.get(scope).is_some_and(|left| left.get() == 0)
    }

    pub(super) fn value(&self, at: At, tree: &Tree) -> Option<Value> {
        let at = At {
            depth: at.depth + 1,
            ..at
        };
        if MAX_DEPTH < at.depth {
            return Some(unknown(tree.place, "its references are nested too deeply"));
        }
        if let Some((name, argument)) = tree.as_intrinsic()
            && name != "Condition"
        {
            if !self.spend(at, 1) {
                return Some(unknown(tree.place, "the template has too many references"));
            }
            return self.intrinsic(at, name, argument, tree.place);
        }
        let kind = match &tree.kind {
            TreeKind::Null => ValueKind::Null,
            TreeKind::Bool(truth) => ValueKind::Bool(*truth),
            TreeKind::Number(number) => ValueKind::Number(*number),
            TreeKind::Text(parts) => ValueKind::Text(Text(parts.iter().map(text_part).collect())),
            TreeKind::List(items) => ValueKind::List(
                items
                    .iter()
                    .filter_map(|item| self.value(at, item))
                    .collect(),
            ),
            TreeKind::Map(fields) => ValueKind::Map(
                fields
                    .iter()
                    .filter_map(|field| Some((field.key.clone(), self.value(at, &field.value)?)))
                    .collect(),
            ),
            TreeKind::Unknown(reason) => ValueKind::Unknown(reason.clone()),
        };
        Some(Value {
            kind,
            place: tree.place,
        })
    }

    fn intrinsic(&self, at: At, name: &str, argument: &Tree, place: Place) -> Option<Value> {
        Some(match name {
            "Ref" => return self.reference(at, argument.as_text().unwrap_or_default(), place),
            "Fn::GetAtt" => self.get_att(at, argument, place),
            "Fn::Sub" => self.sub(at, argument, place),
            "Fn::If" => return self.choose(at, argument, place),
            "Fn::Join" => self.join(at, argument, place),
            "Fn::Select" => self.select(at, argument, place),
            "Fn::Split" => self.split(at, argument, place),
            "Fn::FindInMap" => self.find_in_map(at, argument, place),
            "Fn::Length" => match self.value(at, argument).map(|value| value.kind) {
                Some(ValueKind::List(items)) => Value {
                    kind: ValueKind::Number(items.len() as f64),
                    place,
                },
                _ => unknown(place, "the length of a list is known at deployment only"),
            },
            "Fn::ToJsonString" => match self.value(at, argument) {
                Some(value) => value_of_text(json_text(&value), place),
                None => unknown(place, "`Fn::ToJsonString` has no value"),
            },
            // The platform decodes what it is given in Base64, so the text itself is what matters.
            "Fn::Base64" => Value {
                place,
                ..self.value(at, argument)?
            },
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => {
                match self.truth(at, &Tree::map(place, [(name, argument.clone())])) {
                    Some(truth) => Value {
                        kind: ValueKind::Bool(truth),
                        place,
                    },
                    None => unknown(place, "the condition is decided at deployment"),
                }
            }
            "Fn::ImportValue" => unknown(place, "the value is imported from another stack"),
            "Fn::GetAZs" | "Fn::Cidr" => unknown(place, "the value is known at deployment only"),
            "Fn::Transform" => unknown(place, "a macro computes it at deployment"),
            _ => unknown(
                place,
                format!("the intrinsic function `{name}` is not known"),
            ),
        })
    }

    /// `Ref`: a pseudo parameter, a parameter, or a resource.
    fn reference(&self, at: At, name: &str, place: Place) -> Option<Value> {
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
        let kind = declaration
            .get("Type")
            .and_then(Tree::as_text)
            .unwrap_or("String");
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
        let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
        match value.as_name() {
            Some(items) if is_list => {
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
    fn get_att(&self, at: At, argument: &Tree, place: Place) -> Value {
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
                Some(value) if self.spend(at, cost(&value)) => Value { place, ..value },
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
    fn sub(&self, at: At, argument: &Tree, place: Place) -> Value {
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

    /// `Fn::If`. Where the condition cannot be told, both sides must agree.
    fn choose(&self, at: At, argument: &Tree, place: Place) -> Option<Value> {
        let TreeKind::List(parts) = &argument.kind else {
            return Some(unknown(place, "`Fn::If` takes a list"));
        };
        let [condition, yes, no] = &**parts else {
            return Some(unknown(place, "`Fn::If` takes a condition and two values"));
        };
        let name = condition.as_text().unwrap_or_default();
        let value = match self.condition(at, name) {
            Some(true) => self.value(at, yes)?,
            Some(false) => self.value(at, no)?,
            None => match (self.value(at, yes), self.value(at, no)) {
                (None, None) => return None,
                (Some(yes), Some(no)) if same(&yes, &no) => yes,
                _ => unknown(
                    place,
                    format!("the condition `{name}` is decided at deployment"),
                ),
            },
        };
        Some(value)
    }

    /// Whether the named condition holds, where that can be told.
    fn condition(&self, at: At, name: &str) -> Option<bool> {
        let key = (at.scope, Name::new(name));
        if let Some(known) = self.conditions.borrow().get(&key) {
            return *known;
        }
        // A condition that refers to itself finds this and is undecided.
        self.conditions.borrow_mut().insert(key.clone(), None);
        let tree = self.scopes.get(at.scope)?.stack.conditions.get(name)?;
        let truth = self.truth(
            At {
                depth: at.depth + 1,
                ..at
            },
            tree,
        );
        self.conditions.borrow_mut().insert(key, truth);
        truth
    }

    fn truth(&self, at: At, tree: &Tree) -> Option<bool> {
        let at = At {
            depth: at.depth + 1,
            ..at
        };
        if MAX_DEPTH < at.depth || !self.spend(at, 1) {
            return None;
        }
        let Some((name, argument)) = tree.as_intrinsic() else {
            return tree.as_bool();
        };
        match name {
            "Condition" => self.condition(at, argument.as_text()?),
            "Fn::Not" => Some(!self.truth(at, argument.items().first()?)?),
            "Fn::And" => decide(
                argument.items().iter().map(|side| self.truth(at, side)),
                false,
            ),
            "Fn::Or" => decide(
                argument.items().iter().map(|side| self.truth(at, side)),
                true,
            ),
            "Fn::Equals" => {
                let left = self.value(at, argument.items().first()?)?;
                let right = self.value(at, argument.items().get(1)?)?;
                if left.has_unknown() || right.has_unknown() {
                    return None;
                }
                match (left.as_name(), right.as_name()) {
                    (Some(left), Some(right)) => Some(left == right),
                    _ => same(&left, &right).then_some(true),
                }
            }
            _ => self.value(at, tree)?.as_name()?.parse().ok(),
        }
    }

    fn join(&self, at: At, argument: &Tree, place: Place) -> Value {
        let [delimiter, list] = argument.items() else {
            return unknown(place, "`Fn::Join` takes a delimiter and a list");
        };
        let delimiter = delimiter.as_text().unwrap_or_default();
        let list = match self.value(at, list) {
            Some(Value {
                kind: ValueKind::Unknown(reason),
                ..
            }) => return unknown(place, reason),
            Some(list) => list,
            None => return unknown(place, "`Fn::Join` has no list"),
        };
        let mut joined = TextBuilder::default();
        for (index, item) in list.items().iter().enumerate() {
            if 0 < index {
                joined.literal(delimiter);
            }
            joined.value(item);
        }
        value_of_text(joined.finish(), place)
    }

    fn select(&self, at: At, argument: &Tree, place: Place) -> Value {
        let [index, list] = argument.items() else {
            return unknown(place, "`Fn::Select` takes an index and a list");
        };
        let index = self
            .value(at, index)
            .and_then(|it| it.as_name()?.parse::<usize>().ok());
        match (index, self.value(at, list)) {
            (
                _,
                Some(Value {
                    kind: ValueKind::Unknown(reason),
                    ..
                }),
            ) => unknown(place, reason),
            (Some(index), Some(list)) => match list.items().get(index) {
                Some(item) => Value {
                    place,
                    ..item.clone()
                },
                None => unknown(
                    place,
                    "`Fn::Select` takes an element that the list does not have",
                ),
            },
            _ => unknown(place, "the selected element is known at deployment only"),
        }
    }

    fn split(&self, at: At, argument: &Tree, place: Place) -> Value {
        let [delimiter, whole] = argument.items() else {
            return unknown(place, "`Fn::Split` takes a delimiter and a text");
        };
        let delimiter = delimiter
            .as_text()
            .filter(|delimiter| !delimiter.is_empty());
        let whole = self.value(at, whole).and_then(|whole| whole.as_name());
        match (delimiter, whole) {
            (Some(delimiter), Some(whole)) => {
                let items = whole
                    .split(delimiter)
                    .map(|item| text(vec![TextPart::Literal(Name::new(item))], place));
                Value {
                    kind: ValueKind::List(items.collect()),
                    place,
                }
            }
            _ => unknown(place, "the text that is split is known at deployment only"),
        }
    }

    /// `Fn::FindInMap`. A key that cannot be told matches every entry, which must then agree.
    fn find_in_map(&self, at: At, argument: &Tree, place: Place) -> Value {
        let keys: Vec<Option<Name>> = argument
            .items()
            .iter()
            .take(3)
            .map(|key| self.value(at, key).and_then(|key| key.as_name()))
            .collect();
        let [Some(map), top, second] = keys.as_slice() else {
            return unknown(place, "the mapping is known at deployment only");
        };
        let Some(map) = self
            .scopes
            .get(at.scope)
            .and_then(|it| it.stack.mappings.get(map))
        else {
            return unknown(
                place,
                format!("no mapping `{map}` is declared in the template"),
            );
        };
        let matches = |key: &Option<Name>, name: &Name| key.as_ref().is_none_or(|key| key == name);
        let mut found: Option<Value> = None;
        for outer in map
            .entries()
            .iter()
            .filter(|field| matches(top, &field.key))
        {
            for inner in outer
                .value
                .entries()
                .iter()
                .filter(|field| matches(second, &field.key))
            {
                let Some(value) = self.value(at, &inner.value) else {
                    continue;
                };
                match &found {
                    Some(other) if !same(other, &value) => {
                        return unknown(
                            place,
                            "the key of the mapping is known at deployment only",
                        );
                    }
                    _ => found = Some(value),
                }
            }
        }
        let default = || {
            let options = argument.items().get(3)?;
            self.value(at, options.get("DefaultValue")?)
        };
        match found.or_else(default) {
            Some(value) if self.spend(at, cost(&value)) => Value { place, ..value },
            Some(_) => unknown(place, "the template has too many references"),
            None => unknown(place, "the mapping has no such key"),
        }
    }

    /// Uses up some of a scope's work; false when there is none left.
    fn spend(&self, at: At, work: u32) -> bool {
        let Some(left) = self.left.get(at.scope) else {
            return false;
        };
        left.set(left.get().saturating_sub(work));
        left.get() != 0
    }
}

/// An unknown value.
pub(crate) fn unknown(place: Place, reason: impl Into<Reason>) -> Value {
    Value {
        kind: ValueKind::Unknown(reason.into()),
        place,
    }
}

fn text(parts: Vec<TextPart>, place: Place) -> Value {
    Value {
        kind: ValueKind::Text(Text(parts)),
        place,
    }
}

fn text_part(part: &Part) -> TextPart {
    match part {
        Part::Literal(text) => TextPart::Literal(text.clone()),
        Part::Unknown(reason) => TextPart::Unknown(reason.clone()),
    }
}

/// `And` and `Or` over three values: one side that is `decisive` decides, and one that is not known leaves it open.
fn decide(sides: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut result = Some(!decisive);
    for side in sides {
        match side {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => result = None,
        }
    }
    result
}

/// Whether two known values are the same wherever they are written.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (&left.kind, &right.kind) {
        (ValueKind::List(left), ValueKind::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (ValueKind::Map(left), ValueKind::Map(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| left.0 == right.0 && same(&left.1, &right.1))
        }
        (ValueKind::Unknown(_), _) | (_, ValueKind::Unknown(_)) => false,
        (left, right) => left == right,
    }
}

/// What copying a value costs, in units of work.
fn cost(value: &Value) -> u32 {
    let cost: usize = match &value.kind {
        ValueKind::List(items) => items.iter().map(|item| cost(item) as usize).sum(),
        ValueKind::Map(fields) => fields.iter().map(|(_, value)| cost(value) as usize).sum(),
        ValueKind::Text(text) => text
            .0
            .iter()
            .map(|part| match part {
                TextPart::Literal(text) => 1 + text.len() / 128,
                _ => 1,
            })
            .sum(),
        ValueKind::Null | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Unknown(_) => 1,
    };
    u32::try_from(cost).unwrap_or(u32::MAX)
}
