//! A value that is one of several things: how many of them are kept apart, and what is kept of those that are not.

use base::Name;

use crate::{Atom, Constant, Shape};

/// How many different shapes a value is tracked for, beside functions.
const MOST_SHAPES: usize = 4;
/// How many functions and classes a value may be: a table of them, of which the input picks one, is often long.
const MOST_CALLABLES: usize = 64;

/// What is one of `shapes`.
pub(crate) fn one_of(shapes: &[Shape]) -> Shape {
    let mut distinct: Vec<Shape> = Vec::new();
    for shape in shapes.iter().flat_map(|shape| shape.alternatives()) {
        let same_kind = distinct.iter_mut().find(|known| {
            known == &shape
                || matches!((&**known, shape), (Shape::Object(left), Shape::Object(right)) if left.class == right.class)
                || matches!((&**known, shape), (Shape::List(_), Shape::List(_)))
        });
        match same_kind {
            Some(known) if known == shape => {}
            Some(known) => *known = known.join(shape),
            None => distinct.push(shape.clone()),
        }
    }
    let callables = distinct.iter().filter(|shape| is_callable(shape)).count();
    if MOST_CALLABLES < callables {
        return Shape::Unknown;
    }
    if MOST_SHAPES < distinct.len() - callables {
        let (callables, others): (Vec<Shape>, Vec<Shape>) =
            distinct.into_iter().partition(is_callable);
        distinct = callables;
        distinct.push(
            text_in_common(&others).map_or(Shape::Unknown, |atoms| Shape::Text(atoms.into())),
        );
    }
    match distinct.as_slice() {
        [] => Shape::Unknown,
        [single] => single.clone(),
        _ => Shape::OneOf(distinct.into()),
    }
}

fn is_callable(shape: &Shape) -> bool {
    matches!(shape, Shape::Function(_) | Shape::Class(_))
}

/// What a text is that is one of several fixed ones: how all of them start and end.
pub(crate) fn text_in_common(shapes: &[Shape]) -> Option<Vec<Atom>> {
    let texts: Vec<(&str, &str)> = shapes.iter().map(ends).collect::<Option<_>>()?;
    let start = common_start(texts.iter().map(|(start, _)| *start));
    let end = common_end(texts.iter().map(|(_, end)| *end), start.len());
    let literal = |text: &str| (!text.is_empty()).then(|| Atom::Literal(Name::from(text)));
    Some(
        literal(start)
            .into_iter()
            .chain([Atom::Fixed])
            .chain(literal(end))
            .collect(),
    )
}

/// What is known of the start and the end of a fixed text.
fn ends(shape: &Shape) -> Option<(&str, &str)> {
    fn literal(atom: Option<&Atom>) -> &str {
        match atom {
            Some(Atom::Literal(text)) => text,
            _ => "",
        }
    }
    match shape {
        Shape::Constant(Constant::Text(text)) => Some((text, text)),
        Shape::Text(atoms) if !atoms.contains(&Atom::Any) => {
            Some((literal(atoms.first()), literal(atoms.last())))
        }
        _ => None,
    }
}

fn common_start<'t>(mut texts: impl Iterator<Item = &'t str>) -> &'t str {
    let first = texts.next().unwrap_or_default();
    texts.fold(first, |known, text| {
        let same = known
            .chars()
            .zip(text.chars())
            .take_while(|(one, other)| one == other);
        let length: usize = same.map(|(one, _)| one.len_utf8()).sum();
        known.get(..length).unwrap_or_default()
    })
}

/// The common end of texts, beside as much of their start as is known.
fn common_end<'t>(texts: impl Iterator<Item = &'t str>, start: usize) -> &'t str {
    let mut rests = texts.map(|text| text.get(start..).unwrap_or_default());
    let first = rests.next().unwrap_or_default();
    rests.fold(first, |known, text| {
        let pairs = known.chars().rev().zip(text.chars().rev());
        let same = pairs.take_while(|(one, other)| one == other);
        let length: usize = same.map(|(one, _)| one.len_utf8()).sum();
        known.get(known.len() - length..).unwrap_or_default()
    })
}
