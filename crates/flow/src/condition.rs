//! Conditions: what holds on each side of a test. An allow-list test makes what it tested harmless on the side where it
//! holds.

use std::sync::Arc;

use base::Place;
use ir::{CompareOp, Expr, ExprKind};
use knowledge::{KindSet, Outcome};

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::exceptions::EXCEPTION;
use crate::exec::join_states;
use crate::inputs::Inputs;
use crate::state::State;
use crate::{ComparisonFact, Constant, Label, Object, Shape, SourceId, Subject, TestValue, Value};

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
        self.facts.note_test(value);
        self.facts.note_question(value);
        match &value.shape {
            Shape::Constant(constant) if value.taint.is_clean() => match truth(constant) {
                true => (Some(state), None),
                false => (None, Some(state)),
            },
            Shape::Test(test) => {
                let mut refined = state.clone();
                if let (Some(subject), true) = (&test.subject, test.scope == frame.id()) {
                    match &test.checked {
                        Some(checked) => {
                            let checked = checked.clone();
                            self.write_subject(frame, &mut refined, subject, checked, place);
                        }
                        None => self.refine(frame, &mut refined, subject, test.clears, place),
                    }
                }
                let (sources, kinds) = &test.vouched;
                if !sources.is_empty() {
                    refined.change_all(|value| with_sources_cleared(value, sources, *kinds, 0));
                }
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
        for side in [left, right] {
            self.facts.note_test(side);
            self.facts.note_question(side);
        }
        if let Some(known) = constant_comparison(op, left, right) {
            return Value::of(Shape::Constant(Constant::Bool(known)));
        }
        if let Some(known) = test_against_constant(op, left, right) {
            return known;
        }
        if matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
            self.record_comparison(frame, left, right, place);
        }
        let outcome = match op {
            CompareOp::Equal | CompareOp::In => Outcome::True,
            CompareOp::NotEqual | CompareOp::NotIn => Outcome::False,
            CompareOp::InstanceOf => return self.own_exception(frame, left_expr, left, right),
            CompareOp::Less | CompareOp::Greater => {
                let of_length = self.test_of_length(frame, op, left_expr, right_expr);
                return of_length.unwrap_or_else(|| {
                    self.test_of_bound(frame, op, (left_expr, left), (right_expr, right), place)
                });
            }
        };
        let is_membership = matches!(op, CompareOp::In | CompareOp::NotIn);
        let scope = frame.id();
        let test = |subject: Option<Subject>, vouched, clears| {
            let test = TestValue {
                subject,
                vouched,
                clears,
                checked: None,
                outcome,
                scope,
            };
            Value::of(Shape::Test(Arc::new(test)))
        };
        if let (Some(subject), Some(name)) = (typeof_subject(self, left_expr), right.as_text()) {
            return match name.as_str() {
                "boolean" | "undefined" => test(Some(subject), Default::default(), KindSet::ALL),
                "number" | "bigint" => {
                    let clears = KindSet::ALL.without(self.kinds_of_numbers());
                    test(Some(subject), Default::default(), clears)
                }
                // A text may hold anything, but is no object in the place of one.
                "string" => self.test_of_kind(frame, subject, "nosql", outcome),
                _ => Value::unknown(),
            };
        }
        let known = if is_membership {
            self.asked(
                frame,
                "__contains__",
                (right_expr, right),
                left,
                outcome,
                place,
            )
        } else {
            self.asked(frame, "__eq__", (left_expr, left), right, outcome, place)
        };
        if let Some(known) = known {
            return known;
        }
        if self.is_allow_list(right, is_membership, place) {
            let vouched = self.vouched(frame, left, place);
            return test(self.subject(left_expr), vouched, KindSet::ALL);
        }
        if !is_membership && self.is_allow_list(left, false, place) {
            let vouched = self.vouched(frame, right, place);
            return test(self.subject(right_expr), vouched, KindSet::ALL);
        }
        Value::unknown()
    }

    /// `part in text` and `text == other`, of which the knowledge base may say something, as of methods of the text.
    fn asked(
        &mut self,
        frame: &Frame<'p>,
        method: &str,
        (text_expr, text): (&'p Expr, &Value),
        part: &Value,
        outcome: Outcome,
        place: Place,
    ) -> Option<Value> {
        let model = self.language(frame).method(method)?;
        let arguments = Arguments::one(part.clone(), place.span);
        let inputs = Inputs {
            receiver: Some(text),
            construction: None,
            arguments: &arguments,
            result: None,
            place,
        };
        let guard = model
            .guards
            .iter()
            .find(|guard| self.all_hold(&guard.when, &inputs))?;
        let test = Value::of(Shape::Test(Arc::new(TestValue {
            subject: Some(self.subject(text_expr)?),
            vouched: Default::default(),
            clears: guard.clears,
            checked: None,
            outcome: guard.outcome,
            scope: frame.id(),
        })));
        Some(match outcome {
            Outcome::False => crate::eval::negated(&test),
            _ => test,
        })
    }

    /// The outside data for which a part of it speaks: one read of a field for every other.
    pub(crate) fn vouched(
        &mut self,
        frame: &Frame<'p>,
        part: &Value,
        place: Place,
    ) -> (Arc<[SourceId]>, KindSet) {
        if let Shape::Event(event) = &part.shape {
            return (self.facts.reads_of(event), KindSet::ALL);
        }
        let Shape::Api(api) = &part.shape else {
            return Default::default();
        };
        let Some(model) = self.language(frame).call(&api.path) else {
            return Default::default();
        };
        let arguments = Arguments::default();
        let inputs = Inputs {
            receiver: None,
            construction: api.construction.as_deref(),
            arguments: &arguments,
            result: None,
            place,
        };
        let mut sources: Vec<SourceId> = Vec::new();
        let mut kinds = KindSet::NONE;
        for vouch in &model.vouches {
            kinds = kinds.union(vouch.clears);
            for (whole, _) in self.resolve_input(&vouch.input, &inputs) {
                let taint = self.deep_taint(&whole, place);
                sources.extend(taint.labels().iter().map(|label| label.source));
            }
        }
        (sources.into(), kinds)
    }

    /// Whether equality with, or membership in, the value leaves only harmless texts: nobody outside has a part in it.
    fn is_allow_list(&mut self, value: &Value, is_membership: bool, place: Place) -> bool {
        if !self.deep_taint(value, place).is_clean() {
            return false;
        }
        value.shape.alternatives().iter().all(|shape| match shape {
            Shape::List(_) | Shape::Object(_) => is_membership,
            // `x in "text"` asks for a part, which is no allow-list.
            Shape::Constant(Constant::Text(_)) | Shape::Text(_) => !is_membership,
            Shape::Constant(Constant::Number(_) | Constant::Bool(_)) => true,
            Shape::Api(_) | Shape::Unknown => true,
            _ => false,
        })
    }

    /// `error instanceof OwnError`: the text of the project's own exceptions is what the project put into them.
    fn own_exception(
        &self,
        frame: &Frame<'p>,
        tested: &Expr,
        value: &Value,
        class: &Value,
    ) -> Value {
        let is_exception = matches!(&value.shape, Shape::Api(api) if api.path == EXCEPTION);
        let is_own = matches!(class.shape, Shape::Class(_));
        match self.subject(tested) {
            Some(subject) if is_exception && is_own => {
                self.test_of_kind(frame, subject, "response", Outcome::True)
            }
            _ => Value::unknown(),
        }
    }

    /// The dangers of texts that are long.
    pub(crate) fn kinds_of_length(&self) -> KindSet {
        let kind = self.knowledge.kind("regex-subject");
        kind.map_or(KindSet::NONE, |kind| KindSet::NONE.with(kind))
    }

    /// `len(x) < 100`: a text that is not long keeps no regular expression busy.
    fn test_of_length(
        &self,
        frame: &Frame<'p>,
        op: CompareOp,
        left: &'p Expr,
        right: &'p Expr,
    ) -> Option<Value> {
        let is_less = op == CompareOp::Less;
        let (subject, is_short) = match (length_subject(self, left), length_subject(self, right)) {
            (Some(subject), None) => (subject, is_less),
            (None, Some(subject)) => (subject, !is_less),
            (Some(_), Some(_)) => return Some(Value::unknown()),
            (None, None) => return None,
        };
        let outcome = if is_short {
            Outcome::True
        } else {
            Outcome::False
        };
        Some(self.test_of_kind(frame, subject, "regex-subject", outcome))
    }

    /// A test that makes its subject harmless for one kind of danger.
    fn test_of_kind(
        &self,
        frame: &Frame<'p>,
        subject: Subject,
        kind: &str,
        outcome: Outcome,
    ) -> Value {
        let kind = self.knowledge.kind(kind);
        let test = TestValue {
            subject: Some(subject),
            vouched: Default::default(),
            clears: kind.map_or(KindSet::NONE, |kind| KindSet::NONE.with(kind)),
            checked: None,
            outcome,
            scope: frame.id(),
        };
        Value::of(Shape::Test(Arc::new(test)))
    }

    fn record_comparison(&mut self, frame: &Frame<'p>, left: &Value, right: &Value, place: Place) {
        for (one, other) in [(left, right), (right, left)] {
            // A number is no credential.
            let taint = self.deep_taint(one, place).without(|label| {
                let compared = self.knowledge.kind("crypto-compare");
                compared.is_some_and(|kind| label.clears.contains(kind))
            });
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

/// `test === true`, `match is None`, `text.indexOf(part) !== -1`.
fn test_against_constant(op: CompareOp, left: &Value, right: &Value) -> Option<Value> {
    let (test, constant, is_flipped) = match (&left.shape, &right.shape) {
        (Shape::Test(_), Shape::Constant(constant)) => (left, constant, false),
        (Shape::Constant(constant), Shape::Test(_)) => (right, constant, true),
        _ => return None,
    };
    let stands_for = match constant {
        Constant::Bool(truth) => *truth,
        Constant::Null => false,
        Constant::Number(number) => match (number.as_str(), op) {
            ("-1" | "0", CompareOp::Greater | CompareOp::Less) | ("-1", _) => false,
            ("0", _) => return None,
            _ => return None,
        },
        _ => return None,
    };
    let holds = match op {
        CompareOp::Equal => stands_for,
        CompareOp::NotEqual => !stands_for,
        CompareOp::Greater => !is_flipped,
        CompareOp::Less => is_flipped,
        _ => return None,
    };
    Some(if holds {
        test.clone()
    } else {
        crate::eval::negated(test)
    })
}

/// The value with the outside data of these sources made harmless for `kinds`; nothing where it holds none.
pub(crate) fn with_sources_cleared(
    value: &Value,
    sources: &[SourceId],
    kinds: KindSet,
    depth: u32,
) -> Option<Value> {
    const DEEPEST: u32 = 4;
    if DEEPEST < depth {
        return None;
    }
    let is_held = value
        .taint
        .labels()
        .iter()
        .any(|label| sources.contains(&label.source));
    let taint = value.taint.map(|label| {
        if sources.contains(&label.source) {
            Label {
                clears: label.clears.union(kinds),
                ..label
            }
        } else {
            label
        }
    });
    let shape = match &value.shape {
        Shape::Object(object) => {
            let mut object = Object::clone(object);
            let mut has_changed = false;
            let fields = object.fields.iter_mut().map(|(_, field)| field);
            for field in fields.chain(&mut object.rest) {
                if let Some(changed) = with_sources_cleared(field, sources, kinds, depth + 1) {
                    *field = changed;
                    has_changed = true;
                }
            }
            has_changed.then(|| Shape::Object(Arc::new(object)))
        }
        _ => None,
    };
    (is_held || shape.is_some()).then(|| Value {
        taint,
        shape: shape.unwrap_or_else(|| value.shape.clone()),
    })
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

/// What the expression is the length of.
fn length_subject(engine: &Engine<'_>, expr: &Expr) -> Option<Subject> {
    match &expr.kind {
        ExprKind::Field { base, name } if name == "length" => engine.subject(base),
        ExprKind::Call(call) => match &call.callee.kind {
            ExprKind::Global(name) if name == "len" => {
                engine.subject(call.arguments.first()?.value())
            }
            _ => None,
        },
        _ => None,
    }
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
