//! Edits of one text.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use base::{FileId, Place, Span};

/// Bytes of a file, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub place: Place,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    pub(crate) fn new(place: Place, text: impl Into<String>) -> Self {
        Self {
            place,
            text: text.into(),
        }
    }

    /// The same of a text that lacks so many bytes at its start.
    #[must_use]
    pub fn back(&self, bytes: u32) -> Self {
        let Place { file, span } = self.place;
        let start = span.start.saturating_sub(bytes);
        let span = Span::new(start, span.end.saturating_sub(bytes));
        Self::new(Place::new(file, span), self.text.clone())
    }

    /// Whether both cannot be made. What is added at the same place has an order (see [`Edit::rank`]), but no map takes a field
    /// twice.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let (one, two) = (self.place.span, other.place.span);
        let is_same = if one.start == one.end && one == two {
            self.text == other.text || (self.key().is_some() && self.key() == other.key())
        } else {
            one == two
        };
        self.place.file == other.place.file
            && (is_same || (one.start < two.end && two.start < one.end))
    }

    /// Of what is added at one place, the inner comes first: what stands further to the right, and items of a list before the
    /// fields beside it.
    fn rank(&self) -> (Reverse<usize>, bool) {
        let is_item = self.text.trim_start().starts_with("- ");
        (Reverse(self.indent()), !is_item)
    }

    /// How far what is inserted stands to the right.
    fn indent(&self) -> usize {
        let line = self.text.trim_start_matches(['\r', '\n']);
        line.len() - line.trim_start_matches(' ').len()
    }

    /// The key of the field that is inserted, if that is what the text starts with.
    fn key(&self) -> Option<&str> {
        let text = self.text.trim_start_matches([',', ' ', '\r', '\n']);
        let (key, _) = text.split_once(':')?;
        let key = key.trim_matches('"');
        let is_word = key.chars().all(|c| c.is_ascii_alphanumeric());
        (is_word && !key.is_empty()).then_some(key)
    }
}

/// Edits that are made, by where they start.
#[derive(Default)]
pub(crate) struct Made(BTreeMap<(FileId, u32), Vec<Edit>>);

impl Made {
    pub(crate) fn add(&mut self, edits: &[Edit]) {
        for edit in edits {
            let start = (edit.place.file, edit.place.span.start);
            self.0.entry(start).or_default().push(edit.clone());
        }
    }

    /// Whether an edit cannot be made beside these. They do not overlap, so that of those before it only the last can reach it.
    pub(crate) fn meets(&self, edit: &Edit) -> bool {
        let Place { file, span } = edit.place;
        let before = self.0.range(..(file, span.start)).next_back();
        let behind = self.0.range((file, span.start)..=(file, span.end));
        let mut near = before.into_iter().chain(behind).flat_map(|(_, it)| it);
        near.any(|made| edit.meets(made))
    }
}

/// The edits of one text in the order in which they are made.
#[must_use]
pub fn in_order<'e>(edits: impl IntoIterator<Item = &'e Edit>) -> Vec<&'e Edit> {
    let mut edits: Vec<&Edit> = edits.into_iter().collect();
    edits.sort_by_key(|edit| (edit.place.file, edit.place.span, edit.rank()));
    edits
}

/// The text with these edits made. Nothing where two of them overlap or one lies outside of the text.
#[must_use]
pub fn applied<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in in_order(edits) {
        let Span { start, end } = edit.place.span;
        out.push_str(text.get(at..start as usize)?);
        text.get(start as usize..end as usize)?;
        out.push_str(&edit.text);
        at = end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use base::FileId;
    use proptest::prelude::*;

    use super::*;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit::new(Place::new(FileId(0), Span::new(start, end)), text)
    }

    #[test]
    fn edits_that_overlap_or_lie_outside_are_refused() {
        assert_eq!(applied("abc", [&edit(1, 2, "X")]), Some("aXc".to_owned()));
        assert_eq!(applied("abc", [&edit(0, 2, ""), &edit(1, 3, "")]), None);
        assert_eq!(applied("abc", [&edit(2, 4, "")]), None);
        assert_eq!(applied("ä", [&edit(1, 2, "")]), None);
    }

    proptest! {
        #[test]
        fn what_meets_is_found_by_where_it_starts(cuts in prop::collection::vec((0u32..40, 0u32..4, "[X]{0,1}"), 0..24)) {
            let edits: Vec<Edit> = cuts.iter().map(|(at, len, new)| edit(*at, at + len, new)).collect();
            let mut made: Vec<&Edit> = Vec::new();
            let mut by_start = Made::default();
            for edit in &edits {
                let meets = made.iter().any(|other| edit.meets(other));
                prop_assert_eq!(by_start.meets(edit), meets);
                if !meets {
                    by_start.add(std::slice::from_ref(edit));
                    made.push(edit);
                }
            }
        }

        #[test]
        fn what_is_not_edited_stays(text in "[a-zä\n]{0,40}", cuts in prop::collection::vec((0u32..50, 0u32..6, "[X]{0,3}"), 0..5)) {
            let edits: Vec<Edit> = cuts.iter().map(|(at, len, new)| edit(*at, at + len, new)).collect();
            let overlap = edits.iter().enumerate().any(|(i, one)| edits.iter().skip(i + 1).any(|two| one.meets(two)));
            if let Some(after) = applied(&text, &edits) && !overlap {
                let mut sorted: Vec<&Edit> = edits.iter().collect();
                sorted.sort_by_key(|edit| edit.place.span);
                let (mut old, mut new) = (0usize, 0usize);
                for edit in sorted {
                    let keep = edit.place.span.start as usize - old;
                    prop_assert_eq!(text.get(old..old + keep), after.get(new..new + keep));
                    prop_assert_eq!(after.get(new + keep..new + keep + edit.text.len()), Some(edit.text.as_str()));
                    old = edit.place.span.end as usize;
                    new += keep + edit.text.len();
                }
                prop_assert_eq!(text.get(old..), after.get(new..));
            }
        }
    }
}
