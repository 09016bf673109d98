//! The alphabet of a pattern: characters that no set of it tells apart are one class.

use rustc_hash::FxHashMap;

use crate::set::{CharSet, LAST};

/// Most classes of one pattern.
const CLASSES: usize = 256;

/// A set of classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Classes([u64; CLASSES / 64]);

impl Classes {
    pub(crate) fn all() -> Self {
        Self([u64::MAX; CLASSES / 64])
    }

    /// The classes before this one.
    pub(crate) fn below(count: usize) -> Self {
        let mut classes = Self::default();
        for class in 0..count {
            classes.insert(class);
        }
        classes
    }

    pub(crate) fn insert(&mut self, class: usize) {
        if let Some(word) = self.0.get_mut(class / 64) {
            *word |= 1 << (class % 64);
        }
    }

    pub(crate) fn contains(self, class: usize) -> bool {
        let word = self.0.get(class / 64);
        word.is_some_and(|word| word >> (class % 64) & 1 == 1)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, other) in words.iter_mut().zip(other.0) {
            *word &= other;
        }
        Self(words)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, other) in words.iter_mut().zip(other.0) {
            *word |= other;
        }
        Self(words)
    }

    pub(crate) fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == [0; CLASSES / 64]
    }

    /// The first class; classes are numbered by [`Taste`].
    pub(crate) fn first(self) -> Option<usize> {
        let mut words = self.0.iter().zip(0..);
        let (word, index) = words.find(|(word, _)| **word != 0)?;
        Some(index * 64 + word.trailing_zeros() as usize)
    }
}

/// Which characters attacks are made of where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taste {
    /// Letters and digits, which people can read.
    Readable,
    /// Rather anything else: where letters make the match succeed.
    Odd,
}

#[derive(Debug)]
pub(crate) struct Alphabet {
    /// The character that stands for each class.
    pub(crate) samples: Vec<u32>,
    /// The classes of each of the sets.
    pub(crate) sets: Vec<Classes>,
}

/// A pattern that tells too many kinds of characters apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyClasses;

impl Alphabet {
    pub(crate) fn new(sets: &[CharSet], taste: Taste) -> Result<Self, TooManyClasses> {
        // Where a set begins or ends, from left to right.
        let mut edges: Vec<(u32, usize)> = Vec::new();
        for (index, set) in sets.iter().enumerate() {
            for (low, high) in set.ranges() {
                edges.push((*low, index));
                edges.push((high + 1, index));
            }
        }
        edges.sort_unstable();
        // The sets that hold the characters from here on → the best character among them.
        let mut members = vec![0_u64; sets.len().div_ceil(64)];
        let mut found: FxHashMap<Vec<u64>, u32> = FxHashMap::default();
        let mut low = 0;
        for (edge, index) in edges.iter().copied().chain([(LAST + 1, usize::MAX)]) {
            if low < edge {
                let sample = best(low, edge - 1);
                match found.get_mut(&members) {
                    Some(known) => *known = better(*known, sample),
                    None => {
                        found.insert(members.clone(), sample);
                    }
                }
                low = edge;
            }
            if let Some(word) = members.get_mut(index / 64) {
                *word ^= 1 << (index % 64);
            }
        }
        if CLASSES < found.len() {
            return Err(TooManyClasses);
        }
        let mut classes: Vec<(u32, Vec<u64>)> = found.into_iter().map(|(a, b)| (b, a)).collect();
        classes.sort_by_key(|(sample, _)| rank(*sample));
        if taste == Taste::Odd {
            classes.reverse();
        }
        let mut of_sets = vec![Classes::default(); sets.len()];
        for (class, (_, members)) in classes.iter().enumerate() {
            for (index, of_set) in of_sets.iter_mut().enumerate() {
                let word = members.get(index / 64).copied().unwrap_or(0);
                if word >> (index % 64) & 1 == 1 {
                    of_set.insert(class);
                }
            }
        }
        Ok(Self {
            samples: classes.into_iter().map(|(sample, _)| sample).collect(),
            sets: of_sets,
        })
    }
}

/// The most readable character of a range.
fn best(low: u32, high: u32) -> u32 {
    let starts = [0x61, 0x30, 0x41, 0x21, 0x20, 0xA, 0x80, 0xE000];
    let within = starts.iter().filter(|start| (low..=high).contains(start));
    within.fold(low, |known, start| better(known, *start))
}

fn better(a: u32, b: u32) -> u32 {
    if rank(b) < rank(a) { b } else { a }
}

/// How readable a character is: letters, digits, signs, blanks, the rest; ties by number.
fn rank(code: u32) -> (u8, u32) {
    let group = match code {
        0x61..=0x7A => 0,
        0x30..=0x39 => 1,
        0x41..=0x5A => 2,
        0x21..=0x7E => 3,
        0x20 => 4,
        0x9 | 0xA => 5,
        0..0x80 => 6,
        0xD800..0xE000 => 9,
        0x80..0x1_0000 => 7,
        _ => 8,
    };
    (group, code)
}

#[cfg(test)]
mod tests {
    use super::{Alphabet, Taste};
    use crate::set::CharSet;

    #[test]
    fn characters_that_no_set_tells_apart_are_one_class() {
        let sets = [
            CharSet::new([(0x61, 0x7A)]),
            CharSet::of("az0"),
            CharSet::all(),
        ];
        let alphabet = Alphabet::new(&sets, Taste::Readable).unwrap();
        let samples: Vec<char> = alphabet
            .samples
            .iter()
            .filter_map(|it| char::from_u32(*it))
            .collect();
        assert_eq!(samples, ['a', 'b', '0', '1']);
        assert_eq!(alphabet.sets[0].and(alphabet.sets[1]).first(), Some(0));
    }
}
