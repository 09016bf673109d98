//! The unfolded program as an automaton: a state for each place that reads a character, and the states that may read the next
//! one, with whether two ways lead there.

use rustc_hash::FxHashMap;

use crate::alphabet::{Alphabet, Classes, Taste, TooManyClasses};
use crate::ast::{Assertion, Span};
use crate::flavor::{Call, Flavor};
use crate::fuel::{Fuel, Spent};
use crate::program::{Inst, Program};
use crate::unicode;

/// The state before anything is read.
pub(crate) const BEGIN: usize = 0;

#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) to: usize,
    /// What is read on the way: what the state reads, as far as the anchors before it allow.
    pub(crate) reads: Classes,
    /// Whether the engine gets there in two ways without reading.
    pub(crate) is_double: bool,
}

/// A place that has read a character.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// What it reads.
    pub(crate) reads: Classes,
    pub(crate) next: Vec<Edge>,
    /// Whether the match may end here, whatever follows.
    pub(crate) accepts: bool,
    /// Whether the match may end here if the text does, or its line.
    pub(crate) accepts_at_end: bool,
    /// Where it is written; nowhere for the search for a start.
    pub(crate) span: Option<Span>,
}

#[derive(Debug)]
pub(crate) struct Automaton {
    pub(crate) states: Vec<State>,
    /// The character that stands for each class.
    pub(crate) samples: Vec<u32>,
}

/// Why there is no automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAutomaton {
    TooManyClasses,
    Spent,
}

impl From<TooManyClasses> for NoAutomaton {
    fn from(_: TooManyClasses) -> Self {
        Self::TooManyClasses
    }
}

impl From<Spent> for NoAutomaton {
    fn from(_: Spent) -> Self {
        Self::Spent
    }
}

impl Automaton {
    pub(crate) fn new(
        program: &Program,
        flavor: Flavor,
        call: Call,
        taste: Taste,
        fuel: &Fuel,
    ) -> Result<Self, NoAutomaton> {
        let mut sets = program.sets.clone();
        let newline = sets.len();
        sets.push(flavor.line_breaks());
        let mut words = None;
        if let Some(is_unicode) = word_kind(program) {
            words = Some(sets.len());
            sets.push(unicode::word(is_unicode));
        }
        let alphabet = Alphabet::new(&sets, taste)?;
        let classes = |set: usize| alphabet.sets.get(set).copied().unwrap_or_default();
        let mut states = vec![State::default()];
        if call == Call::Search {
            // Anchors ask what was read last: the search for a start knows it.
            let newline = classes(newline);
            let words = words.map(classes).unwrap_or_default();
            let has_lines = program
                .insts
                .iter()
                .any(|inst| matches!(inst, Inst::Assert(Assertion::LineStart)));
            let newline = if has_lines {
                newline
            } else {
                Classes::default()
            };
            let known = newline.or(words);
            let others = if known.is_empty() {
                Classes::all()
            } else {
                Classes::below(alphabet.samples.len()).and(known.not())
            };
            let parts = [newline.and(words.not()), words, others];
            for reads in parts.into_iter().filter(|reads| !reads.is_empty()) {
                states.push(State {
                    reads,
                    ..State::default()
                });
            }
        }
        let searching = states.len();
        let mut numbers = FxHashMap::default();
        for (pc, inst) in program.insts.iter().enumerate() {
            if let Inst::Set { set, .. } = inst {
                numbers.insert(pc, states.len());
                states.push(State {
                    reads: classes(*set),
                    span: program.spans.get(pc).cloned(),
                    ..State::default()
                });
            }
        }
        let mut walker = Walker {
            program,
            flavor,
            newline: classes(newline),
            words: words.map(classes).unwrap_or_default(),
            numbers: &numbers,
            reads: states.iter().map(|state| state.reads).collect(),
            fuel,
        };
        let mut starts = vec![(BEGIN, 0)];
        starts.extend((BEGIN + 1..searching).map(|state| (state, 0)));
        let mut places: Vec<(usize, usize)> =
            numbers.iter().map(|(pc, at)| (*at, pc + 1)).collect();
        places.sort_unstable();
        starts.extend(places);
        let searches: Vec<Edge> = states
            .iter()
            .enumerate()
            .take(searching)
            .skip(BEGIN + 1)
            .map(|(to, state)| Edge {
                to,
                reads: state.reads,
                is_double: false,
            })
            .collect();
        for (state, pc) in starts {
            let found = walker.walk(state, pc)?;
            if let Some(slot) = states.get_mut(state) {
                slot.next = found.next;
                slot.accepts = found.accepts;
                slot.accepts_at_end = found.accepts_at_end;
                if state < searching {
                    slot.next.extend(searches.iter().cloned());
                }
            }
        }
        Ok(Self {
            states,
            samples: alphabet.samples,
        })
    }

    pub(crate) fn next(&self, state: usize) -> &[Edge] {
        self.states.get(state).map_or(&[], |state| &state.next)
    }

    pub(crate) fn reads(&self, state: usize) -> Classes {
        self.states
            .get(state)
            .map_or_else(Classes::default, |state| state.reads)
    }
}

/// Whether the program asks for the edges of words, and of which alphabet.
fn word_kind(program: &Program) -> Option<bool> {
    program.insts.iter().find_map(|inst| match inst {
        Inst::Assert(Assertion::Word { is_unicode, .. }) => Some(*is_unicode),
        _ => None,
    })
}

struct Walker<'a> {
    program: &'a Program,
    flavor: Flavor,
    newline: Classes,
    words: Classes,
    numbers: &'a FxHashMap<usize, usize>,
    reads: Vec<Classes>,
    fuel: &'a Fuel,
}

#[derive(Default)]
struct Found {
    next: Vec<Edge>,
    accepts: bool,
    accepts_at_end: bool,
}

/// A way through the program that reads nothing.
#[derive(Clone)]
struct Way {
    pc: usize,
    /// Registers of the iterations that began on this way.
    begun: Vec<usize>,
    next: Next,
}

/// What the anchors on a way demand of the next character.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Next {
    is_last: bool,
    is_break: bool,
    /// The edge of a word, or not.
    edge: Option<bool>,
}

impl Walker<'_> {
    fn walk(&mut self, from: usize, pc: usize) -> Result<Found, Spent> {
        let mut found = Found::default();
        let mut counts: FxHashMap<usize, usize> = FxHashMap::default();
        let mut visits: FxHashMap<(usize, Next), u8> = FxHashMap::default();
        let mut ways = vec![Way {
            pc,
            begun: Vec::new(),
            next: Next::default(),
        }];
        while let Some(mut way) = ways.pop() {
            self.fuel.spend(4)?;
            let visit = visits.entry((way.pc, way.next)).or_insert(0);
            *visit += 1;
            // Two ways to a place are as bad as a hundred.
            if 2 < *visit {
                continue;
            }
            match self.program.insts.get(way.pc) {
                Some(Inst::Set { .. }) => {
                    let Some(to) = self.numbers.get(&way.pc).copied() else {
                        continue;
                    };
                    let reads = self.allowed(from, to, way.next);
                    if reads.is_empty() {
                        continue;
                    }
                    match counts.get(&to).and_then(|at| found.next.get_mut(*at)) {
                        Some(edge) => {
                            edge.is_double |= !edge.reads.and(reads).is_empty();
                            edge.reads = edge.reads.or(reads);
                        }
                        None => {
                            counts.insert(to, found.next.len());
                            found.next.push(Edge {
                                to,
                                reads,
                                is_double: false,
                            });
                        }
                    }
                }
                Some(Inst::Split(first, second)) => {
                    let mut other = way.clone();
                    other.pc = *second;
                    way.pc = *first;
                    ways.extend([other, way]);
                }
                Some(Inst::Jump(to)) => {
                    way.pc = *to;
                    ways.push(way);
                }
                Some(Inst::Assert(assertion)) if self.pass(from, *assertion, &mut way.next) => {
                    way.pc += 1;
                    ways.push(way);
                }
                Some(Inst::Save(register)) => {
                    way.begun.push(*register);
                    way.pc += 1;
                    ways.push(way);
                }
                Some(Inst::IterationEnd {
                    start, again, exit, ..
                }) => {
                    way.pc = match way.begun.contains(start) {
                        false => *again,
                        true if self.flavor.refuses_empty_iterations() => continue,
                        true => *exit,
                    };
                    ways.push(way);
                }
                Some(Inst::Match) => {
                    if way.next.is_last || way.next.is_break {
                        found.accepts_at_end = true;
                    } else {
                        found.accepts = true;
                    }
                }
                // An anchor that cannot hold, a dead end; nothing else has a place in an unfolded program.
                _ => {}
            }
        }
        Ok(found)
    }

    /// Whether an anchor after a state can hold, and what it demands of what follows.
    fn pass(&self, from: usize, assertion: Assertion, next: &mut Next) -> bool {
        match assertion {
            Assertion::TextStart => return from == BEGIN,
            Assertion::LineStart => {
                let reads = self.reads.get(from).copied().unwrap_or_default();
                return from == BEGIN || !reads.and(self.newline).is_empty();
            }
            Assertion::TextEnd => next.is_last = true,
            Assertion::LastLineEnd | Assertion::LineEnd => next.is_break = true,
            Assertion::Word { is_negative, .. } => {
                if next.edge == Some(is_negative) {
                    return false;
                }
                next.edge = Some(!is_negative);
            }
        }
        true
    }

    /// What a state can read after another, behind the anchors on the way.
    fn allowed(&self, from: usize, to: usize, next: Next) -> Classes {
        let mut reads = self.reads.get(to).copied().unwrap_or_default();
        if next.is_last {
            return Classes::default();
        }
        if next.is_break {
            reads = reads.and(self.newline);
        }
        let Some(is_edge) = next.edge else {
            return reads;
        };
        let before = self.reads.get(from).copied().unwrap_or_default();
        // Before the text there is no word.
        let word_before = !before.and(self.words).is_empty();
        let other_before = from == BEGIN || !before.and(self.words.not()).is_empty();
        let (words, others) = (reads.and(self.words), reads.and(self.words.not()));
        let mut allowed = Classes::default();
        if word_before {
            allowed = allowed.or(if is_edge { others } else { words });
        }
        if other_before {
            allowed = allowed.or(if is_edge { words } else { others });
        }
        allowed
    }
}
