//! Texts inside a text, as Base64: what settings hold of keys, files and lists of variables.

use base::Span;

use crate::check::base64;

/// The shortest run of the alphabet that is decoded: shorter ones are words.
const SHORTEST: usize = 24;

/// The longest, in bytes.
const LONGEST: usize = 128 << 10;

/// Most bytes of runs that are decoded of one text.
const MOST: usize = 1 << 20;

/// The runs of a text that are Base64 of a text, with what they say.
pub(crate) fn texts(text: &str) -> impl Iterator<Item = (Span, String)> + '_ {
    let mut left = MOST;
    runs(text.as_bytes()).filter_map(move |(start, end)| {
        let length = end - start;
        if LONGEST < length || left < length {
            return None;
        }
        left -= length;
        let decoded = String::from_utf8(base64(text.get(start..end)?)?).ok()?;
        let is_text = decoded
            .bytes()
            .all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace());
        is_text.then(|| (Span::new(start as u32, end as u32), decoded))
    })
}

/// Stretches of the alphabet of Base64 that are long enough, with their padding.
fn runs(bytes: &[u8]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| is_digit(*byte));
    let mut from = 0;
    std::iter::from_fn(move || {
        // A byte that is no digit ends every run that could hold it, so most of a text is jumped over.
        while from + SHORTEST <= bytes.len() {
            let probe = from + SHORTEST - 1;
            let Some(stop) = (from..=probe).rev().find(|at| !is_digit(*at)) else {
                let start = from;
                let mut end = probe + 1;
                while is_digit(end) {
                    end += 1;
                }
                from = end;
                while bytes.get(from) == Some(&b'=') {
                    from += 1;
                }
                return Some((start, from));
            };
            from = stop + 1;
        }
        None
    })
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_decoded_where_they_are_some() {
        let found = |text: &str| texts(text).map(|(_, inner)| inner).collect::<Vec<_>>();
        assert_eq!(
            found("a: VEFCTEU9b3JkZXJzCkRCPXgxMjM0NQ== # b"),
            ["TABLE=orders\nDB=x12345"]
        );
        for text in [
            "",
            "name: aVeryLongIdentifierThatIsNoBase64AtAll",
            "sha: 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            "path/to/some/file/in/a/folder/of/the/project",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
        let (span, _) = texts("x=VEFCTEU9b3JkZXJzCkRCPXgxMjM0NQ==").next().unwrap();
        assert_eq!((span.start, span.end), (2, 34));
    }
}
