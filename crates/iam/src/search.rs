//! The search behind the exact operations: through all words that one pattern stands for, against other patterns.
//!
//! A pattern is an automaton, and so are several at once; every state that they reach together is looked at once. What is known
//! at deployment only is a letter of its own, which stands for the same unknown characters on both sides.

use base::Set;

use crate::pattern::{POSSIBLY, Reading, SURELY, Token};
use crate::{Answer, Pattern};

/// How many states are looked at before the answer is that there is none. Real patterns take some hundred.
const MOST_STATES: usize = 5_000;

/// A word of the pattern for which `is_wanted`, told how the tests answer for it; nothing where the search grows too large.
pub(crate) fn finds(
    words_of: &Pattern,
    tests: &[&Pattern],
    letters: Letters,
    mut is_wanted: impl FnMut(&[Answer]) -> bool,
) -> Option<bool> {
    if tests.iter().all(|test| test.is_apart_from(words_of)) {
        return Some(is_wanted(&vec![Answer::No; tests.len()]));
    }
    let alphabet = alphabet(tests, letters);
    let start = State {
        at: 0,
        tests: tests.iter().map(|test| Run::start(test)).collect(),
    };
    let mut seen: Set<State> = Set::default();
    let mut pending = vec![start];
    while let Some(state) = pending.pop() {
        if !seen.insert(state.clone()) {
            continue;
        }
        if MOST_STATES < seen.len() {
            return None;
        }
        let Some(token) = words_of.0.get(state.at) else {
            let answers: Vec<Answer> = state.tests.iter().map(Run::answer).collect();
            if is_wanted(&answers) {
                return Some(true);
            }
            continue;
        };
        let is_star = matches!(token, Token::Within | Token::Many);
        if is_star {
            pending.push(State {
                at: state.at + 1,
                tests: state.tests.clone(),
            });
        }
        let at = if is_star { state.at } else { state.at + 1 };
        let mut go = |letter: &Token| {
            let step = |(run, test): (&Run, &&Pattern)| run.step(test, letter);
            pending.push(State {
                at,
                tests: state.tests.iter().zip(tests).map(step).collect(),
            });
        };
        match token {
            Token::One | Token::Within | Token::Many => {
                let letters = alphabet.iter().filter(|letter| token.stands_for(letter));
                letters.for_each(&mut go);
            }
            itself => go(itself),
        }
    }
    Some(false)
}

/// What the stars of the pattern whose words are searched stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// Characters.
    Characters,
    /// Characters, and the values that the tests hold and that are known at deployment only.
    Unknown,
}

/// A state of the pattern and of the tests together.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    at: usize,
    tests: Vec<Run>,
}

/// Where a test is after some letters: for certain, and possibly.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Run {
    surely: Vec<bool>,
    possibly: Vec<bool>,
}

impl Run {
    fn start(test: &Pattern) -> Self {
        Self {
            surely: SURELY.start(&test.0),
            possibly: POSSIBLY.start(&test.0),
        }
    }

    fn step(&self, test: &Pattern, letter: &Token) -> Self {
        let step = |how: Reading, at: &[bool]| {
            let mut next = vec![false; at.len()];
            how.step(&test.0, &mut at.to_vec(), letter, &mut next);
            next
        };
        Self {
            surely: step(SURELY, &self.surely),
            possibly: step(POSSIBLY, &self.possibly),
        }
    }

    fn answer(&self) -> Answer {
        if self.surely.last() == Some(&true) {
            Answer::Yes
        } else if self.possibly.last() == Some(&true) {
            Answer::Unknown
        } else {
            Answer::No
        }
    }
}

/// The letters that tell the tests apart, and one that none of them holds.
fn alphabet(tests: &[&Pattern], letters: Letters) -> Vec<Token> {
    const OTHER: char = '\u{e000}';
    let mut alphabet = vec![Token::Char(':'), Token::Char(OTHER)];
    for token in tests.iter().flat_map(|test| &test.0) {
        let is_letter = match token {
            Token::Char(_) => true,
            Token::Named(_) | Token::Anything => letters == Letters::Unknown,
            Token::One | Token::Within | Token::Many => false,
        };
        if is_letter && !alphabet.contains(token) {
            alphabet.push(token.clone());
        }
    }
    alphabet
}

impl Token {
    /// Whether this part of a pattern may stand for the letter.
    fn stands_for(&self, letter: &Self) -> bool {
        match self {
            Self::One => matches!(letter, Self::Char(_)),
            Self::Within => match letter {
                Self::Char(c) => *c != ':',
                letter => matches!(letter, Self::Named(_)),
            },
            Self::Many => true,
            itself => itself == letter,
        }
    }
}
