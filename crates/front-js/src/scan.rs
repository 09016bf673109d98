//! A linear look at the bytes before the parser sees them: how deep may the syntax tree become?
//!
//! The parser, the scope builder and the lowering recurse. What the scan finds bounds them from above; it need not be exact.
//! A regular expression literal may be misread as division, which only makes the answer larger or ends at the line.

/// How deep and how long the syntax of a text may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Nested brackets, with the prefix operators, arrows and conditions in front of them.
    pub(crate) depth: u32,
    /// Levels of recursion: `depth`, and the `else` branches that hang on each other.
    pub(crate) levels: u32,
    /// Links of the longest left-leaning chain: `a + b + …`, `a.b().c()…`.
    pub(crate) links: u32,
    /// The byte at which the text is deepest.
    pub(crate) deepest: u32,
}

/// What is open at one bracket level.
#[derive(Clone, Copy, Default)]
struct Level {
    /// A template literal goes on after this level's `}`.
    in_template: bool,
    /// Operators that lean to the right, since the last separator.
    leaning: u32,
    /// Operators that lean to the left, since the last separator.
    links: u32,
    /// `else`s on this level.
    elses: u32,
}

/// Bounds the shape of `text`.
pub(crate) fn shape(text: &str) -> Shape {
    let bytes = text.as_bytes();
    let mut shape = Shape::default();
    let mut open = vec![Level::default()];
    let mut leaning_below = 0_u32;
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        if is_idle(bytes, at, byte, next) {
            at += 1;
            continue;
        }
        let Some(level) = open.last_mut() else { break };
        match byte {
            b'\'' | b'"' => at = after_string(bytes, at),
            b'`' => at = template(bytes, at + 1, &mut open),
            b'/' if next == b'/' => at = after(bytes, at, |rest| rest.first() == Some(&b'\n')),
            b'/' if next == b'*' => at = after(bytes, at + 2, |rest| rest.starts_with(b"*/")) + 1,
            b'(' | b'[' | b'{' => {
                level.links += 1;
                leaning_below += level.leaning;
                open.push(Level::default());
            }
            b')' | b']' | b'}' => {
                let closed = open.pop().unwrap_or_default();
                match open.last() {
                    Some(outer) => leaning_below = leaning_below.saturating_sub(outer.leaning),
                    None => open.push(Level::default()),
                }
                if closed.in_template {
                    at = template(bytes, at + 1, &mut open);
                    continue;
                }
            }
            b';' | b',' => (level.leaning, level.links) = (0, 0),
            b'!' | b'~' | b'?' | b'=' | b'<' => level.leaning += 1,
            b'-' | b'+' | b'*' => {
                (level.leaning, level.links) = (level.leaning + 1, level.links + 1)
            }
            b'.' | b'&' | b'|' | b'%' | b'/' | b'>' | b'^' => level.links += 1,
            b'e' => level.elses += 1,
            b't' | b'v' | b'a' | b'n' | b'd' | b'y' => level.leaning += 1,
            _ => {}
        }
        at += 1;
        let Some(level) = open.last() else { break };
        // A run of signs is nested; signs between operands are not, but telling them apart takes the parser.
        let nested = prefix_run(bytes, at).max(level.leaning.min(64));
        let depth = open.len() as u32 + nested;
        if shape.depth < depth {
            (shape.depth, shape.deepest) = (depth, at as u32);
        }
        shape.levels = shape
            .levels
            .max(depth + leaning_below + level.leaning + level.elses);
        shape.links = shape.links.max(level.links);
    }
    shape
}

/// How many prefix operators stand in a row before `at`; looked at only where the run ends.
fn prefix_run(bytes: &[u8], at: usize) -> u32 {
    let is_sign = |byte: &u8| matches!(byte, b'!' | b'~' | b'-' | b'+' | b' ');
    if bytes.get(at).is_none_or(is_sign) {
        return 0;
    }
    let before = bytes.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| is_sign(byte)).count() as u32
}

/// Whether what is counted stays as it is over a byte, as over nearly all: those of names, of numbers and of the blanks before
/// a line.
fn is_idle(bytes: &[u8], at: usize, byte: u8, next: u8) -> bool {
    let starts = |word: &[u8]| {
        let rest = bytes.get(at..);
        rest.is_some_and(|rest| rest.starts_with(word))
    };
    match byte {
        b' ' => next == b' ',
        b'e' => !starts(b"else"),
        b't' => !starts(b"typeof "),
        b'v' => !starts(b"void "),
        b'a' => !starts(b"await "),
        b'n' => !starts(b"new "),
        b'd' => !starts(b"delete "),
        b'y' => !starts(b"yield "),
        b'\'' | b'"' | b'`' | b'/' | b'(' | b'[' | b'{' | b')' | b']' | b'}' | b';' | b','
        | b'!' | b'~' | b'?' | b'=' | b'<' | b'-' | b'+' | b'*' | b'.' | b'&' | b'|' | b'%'
        | b'>' | b'^' => false,
        _ => true,
    }
}

/// The position of the string's closing quote, or of the end of its line.
fn after_string(bytes: &[u8], start: usize) -> usize {
    let quote = bytes.get(start).copied();
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            _ if Some(byte) == quote => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

fn after(bytes: &[u8], start: usize, ends: impl Fn(&[u8]) -> bool) -> usize {
    let mut at = start;
    while bytes
        .get(at..)
        .is_some_and(|rest| !rest.is_empty() && !ends(rest))
    {
        at += 1;
    }
    at
}

/// Reads template text from `start`; opens a level at `${`. Gives the position of what ended it.
fn template(bytes: &[u8], start: usize, open: &mut Vec<Level>) -> usize {
    let mut at = start;
    while let Some(byte) = bytes.get(at).copied() {
        match byte {
            b'\\' => at += 1,
            b'`' => return at,
            b'$' if bytes.get(at + 1) == Some(&b'{') => {
                open.push(Level {
                    in_template: true,
                    ..Level::default()
                });
                return at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn nesting_counts_and_strings_do_not() {
        assert!(100_000 <= shape(&"[".repeat(100_000)).depth);
        assert!(shape("f('((((((((((', `[[[[[[${x}`)").depth < 8);
        assert!(500 <= shape(&format!("{}x", "!".repeat(500))).depth);
    }

    #[test]
    fn ordinary_code_is_shallow() {
        let code = "const a = (x) => x.map((y) => ({ z: y ? 1 : 2 }));\n".repeat(200);
        let found = shape(&code);
        assert!(found.depth < 20, "{found:?}");
    }

    #[test]
    fn long_chains_are_links() {
        assert!(1_000 <= shape(&"a.b".repeat(1_000)).links);
    }
}
