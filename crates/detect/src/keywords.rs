//! Where the keywords of all formats stand in a text, in one pass that hardly looks at what holds none.
//!
//! An automaton reads one byte after the other, each waiting for the last. Here each three bytes are looked up on their own in
//! a small table of the rarest three bytes of every keyword, which a processor does for several places at once; only where
//! they are in it, the keywords that they belong to are compared.

use base::Map;

/// The bits of the table are this power of two: some hundred of them are set.
const TABLE_BITS: u32 = 15;

/// Letters from the most to the least frequent in code and prose; what is missing here is rarer than `z`.
const FREQUENT: &[u8] = b"etaoinsrlcdumpfhgyb_vw.-kx0jq1z";

/// The keywords.
#[derive(Debug)]
pub(crate) struct Keywords {
    words: Vec<String>,
    /// A bit for each hash of three bytes that some keyword has been entered with.
    table: Box<[u64; 1 << (TABLE_BITS - 6)]>,
    /// For each such three bytes, the keywords and where in them these stand.
    entries: Map<u32, Vec<(u32, u32)>>,
}

/// A keyword in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its number.
    pub(crate) keyword: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Keywords {
    /// Keywords, each of three bytes of ASCII at least; a shorter one is never found.
    pub(crate) fn new(words: Vec<String>) -> Self {
        let mut keywords = Self {
            words: Vec::new(),
            table: Box::new([0; 1 << (TABLE_BITS - 6)]),
            entries: Map::default(),
        };
        for (word, number) in words.iter().zip(0..) {
            let triples = word.as_bytes().windows(3).zip(0..);
            let rarest =
                triples.max_by_key(|(triple, at)| (rarity(triple), std::cmp::Reverse(*at)));
            let Some((triple, offset)) = rarest else {
                continue;
            };
            let key = triple.iter().fold(0, |key, byte| shifted(key, *byte));
            let hash = hash(key);
            if let Some(bits) = keywords.table.get_mut(hash >> 6) {
                *bits |= 1 << (hash & 63);
            }
            keywords
                .entries
                .entry(key)
                .or_default()
                .push((number, offset));
        }
        keywords.words = words;
        keywords
    }

    /// Every keyword in a text, whatever its case, in the order of their rarest three bytes.
    pub(crate) fn hits<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Hit> + 't {
        let bytes = text.as_bytes();
        let candidates = bytes.iter().scan(0, |key, byte| {
            *key = shifted(*key, *byte);
            Some(*key)
        });
        candidates
            .enumerate()
            .filter(|(_, key)| self.may_hold(*key))
            .flat_map(move |(end, key)| {
                let entries = self.entries.get(&key).map_or(&[][..], Vec::as_slice);
                let triple = (end + 1).wrapping_sub(3);
                entries
                    .iter()
                    .filter_map(move |entry| self.hit(bytes, triple, *entry))
            })
    }

    fn may_hold(&self, key: u32) -> bool {
        let hash = hash(key);
        let bits = self.table.get(hash >> 6).copied().unwrap_or_default();
        bits >> (hash & 63) & 1 == 1
    }

    /// The keyword whose rarest three bytes stand at `triple`, if all of it does.
    fn hit(&self, bytes: &[u8], triple: usize, (keyword, offset): (u32, u32)) -> Option<Hit> {
        let keyword = keyword as usize;
        let word = self.words.get(keyword)?;
        let start = triple.checked_sub(offset as usize)?;
        let end = start.checked_add(word.len())?;
        let is_there = bytes.get(start..end)?.eq_ignore_ascii_case(word.as_bytes());
        is_there.then_some(Hit {
            keyword,
            start,
            end,
        })
    }
}

/// The last three bytes, without their case, after one more.
fn shifted(key: u32, byte: u8) -> u32 {
    key >> 8 | u32::from(byte | 0x20) << 16
}

fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> (32 - TABLE_BITS)) as usize
}

fn rarity(triple: &[u8]) -> usize {
    let rank = |byte: &u8| {
        let byte = byte.to_ascii_lowercase();
        let rank = FREQUENT.iter().position(|known| *known == byte);
        rank.unwrap_or(FREQUENT.len())
    };
    triple.iter().map(rank).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(words: &[&str], text: &str) -> Vec<(usize, usize)> {
        let words = words.iter().map(ToString::to_string).collect();
        let keywords = Keywords::new(words);
        let mut found: Vec<_> = keywords
            .hits(text)
            .map(|hit| (hit.keyword, hit.start))
            .collect();
        found.sort();
        found
    }

    #[test]
    fn keywords_are_found_wherever_and_however_they_are_written() {
        let words = ["password", "pass", "sk_", "AKIA"];
        assert_eq!(
            found(&words, "Password pass é SK_akia"),
            [(0, 0), (1, 0), (1, 9), (2, 17), (3, 20)]
        );
        assert_eq!(found(&words, "passwor sk- aki"), [(1, 0)]);
        assert_eq!(found(&words, ""), []);
        assert_eq!(found(&["ab"], "abab"), []);
    }

    proptest! {
        #[test]
        fn all_are_found(text in "[abcABC_é]{0,60}", words in prop::collection::vec("[abc_]{3,5}", 1..6)) {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let lower = text.to_ascii_lowercase();
            let mut expected = Vec::new();
            for (number, word) in words.iter().enumerate() {
                let starts = (0..lower.len()).filter(|at| lower.as_bytes()[*at..].starts_with(word.as_bytes()));
                expected.extend(starts.map(|at| (number, at)));
            }
            prop_assert_eq!(found(&words, &text), expected);
        }
    }
}
