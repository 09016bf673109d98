//! Unicode's properties and cases, from the tables of `regex-syntax`.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

use crate::set::{CharSet, LAST};

/// The characters with a property such as `L`, `Greek` or `Script=Greek`; none where the tables do not know it.
pub(crate) fn property(name: &str) -> Option<CharSet> {
    if !name
        .chars()
        .all(|char| char.is_ascii_alphanumeric() || "_=:- &".contains(char))
    {
        return None;
    }
    class(&format!("\\p{{{name}}}")).or_else(|| {
        // `IsGreek`, `InGreek`, `IsAlphabetic`: how Java and .NET write it.
        let bare = name.strip_prefix("Is").or_else(|| name.strip_prefix("In"));
        bare.and_then(|bare| class(&format!("\\p{{{bare}}}")))
    })
}

static DIGIT: LazyLock<CharSet> = LazyLock::new(|| class("\\d").unwrap_or_default());
static SPACE: LazyLock<CharSet> = LazyLock::new(|| class("\\s").unwrap_or_default());
static WORD: LazyLock<CharSet> = LazyLock::new(|| class("\\w").unwrap_or_default());

/// `\d`, of ASCII or of all Unicode.
pub(crate) fn digit(is_unicode: bool) -> CharSet {
    if is_unicode {
        DIGIT.clone()
    } else {
        CharSet::new([(0x30, 0x39)])
    }
}

/// `\s`, of ASCII or of all Unicode.
pub(crate) fn space(is_unicode: bool) -> CharSet {
    if is_unicode {
        SPACE.clone()
    } else {
        CharSet::new([(9, 13), (32, 32)])
    }
}

/// `\w`, of ASCII or of all Unicode.
pub(crate) fn word(is_unicode: bool) -> CharSet {
    if is_unicode {
        WORD.clone()
    } else {
        CharSet::new([(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)])
    }
}

/// Whether `\w` matches a character.
pub(crate) fn is_word(code: u32, is_unicode: bool) -> bool {
    match u8::try_from(code) {
        Ok(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || byte == b'_',
        _ => is_unicode && WORD.contains(code),
    }
}

/// The set with the other cases of its letters.
pub(crate) fn folded(set: &CharSet) -> CharSet {
    let is_ascii = set.ranges().iter().all(|(_, high)| *high < 0x80);
    if is_ascii {
        let moved = |from: u32, to: u32| {
            let letters = set.intersection(&CharSet::new([(from, from + 25)]));
            let ranges = letters.ranges().iter();
            CharSet::new(ranges.map(|(low, high)| (low - from + to, high - from + to)))
        };
        return set.union(&moved(0x41, 0x61)).union(&moved(0x61, 0x41));
    }
    let chars = set.ranges().iter().filter_map(|(low, high)| {
        let low = char::from_u32(*low).or((*low < 0xE000).then_some('\u{E000}'))?;
        let high = char::from_u32(*high).or((0xD800 <= *high).then_some('\u{D7FF}'))?;
        (low <= high).then(|| ClassUnicodeRange::new(low, high))
    });
    let mut class = ClassUnicode::new(chars);
    match class.try_case_fold_simple() {
        Ok(()) => set.union(&from_class(&class)),
        Err(_) => set.clone(),
    }
}

/// The lower case of a character, for back-references that ignore it.
pub(crate) fn lower(code: u32) -> u32 {
    let char = char::from_u32(code).and_then(|char| char.to_lowercase().next());
    char.map_or(code, u32::from)
}

fn class(pattern: &str) -> Option<CharSet> {
    let hir = regex_syntax::parse(pattern).ok()?;
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => Some(from_class(class)),
        HirKind::Literal(literal) => Some(CharSet::of(std::str::from_utf8(&literal.0).ok()?)),
        _ => None,
    }
}

fn from_class(class: &ClassUnicode) -> CharSet {
    let ranges = class.ranges().iter();
    CharSet::new(ranges.map(|range| (u32::from(range.start()), u32::from(range.end()).min(LAST))))
}

#[cfg(test)]
mod tests {
    use super::{folded, property};
    use crate::set::CharSet;

    #[test]
    fn cases_are_folded_in_and_beyond_ascii() {
        assert_eq!(folded(&CharSet::of("aZ_")), CharSet::of("aAzZ_"));
        assert!(folded(&CharSet::of("é")).contains(u32::from('É')));
    }

    #[test]
    fn properties_are_known_as_the_flavours_write_them() {
        for name in ["L", "Lu", "Script=Greek", "IsGreek", "IsAlphabetic", "Nd"] {
            assert!(property(name).is_some(), "{name}");
        }
        assert!(property("Nonsense").is_none());
        assert!(property("L}\\p{N").is_none());
    }
}
