//! Statements.

use ir::{Case, Expr, Handler, Stmt, StmtKind};

use crate::engine::{Engine, Frame, LoopExits};
use crate::facts::CatchFact;
use crate::state::State;
use crate::{Taint, Value};

/// How often a loop's body is executed at most; what a third round would add, joins have added already.
const MOST_ROUNDS: u32 = 3;

impl<'p> Engine<'p> {
    /// Executes statements in order; nothing when control does not come out at their end.
    pub(crate) fn exec_block(
        &mut self,
        frame: &mut Frame<'p>,
        stmts: &'p [Stmt],
        state: State,
    ) -> Option<State> {
        let mut state = state;
        for stmt in stmts {
            state = self.nested(|engine| engine.exec(frame, stmt, state))?;
        }
        Some(state)
    }

    fn exec(&mut self, frame: &mut Frame<'p>, stmt: &'p Stmt, mut state: State) -> Option<State> {
        if !self.may_go_on() {
            return Some(state);
        }
        match &stmt.kind {
            StmtKind::Expr(expr) => {
                let around = frame.discarded.replace(expr.span);
                self.eval(frame, expr, &mut state);
                frame.discarded = around;
                Some(state)
            }
            StmtKind::Assign { target, value } => {
                let value = self.eval(frame, value, &mut state);
                self.bind(frame, target, value, &mut state);
                Some(state)
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    if let Some(subject) = self.subject(target) {
                        let place = frame.place(target.span);
                        self.write_subject(frame, &mut state, &subject, Value::null(), place);
                    }
                }
                Some(state)
            }
            StmtKind::If {
                test,
                then,
                otherwise,
            } => {
                let (on_true, on_false) = self.branch(frame, test, state);
                let after_then = on_true.and_then(|state| self.exec_block(frame, then, state));
                let after_otherwise =
                    on_false.and_then(|state| self.exec_block(frame, otherwise, state));
                join_states(after_then, after_otherwise)
            }
            StmtKind::While {
                test,
                body,
                body_first,
            } => self.exec_while(frame, test, body, *body_first, state),
            StmtKind::ForEach {
                target,
                iterable,
                over_keys,
                body,
            } => {
                let place = frame.place(iterable.span);
                let subject = self.eval(frame, iterable, &mut state);
                let is_empty = matches!(&subject.shape, crate::Shape::List(list)
                    if list.items.is_empty() && list.rest.is_none() && subject.taint.is_clean());
                if is_empty {
                    return Some(state);
                }
                let element = if *over_keys {
                    self.key_of(&subject, place)
                } else {
                    self.iterated(&subject, place, frame.code.language)
                };
                let (ended, broken) = self.exec_loop(frame, state, |engine, frame, mut state| {
                    engine.bind(frame, target, element.clone(), &mut state);
                    engine.exec_block(frame, body, state)
                });
                join_states(Some(ended), broken)
            }
            StmtKind::Switch { subject, cases } => self.exec_switch(frame, subject, cases, state),
            StmtKind::Try {
                body,
                handlers,
                otherwise,
                finally,
            } => self.exec_try(frame, body, handlers, otherwise, finally, state),
            StmtKind::With {
                context,
                target,
                body,
            } => {
                let value = self.eval(frame, context, &mut state);
                if let Some(target) = target {
                    // Entering gives the context itself, or something that holds what it holds.
                    self.bind(frame, target, value, &mut state);
                }
                self.exec_block(frame, body, state)
            }
            StmtKind::Block(body) => self.exec_block(frame, body, state),
            StmtKind::Return(value) => {
                let place = frame.place(value.as_ref().map_or(stmt.span, |value| value.span));
                let value = value
                    .as_ref()
                    .map_or_else(Value::null, |value| self.eval(frame, value, &mut state));
                self.leave(frame, value, place, state);
                None
            }
            StmtKind::Throw(value) => {
                if let Some(value) = value {
                    let thrown = self.eval(frame, value, &mut state);
                    let taint = self.deep_taint(&thrown, frame.place(value.span));
                    frame.thrown = frame.thrown.join(&taint);
                }
                None
            }
            StmtKind::Break => {
                if let Some(exits) = frame.loops.last_mut() {
                    exits.breaks = join_states(exits.breaks.take(), Some(state));
                }
                None
            }
            StmtKind::Continue => {
                if let Some(exits) = frame.loops.last_mut() {
                    exits.continues = join_states(exits.continues.take(), Some(state));
                }
                None
            }
        }
    }

    fn leave(&mut self, frame: &mut Frame<'p>, value: Value, place: base::Place, state: State) {
        if frame.is_entry {
            self.record_return(frame, &value, false, place);
        }
        frame.returned = Some(match frame.returned.take() {
            None => (value, state),
            Some((known, mut known_state)) => {
                known_state.join(&state);
                (known.join(&value), known_state)
            }
        });
    }

    fn exec_while(
        &mut self,
        frame: &mut Frame<'p>,
        test: &'p Expr,
        body: &'p [Stmt],
        body_first: bool,
        state: State,
    ) -> Option<State> {
        let mut left: Option<State> = None;
        let (ended, broken) = self.exec_loop(frame, state, |engine, frame, state| {
            if body_first {
                let end = engine.exec_block(frame, body, state)?;
                let (again, done) = engine.branch(frame, test, end);
                left = join_states(left.take(), done);
                again
            } else {
                engine.report_counted_loop(frame, test, body, &state);
                let (enter, done) = engine.branch(frame, test, state);
                left = join_states(left.take(), done);
                engine.exec_block(frame, body, enter?)
            }
        });
        // A loop is left by its test, where that can fail, or by `break`.
        let ended = (!is_literally_true(test)).then_some(ended);
        join_states(join_states(left, ended), broken)
    }

    /// Executes one round after another until a round adds nothing. Gives the states of zero rounds and of every round, and
    /// those at a `break`.
    fn exec_loop(
        &mut self,
        frame: &mut Frame<'p>,
        state: State,
        mut round: impl FnMut(&mut Self, &mut Frame<'p>, State) -> Option<State>,
    ) -> (State, Option<State>) {
        let mut before = state;
        let mut broken: Option<State> = None;
        for _ in 0..MOST_ROUNDS {
            frame.loops.push(LoopExits::default());
            self.loops += 1;
            let end = round(self, frame, before.clone());
            self.loops -= 1;
            let exits = frame.loops.pop().unwrap_or_default();
            broken = join_states(broken, exits.breaks);
            let Some(after) = join_states(end, exits.continues) else {
                break;
            };
            if !before.join(&after) {
                break;
            }
        }
        (before, broken)
    }

    fn exec_switch(
        &mut self,
        frame: &mut Frame<'p>,
        subject: &'p Expr,
        cases: &'p [Case],
        mut state: State,
    ) -> Option<State> {
        let value = self.eval(frame, subject, &mut state);
        let place = self.subject(subject);
        let has_default = cases
            .iter()
            .any(|case| case.tests.is_empty() && case.bindings.is_none());
        let mut after: Option<State> = None;
        let mut fallen: Option<State> = None;
        frame.loops.push(LoopExits::default());
        for case in cases {
            let mut entered = state.clone();
            let mut all_constant = !case.tests.is_empty();
            for test in &case.tests {
                all_constant &= self.eval(frame, test, &mut entered).is_constant();
            }
            if let (Some(place), true) = (&place, all_constant) {
                self.refine(
                    frame,
                    &mut entered,
                    place,
                    knowledge::KindSet::ALL,
                    frame.place(subject.span),
                );
            }
            if let Some(bindings) = &case.bindings {
                self.bind(frame, bindings, value.clone(), &mut entered);
            }
            let entered = join_states(Some(entered), fallen.take());
            let end = entered.and_then(|state| self.exec_block(frame, &case.body, state));
            if case.falls_through {
                fallen = end;
            } else {
                after = join_states(after, end);
            }
        }
        let exits = frame.loops.pop().unwrap_or_default();
        if let (Some(outer), Some(state)) = (frame.loops.last_mut(), exits.continues) {
            outer.continues = join_states(outer.continues.take(), Some(state));
        }
        let unmatched = (!has_default).then_some(state);
        join_states(
            join_states(after, fallen),
            join_states(exits.breaks, unmatched),
        )
    }

    fn exec_try(
        &mut self,
        frame: &mut Frame<'p>,
        body: &'p [Stmt],
        handlers: &'p [Handler],
        otherwise: &'p [Stmt],
        finally: &'p [Stmt],
        state: State,
    ) -> Option<State> {
        let outer_thrown = std::mem::replace(&mut frame.thrown, Taint::CLEAN);
        let first_call = self.facts.calls.len() as u32;
        let first_mark = self.facts.marks.len() as u32;
        let returned_before = frame.returned.is_some();
        let after_body = self.exec_block(frame, body, state.clone());
        let tried = Tried {
            calls: (first_call..self.facts.calls.len() as u32).collect(),
            marks: (first_mark..self.facts.marks.len() as u32).collect(),
            keeps_result: body
                .iter()
                .any(|stmt| matches!(stmt.kind, StmtKind::Assign { .. } | StmtKind::Return(_))),
        };
        let thrown = std::mem::replace(&mut frame.thrown, outer_thrown);
        // The body may fail anywhere: what a handler sees is between its start and its end.
        let mut failed = state;
        if let Some(end) = &after_body {
            failed.join(end);
        } else if let (Some((_, end)), false) = (&frame.returned, returned_before) {
            failed.join(end);
        }
        let mut after = after_body.and_then(|state| self.exec_block(frame, otherwise, state));
        for handler in handlers {
            let end = self.exec_handler(frame, handler, &thrown, &tried, failed.clone());
            after = join_states(after, end);
        }
        if handlers.is_empty() {
            frame.thrown = frame.thrown.join(&thrown);
        }
        if finally.is_empty() {
            return after;
        }
        match after {
            Some(state) => self.exec_block(frame, finally, state),
            None => {
                self.exec_block(frame, finally, failed);
                None
            }
        }
    }

    fn exec_handler(
        &mut self,
        frame: &mut Frame<'p>,
        handler: &'p Handler,
        thrown: &Taint,
        tried: &Tried,
        mut state: State,
    ) -> Option<State> {
        let place = frame.place(handler.span);
        let mut types = Vec::new();
        for expr in &handler.types {
            types.push(self.eval(frame, expr, &mut state));
        }
        let is_harmless = !types.is_empty() && types.iter().all(is_about_input);
        if let Some(binding) = &handler.binding {
            let caught = if is_harmless {
                Value::tainted(thrown.clone())
            } else {
                self.exception(place).with_taint(thrown)
            };
            self.bind(frame, binding, caught, &mut state);
        }
        let catches_all = types.is_empty() || types.iter().any(is_base_exception);
        let fact = CatchFact {
            place,
            catches_all,
            is_silent: handler.body.iter().all(is_silent),
            keeps_result: tried.keeps_result,
            calls: tried.calls.clone(),
            marks: tried.marks.clone(),
            function: frame.id(),
        };
        if !self.facts.catches.contains(&fact) {
            self.facts.catches.push(fact);
        }
        self.exec_block(frame, &handler.body, state)
    }
}

/// What holds where control comes from either; nothing where it comes from neither.
pub(crate) fn join_states(left: Option<State>, right: Option<State>) -> Option<State> {
    match (left, right) {
        (Some(mut left), Some(right)) => {
            left.join(&right);
            Some(left)
        }
        (left, right) => left.or(right),
    }
}

fn is_literally_true(test: &Expr) -> bool {
    matches!(test.kind, ir::ExprKind::Literal(ir::Literal::Bool(true)))
}

/// What was done in the body of a `try`.
struct Tried {
    calls: Vec<u32>,
    marks: Vec<u32>,
    keeps_result: bool,
}

/// Exceptions of the project's own classes hold the text that the project put into them; those that say what is wrong with a
/// value tell the caller about what the caller sent.
fn is_about_input(class: &Value) -> bool {
    match &class.shape {
        crate::Shape::Class(_) => true,
        crate::Shape::Api(api) => {
            let name = api.path.rsplit('.').next().unwrap_or_default();
            matches!(
                name,
                "ValueError"
                    | "KeyError"
                    | "TypeError"
                    | "IndexError"
                    | "AssertionError"
                    | "JSONDecodeError"
            ) || name.ends_with("ValidationError")
        }
        _ => false,
    }
}

fn is_base_exception(class: &Value) -> bool {
    matches!(&class.shape, crate::Shape::Api(api) if matches!(api.path.as_str(), "Exception" | "BaseException"))
}

fn is_silent(stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Expr(expr) => matches!(expr.kind, ir::ExprKind::Literal(_)),
        StmtKind::Block(body) => body.iter().all(is_silent),
        StmtKind::Continue | StmtKind::Break => true,
        _ => false,
    }
}
