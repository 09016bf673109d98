//! What starts with `\`, outside and inside of classes.

use super::{Parser, Problem, Result};
use crate::ast::{Assertion, Group, Kind, Node};
use crate::flavor::Flavor;
use crate::set::{CharSet, LAST};
use crate::unicode;

impl Parser<'_> {
    /// Reads an escape whose `\` is read, outside of a class.
    pub(super) fn escaped(&mut self, start: usize) -> Result<Node> {
        let Some(char) = self.peek() else {
            return self.fail("a `\\` at the end");
        };
        let is_js = self.flavor == Flavor::JavaScript;
        let word = |is_negative, is_unicode| Assertion::Word {
            is_negative,
            is_unicode,
        };
        let assertion = match char {
            'b' => Some(word(false, self.mode.has_unicode_classes)),
            'B' => Some(word(true, self.mode.has_unicode_classes)),
            'A' | 'G' if !is_js => Some(Assertion::TextStart),
            'z' if !is_js => Some(Assertion::TextEnd),
            'Z' if self.flavor == Flavor::Python => Some(Assertion::TextEnd),
            'Z' if !is_js => Some(Assertion::LastLineEnd),
            _ => None,
        };
        if let Some(assertion) = assertion {
            self.bump();
            return Ok(self.node(start, Kind::Assert(assertion)));
        }
        match char {
            '1'..='9' if self.flavor == Flavor::Python && !self.is_octal() => {
                let index = self.short_number();
                if self.groups < index {
                    return self.fail("a reference to a group that is not there");
                }
                return self.reference(start, Group::Index(index));
            }
            '1'..='9' => {
                let before = self.at;
                let index = self.number().unwrap_or(0);
                if index <= self.captures_in_text {
                    return self.reference(start, Group::Index(index));
                }
                if is_js && self.mode.is_unicode {
                    return self.fail("a reference to a group that is not there");
                }
                self.at = before;
            }
            'k' if self.has_named_references() => {
                self.bump();
                let close = match self.bump() {
                    Some('<') => ">",
                    Some('\'') => "'",
                    Some('{') => "}",
                    _ => return self.fail("a reference without a name"),
                };
                let name = self.until(close)?;
                return self.reference(start, Group::Name(name));
            }
            'g' if self.flavor == Flavor::Pcre => return self.numbered(start),
            'K' if self.flavor == Flavor::Pcre => {
                self.bump();
                return Ok(self.node(start, Kind::Empty));
            }
            'R' if matches!(self.flavor, Flavor::Java | Flavor::Pcre) => {
                self.bump();
                return Ok(self.line_break(start));
            }
            'X' if matches!(self.flavor, Flavor::Java | Flavor::Pcre) => {
                return Err(Problem::Unsupported("it reads grapheme clusters"));
            }
            'Q' if matches!(self.flavor, Flavor::Java | Flavor::Pcre) => {
                self.bump();
                return Ok(self.quoted(start));
            }
            'E' if self.flavor == Flavor::Pcre => {
                self.bump();
                return Ok(self.node(start, Kind::Empty));
            }
            _ => {}
        }
        let set = match self.set_escape()? {
            Some(set) => set,
            None => {
                let code = self.char_escape(false)?;
                self.literal(code)
            }
        };
        Ok(self.node(start, Kind::Set(set)))
    }

    fn has_named_references(&self) -> bool {
        match self.flavor {
            Flavor::JavaScript => self.has_names_in_text || self.mode.is_unicode,
            Flavor::Python => false,
            _ => true,
        }
    }

    /// Whether three octal digits are next.
    fn is_octal(&self) -> bool {
        let digits = self.rest().bytes().take(3);
        digits.filter(|byte| (b'0'..=b'7').contains(byte)).count() == 3
    }

    /// A number of at most two digits.
    fn short_number(&mut self) -> u32 {
        let digits = self.rest().bytes().take(2);
        let length = digits.take_while(u8::is_ascii_digit).count();
        let text = self.rest().get(..length).unwrap_or_default();
        let number = text.parse().unwrap_or(0);
        self.at += length;
        number
    }

    /// `\g1`, `\g{-1}`, `\g{name}`; `\g<…>` calls a group.
    fn numbered(&mut self, start: usize) -> Result<Node> {
        self.bump();
        if matches!(self.peek(), Some('<' | '\'')) {
            return Err(Problem::Unsupported("it calls itself"));
        }
        let name = if self.eat("{") {
            self.until("}")?
        } else {
            self.number().unwrap_or(0).to_string()
        };
        let group = if let Some(back) = name.strip_prefix('-') {
            let back: u32 = back.parse().unwrap_or(u32::MAX);
            Group::Index((self.groups + 1).saturating_sub(back))
        } else {
            name.parse().map_or(Group::Name(name), Group::Index)
        };
        self.reference(start, group)
    }

    /// `\R`: any line break, `\r\n` as one.
    fn line_break(&self, start: usize) -> Node {
        let set = |text: &str| self.node(start, Kind::Set(CharSet::of(text)));
        let pair = Kind::Concat(vec![set("\r"), set("\n")]);
        let single = set("\n\u{b}\u{c}\r\u{85}\u{2028}\u{2029}");
        let either = self.node(start, Kind::Alternate(vec![self.node(start, pair), single]));
        self.node(start, Kind::Atomic(Box::new(either)))
    }

    /// `\Q…\E`.
    fn quoted(&mut self, start: usize) -> Node {
        let rest = self.rest();
        let end = rest.find("\\E").unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default().to_owned();
        let mut items = Vec::new();
        for char in text.chars() {
            let before = self.at;
            self.at += char.len_utf8();
            items.push(self.node(before, Kind::Set(self.literal(u32::from(char)))));
        }
        self.eat("\\E");
        // A repetition after the quote repeats its last character only.
        match items.pop() {
            Some(last) if matches!(self.peek(), Some('*' | '+' | '?' | '{')) => {
                let last = self.repeated(last.clone()).unwrap_or(last);
                items.push(last);
            }
            Some(last) => items.push(last),
            None => {}
        }
        self.node(start, Kind::Concat(items))
    }

    /// The set that an escape such as `\d` means, where it means one; its letter is next.
    pub(super) fn set_escape(&mut self) -> Result<Option<CharSet>> {
        let Some(char) = self.peek() else {
            return Ok(None);
        };
        let is_unicode = self.mode.has_unicode_classes;
        let has_blanks = matches!(self.flavor, Flavor::Java | Flavor::Pcre);
        let set = match char.to_ascii_lowercase() {
            'd' => unicode::digit(is_unicode),
            'w' => unicode::word(is_unicode),
            // JavaScript's blanks are Unicode's, and the byte order mark.
            's' if self.flavor == Flavor::JavaScript => {
                let spaces = unicode::space(true).union(&CharSet::single(0xFEFF));
                spaces.without(&CharSet::single(0x85))
            }
            's' => unicode::space(is_unicode),
            'h' if has_blanks => CharSet::of("\t \u{a0}\u{1680}\u{180e}\u{202f}\u{205f}\u{3000}")
                .union(&CharSet::new([(0x2000, 0x200A)])),
            'v' if has_blanks => CharSet::of("\n\u{b}\u{c}\r\u{85}\u{2028}\u{2029}"),
            'n' if char == 'N' && self.flavor == Flavor::Pcre => CharSet::of("\n").negated(),
            'p' if self.has_properties() => {
                let set = self.property()?;
                let set = self.cased(set);
                return Ok(Some(if char == 'P' { set.negated() } else { set }));
            }
            _ => return Ok(None),
        };
        self.bump();
        Ok(Some(if char.is_ascii_uppercase() && char != 'N' {
            set.negated()
        } else {
            set
        }))
    }

    fn has_properties(&self) -> bool {
        match self.flavor {
            Flavor::JavaScript => self.mode.is_unicode,
            Flavor::Python => false,
            _ => true,
        }
    }

    /// `\p{L}`, `\pL`, `\p{^L}`.
    fn property(&mut self) -> Result<CharSet> {
        self.bump();
        let name = if self.eat("{") {
            self.until("}")?
        } else {
            self.bump().map(String::from).unwrap_or_default()
        };
        let (name, is_negative) = match name.strip_prefix('^') {
            Some(rest) => (rest, true),
            None => (name.as_str(), false),
        };
        let posix = super::class::posix(name.trim_start_matches("java").trim_start_matches("Is"));
        let Some(set) = posix.or_else(|| unicode::property(name)) else {
            if self.flavor == Flavor::JavaScript && !name.contains('=') && name.len() < 3 {
                return self.fail("a property that does not exist");
            }
            return Err(Problem::Unsupported("it names an unknown property"));
        };
        Ok(if is_negative { set.negated() } else { set })
    }

    /// The character that an escape means; its letter is next.
    pub(super) fn char_escape(&mut self, is_in_class: bool) -> Result<u32> {
        let start = self.at;
        let Some(char) = self.bump() else {
            return self.fail("a `\\` at the end");
        };
        let is_js = self.flavor == Flavor::JavaScript;
        Ok(match char {
            'n' => 0xA,
            'r' => 0xD,
            't' => 0x9,
            'f' => 0xC,
            'v' => 0xB,
            'a' if !is_js => 0x7,
            'e' if !is_js && self.flavor != Flavor::Python => 0x1B,
            'c' if !matches!(self.flavor, Flavor::Python | Flavor::Go) => {
                let is_letter = |char: char| match self.flavor {
                    Flavor::JavaScript if is_in_class && !self.mode.is_unicode => {
                        char.is_ascii_alphanumeric() || char == '_'
                    }
                    Flavor::JavaScript => char.is_ascii_alphabetic(),
                    Flavor::Java => true,
                    _ => char.is_ascii(),
                };
                match self.peek().filter(|char| is_letter(*char)) {
                    Some(letter) => {
                        self.bump();
                        u32::from(letter.to_ascii_uppercase()) ^ 0x40
                    }
                    // The `\` stands for itself.
                    None if is_js && !self.mode.is_unicode => {
                        self.at = start;
                        u32::from('\\')
                    }
                    None => return self.fail("an escape that is cut short"),
                }
            }
            'x' if !is_js && self.flavor != Flavor::Python && self.eat("{") => self.braced(16)?,
            'o' if self.flavor == Flavor::Pcre && self.eat("{") => self.braced(8)?,
            'x' => {
                let code = self.digits(16, 2);
                self.digits_or_letter(code, 'x')?
            }
            'u' if is_js && self.mode.is_unicode && self.eat("{") => self.braced(16)?,
            'u' if !matches!(self.flavor, Flavor::Pcre | Flavor::Go) => {
                let code = self.utf16();
                self.digits_or_letter(code, 'u')?
            }
            'U' if self.flavor == Flavor::Python => {
                let code = self.digits(16, 8);
                self.digits_or_letter(code, 'U')?
            }
            'N' if self.flavor == Flavor::Python && self.eat("{") => {
                return Err(Problem::Unsupported("it names a character"));
            }
            '0'..='9' if is_js && self.mode.is_unicode => {
                let ends = self.peek().is_none_or(|next| !next.is_ascii_digit());
                if char != '0' || !ends {
                    return self.fail("an escape that means nothing");
                }
                0
            }
            '1'..='7' if self.flavor == Flavor::Java && is_in_class => {
                return self.fail("an escape that means nothing");
            }
            '0'..='7' => {
                let is_short = !matches!(self.peek(), Some('0'..='7'));
                if char == '0' && is_short && self.flavor == Flavor::Java {
                    return self.fail("an escape that is cut short");
                }
                self.at = start;
                let most = if char == '0' && self.flavor == Flavor::Java {
                    4
                } else {
                    3
                };
                let length = (1..=most).rev().find_map(|length| {
                    let digits = self.rest().get(..length)?;
                    let code = u32::from_str_radix(digits, 8).ok()?;
                    (code < 0x100).then_some((length, code))
                });
                let (length, code) = length.unwrap_or((1, u32::from(char)));
                self.at += length;
                code
            }
            other => {
                self.check_identity(other, is_in_class)?;
                u32::from(other)
            }
        })
    }

    fn braced(&mut self, radix: u32) -> Result<u32> {
        let digits = self.until("}")?;
        match u32::from_str_radix(digits.trim(), radix) {
            Ok(code) if code <= LAST => Ok(code),
            _ => self.fail("a number that is no character"),
        }
    }

    /// Exactly so many digits; nothing is read where they are not there.
    fn digits(&mut self, radix: u32, count: usize) -> Option<u32> {
        let digits = self.rest().get(..count)?;
        let is_number = digits.chars().all(|char| char.is_digit(radix));
        let code = u32::from_str_radix(digits, radix)
            .ok()
            .filter(|_| is_number)?;
        self.at += count;
        (code <= LAST).then_some(code)
    }

    /// Four digits, or two times four that are a pair.
    fn utf16(&mut self) -> Option<u32> {
        let first = self.digits(16, 4)?;
        let before = self.at;
        if (0xD800..0xDC00).contains(&first) && self.eat("\\u") {
            match self.digits(16, 4) {
                Some(second) if (0xDC00..0xE000).contains(&second) => {
                    return Some(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
                }
                _ => self.at = before,
            }
        }
        Some(first)
    }
}
