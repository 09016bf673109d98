//! The search behind the exact operations: through all words that one pattern stands for, against other patterns.
//!
//! A pattern is an automaton, and so are several at once; every state that they reach together is looked at once. What is known
//! at deployment only is a letter of its own, which stands for the same unknown characters on both sides.

use std::ops::ControlFlow;

use base::Set;

use crate::automaton::{POSSIBLY, SURELY, expected, is_at_end, is_dead, words};
use crate::pattern::Token;
use crate::{Answer, Pattern};

/// How many states are looked at before the search is given up. Real patterns take some hundred.
const MOST_STATES: usize = 5_000;

/// The patterns are too entangled to be compared.
pub(crate) struct TooManyStates;

/// What the stars of the pattern whose words are searched stand for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letters {
    /// Characters.
    Characters,
    /// Characters, and the values that the tests hold and that are known at deployment only.
    Unknown,
}

/// Tells how the tests answer for the words of a pattern, each combination of answers at least once, until it is told to stop.
pub(crate) fn search(
    words_of: &Pattern,
    tests: &[&Pattern],
    letters: Letters,
    mut visit: impl FnMut(&[Answer]) -> ControlFlow<()>,
) -> Result<(), TooManyStates> {
    let mut answers = vec![Answer::No; tests.len()];
    if tests.iter().all(|test| test.is_apart_from(words_of)) {
        let _ = visit(&answers);
        return Ok(());
    }
    let unknown = unknown(tests, letters);
    let mut alphabet: Vec<Token> = Vec::new();
    let mut seen: Set<State> = Set::default();
    let mut pending = vec![State::start(tests)];
    while let Some(mut state) = pending.pop() {
        let choice = state.go_on(words_of, tests);
        let Some(choice) = choice else {
            state.answer(tests, &mut answers);
            if visit(&answers).is_break() {
                return Ok(());
            }
            continue;
        };
        if !seen.insert(state.clone()) {
            continue;
        }
        if MOST_STATES < seen.len() {
            return Err(TooManyStates);
        }
        let after = state.at + 1;
        let is_star = matches!(choice, Token::Within | Token::Many);
        state.letters(tests, &mut alphabet);
        alphabet.extend(unknown.iter().map(|letter| (*letter).clone()));
        for letter in alphabet.iter().filter(|letter| choice.stands_for(letter)) {
            let mut next = state.clone();
            next.step(tests, letter);
            next.at = if is_star { state.at } else { after };
            pending.push(next);
        }
        if is_star {
            state.at = after;
            pending.push(state);
        }
    }
    Ok(())
}

/// A state of the pattern and of the tests together.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    at: usize,
    /// For each test, where it is for certain and where it possibly is.
    runs: Vec<u64>,
}

impl State {
    fn start(tests: &[&Pattern]) -> Self {
        let length = tests.iter().map(|test| 2 * words(&test.0)).sum();
        let mut start = Self {
            at: 0,
            runs: vec![0; length],
        };
        start.each(tests, |test, surely, possibly| {
            SURELY.start(test, surely);
            POSSIBLY.start(test, possibly);
        });
        start
    }

    /// Goes over what leaves no choice, up to the token that does. Nothing where the answers are settled: at the end, or where no
    /// test can match any more.
    fn go_on<'p>(&mut self, words_of: &'p Pattern, tests: &[&Pattern]) -> Option<&'p Token> {
        loop {
            let token = words_of.0.get(self.at)?;
            if is_dead(&self.runs) {
                return None;
            }
            if matches!(token, Token::One | Token::Within | Token::Many) {
                return Some(token);
            }
            self.step(tests, token);
            self.at += 1;
        }
    }

    fn step(&mut self, tests: &[&Pattern], letter: &Token) {
        self.each(tests, |test, surely, possibly| {
            SURELY.step(test, surely, letter);
            POSSIBLY.step(test, possibly, letter);
        });
    }

    fn answer(&mut self, tests: &[&Pattern], answers: &mut [Answer]) {
        let mut answers = answers.iter_mut();
        self.each(tests, |test, surely, possibly| {
            if let Some(answer) = answers.next() {
                *answer = if is_at_end(test, surely) {
                    Answer::Yes
                } else if is_at_end(test, possibly) {
                    Answer::Unknown
                } else {
                    Answer::No
                };
            }
        });
    }

    /// The characters that tell the tests apart here: those that one of them expects, a colon, and one that none expects.
    fn letters(&mut self, tests: &[&Pattern], letters: &mut Vec<Token>) {
        const OTHER: char = '\u{e000}';
        letters.clear();
        letters.extend([Token::Char(':'), Token::Char(OTHER)]);
        self.each(tests, |test, surely, possibly| {
            for token in expected(test, surely).chain(expected(test, possibly)) {
                if matches!(token, Token::Char(_)) && !letters.contains(token) {
                    letters.push(token.clone());
                }
            }
        });
    }

    /// Does something with each test and where it is.
    fn each(&mut self, tests: &[&Pattern], mut with: impl FnMut(&[Token], &mut [u64], &mut [u64])) {
        let mut rest = self.runs.as_mut_slice();
        for test in tests {
            let words = words(&test.0);
            let Some((own, others)) = rest.split_at_mut_checked(2 * words) else {
                return;
            };
            if let Some((surely, possibly)) = own.split_at_mut_checked(words) {
                with(&test.0, surely, possibly);
            }
            rest = others;
        }
    }
}

/// What the tests hold that is known at deployment only, where the words may hold it too.
fn unknown<'t>(tests: &[&'t Pattern], letters: Letters) -> Vec<&'t Token> {
    let mut unknown: Vec<&Token> = Vec::new();
    if letters == Letters::Unknown {
        let tokens = tests.iter().flat_map(|test| &test.0);
        for token in tokens.filter(|token| matches!(token, Token::Named(_) | Token::Anything)) {
            if !unknown.contains(&token) {
                unknown.push(token);
            }
        }
    }
    unknown
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
