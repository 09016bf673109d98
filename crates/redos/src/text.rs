//! Strings of code points: attacks may hold what no UTF-8 text can, such as half of a surrogate pair.

use std::fmt::Write;

use crate::flavor::Flavor;

/// A string of code points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<u32>);

impl Text {
    /// The string as it is; none where it is not Unicode.
    #[must_use]
    pub fn plain(&self) -> Option<String> {
        self.0.iter().map(|code| char::from_u32(*code)).collect()
    }

    /// The string as a literal of the flavour's language, in double quotes.
    #[must_use]
    pub fn quoted(&self, flavor: Flavor) -> String {
        let mut out = String::from("\"");
        for code in &self.0 {
            match char::from_u32(*code) {
                Some('"') => out.push_str("\\\""),
                Some('\\') => out.push_str("\\\\"),
                Some('\n') => out.push_str("\\n"),
                Some('\r') => out.push_str("\\r"),
                Some('\t') => out.push_str("\\t"),
                Some(char @ ' '..='~') => out.push(char),
                _ => escape(*code, flavor, &mut out),
            }
        }
        out.push('"');
        out
    }
}

fn escape(code: u32, flavor: Flavor, out: &mut String) {
    // Writing to a string does not fail.
    let _ = match (flavor, code) {
        (Flavor::JavaScript, 0x1_0000..) => write!(out, "\\u{{{code:X}}}"),
        (Flavor::Pcre, _) => write!(out, "\\x{{{code:X}}}"),
        (Flavor::Java, 0x1_0000..) => {
            let high = 0xD800 + ((code - 0x1_0000) >> 10);
            let low = 0xDC00 + ((code - 0x1_0000) & 0x3FF);
            write!(out, "\\u{high:04X}\\u{low:04X}")
        }
        (_, 0x1_0000..) => write!(out, "\\U{code:08X}"),
        _ => write!(out, "\\u{code:04X}"),
    };
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::flavor::Flavor;

    #[test]
    fn strings_are_quoted_as_the_language_writes_them() {
        let text = Text(vec![0x61, 0xA, 0x22, 0xD800, 0x1_F600]);
        assert_eq!(
            text.quoted(Flavor::JavaScript),
            "\"a\\n\\\"\\uD800\\u{1F600}\""
        );
        assert_eq!(
            text.quoted(Flavor::Python),
            "\"a\\n\\\"\\uD800\\U0001F600\""
        );
        assert!(text.plain().is_none());
    }
}
