//! Loops behind one another that can share a text in as many ways as it is long, and the longest chains of them.

use super::{Candidate, Loops, Predicted, TRIED, circles, explored, way, way_to};
use crate::automaton::Automaton;
use crate::fuel::{Fuel, Spent};
use crate::words::{Word, shortest};

/// Most links that chains are made of.
const LINKS: usize = 200;

/// A word over which `from` stays, leads to `to`, and `to` stays.
#[derive(Clone, Debug)]
struct Link {
    from: usize,
    to: usize,
    word: Word,
    /// The loops of the two.
    loops: (usize, usize),
}

/// Adds texts for the longest chain, and then for single links; whether all were looked for.
pub(super) fn polynomial(
    automaton: &Automaton,
    loops: &Loops,
    fuel: &Fuel,
    found: &mut Vec<Candidate>,
) -> bool {
    let leading = Leading::new(automaton, loops);
    let for_words = fuel.share(4);
    // A loop that reads a text in two ways may do so without ever coming back.
    let doubles = found.iter().flat_map(|it| &it.loops);
    let mut doubles: Vec<usize> = doubles
        .filter_map(|members| loops.of(*members.first()?))
        .collect();
    doubles.dedup();
    let (links, is_complete) = links(automaton, loops, &leading, &doubles, fuel);
    let chain = longest(&links, |a, b| a == b || leading.leads(loops, a, b));
    // A text for one link may well be one for others.
    let power = u32::try_from(chain.len() + 1).unwrap_or(u32::MAX);
    let mut chains: Vec<Vec<Link>> = vec![chain];
    chains.extend(links.into_iter().map(|link| vec![link]).take(TRIED));
    for chain in chains {
        match candidate(automaton, loops, &chain, power, &for_words) {
            Ok(more) => found.extend(more),
            Err(Spent) => return false,
        }
    }
    is_complete
}

fn links(
    automaton: &Automaton,
    loops: &Loops,
    leading: &Leading,
    doubles: &[usize],
    fuel: &Fuel,
) -> (Vec<Link>, bool) {
    let mut links = Vec::new();
    // Neighbours first: they are the links of the longest chains.
    let count = loops.members.len();
    let pairs = (1..count).flat_map(|gap| (0..count - gap).map(move |first| (first, first + gap)));
    let within = doubles.iter().map(|index| (*index, *index));
    let mut is_complete = true;
    for (first, second) in within.chain(pairs) {
        if LINKS <= links.len() {
            is_complete = false;
            break;
        }
        let reads = loops.reads(automaton, first);
        if !leading.leads(loops, first, second)
            || reads.and(loops.reads(automaton, second)).is_empty()
        {
            continue;
        }
        match link(automaton, loops, leading, (first, second), fuel) {
            Ok(link) => links.extend(link),
            Err(Spent) => {
                is_complete = false;
                break;
            }
        }
    }
    links.sort_by_key(|link| link.loops);
    (links, is_complete)
}

/// For each loop, the states that lead to it.
struct Leading(Vec<Vec<bool>>);

impl Leading {
    fn new(automaton: &Automaton, loops: &Loops) -> Self {
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); automaton.states.len()];
        for (from, state) in automaton.states.iter().enumerate() {
            for edge in &state.next {
                if let Some(list) = before.get_mut(edge.to) {
                    list.push(from);
                }
            }
        }
        let of_loop = |members: &Vec<usize>| {
            let mut leads = vec![false; before.len()];
            let mut open = members.clone();
            while let Some(state) = open.pop() {
                let Some(slot) = leads.get_mut(state) else {
                    continue;
                };
                if !std::mem::replace(slot, true) {
                    open.extend(before.get(state).into_iter().flatten());
                }
            }
            leads
        };
        Self(loops.members.iter().map(of_loop).collect())
    }

    fn state_leads(&self, state: usize, to: usize) -> bool {
        let states = self.0.get(to);
        states
            .and_then(|it| it.get(state))
            .copied()
            .unwrap_or(false)
    }

    fn leads(&self, loops: &Loops, from: usize, to: usize) -> bool {
        let first = loops.members(from).first();
        first.is_some_and(|state| self.state_leads(*state, to))
    }
}

/// The word over which the first of two loops can hand over to the second anywhere.
fn link(
    automaton: &Automaton,
    loops: &Loops,
    leading: &Leading,
    (first, second): (usize, usize),
    fuel: &Fuel,
) -> Result<Option<Link>, Spent> {
    let within = |state: usize, index: usize| {
        let edges = automaton.next(state).iter();
        edges.filter(move |edge| loops.of(edge.to) == Some(index))
    };
    let mut starts = Vec::new();
    for from in loops.members(first) {
        for to in loops.members(second) {
            fuel.spend(1)?;
            if from != to && !automaton.reads(*from).and(automaton.reads(*to)).is_empty() {
                starts.push((*from, *to));
            }
        }
    }
    let (pairs, edges) = explored(starts.into_iter(), |(a, b), steps| {
        for to_a in within(a, first) {
            for to_b in within(b, second) {
                fuel.spend(1)?;
                if !to_a.reads.and(to_b.reads).is_empty() {
                    steps.push(((to_a.to, to_b.to), 0));
                }
            }
        }
        Ok(())
    })?;
    // Whether there is such a word is the same for all pairs of states that lead to one another.
    let parts = circles(pairs.len(), &edges).into_iter().take(TRIED);
    for part in parts {
        let pairs = part.iter().filter_map(|it| pairs.get(*it)).copied();
        let Some((from, to)) = pairs.filter(|(from, to)| from != to).min() else {
            continue;
        };
        let step = |(a, b, c): (usize, usize, usize), steps: &mut Vec<_>| {
            for to_a in within(a, first) {
                for to_c in within(c, second) {
                    let both = to_a.reads.and(to_c.reads);
                    if both.is_empty() {
                        continue;
                    }
                    for edge in automaton.next(b) {
                        fuel.spend(1)?;
                        if !leading.state_leads(edge.to, second) {
                            continue;
                        }
                        if let Some(class) = both.and(edge.reads).first() {
                            steps.push(((to_a.to, edge.to, to_c.to), class));
                        }
                    }
                }
            }
            Ok(())
        };
        if let Some((word, _)) = shortest((from, from, to), |it| it == (from, to, to), step, fuel)?
        {
            return Ok(Some(Link {
                from,
                to,
                word,
                loops: (first, second),
            }));
        }
    }
    Ok(None)
}

/// The longest chain of links, each of which leads to the next.
fn longest(links: &[Link], leads: impl Fn(usize, usize) -> bool) -> Vec<Link> {
    // Links come in the order of their first loops, which is the order of walking.
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(links.len());
    for link in links {
        let before = links.iter().zip(&best).enumerate();
        let before = before.filter(|(_, (other, _))| leads(other.loops.1, link.loops.0));
        let before = before.map(|(index, (_, (length, _)))| (*length, index));
        let before = before.max_by_key(|(length, index)| (*length, std::cmp::Reverse(*index)));
        best.push(match before {
            Some((length, index)) => (length + 1, Some(index)),
            None => (1, None),
        });
    }
    let ends = best.iter().enumerate();
    let end = ends.max_by_key(|(index, (length, _))| (*length, std::cmp::Reverse(*index)));
    let mut at = end.map(|(index, _)| index);
    let mut chain = Vec::new();
    while let Some(index) = at {
        chain.extend(links.get(index).cloned());
        at = best.get(index).and_then(|(_, before)| *before);
    }
    chain.reverse();
    chain
}

fn candidate(
    automaton: &Automaton,
    loops: &Loops,
    chain: &[Link],
    power: u32,
    fuel: &Fuel,
) -> Result<Option<Candidate>, Spent> {
    let mut pumps: Vec<(Word, Word)> = Vec::new();
    let mut parts: Vec<usize> = Vec::new();
    let mut at: Option<usize> = None;
    for link in chain {
        let prefix = match at {
            None => way_to(automaton, link.from, fuel)?,
            Some(state) if state == link.from => Some(Word::new()),
            Some(state) => way(automaton, state, link.from, fuel)?,
        };
        let Some(prefix) = prefix else {
            return Ok(None);
        };
        let is_same = prefix.is_empty() && pumps.last().is_some_and(|(_, pump)| *pump == link.word);
        if !is_same {
            pumps.push((prefix, link.word.clone()));
        }
        at = Some(link.to);
        parts.extend([link.loops.0, link.loops.1]);
    }
    parts.dedup();
    Ok((!pumps.is_empty()).then(|| Candidate {
        predicted: Predicted::Power(power),
        pumps,
        loops: parts.iter().map(|it| loops.members(*it).to_vec()).collect(),
    }))
}
