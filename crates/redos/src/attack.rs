//! From a candidate to a proof: the string is written, a suffix is found that makes the match fail, and the simulator's steps
//! must grow as the automaton says.

mod growth;

use crate::alphabet::Classes;
use crate::ambiguity::{Candidate, Predicted};
use crate::automaton::{Automaton, BEGIN};
use crate::flavor::{Call, Flavor};
use crate::program::Program;
use crate::simulate::{Outcome, run};
use crate::text::Text;

/// How the steps grow with the length of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Growth {
    /// With this power of the length, two or more.
    Polynomial(u32),
    /// A few characters more double them.
    Exponential,
}

/// A part of an attack that is repeated, after what must stand before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pump {
    /// Stands once.
    pub prefix: Text,
    /// Is repeated.
    pub pump: Text,
}

/// A family of strings that keeps the engine busy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    /// One after the other, all repeated equally often.
    pub pumps: Vec<Pump>,
    /// Makes the match fail.
    pub suffix: Text,
}

impl Attack {
    /// The string with the pumps repeated so often.
    #[must_use]
    pub fn text(&self, times: usize) -> Text {
        let mut text = Vec::new();
        for pump in &self.pumps {
            text.extend(&pump.prefix.0);
            for _ in 0..times {
                text.extend(&pump.pump.0);
            }
        }
        text.extend(&self.suffix.0);
        Text(text)
    }

    /// An expression of the flavour's language that makes the string.
    #[must_use]
    pub fn expression(&self, flavor: Flavor, times: usize) -> String {
        let mut terms = Vec::new();
        for pump in &self.pumps {
            terms.push(
                Some(&pump.prefix)
                    .filter(|it| !it.0.is_empty())
                    .map(|it| it.quoted(flavor)),
            );
            let unit = pump.pump.quoted(flavor);
            terms.push(Some(match flavor {
                Flavor::Python => format!("{unit} * {times}"),
                Flavor::JavaScript | Flavor::Java => format!("{unit}.repeat({times})"),
                Flavor::DotNet => format!("new StringBuilder().Insert(0, {unit}, {times})"),
                Flavor::Pcre => format!("str_repeat({unit}, {times})"),
                Flavor::Go => format!("strings.Repeat({unit}, {times})"),
            }));
        }
        terms.push(
            Some(&self.suffix)
                .filter(|it| !it.0.is_empty())
                .map(|it| it.quoted(flavor)),
        );
        let operator = if flavor == Flavor::Pcre { " . " } else { " + " };
        terms
            .into_iter()
            .flatten()
            .collect::<Vec<String>>()
            .join(operator)
    }
}

/// What the simulator counted for one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// How often the pumps stand in the text.
    pub times: usize,
    /// Characters of the text.
    pub length: usize,
    /// Steps of the engine.
    pub steps: u64,
}

/// A candidate that the simulator has seen grow.
pub(crate) struct Proof {
    pub(crate) growth: Growth,
    pub(crate) attack: Attack,
    pub(crate) samples: Vec<Sample>,
}

/// Longest suffix that is looked for.
const SUFFIX: usize = 3;
/// Most sets of states that are looked at for a suffix.
const SUBSETS: usize = 80;
/// Most repetitions of a pump until its states are taken for all it leads to.
const SETTLING: usize = 30;
/// Steps of a first look at each suffix.
const FIRST_LOOK: u64 = 20_000;

/// Runs of the exact program.
pub(crate) struct Judge<'a> {
    pub(crate) program: &'a Program,
    pub(crate) flavor: Flavor,
    pub(crate) call: Call,
    /// Steps that are left for all runs.
    pub(crate) steps: u64,
}

impl Judge<'_> {
    /// Steps on the attack; none where they are more than the limit.
    fn measure(&mut self, attack: &Attack, times: usize, limit: u64) -> Option<Sample> {
        let text = attack.text(times);
        let limit = limit.min(self.steps);
        let run = run(self.program, self.flavor, self.call, &text.0, limit);
        self.steps = self.steps.saturating_sub(run.steps);
        (run.outcome != Outcome::Exhausted).then_some(Sample {
            times,
            length: text.0.len(),
            steps: run.steps,
        })
    }

    /// The proof of a candidate, if one of its suffixes gives one.
    pub(crate) fn confirm(
        &mut self,
        automaton: &Automaton,
        candidate: &Candidate,
    ) -> Option<Proof> {
        self.confirm_as_is(automaton, candidate).or_else(|| {
            // A match at the very start may hide the slow one: the search is led past it.
            let foreign = foreign(automaton, candidate).filter(|_| self.call == Call::Search)?;
            let mut later = candidate.clone();
            let (prefix, _) = later.pumps.first_mut()?;
            prefix.insert(0, foreign);
            self.confirm_as_is(automaton, &later)
        })
    }

    fn confirm_as_is(&mut self, automaton: &Automaton, candidate: &Candidate) -> Option<Proof> {
        let text = |word: &[usize]| {
            let samples = word
                .iter()
                .filter_map(|class| automaton.samples.get(*class));
            Text(samples.copied().collect())
        };
        let pumps = candidate.pumps.iter().map(|(prefix, pump)| Pump {
            prefix: text(prefix),
            pump: text(pump),
        });
        let pumps: Vec<Pump> = pumps.collect();
        let is_exponential = candidate.predicted == Predicted::Exponential;
        let times = if is_exponential { 8 } else { 16 };
        let mut looks: Vec<(u64, Attack)> = Vec::new();
        for suffix in suffixes(automaton, candidate) {
            let attack = Attack {
                pumps: pumps.clone(),
                suffix: text(&suffix),
            };
            let look = self.measure(&attack, times, FIRST_LOOK);
            looks.push((look.map_or(FIRST_LOOK, |sample| sample.steps), attack));
        }
        let most = looks.iter().map(|(steps, _)| *steps).max()?;
        // The first suffixes are the shortest; one that costs as much as the longest is preferred to it.
        let good = looks
            .into_iter()
            .filter(|(steps, _)| most * 3 / 4 <= *steps);
        good.take(2).find_map(|(_, attack)| {
            let (growth, samples) = match candidate.predicted {
                Predicted::Exponential => (Growth::Exponential, self.doubles(&attack)?),
                Predicted::Power(most) => {
                    let (degree, samples) = self.power(&attack, most)?;
                    (Growth::Polynomial(degree), samples)
                }
            };
            Some(Proof {
                growth,
                attack,
                samples,
            })
        })
    }
}

/// The most readable class that no loop of a candidate reads.
fn foreign(automaton: &Automaton, candidate: &Candidate) -> Option<usize> {
    let states = candidate.loops.iter().flatten();
    let states = states.filter_map(|state| automaton.states.get(*state));
    let reads = states
        .filter(|state| state.span.is_some())
        .map(|state| state.reads);
    let reads = reads.fold(Classes::default(), Classes::or);
    let within = |class: &usize| !reads.contains(*class);
    (0..automaton.samples.len()).find(within)
}

/// Words after which no state of the automaton accepts, shortest first; then some that often do.
fn suffixes(automaton: &Automaton, candidate: &Candidate) -> Vec<Vec<usize>> {
    let mut states = vec![BEGIN];
    for (prefix, pump) in &candidate.pumps {
        states = after(automaton, &states, prefix);
        for _ in 0..SETTLING {
            let next = after(automaton, &states, pump);
            if next == states {
                break;
            }
            states = next;
        }
    }
    let mut found: Vec<Vec<usize>> = Vec::new();
    let mut open: std::collections::VecDeque<(Vec<usize>, Vec<usize>)> =
        [(states, Vec::new())].into();
    let mut seen: Vec<Vec<usize>> = Vec::new();
    while let Some((states, word)) = open.pop_front() {
        let mut kinds = states.iter().filter_map(|it| automaton.states.get(*it));
        if !kinds.any(|state| state.accepts || state.accepts_at_end) {
            found.push(word.clone());
            if 2 < found.len() {
                break;
            }
            continue;
        }
        if seen.contains(&states) || SUBSETS < seen.len() || SUFFIX <= word.len() {
            continue;
        }
        for class in 0..automaton.samples.len() {
            let next = after(automaton, &states, &[class]);
            open.push_back((next, [word.as_slice(), &[class]].concat()));
        }
        seen.push(states);
    }
    let newline = automaton.samples.iter().position(|sample| *sample == 0xA);
    found.extend(foreign(automaton, candidate).map(|class| vec![class]));
    found.extend(newline.map(|class| vec![class, class]));
    found.push(Vec::new());
    // What one loop cannot read, alone and before more of what it can: a match may well end there, but not before the
    // engine has tried the rest.
    for members in &candidate.loops {
        let states = members.iter().filter_map(|it| automaton.states.get(*it));
        let reads = states
            .map(|state| state.reads)
            .fold(Classes::default(), Classes::or);
        let last = candidate.pumps.last().and_then(|(_, pump)| pump.last());
        if let Some(stop) = (0..automaton.samples.len()).find(|class| !reads.contains(*class)) {
            found.push(vec![stop]);
            found.extend(last.map(|last| vec![stop, *last]));
        }
    }
    let mut known: Vec<Vec<usize>> = Vec::new();
    for word in found {
        if !known.contains(&word) {
            known.push(word);
        }
    }
    known
}

/// The states after reading a word.
fn after(automaton: &Automaton, states: &[usize], word: &[usize]) -> Vec<usize> {
    let mut states = states.to_vec();
    for class in word {
        let edges = states.iter().flat_map(|state| automaton.next(*state));
        let reading = edges.filter(|edge| edge.reads.contains(*class));
        let mut next: Vec<usize> = reading.map(|edge| edge.to).collect();
        next.sort_unstable();
        next.dedup();
        states = next;
    }
    states
}
