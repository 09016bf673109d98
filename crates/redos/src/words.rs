//! Shortest ways through graphs whose nodes are found while walking, with the class read on each step.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::fuel::{Fuel, Spent};

/// Classes that are read one after the other.
pub(crate) type Word = Vec<usize>;

/// The shortest way from a node to one that is wanted, in at least one step: what is read, and where it ends.
pub(crate) fn shortest<N: Copy + Eq + std::hash::Hash>(
    from: N,
    is_wanted: impl Fn(N) -> bool,
    mut next: impl FnMut(N, &mut Vec<(N, usize)>) -> Result<(), Spent>,
    fuel: &Fuel,
) -> Result<Option<(Word, N)>, Spent> {
    let mut came_from: FxHashMap<N, (Option<N>, usize)> = FxHashMap::default();
    let mut queue = VecDeque::from([from]);
    let mut steps = Vec::new();
    let mut is_start = true;
    while let Some(node) = queue.pop_front() {
        steps.clear();
        next(node, &mut steps)?;
        fuel.spend(1 + steps.len() as u64)?;
        for (to, class) in steps.drain(..) {
            if came_from.contains_key(&to) {
                continue;
            }
            came_from.insert(to, ((!is_start).then_some(node), class));
            if is_wanted(to) {
                return Ok(Some((read_back(to, &came_from), to)));
            }
            queue.push_back(to);
        }
        is_start = false;
    }
    Ok(None)
}

fn read_back<N: Copy + Eq + std::hash::Hash>(
    end: N,
    came_from: &FxHashMap<N, (Option<N>, usize)>,
) -> Word {
    let mut word = Vec::new();
    let mut node = Some(end);
    while let Some(at) = node
        && let Some((before, class)) = came_from.get(&at)
    {
        word.push(*class);
        node = *before;
    }
    word.reverse();
    word
}
