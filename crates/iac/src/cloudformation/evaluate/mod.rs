//! Evaluation of intrinsic functions, as far as the project alone allows.
//!
//! A parameter has its default value, or in a nested stack the value that its parent passes down; a parameter without either
//! is unknown. Work is bounded per stack, because references can multiply what they refer to.

mod collections;
mod conditions;
mod references;

use std::cell::{Cell, RefCell};

use app::{Reason, Text, TextPart, Value, ValueKind};
use base::{Budget, Map, Name, Place};

use super::scope::{Scope, ScopeId};
use super::text::{json_text, value_of_text};
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

    /// Whether a condition of the stack holds, where that can be told.
    pub(crate) fn holds(&self, scope: ScopeId, condition: &str) -> Option<bool> {
        self.condition(At { scope, depth: 0 }, condition)
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
            TreeKind::Map(fields) if tree.get("Fn::Transform").is_some() && 1 < fields.len() => {
                ValueKind::Unknown("a macro adds to it at deployment".into())
            }
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
