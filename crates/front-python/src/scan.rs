//! A linear look at the bytes before the parser sees them: how deep would the syntax tree become?
//!
//! Dropping a syntax tree, and parts of the parser, recurse. The scan follows the lexer's rules for strings, comments and
//! format strings and bounds everything that nests: brackets, indentation, and the operators that lean to the right (`not`,
//! unary signs, `await`, `**`, `lambda`, `else`). Operators that lean to the left (`+`, `.`, calls) are not refused, only
//! reported as [`Scan::has_long_chain`], because the parser reads them in a loop.

/// Left-leaning links from which on a tree is taken apart with a loop.
const LONG_CHAIN: u32 = 200;

/// What the scan found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    /// The byte at which the nesting exceeds the limit.
    pub(crate) too_deep: Option<u32>,
    /// An expression may have more than [`LONG_CHAIN`] links.
    pub(crate) has_long_chain: bool,
}

/// Scans `text`; more than `limit` levels are too deep.
pub(crate) fn scan(text: &str, limit: u32) -> Scan {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        at: 0,
        limit,
        levels: vec![Level::new(Kind::Line)],
        chained: 0,
        indents: Vec::new(),
        after_operand: false,
        found: Scan::default(),
    };
    scanner.indentation();
    while scanner.found.too_deep.is_none() && scanner.at < scanner.bytes.len() {
        scanner.step();
    }
    scanner.found
}

/// A format string that is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Quote {
    byte: u8,
    is_triple: bool,
    is_raw: bool,
}

/// What opened a level of nesting.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A logical line, outside of all brackets.
    Line,
    /// `(`, `[` or `{`.
    Bracket,
    /// `{` in a format string.
    Field(Quote),
    /// `:` in such a field.
    Spec(Quote),
}

/// One level of nesting, with what leans to the right on it since the last `,`.
struct Level {
    kind: Kind,
    /// Unary signs, `await` and `**`: ended by any binary operator.
    tight: u32,
    /// `not`: ended by `and` and `or`.
    middle: u32,
    /// `lambda` and `else`: ended by nothing but a comma.
    loose: u32,
    /// `lambda`s whose parameters, and their commas, are still being read.
    open_lambdas: u32,
    /// Links that lean to the left.
    links: u32,
}

impl Level {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            tight: 0,
            middle: 0,
            loose: 0,
            open_lambdas: 0,
            links: 0,
        }
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    limit: u32,
    levels: Vec<Level>,
    /// Sum of `tight`, `middle` and `loose` over all levels.
    chained: u32,
    indents: Vec<u32>,
    /// The last token ended an operand, so that a sign is a binary operator.
    after_operand: bool,
    found: Scan,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn step(&mut self) {
        let byte = self.peek(0);
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => return self.word(),
            b'0'..=b'9' => return self.number(),
            b'"' | b'\'' => return self.string(false, false),
            b'#' => return self.comment(),
            b'\n' | b'\r' => return self.newline(),
            b'\\' if matches!(self.peek(1), b'\n' | b'\r') => {
                self.at += if self.peek(1) == b'\r' && self.peek(2) == b'\n' {
                    3
                } else {
                    2
                };
                return;
            }
            b'(' | b'[' | b'{' => {
                self.link();
                self.open(Kind::Bracket);
            }
            b')' | b']' | b'}' => return self.close(byte),
            b',' => self.comma(),
            b';' => self.end_of_operands(),
            b':' => return self.colon(),
            b'.' => self.link(),
            b'~' => self.prefix(),
            b'*' if self.peek(1) == b'*' => {
                self.at += 1;
                self.lean(|level| &mut level.tight);
                self.after_operand = false;
            }
            b'+' | b'-' | b'*' if !self.after_operand => self.prefix(),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'<' | b'>' | b'='
            | b'!' => {
                self.binary_operator();
            }
            _ => {}
        }
        self.at += 1;
    }

    fn word(&mut self) {
        let start = self.at;
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | 0x80..) {
            self.at += 1;
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        if word.len() <= 2 && matches!(self.peek(0), b'"' | b'\'') {
            let has = |letter: u8| word.iter().any(|byte| byte.eq_ignore_ascii_case(&letter));
            return self.string(has(b'f') || has(b't'), has(b'r'));
        }
        match word {
            b"not" if !self.after_operand => self.lean(|level| &mut level.middle),
            b"await" => self.lean(|level| &mut level.tight),
            b"lambda" => {
                self.lean(|level| &mut level.loose);
                if let Some(level) = self.levels.last_mut() {
                    level.open_lambdas += 1;
                }
            }
            b"else" => {
                self.forget_middle();
                self.lean(|level| &mut level.loose);
            }
            b"and" | b"or" | b"if" => self.forget_middle(),
            b"in" | b"is" | b"for" | b"not" | b"return" | b"yield" | b"from" | b"import"
            | b"raise" | b"del" | b"assert" | b"while" | b"with" | b"elif" | b"except" => {
                self.forget_tight()
            }
            _ => {
                self.after_operand = true;
                return;
            }
        }
        self.after_operand = false;
    }

    fn number(&mut self) {
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9') {
            self.at += 1;
        }
        self.after_operand = true;
    }

    fn comment(&mut self) {
        while self.at < self.bytes.len() && !matches!(self.peek(0), b'\n' | b'\r') {
            self.at += 1;
        }
    }

    /// Reads the string whose opening quote is next; of a format string, up to its first field.
    fn string(&mut self, is_format: bool, is_raw: bool) {
        let byte = self.peek(0);
        let is_triple = self.peek(1) == byte && self.peek(2) == byte;
        self.at += if is_triple { 3 } else { 1 };
        let quote = Quote {
            byte,
            is_triple,
            is_raw,
        };
        if is_format {
            return self.format_text(quote);
        }
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.at += 1,
                b'\n' | b'\r' if !is_triple => break,
                _ if self.ends(quote) => {
                    self.at += if is_triple { 3 } else { 1 };
                    break;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.after_operand = true;
    }

    fn ends(&self, quote: Quote) -> bool {
        let is = |ahead| self.peek(ahead) == quote.byte;
        is(0) && (!quote.is_triple || (is(1) && is(2)))
    }

    /// Reads the literal text of a format string, or of the format of one of its fields, up to the next field or the end.
    fn format_text(&mut self, quote: Quote) {
        self.after_operand = true;
        while self.at < self.bytes.len() {
            let in_spec = self
                .levels
                .last()
                .is_some_and(|level| level.kind == Kind::Spec(quote));
            match self.peek(0) {
                b'\\' => match self.peek(1) {
                    b'{' | b'}' => {}
                    b'N' if !quote.is_raw && self.peek(2) == b'{' => self.at += 2,
                    _ => self.at += 1,
                },
                b'\n' | b'\r' if !quote.is_triple => return self.end_format(quote),
                b'{' if !in_spec && self.peek(1) == b'{' => self.at += 1,
                b'{' => {
                    self.at += 1;
                    self.open(Kind::Field(quote));
                    return;
                }
                b'}' if in_spec => self.pop(),
                _ if self.ends(quote) => {
                    self.at += if quote.is_triple { 3 } else { 1 };
                    return self.end_format(quote);
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Leaves a format string together with the fields of it that were not closed.
    fn end_format(&mut self, quote: Quote) {
        while self
            .levels
            .last()
            .is_some_and(|level| level.kind == Kind::Spec(quote))
        {
            self.pop();
            if self
                .levels
                .last()
                .is_some_and(|level| level.kind == Kind::Field(quote))
            {
                self.pop();
            }
        }
    }

    fn newline(&mut self) {
        self.at += 1;
        if self.levels.len() == 1 {
            self.end_of_operands();
            self.indentation();
        }
    }

    /// Measures the indentation of the logical line that starts here; lines without code do not count.
    fn indentation(&mut self) {
        let mut width = 0_u32;
        loop {
            match self.peek(0) {
                b' ' => width += 1,
                b'\t' => width = (width / 8 + 1) * 8,
                b'\x0c' => width = 0,
                b'#' | b'\n' | b'\r' => return,
                _ => break,
            }
            self.at += 1;
        }
        while self.indents.last().is_some_and(|indent| width < *indent) {
            self.indents.pop();
        }
        if self.indents.last().copied().unwrap_or(0) < width {
            self.indents.push(width);
            if self.indents.len() as u32 > self.limit {
                self.refuse();
            }
        }
    }

    fn open(&mut self, kind: Kind) {
        self.levels.push(Level::new(kind));
        self.after_operand = false;
        self.check();
    }

    fn close(&mut self, byte: u8) {
        self.at += 1;
        match self.levels.last().map(|level| level.kind) {
            Some(Kind::Bracket) => self.pop(),
            Some(Kind::Field(quote)) if byte == b'}' => {
                self.pop();
                return self.format_text(quote);
            }
            _ => {}
        }
        self.after_operand = true;
    }

    fn pop(&mut self) {
        if let Some(level) = self.levels.pop() {
            self.chained -= level.tight + level.middle + level.loose;
        }
    }

    fn colon(&mut self) {
        self.at += 1;
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        self.after_operand = false;
        if 0 < level.open_lambdas {
            level.open_lambdas -= 1;
        } else if let Kind::Field(quote) = level.kind {
            level.kind = Kind::Spec(quote);
            self.format_text(quote);
        }
    }

    /// A comma ends what leans to the right, unless it stands between the parameters of a lambda.
    fn comma(&mut self) {
        self.after_operand = false;
        if self
            .levels
            .last()
            .is_some_and(|level| level.open_lambdas == 0)
        {
            self.end_of_operands();
        }
    }

    fn end_of_operands(&mut self) {
        self.after_operand = false;
        let Some(level) = self.levels.last_mut() else {
            return;
        };
        self.chained -= level.tight + level.middle + level.loose;
        *level = Level::new(level.kind);
    }

    fn prefix(&mut self) {
        self.lean(|level| &mut level.tight);
        self.after_operand = false;
    }

    fn binary_operator(&mut self) {
        self.link();
        self.forget_tight();
        self.after_operand = false;
    }

    fn lean(&mut self, counter: fn(&mut Level) -> &mut u32) {
        if let Some(level) = self.levels.last_mut() {
            *counter(level) += 1;
            self.chained += 1;
        }
        self.check();
    }

    fn forget_tight(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.chained -= level.tight;
            level.tight = 0;
        }
    }

    fn forget_middle(&mut self) {
        self.forget_tight();
        if let Some(level) = self.levels.last_mut() {
            self.chained -= level.middle;
            level.middle = 0;
        }
    }

    fn link(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.links += 1;
            self.found.has_long_chain |= LONG_CHAIN < level.links;
        }
    }

    fn check(&mut self) {
        if self.levels.len() as u32 - 1 + self.chained > self.limit {
            self.refuse();
        }
    }

    fn refuse(&mut self) {
        self.found.too_deep = Some(self.at as u32);
    }
}
