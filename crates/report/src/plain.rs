//! Texts of the project, made harmless for a terminal.

/// A text without characters that a terminal would obey: control characters and text direction marks. Every character stays
/// one character.
#[must_use]
pub fn plain(text: &str) -> String {
    let is_command = |char: char| {
        char.is_control() && char != '\t'
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}')
    };
    text.chars()
        .map(|char| if is_command(char) { '\u{fffd}' } else { char })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn characters_that_a_terminal_would_obey_are_replaced() {
        assert_eq!(plain("a\u{1b}[31mb\u{202e}c"), "a\u{fffd}[31mb\u{fffd}c");
    }
}
