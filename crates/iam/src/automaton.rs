//! A pattern as an automaton: its states are the positions in the pattern, and a set of them is one bit for each.

use crate::pattern::Token;

/// How the unknown parts of patterns and subjects are read.
#[derive(Clone, Copy)]
pub(crate) struct Reading {
    /// Where a token of a pattern lets the automaton go over a token of a subject.
    moves: fn(&Token, &Token) -> Moves,
    /// Which tokens of a pattern may match nothing.
    is_skipped: fn(&Token) -> bool,
}

/// What holds whatever they are.
pub(crate) const SURELY: Reading = Reading {
    moves: Token::advances_surely,
    is_skipped: Token::is_skipped_surely,
};

/// What holds for some choice of them.
pub(crate) const POSSIBLY: Reading = Reading {
    moves: Token::advances_possibly,
    is_skipped: Token::is_skipped_possibly,
};

/// Bits in one word of a set of positions.
const BITS: usize = u64::BITS as usize;

/// How many words hold the positions of a pattern, of which one is behind its last token.
pub(crate) fn words(pattern: &[Token]) -> usize {
    pattern.len() / BITS + 1
}

impl Reading {
    /// Whether the pattern matches the subject.
    pub(crate) fn accepts(self, pattern: &[Token], subject: &[Token]) -> bool {
        let mut at = vec![0; words(pattern)];
        self.start(pattern, &mut at);
        for token in subject {
            if is_dead(&at) {
                return false;
            }
            self.step(pattern, &mut at, token);
        }
        is_at_end(pattern, &at)
    }

    /// Adds the positions before the first token of a subject.
    pub(crate) fn start(self, pattern: &[Token], at: &mut [u64]) {
        insert(at, 0);
        self.close(pattern, at);
    }

    /// Moves to the positions after one more token.
    pub(crate) fn step(self, pattern: &[Token], at: &mut [u64], token: &Token) {
        if token.may_be_empty(self.is_skipped) {
            // An unknown part of a subject may go over any number of positions, and over none.
            let mut from = 0;
            while let Some(position) = next(at, from) {
                let expected = pattern.get(position);
                if expected.is_some_and(|it| (self.moves)(it, token).goes_on) {
                    insert(at, position + 1);
                }
                from = position + 1;
            }
        } else {
            // From the last position to the first, so that none is taken for one that was there before.
            let mut before = at.len() * BITS;
            while let Some(position) = previous(at, before) {
                let expected = pattern.get(position);
                let moves = expected.map_or(Moves::NONE, |it| (self.moves)(it, token));
                if !moves.stays {
                    remove(at, position);
                }
                if moves.goes_on {
                    insert(at, position + 1);
                }
                before = position;
            }
        }
        self.close(pattern, at);
    }

    /// Adds the positions behind tokens that may match nothing.
    fn close(self, pattern: &[Token], at: &mut [u64]) {
        let mut from = 0;
        while let Some(position) = next(at, from) {
            if pattern.get(position).is_some_and(self.is_skipped) {
                insert(at, position + 1);
            }
            from = position + 1;
        }
    }
}

/// Whether no further token can make the pattern match.
pub(crate) fn is_dead(at: &[u64]) -> bool {
    at.iter().all(|word| *word == 0)
}

/// Whether the tokens so far match the whole pattern.
pub(crate) fn is_at_end(pattern: &[Token], at: &[u64]) -> bool {
    let word = at.get(pattern.len() / BITS);
    word.is_some_and(|word| word & bit(pattern.len()) != 0)
}

/// The tokens that the pattern may go on with.
pub(crate) fn expected<'t>(pattern: &'t [Token], at: &[u64]) -> impl Iterator<Item = &'t Token> {
    let positions = std::iter::successors(next(at, 0), |position| next(at, position + 1));
    positions.filter_map(|position| pattern.get(position))
}

fn bit(position: usize) -> u64 {
    1 << (position % BITS)
}

fn insert(at: &mut [u64], position: usize) {
    if let Some(word) = at.get_mut(position / BITS) {
        *word |= bit(position);
    }
}

fn remove(at: &mut [u64], position: usize) {
    if let Some(word) = at.get_mut(position / BITS) {
        *word &= !bit(position);
    }
}

/// The first position that is not before `from`.
fn next(at: &[u64], from: usize) -> Option<usize> {
    let (mut index, mut ignored) = (from / BITS, bit(from) - 1);
    loop {
        let word = at.get(index)? & !ignored;
        if word != 0 {
            return Some(index * BITS + word.trailing_zeros() as usize);
        }
        (index, ignored) = (index + 1, 0);
    }
}

/// The last position before another.
fn previous(at: &[u64], before: usize) -> Option<usize> {
    let mut index = before / BITS;
    let mut kept = bit(before) - 1;
    loop {
        let word = at.get(index).map_or(0, |word| word & kept);
        if word != 0 {
            return Some(index * BITS + (BITS - 1) - word.leading_zeros() as usize);
        }
        (index, kept) = (index.checked_sub(1)?, u64::MAX);
    }
}

/// Where the automaton may go from a position.
struct Moves {
    stays: bool,
    goes_on: bool,
}

impl Moves {
    const NONE: Self = Self {
        stays: false,
        goes_on: false,
    };
}

impl Token {
    /// The moves over a subject's token that hold whatever the unknown parts are.
    fn advances_surely(&self, subject: &Self) -> Moves {
        let (stays, goes_on) = match (self, subject) {
            (Self::Many, _) | (Self::Within, Self::Named(_)) => (true, false),
            (Self::Within, Self::Char(c)) => (*c != ':', false),
            (Self::One, Self::Char(_)) => (false, true),
            (Self::Char(_) | Self::Named(_), _) => (false, self == subject),
            _ => (false, false),
        };
        Moves { stays, goes_on }
    }

    /// The moves that are possible for some choice of the unknown parts.
    fn advances_possibly(&self, subject: &Self) -> Moves {
        let is_colon_free = matches!(self, Self::Within | Self::Named(_));
        let (stays, goes_on) = match subject {
            Self::Char(c) => match self {
                Self::Char(expected) => (false, expected == c),
                Self::One => (false, true),
                _ => (!is_colon_free || *c != ':', false),
            },
            Self::Named(_) => (true, *self != Self::Char(':')),
            _ => (true, true),
        };
        Moves { stays, goes_on }
    }

    fn is_skipped_surely(&self) -> bool {
        matches!(self, Self::Within | Self::Many)
    }

    fn is_skipped_possibly(&self) -> bool {
        !matches!(self, Self::Char(_) | Self::One)
    }

    /// Whether this token of a subject is unknown and may be nothing; never so where only what is sure counts.
    fn may_be_empty(&self, is_skipped: fn(&Self) -> bool) -> bool {
        is_skipped(&Self::Anything) && matches!(self, Self::Named(_) | Self::Anything)
    }
}
