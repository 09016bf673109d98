//! Sets of code points, as sorted ranges: what one position of a pattern may read.

/// The last code point.
pub(crate) const LAST: u32 = 0x10_FFFF;

/// Sorted ranges, ends included, that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct CharSet {
    ranges: Vec<(u32, u32)>,
}

impl CharSet {
    pub(crate) fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut sorted: Vec<(u32, u32)> = ranges.into_iter().filter(|(a, b)| a <= b).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        Self { ranges: merged }
    }

    pub(crate) fn single(code: u32) -> Self {
        Self {
            ranges: vec![(code, code)],
        }
    }

    /// The characters of a text.
    pub(crate) fn of(text: &str) -> Self {
        Self::new(text.chars().map(|char| (u32::from(char), u32::from(char))))
    }

    pub(crate) fn all() -> Self {
        Self {
            ranges: vec![(0, LAST)],
        }
    }

    pub(crate) fn ranges(&self) -> &[(u32, u32)] {
        &self.ranges
    }

    pub(crate) fn contains(&self, code: u32) -> bool {
        let after = self.ranges.partition_point(|(low, _)| *low <= code);
        after
            .checked_sub(1)
            .and_then(|index| self.ranges.get(index))
            .is_some_and(|(_, high)| code <= *high)
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        Self::new(self.ranges.iter().chain(&other.ranges).copied())
    }

    pub(crate) fn negated(&self) -> Self {
        let mut ranges = Vec::with_capacity(self.ranges.len() + 1);
        let mut next = 0;
        for (low, high) in &self.ranges {
            if next < *low {
                ranges.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Self { ranges }
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        self.negated().union(&other.negated()).negated()
    }

    pub(crate) fn without(&self, other: &Self) -> Self {
        self.intersection(&other.negated())
    }
}

#[cfg(test)]
mod tests {
    use super::CharSet;

    #[test]
    fn sets_merge_negate_and_meet() {
        let set = CharSet::new([(5, 9), (1, 3), (4, 4), (20, 20)]);
        assert_eq!(set.ranges(), [(1, 9), (20, 20)]);
        assert!(set.contains(4) && set.contains(20) && !set.contains(10) && !set.contains(0));
        assert_eq!(set.negated().negated(), set);
        let meet = set.intersection(&CharSet::new([(8, 30)]));
        assert_eq!(meet.ranges(), [(8, 9), (20, 20)]);
        assert_eq!(set.without(&meet).ranges(), [(1, 7)]);
        assert!(CharSet::all().negated().ranges().is_empty());
    }
}
