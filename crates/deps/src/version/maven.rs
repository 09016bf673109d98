//! Maven's version order, by its specification (POM reference, “Version Order Specification”): any text is a version.

use std::cmp::Ordering;

use super::{is_number, numbers};

pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let (one, other) = (tokens(one), tokens(other));
    for at in 0..one.len().max(other.len()) {
        let order = match (one.get(at), other.get(at)) {
            (Some(one), Some(other)) => one.compare(other),
            (Some(one), None) => one.compare(&one.padding()),
            (None, Some(other)) => other.padding().compare(other),
            (None, None) => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// One token with the separator before it. A change between digits and letters counts as a hyphen.
#[derive(Debug)]
struct Token {
    is_hyphen: bool,
    text: String,
}

impl Token {
    /// What a shorter version is padded with where the other has this token: Maven itself takes a qualifier for one of the
    /// release, whatever stands before it, where its specification has it below a zero behind a dot.
    fn padding(&self) -> Self {
        let is_zero = is_number(&self.text) && !self.is_hyphen;
        Self {
            is_hyphen: self.is_hyphen,
            text: if is_zero { "0" } else { "" }.to_owned(),
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.text.as_str(), "" | "final" | "ga" | "release")
            || self.text.bytes().all(|byte| byte == b'0')
    }

    /// `.qualifier` = `-qualifier` < `-number` < `.number`; within one of these by value.
    fn compare(&self, other: &Self) -> Ordering {
        let (one, with) = (self.rank(), other.rank());
        one.cmp(&with).then_with(|| match one {
            0 => qualifier(&self.text).cmp(&qualifier(&other.text)),
            _ => numbers(&self.text, &other.text),
        })
    }

    fn rank(&self) -> u8 {
        match (is_number(&self.text), self.is_hyphen) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => 2,
        }
    }
}

/// The known qualifiers in their order; all others come behind them, by alphabet.
fn qualifier(text: &str) -> (usize, &str) {
    const KNOWN: [&[&str]; 7] = [
        &["alpha"],
        &["beta"],
        &["milestone"],
        &["rc", "cr"],
        &["snapshot"],
        &["", "final", "ga", "release"],
        &["sp"],
    ];
    match KNOWN.iter().position(|names| names.contains(&text)) {
        Some(rank) => (rank, ""),
        None => (KNOWN.len(), text),
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let text = text.to_ascii_lowercase();
    let mut tokens: Vec<Token> = Vec::new();
    let mut token = Token {
        is_hyphen: false,
        text: String::new(),
    };
    for letter in text.chars() {
        let is_separator = matches!(letter, '.' | '-' | '_');
        let last = token.text.chars().next_back();
        let turns = last.is_some_and(|last| last.is_ascii_digit() != letter.is_ascii_digit());
        if is_separator || turns {
            let starts_number = letter.is_ascii_digit();
            let done = Token {
                is_hyphen: is_separator && letter != '.' || turns && !is_separator,
                text: String::new(),
            };
            let mut done = std::mem::replace(&mut token, done);
            done.complete(starts_number && turns && !is_separator);
            tokens.push(done);
        }
        if !is_separator {
            token.text.push(letter);
        }
    }
    token.complete(false);
    tokens.push(token);
    trim(tokens)
}

impl Token {
    /// An empty token is a zero; `a`, `b` and `m` right before a number are short for words.
    fn complete(&mut self, is_before_number: bool) {
        let whole = match (self.text.as_str(), is_before_number) {
            ("", _) => "0",
            ("a", true) => "alpha",
            ("b", true) => "beta",
            ("m", true) => "milestone",
            _ => return,
        };
        self.text = whole.to_owned();
    }
}

/// Drops what says nothing at the end, and before each hyphen and qualifier.
fn trim(tokens: Vec<Token>) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::new();
    for token in tokens {
        if token.is_hyphen || !is_number(&token.text) {
            drop_nulls(&mut kept);
        }
        kept.push(token);
    }
    drop_nulls(&mut kept);
    kept
}

fn drop_nulls(tokens: &mut Vec<Token>) {
    while 1 < tokens.len() && tokens.last().is_some_and(Token::is_null) {
        tokens.pop();
    }
}
