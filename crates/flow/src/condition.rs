//! Conditions: what holds on each side of a test. An allow-list test makes what it tested harmless on the side where it
//! holds.

use base::Place;
use ir::{CompareOp, Expr, ExprKind};
use knowledge::{KindSet, Outcome};

use crate::engine::{Engine, Frame};
use crate::exec::join_states;
use crate::state::State;
use crate::{ComparisonFact, Constant, Shape, Subject, TestValue, Value};

/// The states in which a condition is true and false; nothing for a side that cannot be.
type Sides = (Option<State>, Option<State>);

impl<'p> Engine<'p> {
    /// Evaluates `test` and splits the state.
    pub(crate) fn branch(&mut self, frame: &mut Frame<'p>, test: &'p Expr, state: State) -> Sides {
        self.nested(|engine| engine.split(frame, test, state))
    }

    fn split(&mut self, frame: &mut Frame<'p>, test: &'p Expr, mut state: State) -> Sides {
        if !self.may_go_on() {
            return (Some(state.clone()), Some(state));
        }
        match &test.kind {
            ExprKind::Not(inner) => {
                let (on_true, on_false) = self.branch(frame, inner, state);
                (on_false, on_true)
            }
            ExprKind::And(left, right) => {
                let (left_true, left_false) = self.branch(frame, left, state);
                let Some(left_true) = left_true else {
                    return (None, left_false);
                };
                let (right_true, right_false) = self.branch(frame, right, left_true);
                (right_true, join_states(left_false, right_false))
            }
            ExprKind::Or(left, right) => {
                let (left_true, left_false) = self.branch(frame, left, state);
                let Some(left_false) = left_false else {
                    return (left_true, None);
                };
                let (right_true, right_false) = self.branch(frame, right, left_false);
                (join_states(left_true, right_true), right_false)
            }
            _ => {
                let value = self.eval(frame, test, &mut state);
                self.sides_of(frame, &value, state, frame.place(test.span))
            }
        }
    }

    fn sides_of(&mut self, frame: &Frame<'p>, value: &Value, state: State, place: Place) -> Sides {
        match &value.shape {
            Shape::Constant(constant) if value.taint.is_clean() => match truth(constant) {
                true => (Some(state), None),
                false => (None, Some(state)),
            },
            Shape::Test(test) if test.scope == frame.id() => {
                let mut refined = state.clone();
                self.refine(frame, &mut refined, &test.subject, test.clears, place);
                match test.outcome {
                    Outcome::True => (Some(refined), Some(state)),
                    Outcome::False => (Some(state), Some(refined)),
                    Outcome::Returns => (Some(refined.clone()), Some(refined)),
                }
            }
            _ => (Some(state.clone()), Some(state)),
        }
    }

    /// Makes what stands at `subject` harmless for `kinds`.
    pub(crate) fn refine(
        &mut self,
        frame: &Frame<'p>,
        state: &mut State,
        subject: &Subject,
        kinds: KindSet,
        place: Place,
    ) {
        let value = self.read_subject(frame, state, subject, place);
        let taint = self.deep_taint(&value, place);
        if taint.is_clean() {
            return;
        }
        let shape = match &value.shape {
            // The parts of an event are dangerous by themselves; a text that was tested as a whole has no parts.
            Shape::Event(_) | Shape::Object(_) | Shape::List(_) => Shape::Unknown,
            other => other.clone(),
        };
        self.write_subject(
            frame,
            state,
            subject,
            Value {
                taint: taint.cleared(kinds),
                shape,
            },
            place,
        );
    }

    /// The value of a comparison.
    pub(crate) fn compare(
        &mut self,
        frame: &mut Frame<'p>,
        op: CompareOp,
        (left_expr, left): (&'p Expr, &Value),
        (right_expr, right): (&'p Expr, &Value),
        place: Place,
    ) -> Value {
        if let Some(known) = constant_comparison(op, left, right) {
            return Value::of(Shape::Constant(Constant::Bool(known)));
        }
        if matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
            self.record_comparison(frame, left, right, place);
        }
        let outcome = match op {
            CompareOp::Equal | CompareOp::In => Outcome::True,
            CompareOp::NotEqual | CompareOp::NotIn => Outcome::False,
            CompareOp::Less | CompareOp::Greater | CompareOp::InstanceOf => {
                return Value::unknown();
            }
        };
        let is_membership = matches!(op, CompareOp::In | CompareOp::NotIn);
        let scope = frame.id();
        let test = |subject: Option<Subject>| {
            subject.map(|subject| {
                let test = TestValue {
                    subject,
                    clears: KindSet::ALL,
                    outcome,
                    scope,
                };
                Value::of(Shape::Test(std::sync::Arc::new(test)))
            })
        };
        if let (Some(subject), Some(name)) = (typeof_subject(self, left_expr), right.as_text()) {
            let harmless = matches!(name.as_str(), "number" | "boolean" | "undefined" | "bigint");
            return if harmless {
                test(Some(subject)).unwrap_or_default()
            } else {
                Value::unknown()
            };
        }
        if is_allow_list(right, is_membership) {
            return test(self.subject(left_expr)).unwrap_or_default();
        }
        if !is_membership && is_allow_list(left, false) {
            return test(self.subject(right_expr)).unwrap_or_default();
        }
        Value::unknown()
    }

    fn record_comparison(&mut self, frame: &Frame<'p>, left: &Value, right: &Value, place: Place) {
        for (one, other) in [(left, right), (right, left)] {
            let taint = self.deep_taint(one, place);
            if taint.is_clean() || other.taint == taint {
                continue;
            }
            let fact = ComparisonFact {
                labels: taint.labels().to_vec(),
                other: other.clone(),
                place,
                function: frame.id(),
            };
            if !self
                .facts
                .comparisons
                .iter()
                .any(|known| known.place == place && known.other == fact.other)
            {
                self.facts.comparisons.push(fact);
            }
        }
    }
}

/// Whether equality with, or membership in, the value leaves only harmless texts.
fn is_allow_list(value: &Value, is_membership: bool) -> bool {
    if !value.is_constant() {
        return false;
    }
    match &value.shape {
        Shape::List(_) | Shape::Object(_) => is_membership,
        // `x in "text"` asks for a part, which is no allow-list.
        Shape::Constant(Constant::Text(_)) => !is_membership,
        Shape::Constant(Constant::Number(_) | Constant::Bool(_)) => true,
        Shape::Constant(_) => false,
        Shape::OneOf(_) => !is_membership,
        _ => false,
    }
}

fn constant_comparison(op: CompareOp, left: &Value, right: &Value) -> Option<bool> {
    let (Shape::Constant(one), Shape::Constant(other)) = (&left.shape, &right.shape) else {
        return None;
    };
    if !left.taint.is_clean() || !right.taint.is_clean() {
        return None;
    }
    match op {
        CompareOp::Equal => Some(one == other),
        CompareOp::NotEqual => Some(one != other),
        _ => None,
    }
}

fn typeof_subject(engine: &Engine<'_>, expr: &Expr) -> Option<Subject> {
    let ExprKind::Call(call) = &expr.kind else {
        return None;
    };
    let ExprKind::Global(name) = &call.callee.kind else {
        return None;
    };
    if name != "typeof" {
        return None;
    }
    engine.subject(call.arguments.first()?.value())
}

/// Whether a constant counts as true. An empty list or object does not come here: they are no constants.
pub(crate) fn truth(constant: &Constant) -> bool {
    match constant {
        Constant::Text(text) => !text.is_empty(),
        Constant::Number(number) => number.parse() != Ok(0.0),
        Constant::Bool(truth) => *truth,
        Constant::Null => false,
        Constant::Regex(_) => true,
    }
}
