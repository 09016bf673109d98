//! Patterns of all flavours → [`Pattern`]. One parser, because the flavours share nine tenths of their grammar and the rest is
//! a list of differences, of which what each refuses stands in [`strict`].

mod class;
mod escape;
mod group;
mod strict;

use crate::ast::{Assertion, Greed, Group, Kind, Node, Pattern};
use crate::flavor::Flavor;
use crate::set::CharSet;
use crate::unicode;

/// Deepest nesting of groups and classes.
const DEPTH: u32 = 150;
/// Most repetitions that may stand on one another.
const STACKED: u32 = 8;

/// Why a pattern was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// No engine of this flavour would take it.
    Syntax { at: usize, message: &'static str },
    /// It is right, but means something that is not modelled.
    Unsupported(&'static str),
}

type Result<T> = std::result::Result<T, Problem>;

/// What flags say at a place of the pattern.
#[derive(Clone, Copy, Debug, Default)]
struct Mode {
    is_insensitive: bool,
    is_multiline: bool,
    dot_is_all: bool,
    is_extended: bool,
    is_ungreedy: bool,
    /// JavaScript's `u` or `v`.
    is_unicode: bool,
    /// JavaScript's `v`: operations on classes.
    has_class_sets: bool,
    /// Whether `\w` and its like reach beyond ASCII.
    has_unicode_classes: bool,
    /// .NET's `n`: only named groups capture.
    is_explicit: bool,
}

/// Reads a pattern whose flags stand outside of it.
pub(crate) fn parse(text: &str, flavor: Flavor, flags: &str) -> Result<Pattern> {
    let mut parser = Parser {
        text,
        at: 0,
        flavor,
        mode: Mode {
            has_unicode_classes: flavor.is_unicode(),
            ..Mode::default()
        },
        depth: 0,
        groups: 0,
        names: Vec::new(),
        has_references: false,
        referenced: Vec::new(),
        captures_in_text: 0,
        has_names_in_text: false,
    };
    for flag in flags.chars() {
        parser.set_flag(flag, true)?;
    }
    parser.count_captures();
    let root = parser.alternation()?;
    if parser.peek().is_some() {
        return parser.fail("a `)` without its `(`");
    }
    parser.check_references()?;
    Ok(Pattern {
        root,
        groups: parser.groups,
        names: parser.names,
        has_references: parser.has_references,
    })
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    flavor: Flavor,
    mode: Mode,
    depth: u32,
    groups: u32,
    names: Vec<(String, u32)>,
    has_references: bool,
    /// What references and conditions ask for.
    referenced: Vec<Group>,
    /// Counted before the pattern is read: whether `\2` is a reference depends on what follows.
    captures_in_text: u32,
    has_names_in_text: bool,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn eat(&mut self, text: &str) -> bool {
        let is_there = self.rest().starts_with(text);
        if is_there {
            self.at += text.len();
        }
        is_there
    }

    /// The text before `end`, which is read too.
    fn until(&mut self, end: &str) -> Result<String> {
        let Some(length) = self.rest().find(end) else {
            return self.fail("something is not closed");
        };
        let found = self.rest().get(..length).unwrap_or_default().to_owned();
        self.at += length + end.len();
        Ok(found)
    }

    fn fail<T>(&self, message: &'static str) -> Result<T> {
        Err(Problem::Syntax {
            at: self.at,
            message,
        })
    }

    fn node(&self, start: usize, kind: Kind) -> Node {
        Node::new(kind, start..self.at)
    }

    fn number(&mut self) -> Option<u32> {
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let text = self.rest().get(..digits).filter(|text| !text.is_empty())?;
        let number = text.parse().unwrap_or(u32::MAX);
        self.at += digits;
        Some(number)
    }

    /// Applies a flag; the letters that decide nothing here are known and ignored.
    fn set_flag(&mut self, flag: char, is_on: bool) -> Result<()> {
        let flavor = self.flavor;
        let mode = &mut self.mode;
        match flag {
            'i' => mode.is_insensitive = is_on,
            'm' => mode.is_multiline = is_on,
            's' => mode.dot_is_all = is_on,
            'x' if flavor != Flavor::JavaScript => mode.is_extended = is_on,
            'u' if flavor == Flavor::JavaScript => mode.is_unicode = is_on,
            'v' if flavor == Flavor::JavaScript => {
                mode.is_unicode = is_on;
                mode.has_class_sets = is_on;
            }
            'U' if flavor == Flavor::Pcre => mode.is_ungreedy = is_on,
            'U' if flavor == Flavor::Java => mode.has_unicode_classes = is_on,
            'u' if matches!(flavor, Flavor::Python | Flavor::Pcre) => {
                mode.has_unicode_classes = is_on;
            }
            'a' if flavor == Flavor::Python => mode.has_unicode_classes = !is_on,
            'n' if matches!(flavor, Flavor::DotNet | Flavor::Pcre) => mode.is_explicit = is_on,
            'g' | 'y' | 'd' | 'u' | 'L' | 'J' | 'A' | 'D' | 'X' | 'S' => {}
            _ => return self.fail("a flag that this flavour does not have"),
        }
        Ok(())
    }

    /// Counts the groups ahead of reading them.
    fn count_captures(&mut self) {
        let mut chars = self.text.chars().peekable();
        let mut is_in_class = false;
        while let Some(char) = chars.next() {
            match char {
                '\\' => {
                    chars.next();
                }
                '[' => is_in_class = true,
                ']' => is_in_class = false,
                '(' if !is_in_class => {
                    if chars.next_if_eq(&'?').is_none() {
                        self.captures_in_text += 1;
                    } else {
                        chars.next_if_eq(&'P');
                        let is_named = chars.next_if(|it| matches!(it, '<' | '\'')).is_some();
                        if is_named && !matches!(chars.peek(), Some('=' | '!')) {
                            self.captures_in_text += 1;
                            self.has_names_in_text = true;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn alternation(&mut self) -> Result<Node> {
        self.depth += 1;
        if DEPTH < self.depth {
            return Err(Problem::Unsupported("it is nested too deeply"));
        }
        let start = self.at;
        let mut branches = vec![self.sequence()?];
        while self.eat("|") {
            branches.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            Some(last) => {
                branches.push(last);
                self.node(start, Kind::Alternate(branches))
            }
            None => self.node(start, Kind::Empty),
        })
    }

    fn sequence(&mut self) -> Result<Node> {
        let start = self.at;
        let mut items = Vec::new();
        loop {
            self.skip_blanks();
            if matches!(self.peek(), None | Some('|' | ')')) {
                break;
            }
            let atom = self.atom()?;
            items.push(self.repeated(atom)?);
        }
        Ok(match items.pop() {
            Some(only) if items.is_empty() => only,
            Some(last) => {
                items.push(last);
                self.node(start, Kind::Concat(items))
            }
            None => self.node(start, Kind::Empty),
        })
    }

    /// Skips what the flag `x` makes insignificant.
    fn skip_blanks(&mut self) {
        while self.mode.is_extended {
            match self.peek() {
                Some('#') => {
                    let line = self.rest().find('\n').unwrap_or(self.rest().len());
                    self.at += line;
                }
                Some(char) if char.is_whitespace() => self.at += char.len_utf8(),
                _ => break,
            }
        }
    }

    fn atom(&mut self) -> Result<Node> {
        let start = self.at;
        let Some(char) = self.bump() else {
            return Ok(self.node(start, Kind::Empty));
        };
        let kind = match char {
            '(' => return self.group(start),
            '[' => Kind::Set(self.class()?),
            '\\' => return self.escaped(start),
            '.' if self.mode.dot_is_all => Kind::Set(CharSet::all()),
            '.' => Kind::Set(self.flavor.line_breaks().negated()),
            '^' if self.mode.is_multiline => Kind::Assert(Assertion::LineStart),
            '^' => Kind::Assert(Assertion::TextStart),
            '$' if self.mode.is_multiline => Kind::Assert(Assertion::LineEnd),
            '$' if self.flavor.ends_before_newline() => Kind::Assert(Assertion::LastLineEnd),
            '$' => Kind::Assert(Assertion::TextEnd),
            '*' | '+' | '?' => {
                self.at = start;
                return self.fail("a repetition of nothing");
            }
            char => {
                self.check_literal(char)?;
                Kind::Set(self.literal(u32::from(char)))
            }
        };
        Ok(self.node(start, kind))
    }

    /// What a literal character matches.
    fn literal(&self, code: u32) -> CharSet {
        self.cased(CharSet::single(code))
    }

    /// The set with the other cases of its letters, where the flags ask for it.
    fn cased(&self, set: CharSet) -> CharSet {
        if !self.mode.is_insensitive {
            return set;
        }
        let ascii = CharSet::new([(0, 0x7F)]);
        let within = |part: CharSet| unicode::folded(&set.intersection(&part)).intersection(&part);
        match self.flavor {
            // `k` is no Kelvin sign.
            Flavor::JavaScript if !self.mode.is_unicode => {
                within(ascii.clone()).union(&within(ascii.negated()))
            }
            Flavor::Python | Flavor::Java | Flavor::Pcre if !self.mode.has_unicode_classes => {
                set.union(&within(ascii))
            }
            _ => unicode::folded(&set),
        }
    }

    /// The atom with the repetitions after it.
    fn repeated(&mut self, atom: Node) -> Result<Node> {
        let mut node = atom;
        for stacked in 0..STACKED {
            self.skip_blanks();
            let is_brace = self.peek() == Some('{');
            let Some((min, max)) = self.quantifier()? else {
                return Ok(node);
            };
            self.check_repeated(&node)?;
            if 0 < stacked && self.flavor == Flavor::Java && !is_brace {
                return self.fail("a repetition of a repetition");
            }
            let greed = if self.eat("?") {
                Greed::Lazy
            } else if self.flavor.has_possessive() && self.eat("+") {
                Greed::Possessive
            } else {
                Greed::Greedy
            };
            let greed = match greed {
                Greed::Lazy if self.mode.is_ungreedy => Greed::Greedy,
                Greed::Greedy if self.mode.is_ungreedy => Greed::Lazy,
                other => other,
            };
            let start = node.span.start;
            let kind = Kind::Repeat {
                node: Box::new(node),
                min,
                max,
                greed,
            };
            node = self.node(start, kind);
            if !self.flavor.repeats_repetitions() {
                let start = self.at;
                if self.quantifier()?.is_some() {
                    self.at = start;
                    return self.fail("a repetition of a repetition");
                }
                return Ok(node);
            }
        }
        Err(Problem::Unsupported("it is nested too deeply"))
    }

    /// Reads `*`, `+`, `?` or `{n,m}`; a brace that is none of these is left, as a literal.
    fn quantifier(&mut self) -> Result<Option<(u32, Option<u32>)>> {
        let simple = match self.peek() {
            Some('*') => Some((0, None)),
            Some('+') => Some((1, None)),
            Some('?') => Some((0, Some(1))),
            Some('{') => None,
            _ => return Ok(None),
        };
        if simple.is_some() {
            self.bump();
            return Ok(simple);
        }
        let start = self.at;
        self.bump();
        let min = self.number();
        let count = if self.eat(",") {
            let max = self.number();
            let has_open_start = matches!(self.flavor, Flavor::Python | Flavor::Pcre);
            match min {
                Some(min) => Some((min, max)),
                None if has_open_start && max.is_some() => Some((0, max)),
                None => None,
            }
        } else {
            min.map(|min| (min, Some(min)))
        };
        match count {
            Some((min, max)) if self.eat("}") => {
                if max.is_some_and(|max| max < min) {
                    return self.fail("a repetition whose bounds are out of order");
                }
                Ok(Some((min, max)))
            }
            _ => {
                self.at = start;
                Ok(None)
            }
        }
    }
}
