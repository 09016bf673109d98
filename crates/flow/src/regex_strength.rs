//! Whether a regular expression, used as a test, lets only harmless texts through.

/// Characters that mean something to a shell, an SQL parser, a markup parser or a path; a text without any of them is
/// harmless wherever it goes.
const DANGEROUS: &str = ";|&$`'\"<>(){}\\*/\n\t%#=";

/// The flags of a pattern that the language writes outside of it, and the pattern: `(?gi)[^a-z]`.
pub(crate) fn split_flags(pattern: &str) -> (&str, &str) {
    pattern
        .strip_prefix("(?")
        .and_then(|rest| rest.split_once(')'))
        .filter(|(flags, _)| flags.chars().all(|flag| flag.is_ascii_lowercase()))
        .unwrap_or(("", pattern))
}

/// Whether replacing what matches `pattern` leaves nothing but harmless characters. `is_global` says that every match is
/// replaced whatever the flags.
pub(crate) fn strips(pattern: &str, is_global: bool) -> bool {
    let (flags, pattern) = split_flags(pattern);
    if !is_global && !flags.contains('g') {
        return false;
    }
    let single = pattern.trim_end_matches(['+', '*']);
    if matches!(single, "\\W" | "\\D") {
        return true;
    }
    let Some(class) = single.strip_prefix("[^") else {
        return false;
    };
    let mut chars = class.chars().peekable();
    class_is_harmless(&mut chars) && chars.next().is_none()
}

/// Whether the pattern, applied everywhere, is one class of characters, or one character, with all of `wanted`.
pub(crate) fn matches_each(pattern: &str, wanted: &str) -> bool {
    let (flags, pattern) = split_flags(pattern);
    let inside = pattern
        .strip_prefix('[')
        .and_then(|class| class.strip_suffix(']'));
    let mut chars = inside.unwrap_or(pattern).chars();
    if !flags.contains('g') || chars.as_str().starts_with('^') {
        return false;
    }
    let mut matched = String::new();
    while let Some(char) = chars.next() {
        match char {
            '\\' => matched.extend(chars.next()),
            char => matched.push(char),
        }
    }
    let is_single = inside.is_some() || matched.chars().count() == 1;
    is_single && wanted.chars().all(|char| matched.contains(char))
}

/// Whether a class of the pattern lets dots through, so that a matching text may name any host.
pub(crate) fn lets_any_host(pattern: &str) -> bool {
    let mut is_in_class = false;
    pattern.chars().any(|char| {
        match char {
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            _ => {}
        }
        char == '.' && is_in_class
    })
}

/// Whether texts of any length match the pattern.
pub(crate) fn lets_any_length(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    let mut is_in_class = false;
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                chars.next();
            }
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            '*' | '+' if !is_in_class => return true,
            ',' if !is_in_class && chars.peek() == Some(&'}') => return true,
            _ => {}
        }
    }
    false
}

/// Whether every text that matches `pattern` as a whole consists of harmless characters. `is_whole` says that the test itself
/// demands a match of the whole text; otherwise the pattern must be anchored at both ends (`starts_anchored` for tests that
/// begin at the start of the text).
pub(crate) fn is_narrow(pattern: &str, is_whole: bool, starts_anchored: bool) -> bool {
    let (flags, pattern) = split_flags(pattern);
    if flags.contains('m') && !is_whole {
        return false;
    }
    let start = pattern
        .strip_prefix('^')
        .or_else(|| pattern.strip_prefix("\\A"));
    let has_start = is_whole || starts_anchored || start.is_some();
    let body = start.unwrap_or(pattern);
    let end = ["$", "\\Z", "\\z"]
        .iter()
        .find_map(|anchor| body.strip_suffix(anchor));
    let has_end = is_whole || end.is_some();
    if !has_start || !has_end {
        return false;
    }
    only_harmless(end.unwrap_or(body))
}

/// Whether the pattern can consume nothing but harmless characters. Anything it does not understand counts as dangerous.
fn only_harmless(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    let mut depth = 0_u32;
    while let Some(char) = chars.next() {
        match char {
            '\\' => match chars.next() {
                Some('d' | 'w' | 'b' | '.' | '-' | '_') => {}
                _ => return false,
            },
            '[' if !class_is_harmless(&mut chars) => return false,
            '[' => {}
            '(' => {
                depth += 1;
                if chars.peek() == Some(&'?') {
                    chars.next();
                    if chars.next() != Some(':') {
                        return false;
                    }
                }
            }
            ')' => depth = depth.saturating_sub(1),
            '{' => {
                let is_count = chars
                    .by_ref()
                    .take_while(|char| *char != '}')
                    .all(|char| char.is_ascii_digit() || char == ',');
                if !is_count {
                    return false;
                }
            }
            // An alternative outside a group escapes the anchors.
            '|' if depth == 0 => return false,
            '|' | '+' | '*' | '?' => {}
            '.' => return false,
            other if DANGEROUS.contains(other) => return false,
            _ => {}
        }
    }
    true
}

fn class_is_harmless(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    if chars.peek() == Some(&'^') {
        return false;
    }
    let mut previous: Option<char> = None;
    while let Some(char) = chars.next() {
        match char {
            ']' => return true,
            '\\' => match chars.next() {
                Some('d' | 'w' | '.' | '-' | '_') => previous = None,
                _ => return false,
            },
            '-' => {
                let Some(first) = previous.take() else {
                    continue;
                };
                match chars.peek() {
                    Some(']') => {}
                    Some(last) => {
                        let alike =
                            [('a', 'z'), ('A', 'Z'), ('0', '9')]
                                .iter()
                                .any(|(low, high)| {
                                    (*low..=*high).contains(&first) && (*low..=*high).contains(last)
                                });
                        if !alike {
                            return false;
                        }
                    }
                    None => return false,
                }
            }
            other if DANGEROUS.contains(other) => return false,
            other => previous = Some(other),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_narrow;

    #[test]
    fn anchored_patterns_of_harmless_characters_are_narrow() {
        for pattern in [
            "^[a-z0-9_-]+$",
            "^\\d{4}-\\d{2}$",
            "^(jpg|png)$",
            "\\A[\\w.-]{1,64}\\Z",
            "^[A-Za-z][A-Za-z0-9]*$",
        ] {
            assert!(is_narrow(pattern, false, false), "{pattern}");
        }
        assert!(is_narrow("[a-z]+", true, false));
        assert!(is_narrow("[a-z]+$", false, true));
    }

    #[test]
    fn replacing_all_but_a_narrow_class_strips_what_could_do_harm() {
        for pattern in ["(?g)[^a-z0-9]", "(?gi)[^\\w-]+", "(?g)\\W"] {
            assert!(super::strips(pattern, false), "{pattern}");
        }
        for pattern in ["[^a-z0-9]", "(?g)[;&|]", "(?g)[^;]", "(?g)[^a-z]x"] {
            assert!(!super::strips(pattern, false), "{pattern}");
        }
        assert!(super::strips("[^a-z0-9]", true));
    }

    #[test]
    fn patterns_that_let_something_through_are_not() {
        for pattern in [
            "[a-z]+",
            "^[a-z]+",
            "^.*$",
            "^[^;]+$",
            "^a|b$",
            "^[ -~]+$",
            "^\\S+$",
            "^[a-z/]+$",
            "^(?=x).*$",
            "",
            "(?m)^[a-z]+$",
        ] {
            assert!(!is_narrow(pattern, false, false), "{pattern}");
        }
    }
}
