//! A backtracking engine without a memory of failures, as the flavours' engines are, that counts its steps. It is the judge: no
//! pattern is called vulnerable whose steps it did not see grow.

use crate::ast::Assertion;
use crate::flavor::{Call, Flavor};
use crate::program::{Inst, Program, UNSET};
use crate::set::CharSet;
use crate::unicode;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Matched,
    Failed,
    /// The steps ran out first.
    Exhausted,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) steps: u64,
    pub(crate) outcome: Outcome,
}

/// Matches a text, in at most `limit` steps.
pub(crate) fn run(program: &Program, flavor: Flavor, call: Call, text: &[u32], limit: u64) -> Run {
    let mut machine = Machine {
        program,
        flavor,
        line_breaks: flavor.line_breaks(),
        text,
        limit,
        steps: 0,
        registers: vec![UNSET; program.registers],
        stack: Vec::new(),
    };
    let last = if call == Call::Search { text.len() } else { 0 };
    for start in 0..=last {
        let outcome = machine.attempt(start);
        if outcome != Outcome::Failed {
            return machine.came_to(outcome);
        }
    }
    machine.came_to(Outcome::Failed)
}

/// What is done when a way fails.
enum Frame {
    /// Another way is taken.
    Way { pc: usize, at: usize },
    /// A register gets its value back.
    Undo { register: usize, value: usize },
}

struct Machine<'a> {
    program: &'a Program,
    flavor: Flavor,
    line_breaks: CharSet,
    text: &'a [u32],
    limit: u64,
    steps: u64,
    registers: Vec<usize>,
    stack: Vec<Frame>,
}

impl Machine<'_> {
    fn came_to(&self, outcome: Outcome) -> Run {
        Run {
            steps: self.steps,
            outcome,
        }
    }

    /// Matches from one position.
    fn attempt(&mut self, start: usize) -> Outcome {
        self.stack.clear();
        self.registers.fill(UNSET);
        let (mut pc, mut at) = (0, start);
        loop {
            self.steps += 1;
            if self.limit < self.steps {
                return Outcome::Exhausted;
            }
            let Some(inst) = self.program.insts.get(pc) else {
                return Outcome::Failed;
            };
            let next = match inst {
                Inst::Match => return Outcome::Matched,
                inst => self.step(inst, pc, at),
            };
            match next.or_else(|| self.back()) {
                Some(place) => (pc, at) = place,
                None => return Outcome::Failed,
            }
        }
    }

    /// Undoes until there is another way.
    fn back(&mut self) -> Option<(usize, usize)> {
        loop {
            match self.stack.pop()? {
                Frame::Way { pc, at } => return Some((pc, at)),
                Frame::Undo { register, value } => {
                    if let Some(slot) = self.registers.get_mut(register) {
                        *slot = value;
                    }
                }
            }
        }
    }

    fn read(&self, register: usize) -> usize {
        self.registers.get(register).copied().unwrap_or(UNSET)
    }

    fn write(&mut self, register: usize, value: usize) {
        if let Some(slot) = self.registers.get_mut(register) {
            let before = std::mem::replace(slot, value);
            self.stack.push(Frame::Undo {
                register,
                value: before,
            });
        }
    }

    fn either(&mut self, first: usize, second: usize, at: usize) -> usize {
        self.stack.push(Frame::Way { pc: second, at });
        first
    }

    /// Where the program goes on; nowhere if this way fails.
    fn step(&mut self, inst: &Inst, pc: usize, at: usize) -> Option<(usize, usize)> {
        match *inst {
            Inst::Match | Inst::Fail => None,
            Inst::Set { set, is_back } => {
                let index = if is_back { at.checked_sub(1)? } else { at };
                let code = *self.text.get(index)?;
                let fits = self.program.sets.get(set)?.contains(code);
                fits.then_some((pc + 1, if is_back { index } else { at + 1 }))
            }
            Inst::Split(first, second) => Some((self.either(first, second, at), at)),
            Inst::Jump(to) => Some((to, at)),
            Inst::Assert(assertion) => self.holds(assertion, at).then_some((pc + 1, at)),
            Inst::Save(register) => {
                self.write(register, at);
                Some((pc + 1, at))
            }
            Inst::Forget(first, last) => {
                for register in first..=last {
                    self.write(register, UNSET);
                }
                Some((pc + 1, at))
            }
            Inst::Reference {
                group,
                is_insensitive,
                is_back,
            } => {
                let at = self.repeated(group, is_insensitive, is_back, at)?;
                Some((pc + 1, at))
            }
            Inst::IfMatched { group, yes, no } => {
                let has_matched = self.read(group * 2 + 1) != UNSET;
                Some((if has_matched { yes } else { no }, at))
            }
            Inst::IterationEnd {
                start,
                counter,
                again,
                exit,
            } => {
                if self.read(start) != at {
                    return Some((again, at));
                }
                let is_needed =
                    counter.is_some_and(|(register, min)| self.read(register) < min as usize);
                if is_needed {
                    Some((again, at))
                } else if self.flavor.refuses_empty_iterations() {
                    None
                } else {
                    Some((exit, at))
                }
            }
            Inst::CountStart(counter) => {
                self.write(counter, 0);
                Some((pc + 1, at))
            }
            Inst::Count {
                counter,
                min,
                max,
                is_lazy,
                body,
                exit,
            } => self.count(counter, (min, max), is_lazy, (body, exit), at),
            Inst::Mark(mark) => {
                self.write(mark, self.stack.len());
                Some((pc + 1, at))
            }
            Inst::Cut(mark) => {
                self.cut(self.read(mark));
                Some((pc + 1, at))
            }
            Inst::Return(position) => Some((pc + 1, self.read(position))),
            Inst::Unless { mark, after } => {
                let height = self.stack.len();
                self.stack.push(Frame::Way { pc: after, at });
                self.write(mark, height);
                Some((pc + 1, at))
            }
            Inst::Refuse(mark) => {
                self.cut(self.read(mark));
                None
            }
        }
    }

    fn count(
        &mut self,
        counter: usize,
        (min, max): (u32, Option<u32>),
        is_lazy: bool,
        (body, exit): (usize, usize),
        at: usize,
    ) -> Option<(usize, usize)> {
        let done = self.read(counter);
        if max.is_some_and(|max| max as usize <= done) {
            return Some((exit, at));
        }
        let is_needed = done < min as usize;
        if !is_needed && is_lazy {
            // The way back must find the counter raised: it is written on the way into the body.
            self.stack.push(Frame::Undo {
                register: counter,
                value: done,
            });
            self.stack.push(Frame::Way { pc: body, at });
            self.stack.push(Frame::Undo {
                register: counter,
                value: done + 1,
            });
            return Some((exit, at));
        }
        if !is_needed {
            self.stack.push(Frame::Way { pc: exit, at });
        }
        self.write(counter, done + 1);
        Some((body, at))
    }

    /// Closes the ways opened above a height; what is undone later stays.
    fn cut(&mut self, height: usize) {
        let above = self.stack.split_off(height.min(self.stack.len()));
        let undone = above.into_iter();
        self.stack
            .extend(undone.filter(|frame| matches!(frame, Frame::Undo { .. })));
    }

    fn repeated(
        &mut self,
        group: usize,
        is_insensitive: bool,
        is_back: bool,
        at: usize,
    ) -> Option<usize> {
        let (start, end) = (self.read(group * 2), self.read(group * 2 + 1));
        if start == UNSET || end == UNSET {
            return self.flavor.has_empty_references().then_some(at);
        }
        let captured = self.text.get(start..end)?;
        let from = if is_back {
            at.checked_sub(captured.len())?
        } else {
            at
        };
        let there = self.text.get(from..from + captured.len())?;
        self.steps += captured.len() as u64;
        let is_equal = captured
            .iter()
            .zip(there)
            .all(|(a, b)| a == b || is_insensitive && unicode::lower(*a) == unicode::lower(*b));
        is_equal.then_some(if is_back { from } else { from + captured.len() })
    }

    fn holds(&self, assertion: Assertion, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|index| self.text.get(index));
        let after = self.text.get(at);
        let is_break = |code: &u32| self.line_breaks.contains(*code);
        match assertion {
            Assertion::TextStart => at == 0,
            Assertion::TextEnd => after.is_none(),
            Assertion::LastLineEnd => {
                after.is_none() || after.is_some_and(is_break) && at + 1 == self.text.len()
            }
            Assertion::LineStart => before.is_none_or(is_break),
            Assertion::LineEnd => after.is_none_or(is_break),
            Assertion::Word {
                is_negative,
                is_unicode,
            } => {
                let is_word = |code: Option<&u32>| {
                    code.is_some_and(|code| unicode::is_word(*code, is_unicode))
                };
                (is_word(before) != is_word(after)) != is_negative
            }
        }
    }
}
