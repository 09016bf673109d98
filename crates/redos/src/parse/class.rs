//! Character classes: what stands between `[` and `]`.

use super::{DEPTH, Parser, Problem, Result};
use crate::flavor::Flavor;
use crate::set::CharSet;

/// One member of a class: a character may begin a range.
enum Member {
    Char(u32),
    Set(CharSet),
}

impl Parser<'_> {
    /// Reads a class whose `[` is read.
    pub(super) fn class(&mut self) -> Result<CharSet> {
        self.depth += 1;
        if DEPTH < self.depth {
            return Err(Problem::Unsupported("it is nested too deeply"));
        }
        let is_negative = self.eat("^");
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        // What stands before an operator, and which it is.
        let mut left: Option<(CharSet, bool)> = None;
        let mut is_first = true;
        let has_closing_literal = self.flavor != Flavor::JavaScript;
        loop {
            if self.peek() == Some(']') && !(is_first && has_closing_literal) {
                self.bump();
                break;
            }
            is_first = false;
            if let Some(is_difference) = self.operator() {
                let right = CharSet::new(std::mem::take(&mut ranges));
                left = Some((combined(left, right), is_difference));
                continue;
            }
            let low = match self.member()? {
                Member::Set(set) => {
                    ranges.extend(set.ranges());
                    let rest = self.rest();
                    if rest.starts_with('-') && !rest.starts_with("-]") {
                        self.check_range_of_set()?;
                    }
                    continue;
                }
                Member::Char(code) => code,
            };
            let high = self.range_end()?;
            match high {
                Some(Member::Char(high)) if high < low => {
                    return self.fail("a range that is out of order");
                }
                Some(Member::Char(high)) => ranges.push((low, high)),
                Some(Member::Set(set)) => {
                    self.check_range_of_set()?;
                    ranges.extend([(low, low), (0x2D, 0x2D)]);
                    ranges.extend(set.ranges());
                }
                None => ranges.push((low, low)),
            }
        }
        self.depth -= 1;
        let set = self.cased(combined(left, CharSet::new(ranges)));
        Ok(if is_negative { set.negated() } else { set })
    }

    /// Reads an operation on classes: whether it is a difference, else it is an intersection.
    fn operator(&mut self) -> Option<bool> {
        let has_intersection = self.flavor == Flavor::Java || self.mode.has_class_sets;
        if has_intersection && self.eat("&&") {
            return Some(false);
        }
        if self.mode.has_class_sets && self.eat("--") {
            return Some(true);
        }
        if self.flavor == Flavor::DotNet && self.rest().starts_with("-[") {
            self.bump();
            return Some(true);
        }
        None
    }

    /// The end of a range whose start is read.
    fn range_end(&mut self) -> Result<Option<Member>> {
        let rest = self.rest();
        let starts_set = matches!(self.flavor, Flavor::Java | Flavor::DotNet);
        let is_operator = rest.starts_with("--") && self.mode.has_class_sets
            || rest.starts_with("-[") && starts_set;
        if !rest.starts_with('-') || rest.starts_with("-]") || is_operator {
            return Ok(None);
        }
        self.bump();
        self.member().map(Some)
    }

    fn member(&mut self) -> Result<Member> {
        let has_nested = self.flavor == Flavor::Java || self.mode.has_class_sets;
        let follows_difference = self.flavor == Flavor::DotNet && self.follows("-");
        let is_posix = self.flavor == Flavor::Pcre && self.rest().starts_with("[:");
        let Some(char) = self.bump() else {
            return self.fail("a `[` without its `]`");
        };
        match char {
            '[' if is_posix => self.posix_member(),
            '[' if has_nested || follows_difference => self.class().map(Member::Set),
            '\\' => self.escaped_member(),
            char => {
                self.check_in_sets(char)?;
                Ok(Member::Char(u32::from(char)))
            }
        }
    }

    fn follows(&self, text: &str) -> bool {
        self.text
            .get(..self.at)
            .is_some_and(|read| read.ends_with(text))
    }

    fn escaped_member(&mut self) -> Result<Member> {
        if self.eat("b") {
            return Ok(Member::Char(8));
        }
        let has_quotes = matches!(self.flavor, Flavor::Java | Flavor::Pcre);
        if has_quotes && self.eat("Q") {
            let text = self.until("\\E")?;
            return Ok(Member::Set(CharSet::of(&text)));
        }
        if self.mode.has_class_sets && self.eat("q{") {
            let text = self.until("}")?;
            let singles = text.split('|').filter(|it| it.chars().count() == 1);
            return Ok(Member::Set(CharSet::of(&singles.collect::<String>())));
        }
        if let Some(set) = self.set_escape()? {
            return Ok(Member::Set(set));
        }
        self.char_escape(true).map(Member::Char)
    }

    /// `[:alpha:]`, whose `[` is read.
    fn posix_member(&mut self) -> Result<Member> {
        let before = self.at;
        self.bump();
        let is_negative = self.eat("^");
        let name = self.until(":]").unwrap_or_default();
        match posix(&name) {
            Some(set) if is_negative => Ok(Member::Set(set.negated())),
            Some(set) => Ok(Member::Set(set)),
            None => {
                self.at = before;
                Ok(Member::Char(u32::from('[')))
            }
        }
    }
}

fn combined(left: Option<(CharSet, bool)>, right: CharSet) -> CharSet {
    match left {
        Some((left, true)) => left.without(&right),
        Some((left, false)) => left.intersection(&right),
        None => right,
    }
}

/// The POSIX classes, as PCRE and Java name them.
pub(super) fn posix(name: &str) -> Option<CharSet> {
    let digits = (0x30, 0x39);
    let upper = (0x41, 0x5A);
    let lower = (0x61, 0x7A);
    let ranges: &[(u32, u32)] = match name.to_ascii_lowercase().as_str() {
        "alpha" => &[upper, lower],
        "digit" => &[digits],
        "alnum" => &[digits, upper, lower],
        "upper" => &[upper],
        "lower" => &[lower],
        "punct" => &[(0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)],
        "space" => &[(9, 13), (32, 32)],
        "blank" => &[(9, 9), (32, 32)],
        "cntrl" => &[(0, 0x1F), (0x7F, 0x7F)],
        "graph" => &[(0x21, 0x7E)],
        "print" => &[(0x20, 0x7E)],
        "xdigit" => &[digits, (0x41, 0x46), (0x61, 0x66)],
        "word" => &[digits, upper, (0x5F, 0x5F), lower],
        "ascii" => &[(0, 0x7F)],
        _ => return None,
    };
    Some(CharSet::new(ranges.iter().copied()))
}
