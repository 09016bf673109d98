//! JSON with places: a recursive-descent parser bounded by the budget. It stops at the first error and keeps what it has read
//! up to there.

use base::{Budget, FileId, Name, RelPath, Span};

use crate::collector::{Collector, Fields, Stop};
use crate::{Document, Node, NodeKind};

/// Reads one JSON document (RFC 8259). Reports the first error and keeps what stands before it.
#[must_use]
pub fn parse_json(file: FileId, path: &RelPath, text: &str, budget: &Budget) -> Document {
    let mut parser = Parser {
        text,
        at: 0,
        collector: Collector::new(file, path, budget),
    };
    let mut roots = Vec::new();
    parser.skip_whitespace();
    if parser.peek().is_some() {
        let (root, outcome) = parser.value(0);
        roots.extend(root);
        if outcome.is_ok() {
            parser.skip_whitespace();
            if parser.peek().is_some() {
                parser.error("nothing may follow the value");
            }
        }
    }
    Document {
        roots,
        diagnostics: parser.collector.diagnostics,
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    collector: Collector<'a>,
}

/// A value as far as it could be read, and whether reading can go on behind it.
type Partial = (Option<Node>, Result<(), Stop>);

impl Parser<'_> {
    fn value(&mut self, depth: u32) -> Partial {
        let start = self.at;
        let limits = self
            .collector
            .check_depth(depth, self.span_from(start))
            .and_then(|()| {
                self.collector
                    .count(1, Span::new(start as u32, start as u32))
            });
        if limits.is_err() {
            return (None, Err(Stop));
        }
        let (kind, outcome) = match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => match self.string() {
                Ok(text) => (NodeKind::Text(text), Ok(())),
                Err(stop) => return (None, Err(stop)),
            },
            _ => match self.word() {
                Ok(kind) => (kind, Ok(())),
                Err(stop) => return (None, Err(stop)),
            },
        };
        let node = Node {
            kind,
            span: self.span_from(start),
            tag: None,
        };
        (Some(node), outcome)
    }

    fn map(&mut self, depth: u32) -> (NodeKind, Result<(), Stop>) {
        let mut fields = Fields::default();
        let outcome = self.members(b'}', |parser| {
            let start = parser.at;
            if parser.peek() != Some(b'"') {
                return Err(parser.error("a key in double quotes is expected"));
            }
            let key = parser.string()?;
            let key_span = parser.span_from(start);
            parser.skip_whitespace();
            if !parser.eat(b':') {
                return Err(parser.error("a colon is expected after the key"));
            }
            parser.skip_whitespace();
            let (value, outcome) = parser.value(depth + 1);
            if let Some(value) = value {
                fields.insert(key, key_span, value, &mut parser.collector);
            }
            outcome
        });
        (NodeKind::Map(fields.into_entries()), outcome)
    }

    fn list(&mut self, depth: u32) -> (NodeKind, Result<(), Stop>) {
        let mut items = Vec::new();
        let outcome = self.members(b']', |parser| {
            let (item, outcome) = parser.value(depth + 1);
            items.extend(item);
            outcome
        });
        (NodeKind::List(items.into()), outcome)
    }

    /// Reads comma-separated members from an opening bracket to `close`.
    fn members(
        &mut self,
        close: u8,
        mut member: impl FnMut(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.at += 1;
        self.skip_whitespace();
        if self.eat(close) {
            return Ok(());
        }
        loop {
            self.skip_whitespace();
            member(self)?;
            self.skip_whitespace();
            if self.eat(close) {
                return Ok(());
            }
            if !self.eat(b',') {
                return Err(self.error("a comma or a closing bracket is expected"));
            }
        }
    }

    fn word(&mut self) -> Result<NodeKind, Stop> {
        let start = self.at;
        while self
            .peek()
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
        {
            self.at += 1;
        }
        let kind = match self.text.get(start..self.at).unwrap_or_default() {
            "null" => Some(NodeKind::Null),
            "true" => Some(NodeKind::Bool(true)),
            "false" => Some(NodeKind::Bool(false)),
            word if word.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => word
                .parse()
                .ok()
                .filter(|number: &f64| number.is_finite())
                .map(NodeKind::Number),
            _ => None,
        };
        kind.ok_or_else(|| {
            self.at = start;
            self.error("a value is expected")
        })
    }

    fn string(&mut self) -> Result<Name, Stop> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let run = self.at;
            while self
                .peek()
                .is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20))
            {
                self.at += 1;
            }
            text.push_str(self.text.get(run..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return Err(self.error("a control character must be escaped in a text")),
                None => {
                    self.at = start;
                    return Err(self.error("the text has no closing quote"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        self.at += 1;
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => char::from(letter),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => self.unicode_escape()?,
            _ => {
                self.at -= 1;
                return Err(self.error("the escape sequence is unknown"));
            }
        })
    }

    /// Reads the digits of `\uXXXX`. A surrogate without its partner becomes the replacement character, as in the parsers of
    /// the cloud providers.
    fn unicode_escape(&mut self) -> Result<char, Stop> {
        let unit = self.hex_unit()?;
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if !(0xd800..0xdc00).contains(&unit) || !rest.starts_with(b"\\u") {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        self.at += 2;
        let low = self.hex_unit()?;
        let code = 0x10000 + ((unit - 0xd800) << 10) + (low & 0x3ff);
        let is_pair = (0xdc00..0xe000).contains(&low);
        Ok(
            if is_pair { char::from_u32(code) } else { None }
                .unwrap_or(char::REPLACEMENT_CHARACTER),
        )
    }

    fn hex_unit(&mut self) -> Result<u32, Stop> {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.at += 4;
            return Ok(u32::from_str_radix(digits, 16).unwrap_or_default());
        }
        Err(self.error("`\\u` must be followed by four hexadecimal digits"))
    }

    fn skip_whitespace(&mut self) {
        while self
            .peek()
            .is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
        {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn span_from(&self, start: usize) -> Span {
        Span::new(start as u32, self.at as u32)
    }

    fn error(&mut self, what: &str) -> Stop {
        let mut start = self.at.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let width = self
            .text
            .get(start..)
            .and_then(|rest| rest.chars().next())
            .map_or(0, char::len_utf8);
        let span = Span::new(start as u32, (start + width) as u32);
        self.collector.malformed(
            span,
            format!("the JSON is malformed: {what}; what stands before is used"),
        );
        Stop
    }
}
