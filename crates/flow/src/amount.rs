//! Numbers from outside: what is computed from them, what bounds them, and what the language itself does as often as a number
//! says.

use base::{Name, Place};
use ir::{BinaryOp, CompareOp, Expr, ExprKind, Literal, Pattern, Stmt, StmtKind};
use knowledge::{KindSet, Outcome, Root};

use crate::call::Arguments;
use crate::engine::{Engine, Frame};
use crate::inputs::Inputs;
use crate::library::CallSite;
use crate::state::State;
use crate::{Constant, Shape, SinkFact, SourceId, Subject, Taint, TestValue, Value};

/// What a loop is called where its bound is reported.
const LOOP: &str = "%loop";
/// The method behind the operator `*`.
const MULTIPLY: &str = "__mul__";

impl<'p> Engine<'p> {
    /// The dangers that a number keeps.
    pub(crate) fn kinds_of_numbers(&self) -> KindSet {
        self.amount
            .map_or(KindSet::NONE, |kind| KindSet::NONE.with(kind))
    }

    /// What is left of outside data in a number that is made of it.
    fn in_number(&self, taint: &Taint) -> Taint {
        let kept = self.kinds_of_numbers();
        let taint = taint.without(|label| label.clears.intersection(kept) == kept);
        taint.cleared(KindSet::ALL.without(kept))
    }

    /// The result of arithmetic.
    pub(crate) fn computed(
        &mut self,
        frame: &Frame<'p>,
        op: BinaryOp,
        (left_expr, left): (&'p Expr, &Value),
        (right_expr, right): (&'p Expr, &Value),
        place: Place,
    ) -> Value {
        if op == BinaryOp::Multiply {
            self.report_repetition(frame, (left, left_expr), (right, right_expr), place);
            self.report_repetition(frame, (right, right_expr), (left, left_expr), place);
        }
        // `%` and its like have a limit.
        if op == BinaryOp::Other {
            return Value::unknown();
        }
        let taint = self.deep_taint(left, place);
        let taint = taint.join(&self.deep_taint(right, place));
        Value::tainted(self.in_number(&taint))
    }

    /// `"-" * n`, `[0] * n`.
    fn report_repetition(
        &mut self,
        frame: &Frame<'p>,
        (repeated, repeated_expr): (&Value, &Expr),
        (times, times_expr): (&Value, &Expr),
        place: Place,
    ) {
        let Some(model) = self.language(frame).method(MULTIPLY) else {
            return;
        };
        let is_sequence = matches!(
            repeated.shape,
            Shape::List(_) | Shape::Text(_) | Shape::Constant(Constant::Text(_))
        );
        if !is_sequence {
            return;
        }
        let arguments = Arguments::one(times.clone(), times_expr.span);
        let inputs = Inputs {
            receiver: Some(repeated),
            construction: None,
            arguments: &arguments,
            result: None,
            place,
        };
        let site = CallSite {
            place,
            subjects: vec![self.subject(times_expr)],
            receiver_subject: self.subject(repeated_expr),
            method: None,
        };
        self.report_sinks(frame, &Name::new_static("*"), model, &inputs, &site);
    }

    /// `n <= 100`: a number that nobody outside can make larger than something.
    pub(crate) fn test_of_bound(
        &mut self,
        frame: &Frame<'p>,
        op: CompareOp,
        (left_expr, left): (&'p Expr, &Value),
        (right_expr, right): (&'p Expr, &Value),
        place: Place,
    ) -> Value {
        let amounts = [left, right].map(|side| {
            let taint = self.deep_taint(side, place);
            self.in_number(&taint)
        });
        let [of_left, of_right] = &amounts;
        let is_less = op == CompareOp::Less;
        let (bounded, expr, is_bounded_if) = match (of_left.is_clean(), of_right.is_clean()) {
            (false, true) => (of_left, left_expr, is_less),
            (true, false) => (of_right, right_expr, !is_less),
            _ => return Value::unknown(),
        };
        let sources: Vec<SourceId> = bounded.labels().iter().map(|label| label.source).collect();
        let kinds = self.kinds_of_numbers();
        let test = TestValue {
            subject: self.number_subject(frame, expr),
            vouched: (sources.into(), kinds),
            clears: kinds,
            checked: None,
            outcome: if is_bounded_if {
                Outcome::True
            } else {
                Outcome::False
            },
            scope: frame.id(),
        };
        Value::of(Shape::Test(std::sync::Arc::new(test)))
    }

    /// What a number is written in: of `int(text)` the text.
    fn number_subject(&self, frame: &Frame<'p>, expr: &Expr) -> Option<Subject> {
        let ExprKind::Call(call) = &expr.kind else {
            return self.subject(expr);
        };
        let ExprKind::Global(name) = &call.callee.kind else {
            return None;
        };
        let kept = self.kinds_of_numbers();
        let model = self.language(frame).call(name)?;
        let makes_number = model
            .propagations
            .iter()
            .any(|row| row.to.root == Root::Return && row.clears == KindSet::ALL.without(kept));
        let argument = call.arguments.first().filter(|_| makes_number)?;
        self.number_subject(frame, argument.value())
    }

    /// A loop that counts up to, or down from, a number from outside.
    pub(crate) fn report_counted_loop(
        &mut self,
        frame: &mut Frame<'p>,
        test: &'p Expr,
        body: &'p [Stmt],
        state: &State,
    ) {
        let (ExprKind::Compare { op, left, right }, Some(kind)) = (&test.kind, self.amount) else {
            return;
        };
        let is_ordered = matches!(op, CompareOp::Less | CompareOp::Greater);
        let is_counted = is_ordered && (counts(body, left) || counts(body, right));
        if !is_counted || body.iter().any(leaves) {
            return;
        }
        let place = frame.place(test.span);
        let mut taint = Taint::CLEAN;
        for side in [left, right] {
            let value = self.eval(frame, side, &mut state.clone());
            taint = taint.join(&self.deep_taint(&value, place));
        }
        self.record_sink(SinkFact {
            kind,
            place,
            input: place,
            path: Name::new_static(LOOP),
            function: frame.id(),
            labels: taint.dangerous(kind).collect(),
            value: Value::unknown(),
            pattern: None,
        });
    }
}

/// Whether each round changes the variable by a number that is written out.
fn counts(body: &[Stmt], counter: &Expr) -> bool {
    let ExprKind::Variable(counter) = &counter.kind else {
        return false;
    };
    let is_step = |target: &Pattern, value: &Expr| {
        let is_counter =
            |expr: &Expr| matches!(&expr.kind, ExprKind::Variable(it) if it == counter);
        let is_written = |expr: &Expr| matches!(expr.kind, ExprKind::Literal(Literal::Number(_)));
        let changes = match &value.kind {
            ExprKind::Binary { op, left, right } => {
                matches!(op, BinaryOp::Add | BinaryOp::Subtract)
                    && is_counter(left)
                    && is_written(right)
            }
            ExprKind::Text(parts) => {
                matches!(parts.as_slice(), [old, step] if is_counter(old) && is_written(step))
            }
            _ => false,
        };
        changes && matches!(target, Pattern::Variable(it, _) if it == counter)
    };
    body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Assign { target, value } => is_step(target, value),
        StmtKind::Expr(expr) => match &expr.kind {
            ExprKind::Assign { target, value } => is_step(target, value),
            _ => false,
        },
        StmtKind::Block(body) => counts(body, &Expr::new(ExprKind::Variable(*counter), stmt.span)),
        _ => false,
    })
}

/// Whether a round may end the loop around it.
fn leaves(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Break | StmtKind::Return(_) | StmtKind::Throw(_) => true,
        StmtKind::If {
            then, otherwise, ..
        } => then.iter().chain(otherwise).any(leaves),
        StmtKind::Try {
            body,
            handlers,
            otherwise,
            finally,
        } => {
            let handlers = handlers.iter().flat_map(|handler| &handler.body);
            let rest = otherwise.iter().chain(finally);
            body.iter().chain(rest).chain(handlers).any(leaves)
        }
        StmtKind::Block(body) | StmtKind::With { body, .. } => body.iter().any(leaves),
        // What ends an inner loop or a case may end the outer one with it: `return`.
        StmtKind::While { body, .. } | StmtKind::ForEach { body, .. } => body.iter().any(returns),
        StmtKind::Switch { cases, .. } => {
            let bodies = cases.iter().flat_map(|case| &case.body);
            bodies.into_iter().any(returns)
        }
        _ => false,
    }
}

fn returns(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Return(_) | StmtKind::Throw(_))
        || (!matches!(stmt.kind, StmtKind::Break) && leaves(stmt))
}
