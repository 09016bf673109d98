//! A pattern as instructions: exact ones, which the simulator runs, and unfolded ones, which the automaton is read from.

use rustc_hash::FxHashMap;

use crate::ast::{Assertion, Greed, Kind, LOOP_LIKE, Node, Pattern, Span};
use crate::flavor::{Call, Flavor};
use crate::set::CharSet;

/// Most instructions of one program.
const INSTRUCTIONS: usize = 6_000;
/// Most characters that a counted repetition is unfolded to.
const UNFOLDED: u32 = 200;
/// The value of a register that nothing was written to.
pub(crate) const UNSET: usize = usize::MAX;

#[derive(Clone, Debug)]
pub(crate) enum Inst {
    /// Reads a character of the set, to the left where `is_back`.
    Set {
        set: usize,
        is_back: bool,
    },
    /// Tries one way, then the other.
    Split(usize, usize),
    Jump(usize),
    Assert(Assertion),
    /// Writes the position into a register.
    Save(usize),
    /// Forgets the captures in these registers.
    Forget(usize, usize),
    /// Reads once more what a group captured.
    Reference {
        group: usize,
        is_insensitive: bool,
        is_back: bool,
    },
    IfMatched {
        group: usize,
        yes: usize,
        no: usize,
    },
    /// The end of an iteration that began where the register says; one that read nothing is the loop's last.
    IterationEnd {
        start: usize,
        counter: Option<(usize, u32)>,
        again: usize,
        exit: usize,
    },
    CountStart(usize),
    Count {
        counter: usize,
        min: u32,
        max: Option<u32>,
        is_lazy: bool,
        body: usize,
        exit: usize,
    },
    /// Writes the number of open alternatives into a register.
    Mark(usize),
    /// Closes the alternatives that were opened since the mark.
    Cut(usize),
    /// Goes back to the position in a register.
    Return(usize),
    /// Marks, and opens the way to `after`, which is taken if what follows fails.
    Unless {
        mark: usize,
        after: usize,
    },
    /// What must not match has matched: closes the alternatives up to and with that of `Unless`, and fails.
    Refuse(usize),
    Fail,
    Match,
}

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) insts: Vec<Inst>,
    pub(crate) sets: Vec<CharSet>,
    /// Where each instruction was written; empty but for those that read.
    pub(crate) spans: Vec<Span>,
    pub(crate) registers: usize,
}

/// A pattern whose program would be too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// The program that matches exactly as the engine does.
pub(crate) fn exact(pattern: &Pattern, flavor: Flavor, call: Call) -> Result<Program, TooLarge> {
    compile(pattern, flavor, call, Manner::Exact)
}

/// The program without counters, references and atoms, which matches at least what the exact one does: what looks around is a
/// way that leads nowhere, long counted repetitions are loops.
pub(crate) fn unfolded(pattern: &Pattern, flavor: Flavor, call: Call) -> Result<Program, TooLarge> {
    compile(pattern, flavor, call, Manner::Unfolded)
}

/// The unfolded program in which what a look-around demands is read in its place. It matches other texts than the exact one;
/// the words that lead through it are those that the look-arounds let through.
pub(crate) fn with_demands(
    pattern: &Pattern,
    flavor: Flavor,
    call: Call,
) -> Result<Program, TooLarge> {
    compile(pattern, flavor, call, Manner::WithDemands)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    Exact,
    Unfolded,
    WithDemands,
}

fn compile(
    pattern: &Pattern,
    flavor: Flavor,
    call: Call,
    manner: Manner,
) -> Result<Program, TooLarge> {
    let is_unfolded = manner != Manner::Exact;
    let groups = if pattern.has_references && !is_unfolded {
        (pattern.groups as usize + 1) * 2
    } else {
        0
    };
    let mut compiler = Compiler {
        pattern,
        flavor,
        is_unfolded,
        reads_demands: manner == Manner::WithDemands,
        is_back: false,
        references: Vec::new(),
        numbers: FxHashMap::default(),
        program: Program {
            insts: Vec::new(),
            sets: Vec::new(),
            spans: Vec::new(),
            registers: groups,
        },
        groups,
    };
    compiler.node(&pattern.root)?;
    if call == Call::Full {
        compiler.push(Inst::Assert(Assertion::TextEnd))?;
    }
    compiler.push(Inst::Match)?;
    Ok(compiler.program)
}

struct Compiler<'a> {
    pattern: &'a Pattern,
    flavor: Flavor,
    is_unfolded: bool,
    reads_demands: bool,
    is_back: bool,
    /// The groups whose insides stand for references to them.
    references: Vec<u32>,
    numbers: FxHashMap<CharSet, usize>,
    program: Program,
    /// Registers of captures; none where nothing asks for them.
    groups: usize,
}

type Done = Result<(), TooLarge>;

impl Compiler<'_> {
    fn here(&self) -> usize {
        self.program.insts.len()
    }

    fn push(&mut self, inst: Inst) -> Result<usize, TooLarge> {
        let at = self.here();
        if INSTRUCTIONS <= at {
            return Err(TooLarge);
        }
        self.program.insts.push(inst);
        self.program.spans.push(0..0);
        Ok(at)
    }

    fn patch(&mut self, at: usize, inst: Inst) {
        if let Some(slot) = self.program.insts.get_mut(at) {
            *slot = inst;
        }
    }

    fn register(&mut self) -> usize {
        self.program.registers += 1;
        self.program.registers - 1
    }

    fn node(&mut self, node: &Node) -> Done {
        match &node.kind {
            Kind::Empty => {}
            Kind::Set(set) => self.set(set, &node.span)?,
            Kind::Concat(nodes) if self.is_back => {
                for node in nodes.iter().rev() {
                    self.node(node)?;
                }
            }
            Kind::Concat(nodes) => {
                for node in nodes {
                    self.node(node)?;
                }
            }
            Kind::Alternate(nodes) => self.alternate(nodes)?,
            Kind::Repeat {
                node,
                min,
                max,
                greed: Greed::Possessive,
            } => self.atomic(|it| it.repeat(node, *min, *max, false))?,
            Kind::Repeat {
                node,
                min,
                max,
                greed,
            } => self.repeat(node, *min, *max, *greed == Greed::Lazy)?,
            Kind::Capture { node, index } => self.capture(node, *index as usize)?,
            Kind::Look {
                node,
                is_behind,
                is_negative,
            } => self.look(node, *is_behind, *is_negative)?,
            Kind::Atomic(node) => self.atomic(|it| it.node(node))?,
            Kind::Reference {
                group,
                is_insensitive,
            } => self.reference(self.pattern.index(group), *is_insensitive)?,
            Kind::Assert(assertion) => {
                self.push(Inst::Assert(*assertion))?;
            }
            Kind::Conditional { group, parts } => {
                let split = self.push(Inst::Fail)?;
                self.node(&parts.0)?;
                let jump = self.push(Inst::Fail)?;
                let no = self.here();
                self.node(&parts.1)?;
                let condition = match self.pattern.index(group) {
                    Some(group) if !self.is_unfolded => Inst::IfMatched {
                        group: group as usize,
                        yes: split + 1,
                        no,
                    },
                    _ => Inst::Split(split + 1, no),
                };
                self.patch(split, condition);
                self.patch(jump, Inst::Jump(self.here()));
            }
        }
        Ok(())
    }

    fn set(&mut self, set: &CharSet, span: &Span) -> Done {
        let next = self.program.sets.len();
        let number = *self.numbers.entry(set.clone()).or_insert(next);
        if number == next {
            self.program.sets.push(set.clone());
        }
        let is_back = self.is_back;
        let at = self.push(Inst::Set {
            set: number,
            is_back,
        })?;
        if let Some(slot) = self.program.spans.get_mut(at) {
            *slot = span.clone();
        }
        Ok(())
    }

    fn alternate(&mut self, nodes: &[Node]) -> Done {
        let mut jumps = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            if index + 1 == nodes.len() {
                self.node(node)?;
            } else {
                let split = self.push(Inst::Fail)?;
                self.node(node)?;
                jumps.push(self.push(Inst::Fail)?);
                self.patch(split, Inst::Split(split + 1, self.here()));
            }
        }
        for jump in jumps {
            self.patch(jump, Inst::Jump(self.here()));
        }
        Ok(())
    }

    fn atomic(&mut self, inside: impl FnOnce(&mut Self) -> Done) -> Done {
        if self.is_unfolded {
            return inside(self);
        }
        let mark = self.register();
        self.push(Inst::Mark(mark))?;
        inside(self)?;
        self.push(Inst::Cut(mark))?;
        Ok(())
    }

    fn capture(&mut self, node: &Node, index: usize) -> Done {
        if self.groups == 0 {
            return self.node(node);
        }
        let (first, last) = if self.is_back {
            (index * 2 + 1, index * 2)
        } else {
            (index * 2, index * 2 + 1)
        };
        self.push(Inst::Save(first))?;
        self.node(node)?;
        self.push(Inst::Save(last))?;
        Ok(())
    }

    fn look(&mut self, node: &Node, is_behind: bool, is_negative: bool) -> Done {
        if self.reads_demands && !is_negative {
            return self.node(node);
        }
        if self.is_unfolded {
            let split = self.push(Inst::Fail)?;
            self.node(node)?;
            self.push(Inst::Fail)?;
            self.patch(split, Inst::Split(split + 1, self.here()));
            return Ok(());
        }
        let was_back = std::mem::replace(&mut self.is_back, is_behind);
        let mark = self.register();
        let start = self.push(Inst::Mark(mark))?;
        if is_negative {
            self.node(node)?;
            self.push(Inst::Refuse(mark))?;
            let after = self.here();
            self.patch(start, Inst::Unless { mark, after });
        } else {
            let position = self.register();
            self.push(Inst::Save(position))?;
            self.node(node)?;
            self.push(Inst::Cut(mark))?;
            self.push(Inst::Return(position))?;
        }
        self.is_back = was_back;
        Ok(())
    }

    fn reference(&mut self, group: Option<u32>, is_insensitive: bool) -> Done {
        let Some(index) = group else {
            self.push(Inst::Fail)?;
            return Ok(());
        };
        if self.is_unfolded {
            if !self.references.contains(&index)
                && let Some(inside) = captured(&self.pattern.root, index)
            {
                self.references.push(index);
                let either = self.push(Inst::Fail)?;
                self.node(inside)?;
                self.patch(either, Inst::Split(either + 1, self.here()));
                self.references.pop();
            }
            return Ok(());
        }
        self.push(Inst::Reference {
            group: index as usize,
            is_insensitive,
            is_back: self.is_back,
        })?;
        Ok(())
    }

    fn repeat(&mut self, node: &Node, min: u32, max: Option<u32>, is_lazy: bool) -> Done {
        match (min, max) {
            (_, Some(0)) => Ok(()),
            (1, Some(1)) => self.node(node),
            (0, None) => self.star(node, is_lazy),
            (1, None) if !node.is_nullable() => {
                let head = self.here();
                self.forget(node)?;
                self.node(node)?;
                let split = self.push(Inst::Fail)?;
                self.patch(split, split_to(head, split + 1, is_lazy));
                Ok(())
            }
            (0, Some(1)) => self.optional(node, 1, is_lazy),
            _ if self.is_unfolded => {
                let copies = Copies::of(node, min, max);
                for _ in 0..copies.needed {
                    self.node(node)?;
                }
                self.optional(node, copies.optional, is_lazy)?;
                if copies.is_endless {
                    self.star(node, is_lazy)?;
                }
                Ok(())
            }
            _ => self.counted(node, min, max, is_lazy),
        }
    }

    fn star(&mut self, node: &Node, is_lazy: bool) -> Done {
        let head = self.push(Inst::Fail)?;
        let end = self.iteration(node, None)?;
        let exit = self.here();
        self.patch(head, split_to(head + 1, exit, is_lazy));
        self.close(end, head, exit);
        Ok(())
    }

    /// So many copies, each of them only after the one before it.
    fn optional(&mut self, node: &Node, count: u32, is_lazy: bool) -> Done {
        let mut copies = Vec::new();
        for _ in 0..count {
            let head = self.push(Inst::Fail)?;
            let end = self.iteration(node, None)?;
            copies.push((head, end));
        }
        let exit = self.here();
        for (head, end) in copies {
            self.patch(head, split_to(head + 1, exit, is_lazy));
            let next = match &end {
                End::Jump(at) | End::Checked { at, .. } => at + 1,
            };
            self.close(end, next, exit);
        }
        Ok(())
    }

    fn counted(&mut self, node: &Node, min: u32, max: Option<u32>, is_lazy: bool) -> Done {
        let counter = self.register();
        self.push(Inst::CountStart(counter))?;
        let head = self.push(Inst::Fail)?;
        let end = self.iteration(node, Some((counter, min)))?;
        let exit = self.here();
        let count = Inst::Count {
            counter,
            min,
            max,
            is_lazy,
            body: head + 1,
            exit,
        };
        self.patch(head, count);
        self.close(end, head, exit);
        Ok(())
    }

    /// One iteration, and a place for where it goes on.
    fn iteration(&mut self, node: &Node, counter: Option<(usize, u32)>) -> Result<End, TooLarge> {
        let start = node.is_nullable().then(|| self.register());
        if let Some(start) = start {
            self.push(Inst::Save(start))?;
        }
        self.forget(node)?;
        self.node(node)?;
        let at = self.push(Inst::Fail)?;
        Ok(match start {
            Some(start) => End::Checked { at, start, counter },
            None => End::Jump(at),
        })
    }

    fn close(&mut self, end: End, again: usize, exit: usize) {
        match end {
            End::Jump(at) => self.patch(at, Inst::Jump(again)),
            End::Checked { at, start, counter } => {
                let end = Inst::IterationEnd {
                    start,
                    counter,
                    again,
                    exit,
                };
                self.patch(at, end);
            }
        }
    }

    /// Where an iteration forgets what the groups inside of it captured.
    fn forget(&mut self, node: &Node) -> Done {
        if self.groups == 0 || !self.flavor.forgets_captures() {
            return Ok(());
        }
        let mut indices = Vec::new();
        captures(node, &mut indices);
        if let (Some(first), Some(last)) = (indices.iter().min(), indices.iter().max()) {
            let (first, last) = (*first as usize * 2, *last as usize * 2 + 1);
            self.push(Inst::Forget(first, last))?;
        }
        Ok(())
    }
}

/// Where an iteration's last instruction stands.
enum End {
    Jump(usize),
    Checked {
        at: usize,
        start: usize,
        counter: Option<(usize, u32)>,
    },
}

fn split_to(body: usize, exit: usize, is_lazy: bool) -> Inst {
    if is_lazy {
        Inst::Split(exit, body)
    } else {
        Inst::Split(body, exit)
    }
}

/// How a counted repetition is unfolded.
struct Copies {
    needed: u32,
    optional: u32,
    is_endless: bool,
}

impl Copies {
    fn of(node: &Node, min: u32, max: Option<u32>) -> Self {
        let fitting = (UNFOLDED / weight(node).max(1)).max(1);
        match max {
            Some(max) if max <= fitting && (max < LOOP_LIKE || max - min < LOOP_LIKE) => Self {
                needed: min,
                optional: max - min,
                is_endless: false,
            },
            _ => Self {
                needed: min.min(fitting),
                optional: 0,
                is_endless: max != Some(min) || fitting < min,
            },
        }
    }
}

/// How many characters a node reads when it is unfolded.
fn weight(node: &Node) -> u32 {
    match &node.kind {
        Kind::Set(_) => 1,
        Kind::Repeat { node, min, max, .. } => {
            let copies = Copies::of(node, *min, *max);
            let count = copies.needed + copies.optional + u32::from(copies.is_endless);
            weight(node).saturating_mul(count)
        }
        _ => {
            let children = node.children().into_iter();
            children.map(weight).fold(0, u32::saturating_add)
        }
    }
}

fn captured(node: &Node, wanted: u32) -> Option<&Node> {
    match &node.kind {
        Kind::Capture { node, index } if *index == wanted => Some(node),
        _ => {
            let mut children = node.children().into_iter();
            children.find_map(|child| captured(child, wanted))
        }
    }
}

fn captures(node: &Node, indices: &mut Vec<u32>) {
    if let Kind::Capture { index, .. } = node.kind {
        indices.push(index);
    }
    for child in node.children() {
        captures(child, indices);
    }
}
