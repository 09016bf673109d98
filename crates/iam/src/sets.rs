//! Exact operations on sets of actions and of resources: *contains*, *intersects*, *minus*, *smallest cover*.

use std::ops::ControlFlow;

use crate::search::{Letters, TooManyStates, search};
use crate::{Answer, Pattern, Scope, Subject};

impl Pattern {
    /// Whether it matches everything that the other one does.
    #[must_use]
    pub fn contains(&self, other: &Self) -> Answer {
        if self.is_everything() {
            return Answer::Yes;
        }
        if self.0 == other.0 && !other.is_partly_unknown() {
            return Answer::Yes;
        }
        all_words(other, &[self], |answers| {
            Answer::any(answers.iter().copied())
        })
    }

    /// Whether there is something that both match.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> Answer {
        if self.is_everything() || other.is_everything() {
            return Answer::Yes;
        }
        // The words of one are tried on the other, and they are fewest where it is one.
        let (words, test) = match self.is_one_word() {
            true => (self, other),
            false => (other, self),
        };
        some_word(words, &[test], |answers| {
            answers.iter().copied().fold(Answer::Yes, Answer::and)
        })
    }
}

impl Scope {
    /// The patterns, and whether they are what is meant rather than what is left out.
    fn parts(&self) -> (&[Pattern], bool) {
        (self.patterns(), matches!(self, Self::Only(_)))
    }

    /// Whether it means everything that the other one does.
    #[must_use]
    pub fn contains(&self, other: &Self) -> Answer {
        other.minus(self).is_empty()
    }

    /// Whether there is something that both mean.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> Answer {
        let complement = match other {
            Self::Only(patterns) => Self::Except(patterns.clone()),
            Self::Except(patterns) => Self::Only(patterns.clone()),
        };
        self.minus(&complement).is_empty().negated()
    }

    /// What it means and the other one does not.
    #[must_use]
    pub fn minus<'a>(&'a self, other: &'a Self) -> Difference<'a> {
        Difference {
            from: self,
            without: other,
        }
    }

    /// The same set with as few of its patterns as do: those that the others contain together are left out. For a set of
    /// everything but some, the fewest that are to be left out.
    #[must_use]
    pub fn smallest(&self) -> Self {
        let (patterns, is_only) = self.parts();
        let mut kept: Vec<Pattern> = patterns.to_vec();
        let mut index = kept.len();
        while let Some(last) = index.checked_sub(1) {
            index = last;
            let mut others = kept.clone();
            let candidate = others.remove(index);
            let tests: Vec<&Pattern> = others.iter().collect();
            let is_contained = all_words(&candidate, &tests, |answers| {
                Answer::any(answers.iter().copied())
            });
            if is_contained == Answer::Yes {
                kept = others;
            }
        }
        if is_only {
            Self::Only(kept)
        } else {
            Self::Except(kept)
        }
    }
}

/// What one set means and another does not.
#[derive(Clone, Copy, Debug)]
pub struct Difference<'a> {
    from: &'a Scope,
    without: &'a Scope,
}

impl Difference<'_> {
    /// Whether the subject is in it.
    #[must_use]
    pub fn covers(&self, subject: &Subject) -> Answer {
        let is_without = self.without.covers(subject).negated();
        self.from.covers(subject).and(is_without)
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> Answer {
        let (without, is_only) = self.without.parts();
        let everything = [Pattern::everything()];
        let (sources, holes): (&[Pattern], &[Pattern]) = match self.from {
            Scope::Only(patterns) => (patterns, &[]),
            Scope::Except(patterns) => (&everything, patterns),
        };
        let tests: Vec<&Pattern> = holes.iter().chain(without).collect();
        // A word is not in the difference where a hole matches it or what is taken away means it.
        let is_out = |answers: &[Answer]| {
            let (holes, without) = answers.split_at(holes.len().min(answers.len()));
            let is_meant = Answer::any(without.iter().copied());
            let is_meant = if is_only {
                is_meant
            } else {
                is_meant.negated()
            };
            Answer::any(holes.iter().copied()).or(is_meant)
        };
        let mut all = Answer::Yes;
        for source in sources {
            all = all.and(all_words(source, &tests, is_out));
            if all == Answer::No {
                break;
            }
        }
        all
    }
}

/// Whether something holds of every word of a pattern.
fn all_words(of: &Pattern, tests: &[&Pattern], holds: impl Fn(&[Answer]) -> Answer) -> Answer {
    fold(of, tests, Letters::Characters, Answer::No, |all, it| {
        all.and(holds(it))
    })
}

/// Whether something holds of a word of a pattern.
pub(crate) fn some_word(
    of: &Pattern,
    tests: &[&Pattern],
    holds: impl Fn(&[Answer]) -> Answer,
) -> Answer {
    fold(of, tests, Letters::Unknown, Answer::Yes, |some, it| {
        some.or(holds(it))
    })
}

/// What the words of a pattern answer together, until an answer settles it.
fn fold(
    of: &Pattern,
    tests: &[&Pattern],
    letters: Letters,
    settled: Answer,
    with: impl Fn(Answer, &[Answer]) -> Answer,
) -> Answer {
    let mut sum = settled.negated();
    let looked = search(of, tests, letters, |answers| {
        sum = with(sum, answers);
        if sum == settled {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    match looked {
        Ok(()) => sum,
        Err(TooManyStates) => Answer::Unknown,
    }
}

/// The fewest patterns of the form `Get*` that match the wanted names of a list and none of its others; a name that no shorter
/// pattern stands for is written out. Names are compared in any case, as IAM compares actions.
#[must_use]
pub fn smallest_cover<'a>(wanted: &[&'a str], all: &[&'a str]) -> Vec<String> {
    let mut wanted: Vec<&str> = wanted.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let has_prefix = |name: &str, prefix: &str| {
        let start = name.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let is_wanted = |name: &str| wanted.iter().any(|it| it.eq_ignore_ascii_case(name));
    let is_free = |prefix: &str| {
        let mut others = all.iter().filter(|name| has_prefix(name, prefix));
        others.all(|name| is_wanted(name))
    };
    let mut cover: Vec<String> = Vec::new();
    for name in &wanted {
        let is_covered = cover.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(prefix) => has_prefix(name, prefix),
            None => pattern.eq_ignore_ascii_case(name),
        });
        if is_covered {
            continue;
        }
        // Two such patterns never overlap without one containing the other, so that the shortest for each name is best for all.
        let ends = name.char_indices().map(|(end, _)| end).chain([name.len()]);
        let shortest = ends
            .filter_map(|end| name.get(..end))
            .find(|it| is_free(it));
        let shares = |prefix: &&str| wanted.iter().filter(|it| has_prefix(it, prefix)).count() > 1;
        cover.push(match shortest.filter(shares) {
            Some(prefix) => format!("{prefix}*"),
            None => (*name).to_owned(),
        });
    }
    cover
}
