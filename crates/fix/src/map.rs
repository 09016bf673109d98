//! Fields of maps: added behind the others, set, taken out; in block style and in brackets.

use base::Span;
use doc::{Entry, Node, NodeKind};

use crate::behind;
use crate::document::Source;
use crate::edit::Edit;
use crate::list::{self, lost};
use crate::write::{Out, name};

/// Sets what stands at a path below a map: puts the value in the place of the one that is there, or adds the fields that lack.
/// Nothing is changed where it is set so already.
///
/// # Errors
/// When it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn set(
    source: &Source,
    map: usize,
    path: &[&str],
    value: &Out,
) -> Result<Vec<Edit>, String> {
    let Some((first, rest)) = path.split_first() else {
        return Err(lost());
    };
    let node = source.node(map).ok_or_else(lost)?;
    let Some(entry) = node.entry(first) else {
        return add(source, map, &[(first, nested(rest, value))]);
    };
    if entry.value.tag.is_some() {
        return Err(format!("`{first}` is made by a function"));
    }
    match (&entry.value.kind, rest.is_empty()) {
        (NodeKind::Null, _) => {
            let colon = behind_key(source, entry)?;
            if !colon.of(&source.text).trim().is_empty() {
                return Err(format!("`{first}` is written as nothing"));
            }
            let indent = indent(source, entry.key_span);
            let text = nested(rest, value).after_key(&indent, source.style(), None);
            Ok(vec![Edit::new(source.place(colon.start, colon.end), text)])
        }
        (NodeKind::Map(_), false) => set(source, source.find(entry.value.span)?, rest, value),
        (_, true) => {
            let old = source.find(entry.value.span)?;
            if value.is(&entry.value) {
                return Ok(Vec::new());
            }
            list::replaced(source, old, std::slice::from_ref(value))
        }
        (_, false) => Err(format!("`{first}` has no fields")),
    }
}

/// A value below fields that hold nothing else.
pub(crate) fn nested(path: &[&str], value: &Out) -> Out {
    path.iter().rev().fold(value.clone(), |inner, key| {
        Out::Map(vec![((*key).to_owned(), inner)])
    })
}

/// Adds fields behind the others of a map.
///
/// # Errors
/// When it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn add(
    source: &Source,
    map: usize,
    fields: &[(&str, Out)],
) -> Result<Vec<Edit>, String> {
    let node = source.node(map).ok_or_else(lost)?;
    // What an alias stands for is written once and used more than once.
    source.find(node.span)?;
    match own(source, map).last() {
        Some(last) => Ok(vec![behind_field(source, node, last, fields)]),
        None => filled(source, node, fields),
    }
}

/// Fields behind one of a map.
fn behind_field(source: &Source, map: &Node, field: &Entry, fields: &[(&str, Out)]) -> Edit {
    let style = source.style();
    let fields = fields.iter().map(|(key, value)| (name(key, style), value));
    let end = end_of(source, field);
    if source.is_flow(map) {
        let field = Span::new(field.key_span.start, end);
        let fields = fields.map(|(key, value)| (format!("{key}: "), value));
        return behind::values(source, field, fields);
    }
    let indent = indent(source, field.key_span);
    let lines = fields.map(|(key, value)| {
        let value = value.after_key(&indent, style, None);
        format!("{indent}{key}:{value}")
    });
    let lines: Vec<String> = lines.collect();
    behind::lines(source, end.max(1) - 1, &lines)
}

/// Fields of a map in brackets that has none.
fn filled(source: &Source, map: &Node, fields: &[(&str, Out)]) -> Result<Vec<Edit>, String> {
    let span = map.span;
    if !map.entries().is_empty() || !span.of(&source.text).starts_with('{') {
        return Err("it has no fields of its own".to_owned());
    }
    let fields = fields.iter();
    let fields = fields.map(|(key, value)| ((*key).to_owned(), value.clone()));
    let whole = Out::Map(fields.collect());
    let style = source.style();
    let text = if style.is_json {
        whole.spread(source.indent(span.start), style)
    } else {
        whole.flow(style, None)
    };
    Ok(vec![Edit::new(source.place(span.start, span.end), text)])
}

/// Takes a field out of a map that keeps at least one.
///
/// # Errors
/// When it is written in a way in which it cannot be taken out alone; the reason is a clause.
pub(crate) fn without(source: &Source, map: usize, key: &str) -> Result<Vec<Edit>, String> {
    let node = source.node(map).ok_or_else(lost)?;
    source.find(node.span)?;
    let own = own(source, map);
    let at = own.iter().position(|entry| entry.key == key);
    let at = at.ok_or("it is written elsewhere")?;
    let entry = own.get(at).ok_or_else(lost)?;
    if own.len() < 2 {
        return Err(format!("nothing would be left beside `{key}`"));
    }
    let cut = if source.is_flow(node) {
        match (
            at.checked_sub(1).and_then(|at| own.get(at)),
            own.get(at + 1),
        ) {
            (Some(before), _) => Span::new(end_of(source, before), end_of(source, entry)),
            (None, Some(after)) => Span::new(entry.key_span.start, after.key_span.start),
            (None, None) => return Err(lost()),
        }
    } else {
        if !source.starts_line(entry.key_span.start) {
            return Err("its line holds something else as well".to_owned());
        }
        let start = source.line_start(entry.key_span.start);
        Span::new(start, source.line_end(end_of(source, entry).max(1) - 1))
    };
    if source.is_flow(node) && !source.is_json() && cut.of(&source.text).contains('#') {
        return Err("a comment stands between what goes and what stays".to_owned());
    }
    if entry.value.span.of(&source.text).contains('&') {
        return Err("an anchor stands in it, on which other uses may depend".to_owned());
    }
    Ok(vec![Edit::new(source.place(cut.start, cut.end), "")])
}

/// Puts another field in the place of one.
///
/// # Errors
/// When it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn instead(
    source: &Source,
    map: usize,
    old: &str,
    (key, value): (&str, &Out),
) -> Result<Vec<Edit>, String> {
    let node = source.node(map).ok_or_else(lost)?;
    source.find(node.span)?;
    let own = own(source, map);
    let entry = own.iter().find(|entry| entry.key == old);
    let entry = entry.ok_or("it is written elsewhere")?;
    let end = end_of(source, entry);
    let start = match source.before(entry.key_span.start).chars().last() {
        Some('"' | '\'') if !source.is_json() => entry.key_span.start - 1,
        _ => entry.key_span.start,
    };
    let replaced = Span::new(start, end);
    if entry.value.span.of(&source.text).starts_with('&') {
        return Err("an anchor stands at it, on which other uses may depend".to_owned());
    }
    let style = source.style();
    let name = name(key, style);
    let text = if source.is_flow(node) {
        format!("{name}: {}", behind::in_brackets(source, start, value))
    } else {
        let indent = indent(source, entry.key_span);
        format!("{name}:{}", value.after_key(&indent, style, None))
    };
    Ok(vec![Edit::new(
        source.place(replaced.start, replaced.end),
        text,
    )])
}

/// Adds fields behind one of a map.
///
/// # Errors
/// When it is written in a way that this cannot keep; the reason is a clause.
pub(crate) fn add_behind(
    source: &Source,
    map: usize,
    key: &str,
    fields: &[(&str, Out)],
) -> Result<Vec<Edit>, String> {
    let node = source.node(map).ok_or_else(lost)?;
    source.find(node.span)?;
    let own = own(source, map);
    let entry = own.iter().find(|entry| entry.key == key);
    let entry = entry.ok_or("it is written elsewhere")?;
    Ok(vec![behind_field(source, node, entry, fields)])
}

/// The fields that are written in the map itself, in source order; a merge key (`<<`) brings in others.
pub(crate) fn own(source: &Source, map: usize) -> Vec<&Entry> {
    let Some(node) = source.node(map) else {
        return Vec::new();
    };
    let inside = |entry: &&Entry| {
        node.span.start <= entry.key_span.start && entry.key_span.end <= node.span.end
    };
    let mut own: Vec<&Entry> = node.entries().iter().filter(inside).collect();
    own.sort_by_key(|entry| entry.key_span);
    if !source.is_flow(node)
        && let Some(first) = own.first()
    {
        let column = column(source, first.key_span);
        own.retain(|entry| self::column(source, entry.key_span) == column);
    }
    own
}

fn column(source: &Source, key: Span) -> usize {
    source.before(key.start).chars().count()
}

/// The blanks before a field beside this one. Behind `- ` of an item, the key's column is its indentation.
fn indent(source: &Source, key: Span) -> String {
    " ".repeat(column(source, key))
}

/// Where a field ends, without the comment behind it. An alias stands behind its key, what it stands for does not.
fn end_of(source: &Source, entry: &Entry) -> u32 {
    let key = entry.key_span.end;
    // A list that is not indented starts where its first item does, which may be a text in quotes.
    let value = match entry.value.kind {
        NodeKind::List(_) | NodeKind::Map(_) => entry.value.span,
        _ => source.scalar(entry.value.span),
    };
    let line = source.line_end(key.max(1) - 1);
    let behind = Span::new(key, line).of(&source.text);
    let written = behind.trim_start_matches(['"', '\'', ':', ' ']);
    if value.start < key || written.starts_with('*') {
        let alias = behind.find('*').unwrap_or_default();
        let rest = behind.get(alias..).unwrap_or_default();
        let length = rest.find([' ', ',', '}', ']', '\r', '\n']);
        return key + (alias + length.unwrap_or(rest.len())) as u32;
    }
    if matches!(entry.value.kind, NodeKind::Null) && value.start == value.end {
        return key + behind.find(':').map_or(0, |colon| colon as u32 + 1);
    }
    value.end
}

/// What stands behind a key's colon on its line, where no value does.
fn behind_key(source: &Source, entry: &Entry) -> Result<Span, String> {
    let key = entry.key_span.end;
    let line = Span::new(key, source.line_end(key.max(1) - 1)).of(&source.text);
    let colon = line.find(':').ok_or_else(lost)?;
    let rest = line.get(colon + 1..).unwrap_or_default();
    let start = key + colon as u32 + 1;
    let rest = rest.trim_end_matches(['\r', '\n']);
    if rest.trim_start().starts_with('#') {
        return Ok(Span::new(start, start));
    }
    Ok(Span::new(start, start + rest.len() as u32))
}
