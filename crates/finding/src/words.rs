//! Lists of names in sentences.

use std::fmt::Display;

/// How many names a sentence holds before it only counts the rest.
const MOST: usize = 6;

/// "`a`, `b` and `c`", and of a long list its beginning: "`a`, `b`, `c`, `d`, `e` and 4 more".
#[must_use]
pub fn list<T: Display>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    join(&quoted)
}

/// "`a`, `b` and `c`", however many they are.
#[must_use]
pub fn whole<T: Display>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => quoted.concat(),
    }
}

/// The beginning of a long list, for parts that are already written out.
#[must_use]
pub fn join(parts: &[String]) -> String {
    let shown = if parts.len() <= MOST {
        parts.len().saturating_sub(1)
    } else {
        MOST - 1
    };
    let (shown, rest) = parts.split_at(shown);
    let last = match rest {
        [] => return String::new(),
        [only] => only.clone(),
        more => format!("{} more", more.len()),
    };
    if shown.is_empty() {
        last
    } else {
        format!("{} and {last}", shown.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn long_lists_are_counted() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b"]), "`a` and `b`");
        assert_eq!(
            list(&["a", "b", "c", "d", "e", "f"]),
            "`a`, `b`, `c`, `d`, `e` and `f`"
        );
        assert_eq!(
            list(&["a", "b", "c", "d", "e", "f", "g"]),
            "`a`, `b`, `c`, `d`, `e` and 2 more"
        );
    }
}
