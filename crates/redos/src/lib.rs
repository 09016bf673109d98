//! Whether a regular expression blows up on a backtracking engine: how badly, and with the string that proves it.
//!
//! The pattern is read as an automaton that matches at least what the engine matches. Where that can read one text in many ways,
//! an attack string is written, and a small backtracking engine that behaves as the flavour's does counts its steps on it. Only
//! growth that was counted is reported; the work for one pattern is bounded. The crate may be used alone.
//!
//! Texts are taken as code points, for JavaScript without `u` too.

mod alphabet;
mod ambiguity;
mod ast;
mod attack;
mod automaton;
mod flavor;
mod fuel;
mod parse;
mod program;
mod set;
mod simulate;
mod text;
mod unicode;
mod words;

#[cfg(test)]
mod tests;

pub use ast::Span;
pub use attack::{Attack, Growth, Pump, Sample};
pub use flavor::{Call, Flavor};
pub use text::Text;

use alphabet::Taste;
use ambiguity::Candidate;
use attack::{Judge, Proof};
use automaton::{Automaton, NoAutomaton};
use fuel::Fuel;
use parse::Problem;

/// Longest pattern that is looked at, in bytes.
const LENGTH: usize = 20_000;
/// Work for the automaton.
const FUEL: u64 = 800_000;
/// Steps for all runs of the simulator.
const STEPS: u64 = 2_500_000;

/// What an engine does with a pattern in the worst case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The steps grow with the length of the text.
    Safe(Why),
    /// They grow faster.
    Vulnerable(Box<Vulnerability>),
    /// The bounded work did not suffice, or the pattern means something that is not modelled.
    Undecided(Reason),
}

/// Why a pattern is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The engine does not backtrack.
    Engine,
    /// No text can be read in more ways than the engine can afford.
    Unambiguous,
    /// Some text can, but on none that was tried the engine had to go all ways.
    Unexploitable,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The pattern is too long, or becomes so when its repetitions are written out.
    TooLarge,
    /// The work for one pattern was spent.
    Spent,
    /// It means something that is not modelled: what.
    Unsupported(&'static str),
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLarge => f.write_str("the pattern is too large"),
            Self::Spent => f.write_str("it would take too long to decide"),
            Self::Unsupported(what) => write!(f, "{what}"),
        }
    }
}

/// A weakness, and its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vulnerability {
    /// How the steps grow.
    pub growth: Growth,
    /// The strings on which they do.
    pub attack: Attack,
    /// Steps that were counted.
    pub samples: Vec<Sample>,
    /// The repetitions of the pattern that share a text, as bytes of it.
    pub guilty: Vec<Span>,
    /// Whether part of the growth is the search for a start: a match tied to one place would not have it.
    pub is_from_search: bool,
}

impl Vulnerability {
    /// What to do about it.
    #[must_use]
    pub fn advice(&self, flavor: Flavor) -> &'static str {
        let keeps = flavor.has_possessive();
        match self.growth {
            Growth::Exponential if keeps => {
                "Let every text match the repetition in one way only, or give nothing back: possessive (`++`) or atomic (`(?>…)`)"
            }
            Growth::Exponential => {
                "Let every text match the repetition in one way only: what follows an iteration must not be able to start one"
            }
            Growth::Polynomial(_) if self.is_from_search => {
                "Tie the pattern to the start of the text, bound the repetition as in `{0,64}`, or refuse long texts first"
            }
            Growth::Polynomial(_) => {
                "Let neighbouring repetitions read different characters, bound them as in `{0,64}`, or refuse long texts first"
            }
        }
    }
}

/// A pattern that the flavour's engine refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at byte {at}")]
pub struct SyntaxError {
    /// Bytes before the place.
    pub at: usize,
    /// What is wrong.
    pub message: &'static str,
}

/// Judges a pattern whose flags stand outside of it.
pub fn analyze(
    pattern: &str,
    flavor: Flavor,
    flags: &str,
    call: Call,
) -> Result<Verdict, SyntaxError> {
    if LENGTH < pattern.len() {
        return Ok(Verdict::Undecided(Reason::TooLarge));
    }
    let parsed = match parse::parse(pattern, flavor, flags) {
        Ok(parsed) => parsed,
        Err(Problem::Syntax { at, message }) => return Err(SyntaxError { at, message }),
        Err(Problem::Unsupported(_)) if flavor == Flavor::Go => {
            return Ok(Verdict::Safe(Why::Engine));
        }
        Err(Problem::Unsupported(what)) => {
            return Ok(Verdict::Undecided(Reason::Unsupported(what)));
        }
    };
    if flavor == Flavor::Go {
        return Ok(Verdict::Safe(Why::Engine));
    }
    let is_sticky = flavor == Flavor::JavaScript && flags.contains('y');
    let call = if is_sticky { Call::Prefix } else { call };
    Ok(judge(&parsed, flavor, call).unwrap_or_else(Verdict::Undecided))
}

fn judge(pattern: &ast::Pattern, flavor: Flavor, call: Call) -> Result<Verdict, Reason> {
    let large = |_| Reason::TooLarge;
    let fuel = Fuel::new(FUEL);
    let mut unfolded = vec![program::unfolded(pattern, flavor, call).map_err(large)?];
    if pattern.root.demands_around() {
        unfolded.push(program::with_demands(pattern, flavor, call).map_err(large)?);
    }
    let exact = program::exact(pattern, flavor, call).map_err(large)?;
    let mut judge = Judge {
        program: &exact,
        flavor,
        call,
        steps: STEPS,
    };
    let mut is_decided = true;
    let mut is_ambiguous = false;
    for unfolded in &unfolded {
        for taste in [Taste::Readable, Taste::Odd] {
            let automaton = match Automaton::new(unfolded, flavor, call, taste, &fuel) {
                Ok(automaton) => automaton,
                Err(NoAutomaton::TooManyClasses) => return Err(Reason::TooLarge),
                Err(NoAutomaton::Spent) => return Err(Reason::Spent),
            };
            let (candidates, is_complete) = ambiguity::candidates(&automaton, &fuel);
            if candidates.is_empty() && is_complete {
                break;
            }
            is_ambiguous = true;
            let confirmed = candidates.iter().find_map(|candidate| {
                let proof = judge.confirm(&automaton, candidate)?;
                Some(vulnerability(pattern, &automaton, candidate, proof))
            });
            if let Some(found) = confirmed {
                return Ok(Verdict::Vulnerable(Box::new(found)));
            }
            // The second look is for other texts, not for other loops.
            is_decided &= is_complete || taste == Taste::Odd;
        }
    }
    if !is_ambiguous {
        return Ok(Verdict::Safe(Why::Unambiguous));
    }
    if judge.steps == 0 || !is_decided {
        return Err(Reason::Spent);
    }
    Ok(Verdict::Safe(Why::Unexploitable))
}

fn vulnerability(
    pattern: &ast::Pattern,
    automaton: &Automaton,
    candidate: &Candidate,
    proof: Proof,
) -> Vulnerability {
    let spans = |states: &Vec<usize>| -> Vec<Span> {
        let states = states.iter().filter_map(|it| automaton.states.get(*it));
        states.filter_map(|state| state.span.clone()).collect()
    };
    let loops: Vec<Vec<Span>> = candidate.loops.iter().map(spans).collect();
    let written = loops.iter().filter(|spans| !spans.is_empty());
    let mut guilty: Vec<Span> = written
        .filter_map(|spans| pattern.root.repetition_around(spans))
        .collect();
    guilty.dedup();
    Vulnerability {
        growth: proof.growth,
        attack: proof.attack,
        samples: proof.samples,
        guilty,
        is_from_search: loops.iter().any(Vec::is_empty),
    }
}
