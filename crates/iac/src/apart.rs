//! Stacks of one name told apart. A monorepo may hold the same service several times, and findings name functions by their stack.

use app::Stack;
use base::{Map, Name};

/// Gives stacks that share their name the path of their directory as a name, or of their file where that is shared as well.
pub(crate) fn name_apart(stacks: &mut [Stack]) {
    rename(stacks, |stack| stack.path.parent().as_str().into());
    rename(stacks, |stack| stack.path.as_str().into());
    number(stacks);
}

fn rename(stacks: &mut [Stack], name: impl Fn(&Stack) -> Name) {
    let counts = counts(stacks);
    for stack in stacks {
        let other = name(stack);
        if is_shared(&counts, stack) && !other.is_empty() {
            stack.name = other;
        }
    }
}

/// A template that is nested several times is several stacks in one file.
fn number(stacks: &mut [Stack]) {
    let counts = counts(stacks);
    let mut seen: Map<Name, u32> = Map::default();
    for stack in stacks {
        if is_shared(&counts, stack) {
            let nth = seen.entry(stack.name.clone()).or_default();
            *nth += 1;
            stack.name = format!("{} ({nth})", stack.name).into();
        }
    }
}

fn counts(stacks: &[Stack]) -> Map<Name, u32> {
    let mut counts = Map::default();
    for stack in stacks {
        *counts.entry(stack.name.clone()).or_default() += 1;
    }
    counts
}

fn is_shared(counts: &Map<Name, u32>, stack: &Stack) -> bool {
    counts.get(&stack.name).is_some_and(|count| 1 < *count)
}
