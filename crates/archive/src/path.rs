//! Paths inside archives, of which an author may have made anything.

/// A path as one below a folder: no root, no drive, no way up, no control characters.
pub(crate) fn relative(name: &str) -> String {
    let mut path = String::with_capacity(name.len());
    for segment in name.split(['/', '\\']) {
        if matches!(segment, "" | "." | "..") {
            continue;
        }
        if !path.is_empty() {
            path.push('/');
        }
        path.extend(segment.chars().map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        }));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_climb_nowhere() {
        for (name, expected) in [
            ("a/b.py", "a/b.py"),
            ("./a//b.py", "a/b.py"),
            ("/etc/passwd", "etc/passwd"),
            ("..\\..\\windows\\x", "windows/x"),
            ("a/../../b", "a/b"),
            ("a\u{1b}[31m", "a\u{fffd}[31m"),
            ("", ""),
        ] {
            assert_eq!(relative(name), expected);
        }
    }
}
