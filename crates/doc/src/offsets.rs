//! Conversion of the YAML scanner's character positions to byte offsets. Built once per document, so that the conversion is
//! linear in all.

/// Where every character of a text starts, in bytes.
pub(crate) enum Offsets {
    /// The text is ASCII, so that characters and bytes coincide; its length.
    Ascii(u32),
    /// The start of every character, and the end of the text.
    Table(Vec<u32>),
}

impl Offsets {
    pub(crate) fn new(text: &str) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if text.is_ascii() {
            return Self::Ascii(length);
        }
        let starts = text.char_indices().map(|(start, _)| start as u32);
        Self::Table(starts.chain(std::iter::once(length)).collect())
    }

    /// The byte at which character number `index` starts; the end of the text for any beyond.
    pub(crate) fn byte(&self, index: usize) -> u32 {
        match self {
            Self::Ascii(length) => u32::try_from(index).unwrap_or(u32::MAX).min(*length),
            Self::Table(starts) => starts
                .get(index)
                .or(starts.last())
                .copied()
                .unwrap_or_default(),
        }
    }
}
