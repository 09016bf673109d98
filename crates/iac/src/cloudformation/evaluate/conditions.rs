//! Conditions, decided where the template alone decides them: `Fn::If` and what it asks.

use app::Value;
use base::{Name, Place};

use super::{At, Evaluator, MAX_DEPTH, same, unknown};
use crate::tree::{Tree, TreeKind};

impl Evaluator<'_> {
    /// `Fn::If`. Where the condition cannot be told, both sides must agree.
    pub(super) fn choose(&self, at: At, argument: &Tree, place: Place) -> Option<Value> {
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
    pub(super) fn condition(&self, at: At, name: &str) -> Option<bool> {
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

    pub(super) fn truth(&self, at: At, tree: &Tree) -> Option<bool> {
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
