//! Changes of lists and of single values where they stand, in block style (`- a`) and in brackets (`[a, b]`, JSON).

use base::Span;
use doc::{Node, NodeKind};

use crate::document::Source;
use crate::edit::Edit;
use crate::style::Style;
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
            if source.before(item.span.start).trim() != "-" {
                return Err("its line holds something else as well".to_owned());
            }
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
pub(crate) fn replaced(
    source: &Source,
    style: &Style,
    old: usize,
    values: &[Out],
) -> Result<Vec<Edit>, String> {
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
    let quote = written.chars().next().filter(|c| matches!(c, '"' | '\''));
    let parent = visit
        .parent
        .and_then(|id| source.node(id))
        .ok_or_else(lost)?;
    let place = source.place(span.start, span.end);
    let is_flow = source.is_flow(parent);
    if matches!(parent.kind, NodeKind::List(_)) {
        let text = if is_flow {
            let alone = source.before(node.span.start).trim().is_empty();
            let between = if alone {
                format!(",{}{}", style.newline, source.indent(node.span.start))
            } else {
                ", ".to_owned()
            };
            let values: Vec<String> = values.iter().map(|it| it.flow(style, quote)).collect();
            values.join(&between)
        } else {
            let line = source.before(node.span.start);
            let Some(dash) = line
                .strip_suffix(line.trim_start())
                .filter(|_| line.trim() == "-")
            else {
                return Err("its line holds something else as well".to_owned());
            };
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
        let is_spread = source.before(key.start).trim().is_empty();
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
pub(crate) fn inserted(
    source: &Source,
    style: &Style,
    item: usize,
    values: &[Out],
) -> Result<Vec<Edit>, String> {
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
        let is_alone = source.before(span.start).trim().is_empty();
        let indent = source.indent(span.start);
        let values = values.iter().map(|value| {
            if is_alone {
                let value = value.spread(indent, style);
                format!(",{}{indent}{value}", style.newline)
            } else {
                format!(", {}", value.flow(style, None))
            }
        });
        let text: String = values.collect();
        return Ok(vec![Edit::new(source.place(span.end, span.end), text)]);
    }
    let line = source.before(span.start);
    let Some(dash) = line
        .strip_suffix(line.trim_start())
        .filter(|_| line.trim() == "-")
    else {
        return Err("its line holds something else as well".to_owned());
    };
    let is_flow = source.is_flow(&visit.node);
    let values = values.iter().map(|value| {
        if is_flow {
            format!("{dash}- {}", value.flow(style, None))
        } else {
            value.item(dash, style, None)
        }
    });
    let end = source.line_end(span.end.max(span.start + 1) - 1);
    let lines: Vec<String> = values.collect();
    let lines = lines.join(style.newline);
    let before = source.text.get(..end as usize).unwrap_or_default();
    let text = if before.ends_with('\n') {
        format!("{lines}{}", style.newline)
    } else {
        format!("{}{lines}", style.newline)
    };
    Ok(vec![Edit::new(source.place(end, end), text)])
}

pub(crate) fn lost() -> String {
    "its place in the file was not found".to_owned()
}
