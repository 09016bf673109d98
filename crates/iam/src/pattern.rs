//! Patterns of actions and resources, and the texts they are matched against.
//!
//! `*` stands for any characters and `?` for one. Case does not matter in actions. In an ARN, a `*` before the sixth part
//! stays inside its part, and parts that are missing at the end are `*`, as the IAM reference lays down.

use base::Name;

use crate::Answer;
use crate::automaton::{POSSIBLY, SURELY};

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
        // Most patterns match what is written like them, up to a star at their end.
        match after_the_same(&self.0, &subject.0) {
            ([], []) | ([Token::Many], _) => return Answer::Yes,
            _ => {}
        }
        // Most others differ from the subject within a few characters, of which each leads to the next only.
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
        if SURELY.accepts(pattern, subject) {
            Answer::Yes
        } else if POSSIBLY.accepts(pattern, subject) {
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

    /// Whether it stands for one word only.
    pub(crate) fn is_one_word(&self) -> bool {
        let mut tokens = self.0.iter();
        tokens.all(|token| matches!(token, Token::Char(_) | Token::Named(_)))
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

/// The service of an action: `dynamodb` of `dynamodb:PutItem`.
#[must_use]
pub fn service(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

/// Whether a pattern of actions, `s3:Get*`, matches an action, as far as the pattern's policy variables leave no doubt.
#[must_use]
pub fn action_matches(pattern: &str, action: &str) -> bool {
    is_matched(pattern.as_bytes(), action.as_bytes()).unwrap_or_else(|| {
        let pattern = Pattern::action(&[Piece::Literal(pattern.into())]);
        pattern.matches(&Subject::action(action)) == Answer::Yes
    })
}

/// Whether letters of any case match a pattern. Nothing where the answer hangs on more than letters, `*` and `?`: on a variable,
/// or on what a `?` is that is several bytes long.
fn is_matched(mut pattern: &[u8], mut text: &[u8]) -> Option<bool> {
    // What stands behind the last star, and what that star has not taken. Where the rest does not match, it takes one letter
    // more; an earlier star needs none of them, as what stood behind it has matched.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        (pattern, text) = match (pattern, text, star) {
            ([], [], _) => return Some(true),
            ([b'$', ..], ..) => return None,
            ([b'?', ..], [letter, ..], _) if !letter.is_ascii() => return None,
            ([b'*', behind @ ..], ..) => {
                star = Some((behind, text));
                (behind, text)
            }
            ([expected, behind @ ..], [letter, rest @ ..], _)
                if *expected == b'?' || expected.eq_ignore_ascii_case(letter) =>
            {
                (behind, rest)
            }
            (_, _, Some((behind, [_, rest @ ..]))) => {
                star = Some((behind, rest));
                (behind, rest)
            }
            _ => return Some(false),
        };
    }
}

/// What is left of a pattern and of a subject behind what is the same in both and means itself.
fn after_the_same<'t>(pattern: &'t [Token], subject: &'t [Token]) -> (&'t [Token], &'t [Token]) {
    let both = pattern.iter().zip(subject);
    let same = both.take_while(|(expected, token)| {
        matches!(expected, Token::Char(_) | Token::Named(_)) && expected == token
    });
    let same = same.count();
    let rest = |tokens: &'t [Token]| tokens.get(same..).unwrap_or_default();
    (rest(pattern), rest(subject))
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
