//! What is put behind something that is written, with what stands between: on lines of its own, or in brackets.

use base::Span;

use crate::document::Source;
use crate::edit::Edit;
use crate::write::Out;

/// Lines behind the one that holds this byte.
pub(crate) fn lines(source: &Source, at: u32, lines: &[String]) -> Edit {
    let newline = source.style().newline;
    let lines = lines.join(newline);
    let end = source.line_end(at);
    let before = source.text.get(..end as usize).unwrap_or_default();
    let text = if before.ends_with('\n') {
        format!("{lines}{newline}")
    } else {
        format!("{newline}{lines}")
    };
    Edit::new(source.place(end, end), text)
}

/// Values behind one in brackets, each with what stands before it.
pub(crate) fn values<'o>(
    source: &Source,
    last: Span,
    values: impl Iterator<Item = (String, &'o Out)>,
) -> Edit {
    let between = between(source, last.start);
    let values = values.map(|(before, value)| {
        let value = in_brackets(source, last.start, value);
        format!("{between}{before}{value}")
    });
    let text: String = values.collect();
    Edit::new(source.place(last.end, last.end), text)
}

/// What stands between values in brackets of which one starts here.
pub(crate) fn between(source: &Source, start: u32) -> String {
    if source.starts_line(start) {
        format!(",{}{}", source.style().newline, source.indent(start))
    } else {
        ", ".to_owned()
    }
}

/// A value in brackets, over several lines if what starts here starts its line.
pub(crate) fn in_brackets(source: &Source, start: u32, value: &Out) -> String {
    if source.starts_line(start) {
        value.spread(source.indent(start), source.style())
    } else {
        value.flow(source.style(), None)
    }
}
