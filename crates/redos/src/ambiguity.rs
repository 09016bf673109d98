//! Where the automaton can read one text in many ways: exponentially many, if a state comes back to itself in two ways over one
//! word; a power of the length, if over one word a state stays, moves on to another, and that stays too. (Weber and Seidl, "On
//! the degree of ambiguity of finite automata".)

mod chains;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use rustc_hash::FxHashMap;

use crate::alphabet::Classes;
use crate::automaton::{Automaton, BEGIN};
use crate::fuel::{Fuel, Spent};
use crate::words::{Word, shortest};

/// Most loops of one kind that are looked at more closely.
const TRIED: usize = 6;

/// How the steps grow if the engine has to try every way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Predicted {
    Exponential,
    /// The power of the length.
    Power(u32),
}

/// A text that should be slow.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) predicted: Predicted,
    /// What is read first, and what is then repeated; one after the other.
    pub(crate) pumps: Vec<(Word, Word)>,
    /// The states of each loop that takes part.
    pub(crate) loops: Vec<Vec<usize>>,
}

/// The candidates that are worst, worst first, and whether all were looked for.
pub(crate) fn candidates(automaton: &Automaton, fuel: &Fuel) -> (Vec<Candidate>, bool) {
    let loops = Loops::new(automaton);
    let mut found = Vec::new();
    let mut is_complete = true;
    for index in 0..loops.members.len() {
        let remaining = TRIED.saturating_sub(found.len());
        match exponential(automaton, &loops, index, &fuel.share(4)) {
            Ok(more) => found.extend(more.into_iter().take(remaining)),
            Err(Spent) => is_complete = false,
        }
    }
    is_complete &= chains::polynomial(automaton, &loops, fuel, &mut found);
    (found, is_complete)
}

/// The strongly connected parts of the automaton that can be walked in circles.
struct Loops {
    /// The states of each, the first loop is reached first.
    members: Vec<Vec<usize>>,
    /// The loop of each state.
    of: Vec<Option<usize>>,
}

impl Loops {
    fn new(automaton: &Automaton) -> Self {
        let edges = automaton.states.iter().enumerate();
        let edges = edges.flat_map(|(from, state)| state.next.iter().map(move |it| (from, it.to)));
        let edges: Vec<(usize, usize)> = edges.collect();
        let mut members: Vec<Vec<usize>> = circles(automaton.states.len(), &edges);
        members.reverse();
        let mut of = vec![None; automaton.states.len()];
        for (index, states) in members.iter_mut().enumerate() {
            states.sort_unstable();
            for state in states {
                if let Some(slot) = of.get_mut(*state) {
                    *slot = Some(index);
                }
            }
        }
        Self { members, of }
    }

    fn members(&self, index: usize) -> &[usize] {
        self.members.get(index).map_or(&[], Vec::as_slice)
    }

    fn of(&self, state: usize) -> Option<usize> {
        self.of.get(state).copied().flatten()
    }

    /// Everything that a loop's states read.
    fn reads(&self, automaton: &Automaton, index: usize) -> Classes {
        let reads = self.members(index).iter().map(|it| automaton.reads(*it));
        reads.fold(Classes::default(), Classes::or)
    }
}

/// The strongly connected parts of a graph that hold a circle; a part comes before those that lead to it.
fn circles(count: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(count, edges.len());
    for _ in 0..count {
        graph.add_node(());
    }
    let mut turns = vec![false; count];
    for (from, to) in edges {
        graph.add_edge((*from).into(), (*to).into(), ());
        if from == to
            && let Some(slot) = turns.get_mut(*from)
        {
            *slot = true;
        }
    }
    let parts = kosaraju_scc(&graph).into_iter();
    let parts = parts.map(|part| {
        part.into_iter()
            .map(|it| it.index())
            .collect::<Vec<usize>>()
    });
    parts
        .filter(|part| {
            1 < part.len()
                || part
                    .iter()
                    .any(|it| turns.get(*it).copied().unwrap_or(false))
        })
        .collect()
}

/// The shortest word that leads from the start to a state. The search for a start is at its first place without reading.
fn way_to(automaton: &Automaton, state: usize, fuel: &Fuel) -> Result<Option<Word>, Spent> {
    if state == BEGIN || is_search(automaton, state) {
        return Ok(Some(Word::new()));
    }
    way(automaton, BEGIN, state, fuel)
}

/// Whether a state is the whole search for a start.
fn is_search(automaton: &Automaton, state: usize) -> bool {
    let state = automaton.states.get(state);
    state.is_some_and(|state| state.span.is_none() && state.reads == Classes::all())
}

/// The shortest word from one state to another, of at least one character.
fn way(automaton: &Automaton, from: usize, to: usize, fuel: &Fuel) -> Result<Option<Word>, Spent> {
    let next = |state: usize, steps: &mut Vec<(usize, usize)>| {
        for edge in automaton.next(state) {
            if let Some(class) = edge.reads.first() {
                steps.push((edge.to, class));
            }
        }
        Ok(())
    };
    let found = shortest(from, |state| state == to, next, fuel)?;
    Ok(found.map(|(word, _)| word))
}

/// The words over which states of a loop come back to themselves in two ways.
fn exponential(
    automaton: &Automaton,
    loops: &Loops,
    index: usize,
    fuel: &Fuel,
) -> Result<Vec<Candidate>, Spent> {
    let members = loops.members(index);
    let mut words: Vec<(usize, Word)> = Vec::new();
    for from in members {
        fuel.spend(automaton.next(*from).len() as u64)?;
        let doubles = automaton.next(*from).iter().filter(|edge| edge.is_double);
        for edge in doubles.filter(|edge| loops.of(edge.to) == Some(index)) {
            let Some(first) = edge.reads.first() else {
                continue;
            };
            let back = if edge.to == *from {
                Some(Word::new())
            } else {
                way(automaton, edge.to, *from, fuel)?
            };
            if let Some(back) = back {
                let word = [first].into_iter().chain(back).collect();
                words.push((*from, word));
            }
        }
        if TRIED <= words.len() {
            break;
        }
    }
    if words.is_empty() {
        words = in_two_ways(automaton, loops, index, fuel)?;
    }
    words.sort_by_key(|(_, word)| word.len());
    words.truncate(2);
    let mut found = Vec::new();
    for (state, word) in words {
        if let Some(prefix) = way_to(automaton, state, fuel)? {
            found.push(Candidate {
                predicted: Predicted::Exponential,
                pumps: vec![(prefix, word)],
                loops: vec![members.to_vec()],
            });
        }
    }
    Ok(found)
}

/// Two states that have read the same.
type Pair = (usize, usize);

/// States of a loop, each with a word that leads from it back to it over two different states.
fn in_two_ways(
    automaton: &Automaton,
    loops: &Loops,
    index: usize,
    fuel: &Fuel,
) -> Result<Vec<(usize, Word)>, Spent> {
    let step = |(a, b): Pair, steps: &mut Vec<(Pair, usize)>| {
        let within = |state: usize| {
            let edges = automaton.next(state).iter();
            edges.filter(|edge| loops.of(edge.to) == Some(index))
        };
        for to_a in within(a) {
            for to_b in within(b) {
                fuel.spend(1)?;
                if let Some(class) = to_a.reads.and(to_b.reads).first() {
                    steps.push(((to_a.to.min(to_b.to), to_a.to.max(to_b.to)), class));
                }
            }
        }
        Ok(())
    };
    let (pairs, edges) = explored(loops.members(index).iter().map(|it| (*it, *it)), step)?;
    let mut words = Vec::new();
    for part in circles(pairs.len(), &edges) {
        let part: Vec<Pair> = part
            .iter()
            .filter_map(|it| pairs.get(*it))
            .copied()
            .collect();
        let inside: rustc_hash::FxHashSet<Pair> = part.iter().copied().collect();
        if part.iter().all(|(a, b)| a == b) {
            continue;
        }
        let within = |pair: Pair, steps: &mut Vec<(Pair, usize)>| {
            step(pair, steps)?;
            steps.retain(|(pair, _)| inside.contains(pair));
            Ok(())
        };
        let mut together: Vec<usize> = part.iter().filter(|(a, b)| a == b).map(|it| it.0).collect();
        together.sort_unstable();
        for state in together.into_iter().take(2) {
            let home = (state, state);
            let Some((mut word, apart)) = shortest(home, |(a, b)| a != b, within, fuel)? else {
                continue;
            };
            if let Some((back, _)) = shortest(apart, |pair| pair == home, within, fuel)? {
                word.extend(back);
                words.push((state, word));
            }
        }
    }
    Ok(words)
}

/// A graph that was walked from some nodes: its nodes, and its edges between their numbers.
type Explored<N> = (Vec<N>, Vec<(usize, usize)>);

fn explored<N: Copy + Eq + std::hash::Hash>(
    starts: impl Iterator<Item = N>,
    mut step: impl FnMut(N, &mut Vec<(N, usize)>) -> Result<(), Spent>,
) -> Result<Explored<N>, Spent> {
    let mut nodes: Vec<N> = Vec::new();
    let mut numbers: FxHashMap<N, usize> = FxHashMap::default();
    let mut number = |node: N, nodes: &mut Vec<N>| {
        *numbers.entry(node).or_insert_with(|| {
            nodes.push(node);
            nodes.len() - 1
        })
    };
    for start in starts {
        number(start, &mut nodes);
    }
    let mut edges = Vec::new();
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some(node) = nodes.get(at).copied() {
        step(node, &mut steps)?;
        for (to, _) in steps.drain(..) {
            edges.push((at, number(to, &mut nodes)));
        }
        at += 1;
    }
    Ok((nodes, edges))
}
