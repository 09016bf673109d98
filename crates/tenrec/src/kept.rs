//! The texts of small files, kept from when [`crate::disk`] first reads them: the parsers, the look for secrets, the comments
//! that ignore findings and the reports each ask for them.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The largest text that is kept, in bytes.
const LARGEST: usize = 64 << 10;

/// How many bytes are kept in all. A project of more is read anew in part, so that memory does not grow with it.
const MOST: usize = 16 << 20;

/// Texts by the positions of their files in the listing.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    texts: Box<[OnceLock<Box<str>>]>,
    bytes: AtomicUsize,
}

impl Kept {
    /// Room for the texts of so many files.
    pub(crate) fn of(files: usize) -> Self {
        let texts = std::iter::repeat_with(OnceLock::new);
        Self {
            texts: texts.take(files).collect(),
            bytes: AtomicUsize::new(0),
        }
    }

    pub(crate) fn get(&self, file: usize) -> Option<&str> {
        let text = self.texts.get(file)?.get()?;
        Some(text)
    }

    /// Keeps a text, where there is room for it.
    pub(crate) fn keep(&self, file: usize, text: &str) {
        let size = text.len();
        if LARGEST < size || MOST < self.bytes.load(Ordering::Relaxed) + size {
            return;
        }
        if let Some(slot) = self.texts.get(file)
            && slot.set(text.into()).is_ok()
        {
            self.bytes.fetch_add(size, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kept, LARGEST, MOST};

    #[test]
    fn what_is_kept_is_bounded() {
        let files = 2 * MOST / LARGEST;
        let kept = Kept::of(files);
        let text = "x".repeat(LARGEST);
        (0..files).for_each(|file| kept.keep(file, &text));
        let all = (0..files).filter_map(|file| kept.get(file));
        assert_eq!(all.map(str::len).sum::<usize>(), MOST);
        let kept = Kept::of(1);
        kept.keep(0, &"x".repeat(LARGEST + 1));
        assert_eq!(kept.get(0), None);
    }
}
