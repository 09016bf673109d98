//! Changes of lists and of single values where they stand, in block style (`- a`) and in brackets (`[a, b]`, JSON).

use base::Span;
use doc::{Node, NodeKind};

use crate::behind;
use crate::document::Source;
use crate::edit::Edit;
use crate::write::Out;

/// Takes items out of a list that keeps at least one.
///
/// # Errors
/// When the list is written in a way in which an item cannot be taken out alone; the reason is a clause.
pub(crate) fn without(
    source: &Source,
    list: usize,
    removed: &[usize],
) -> Result<Vec<Edit>, String> {
    let node = source.node(list).ok_or_else(lost)?;
    if source.is_flow(node) {
        return without_in_brackets(source, node, removed);
    }
    let items = node.items().iter().enumerate();
    let meant = items.filter(|(index, _)| removed.contains(index));
    meant
        .map(|(_, item)| {
            before_dash(source, item.span.start)?;
            let start = source.line_start(item.span.start);
            let end = source.line_end(item.span.end.max(item.span.start + 1) - 1);
            Ok(Edit::new(source.place(start, end), ""))
        })
        .collect()
}

fn without_in_brackets(
    source: &Source,
    node: &Node,
    removed: &[usize],
) -> Result<Vec<Edit>, String> {
    let items = node.items();
    let kept = |index: &usize| !removed.contains(index);
    let first = (0..items.len()).find(kept).ok_or_else(lost)?;
    let span = |index: usize| items.get(index).map(|item| item.span).unwrap_or_default();
    let mut cuts = Vec::new();
    if 0 < first {
        cuts.push(Span::new(span(0).start, span(first).start));
    }
    let mut last = first;
    for index in first + 1..items.len() {
        if kept(&index) {
            if last + 1 < index {
                cuts.push(Span::new(span(last).end, span(index - 1).end));
            }
            last = index;
        }
    }
    if last + 1 < items.len() {
        cuts.push(Span::new(span(last).end, span(items.len() - 1).end));
    }
    cuts.into_iter()
        .map(|cut| {
            if !source.is_json() && cut.of(&source.text).contains('#') {
                return Err("a comment stands between what goes and what stays".to_owned());
            }
            Ok(Edit::new(source.place(cut.start, cut.end), ""))
        })
        .collect()
}

/// Puts values in the place of one: of an item of a list, or of what stands behind a key.
///
/// # Errors
/// When it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn replaced(source: &Source, old: usize, values: &[Out]) -> Result<Vec<Edit>, String> {
    let visit = source.visit(old).ok_or_else(lost)?;
    let node = &visit.node;
    let span = source.scalar(node.span);
    let written = span.of(&source.text);
    if written.starts_with('&') {
        return Err("an anchor stands at it, on which other uses may depend".to_owned());
    }
    if matches!(node.kind, NodeKind::Map(_) | NodeKind::List(_)) {
        return Err("it is made by a function".to_owned());
    }
    let style = source.style();
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let parent = visit
        .parent
        .and_then(|id| source.node(id))
        .ok_or_else(lost)?;
    let place = source.place(span.start, span.end);
    let is_flow = source.is_flow(parent);
    if matches!(parent.kind, NodeKind::List(_)) {
        let text = if is_flow {
            let values: Vec<String> = values.iter().map(|it| it.flow(style, quote)).collect();
            values.join(&behind::between(source, node.span.start))
        } else {
            let dash = before_dash(source, node.span.start)?;
            let items: Vec<String> = values
                .iter()
                .map(|it| it.item(dash, style, quote))
                .collect();
            let whole = items.join(style.newline);
            whole
                .strip_prefix(&format!("{dash}- "))
                .unwrap_or(&whole)
                .to_owned()
        };
        return Ok(vec![Edit::new(place, text)]);
    }
    let (_, key) = visit.key.as_ref().ok_or_else(lost)?;
    let value = Out::one_or_list(values.to_vec());
    if is_flow {
        let is_spread = source.starts_line(key.start);
        let text = match &value {
            Out::List(_) if is_spread && style.is_json => {
                value.spread(source.indent(key.start), style)
            }
            _ => value.flow(style, quote),
        };
        return Ok(vec![Edit::new(place, text)]);
    }
    // Behind `- ` of the statement, the key's column is its indentation.
    let column = source.before(key.start).chars().count();
    let text = value.after_key(&" ".repeat(column), style, quote);
    let colon = Span::new(key.end, node.span.start).of(&source.text);
    let Some(at) = colon.find(':').filter(|_| colon.trim() == ":") else {
        return Err("something else stands between it and its key".to_owned());
    };
    let start = key.end + at as u32 + 1;
    Ok(vec![Edit::new(source.place(start, span.end), text)])
}

/// Puts items behind one of a list.
///
/// # Errors
/// When the list is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn inserted(source: &Source, item: usize, values: &[Out]) -> Result<Vec<Edit>, String> {
    let visit = source.visit(item).ok_or_else(lost)?;
    let list = visit
        .parent
        .and_then(|id| source.node(id))
        .ok_or_else(lost)?;
    if !matches!(list.kind, NodeKind::List(_)) {
        return Err("its statement stands alone, not in a list".to_owned());
    }
    let span = visit.node.span;
    if source.is_flow(list) {
        let values = values.iter().map(|value| (String::new(), value));
        return Ok(vec![behind::values(source, span, values)]);
    }
    let dash = before_dash(source, span.start)?;
    let style = source.style();
    let is_flow = source.is_flow(&visit.node);
    let values = values.iter().map(|value| {
        if is_flow {
            format!("{dash}- {}", value.flow(style, None))
        } else {
            value.item(dash, style, None)
        }
    });
    let lines: Vec<String> = values.collect();
    let end = span.end.max(span.start + 1) - 1;
    Ok(vec![behind::lines(source, end, &lines)])
}

/// The blanks before the dash of an item in block style.
///
/// # Errors
/// When something else stands on its line; the reason is a clause.
fn before_dash(source: &Source, item: u32) -> Result<&str, String> {
    let line = source.before(item);
    let blanks = line.strip_suffix(line.trim_start());
    blanks
        .filter(|_| line.trim() == "-")
        .ok_or_else(|| "its line holds something else as well".to_owned())
}

pub(crate) fn lost() -> String {
    "its place in the file was not found".to_owned()
}
