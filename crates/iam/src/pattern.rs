//! Patterns of actions and resources, and the texts they are matched against.
//!
//! `*` stands for any characters and `?` for one. Case does not matter in actions. In an ARN, a `*` before the sixth part
//! stays inside its part, and parts that are missing at the end are `*`, as the IAM reference lays down.

use base::Name;

use crate::Answer;

/// A part of a pattern or of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Characters. In a pattern, `*`, `?` and policy variables such as `${aws:username}` keep their meaning.
    Literal(Name),
    /// A value that is known at deployment only and is the same wherever it has this name: the account, a generated name. It
    /// holds no colon.
    Named(Name),
    /// Whatever it may be.
    Anything,
}

/// What a statement names: a pattern of actions or of resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(pub(crate) Vec<Token>);

/// What a request is about: an action or a resource. `*` and `?` are characters like others in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(Vec<Token>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Token {
    Char(char),
    /// `?`
    One,
    /// `*` that stays between colons.
    Within,
    /// `*`
    Many,
    Named(Name),
    Anything,
}

/// How many parts an ARN has.
const PARTS: usize = 6;

impl Pattern {
    /// A pattern of actions: `dynamodb:Put*`.
    #[must_use]
    pub fn action(pieces: &[Piece]) -> Self {
        let mut tokens = tokens(pieces);
        tokens.iter_mut().for_each(fold);
        Self(tokens)
    }

    /// A pattern of resources: `arn:aws:s3:::orders/*`.
    #[must_use]
    pub fn resource(pieces: &[Piece]) -> Self {
        let mut tokens = tokens(pieces);
        if starts_like_arn(&tokens) {
            divide(&mut tokens);
        }
        Self(tokens)
    }

    /// Whether the pattern matches the subject.
    #[must_use]
    pub fn matches(&self, subject: &Subject) -> Answer {
        // Most patterns differ from most subjects within a few characters, of which each leads to the next only.
        let both = self.0.iter().zip(&subject.0);
        let known = both.take_while(|(expected, token)| match (expected, token) {
            (Token::Char(expected), Token::Char(c)) => expected == c,
            _ => false,
        });
        let known = known.count();
        let pattern = self.0.get(known..).unwrap_or_default();
        let subject = subject.0.get(known..).unwrap_or_default();
        if let (Some(Token::Char(_)), Some(Token::Char(_)) | None) =
            (pattern.first(), subject.first())
        {
            return Answer::No;
        }
        if SURELY.runs(pattern, subject) {
            Answer::Yes
        } else if POSSIBLY.runs(pattern, subject) {
            Answer::Unknown
        } else {
            Answer::No
        }
    }

    /// Whether the pattern is `*` and nothing else.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|token| *token == Token::Many)
    }

    /// A pattern in which a `*` may stand for anything, as in conditions.
    pub(crate) fn text(pieces: &[Piece]) -> Self {
        Self(tokens(pieces))
    }

    /// `*`.
    pub(crate) fn everything() -> Self {
        Self(vec![Token::Many])
    }

    /// Whether it holds a part of which nothing is known, so that it may differ from one that looks the same.
    pub(crate) fn is_partly_unknown(&self) -> bool {
        self.0.contains(&Token::Anything)
    }

    /// Whether nothing can match both, as far as that shows at a glance: they differ in a character before either leaves a choice,
    /// or in a whole part between colons, such as the service of an ARN.
    pub(crate) fn is_apart_from(&self, other: &Self) -> bool {
        self.starts_otherwise_than(other) || self.differs_in_a_part_from(other)
    }

    fn starts_otherwise_than(&self, other: &Self) -> bool {
        let mut both = self.0.iter().zip(&other.0);
        let first = both.find_map(|pair| match pair {
            (Token::Char(one), Token::Char(other)) => (one != other).then_some(true),
            _ => Some(false),
        });
        first == Some(true)
    }

    fn differs_in_a_part_from(&self, other: &Self) -> bool {
        // What may hold a colon itself leaves open where the parts behind it start.
        let is_divided = |part: &&[Token]| {
            part.iter()
                .all(|token| !matches!(token, Token::One | Token::Many | Token::Anything))
        };
        let is_written = |part: &[Token]| part.iter().all(|token| matches!(token, Token::Char(_)));
        let own = self.parts().take_while(is_divided);
        let others = other.parts().take_while(is_divided);
        own.zip(others)
            .any(|(one, other)| is_written(one) && is_written(other) && one != other)
    }

    /// What stands between colons, as far as a colon ends it.
    fn parts(&self) -> impl Iterator<Item = &[Token]> {
        let last = self.0.iter().rposition(|token| *token == Token::Char(':'));
        let ended = last.and_then(|last| self.0.get(..last));
        let parts = ended.map(|ended| ended.split(|token| *token == Token::Char(':')));
        parts.into_iter().flatten()
    }
}

impl Subject {
    /// An action: `dynamodb:PutItem`.
    #[must_use]
    pub fn action(name: &str) -> Self {
        Self(name.chars().map(|c| Token::Char(lower(c))).collect())
    }

    /// A resource: an ARN.
    #[must_use]
    pub fn resource(pieces: &[Piece]) -> Self {
        let mut tokens = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
                Piece::Named(name) => tokens.push(Token::Named(name.clone())),
                Piece::Anything => tokens.push(Token::Anything),
            }
        }
        Self(tokens)
    }

    /// A resource of which nothing is known.
    #[must_use]
    pub fn anything() -> Self {
        Self(vec![Token::Anything])
    }
}

/// Where the automaton may go from a position.
pub(crate) struct Moves {
    stays: bool,
    goes_on: bool,
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

/// How the unknown parts are read. A pattern runs as an automaton whose states are its positions over a subject's tokens.
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

impl Reading {
    fn runs(self, pattern: &[Token], subject: &[Token]) -> bool {
        let mut at = self.start(pattern);
        let mut next = vec![false; at.len()];
        for token in subject {
            if !at.contains(&true) {
                return false;
            }
            self.step(pattern, &mut at, token, &mut next);
            std::mem::swap(&mut at, &mut next);
        }
        at.last() == Some(&true)
    }

    /// The positions before the first token.
    pub(crate) fn start(self, pattern: &[Token]) -> Vec<bool> {
        let mut at = vec![false; pattern.len() + 1];
        set(&mut at, 0);
        self.close(pattern, &mut at);
        at
    }

    /// The positions after one more token; those before it are used up.
    pub(crate) fn step(self, pattern: &[Token], at: &mut [bool], token: &Token, next: &mut [bool]) {
        let may_be_empty = token.may_be_empty(self.is_skipped);
        if may_be_empty {
            next.clone_from_slice(at);
        } else {
            next.fill(false);
        }
        for (index, expected) in pattern.iter().enumerate() {
            if at.get(index) != Some(&true) {
                continue;
            }
            let moves = (self.moves)(expected, token);
            if moves.stays {
                set(next, index);
            }
            if moves.goes_on {
                set(next, index + 1);
                // A subject's unknown part may go over any number of tokens.
                if may_be_empty {
                    set(at, index + 1);
                }
            }
        }
        self.close(pattern, next);
    }

    fn close(self, pattern: &[Token], at: &mut [bool]) {
        for (index, token) in pattern.iter().enumerate() {
            if at.get(index) == Some(&true) && (self.is_skipped)(token) {
                set(at, index + 1);
            }
        }
    }
}

fn set(at: &mut [bool], index: usize) {
    if let Some(slot) = at.get_mut(index) {
        *slot = true;
    }
}

fn lower(c: char) -> char {
    c.to_ascii_lowercase()
}

fn fold(token: &mut Token) {
    if let Token::Char(c) = token {
        *c = lower(*c);
    }
}

fn tokens(pieces: &[Piece]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => add_literal(text, &mut tokens),
            Piece::Named(name) => tokens.push(Token::Named(name.clone())),
            Piece::Anything => tokens.push(Token::Anything),
        }
    }
    tokens
}

fn add_literal(text: &str, tokens: &mut Vec<Token>) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let variable = rest
            .strip_prefix("${")
            .and_then(|inside| inside.split_once('}'));
        if let Some((name, after)) = variable {
            tokens.push(match name {
                "*" | "?" | "$" => Token::Char(name.chars().next().unwrap_or('$')),
                _ => Token::Anything,
            });
            rest = after;
            continue;
        }
        tokens.push(match c {
            '*' => Token::Many,
            '?' => Token::One,
            c => Token::Char(c),
        });
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
}

fn starts_like_arn(tokens: &[Token]) -> bool {
    "arn:"
        .chars()
        .zip(tokens)
        .all(|(c, token)| *token == Token::Char(c))
        && 4 <= tokens.len()
}

/// Keeps every `*` of an ARN inside its part and adds the parts that are missing. A part of which nothing is known may hold
/// colons, so that nothing is known about the division after it.
fn divide(tokens: &mut Vec<Token>) {
    let mut colons = 0;
    for token in tokens.iter_mut() {
        match token {
            Token::Anything => return,
            Token::Char(':') => colons += 1,
            Token::Many if colons + 1 < PARTS => *token = Token::Within,
            _ => {}
        }
    }
    for missing in (colons + 1)..PARTS {
        tokens.push(Token::Char(':'));
        tokens.push(if missing + 1 < PARTS {
            Token::Within
        } else {
            Token::Many
        });
    }
}
