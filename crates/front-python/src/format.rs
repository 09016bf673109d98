//! The two older ways to fill a text: `"… %s" % value` and `"… {}".format(value)`. Both are read piece by piece, so that the
//! literal text around a value stays known.

use base::{Map, Name, Span};
use ir::{Expr, ExprKind, Literal};
use ruff_python_ast as ast;

use crate::binary::into_parts;
use crate::expr::text_literal;
use crate::lowerer::{Lowerer, is_cheap};
use crate::number::{numeric_conversion, numeric_format};
use crate::text::converted;

/// Steps that are followed in `{value.a.b[c]}`.
const LONGEST_PATH: usize = 16;

/// What a place in the text asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// The next argument.
    Next,
    /// The argument at this position.
    Position(usize),
    /// The argument with this name.
    Named(Name),
}

/// A piece of a format.
#[derive(Debug, PartialEq)]
enum Piece {
    /// Text that is kept.
    Literal(String),
    /// A value is put here.
    Value {
        wanted: Wanted,
        /// `.name` and `[key]` after it.
        path: Vec<Name>,
        /// The builtin of a format that only takes numbers.
        number: Option<&'static str>,
    },
}

/// A value that can be put into a text, perhaps several times.
struct Supply {
    has_name: bool,
    value: Option<Expr>,
    /// How often the text asks for it.
    uses: usize,
}

/// The arguments of a format.
#[derive(Default)]
struct Supplies {
    values: Vec<Supply>,
    by_name: Map<Name, usize>,
    /// One of `values` holds several arguments (`*args`, a tuple in a variable), so that it answers what no other does.
    catch_all: Option<usize>,
    /// `values[catch_all]` is looked into by name.
    is_mapping: bool,
}

impl Supplies {
    fn push(&mut self, name: Option<Name>, value: Expr) {
        self.values.push(Supply {
            has_name: name.is_some(),
            value: Some(value),
            uses: 0,
        });
        if let Some(name) = name {
            self.by_name.insert(name, self.values.len() - 1);
        }
    }

    fn find(&self, wanted: &Wanted, next: &mut usize) -> Option<usize> {
        let found = match wanted {
            Wanted::Next => {
                *next += 1;
                self.position(*next - 1)
            }
            Wanted::Position(position) => self.position(*position),
            Wanted::Named(name) => self.by_name.get(name).copied(),
        };
        found.or(self.catch_all)
    }

    fn position(&self, position: usize) -> Option<usize> {
        let supply = self.values.get(position)?;
        (!supply.has_name && self.catch_all.is_none_or(|catch_all| position < catch_all))
            .then_some(position)
    }
}

impl Lowerer<'_> {
    /// `format % right`, where `format` is a text that is known at least in part.
    pub(crate) fn percent(&mut self, format: Expr, right: &ast::Expr, span: Span) -> Expr {
        let supplies = self.percent_supplies(right);
        let kind = self.filled(format, percent_pieces, supplies);
        Expr::new(kind, span)
    }

    fn percent_supplies(&mut self, right: &ast::Expr) -> Supplies {
        let mut supplies = Supplies::default();
        match right {
            ast::Expr::Tuple(tuple) if !tuple.elts.iter().any(ast::Expr::is_starred_expr) => {
                for value in &tuple.elts {
                    let value = self.expr(value);
                    supplies.push(None, value);
                }
            }
            ast::Expr::Dict(dict)
                if dict
                    .iter_keys()
                    .all(|key| matches!(key, Some(ast::Expr::StringLiteral(_)))) =>
            {
                for item in dict {
                    let value = self.expr(&item.value);
                    if let Some(ast::Expr::StringLiteral(key)) = &item.key {
                        supplies.push(Some(Name::new(key.value.to_str())), value);
                    }
                }
            }
            // A single value, or a variable with a tuple or a dictionary of them.
            single => {
                let value = self.expr(single);
                supplies.push(None, value);
                supplies.catch_all = Some(0);
                supplies.is_mapping = true;
            }
        }
        supplies
    }

    /// `"…".format(…)` and `"…".format_map(…)`; nothing for any other call.
    pub(crate) fn format_call(&mut self, call: &ast::ExprCall) -> Option<ExprKind> {
        let ast::Expr::Attribute(attribute) = &*call.func else {
            return None;
        };
        let is_map = match attribute.attr.as_str() {
            "format" => false,
            "format_map" => true,
            _ => return None,
        };
        let is_literal = matches!(
            &*attribute.value,
            ast::Expr::StringLiteral(_) | ast::Expr::FString(_) | ast::Expr::BinOp(_)
        );
        let is_known = is_literal && starts_with_text(&attribute.value);
        if !is_known {
            return None;
        }
        let format = self.expr(&attribute.value);
        let mut supplies = Supplies {
            is_mapping: is_map,
            ..Supplies::default()
        };
        for argument in call.arguments.iter_source_order() {
            let (name, value, is_spread) = match argument {
                ast::ArgOrKeyword::Arg(ast::Expr::Starred(starred)) => {
                    (None, &*starred.value, true)
                }
                ast::ArgOrKeyword::Arg(value) => (None, value, is_map),
                ast::ArgOrKeyword::Keyword(keyword) => {
                    supplies.is_mapping |= keyword.arg.is_none();
                    (
                        keyword.arg.as_ref().map(Name::new),
                        &keyword.value,
                        keyword.arg.is_none(),
                    )
                }
            };
            if is_spread {
                supplies.catch_all = Some(supplies.values.len());
            }
            let value = self.expr(value);
            supplies.push(name, value);
        }
        Some(self.filled(format, brace_pieces, supplies))
    }

    /// The text that `format` becomes when its places are filled.
    fn filled(
        &mut self,
        format: Expr,
        read: fn(&str) -> Vec<Piece>,
        mut supplies: Supplies,
    ) -> ExprKind {
        let format: Vec<(Vec<Piece>, Expr)> = into_parts(format)
            .into_iter()
            .map(|part| match &part.kind {
                ExprKind::Literal(Literal::Text(text)) => (read(text), part),
                _ => (Vec::new(), part),
            })
            .collect();
        let sources = sources(&format, &mut supplies);
        let mut sources = sources.into_iter();
        let mut parts = Vec::new();
        for (pieces, part) in format {
            let is_text = matches!(part.kind, ExprKind::Literal(Literal::Text(_)));
            let span = part.span;
            if !is_text {
                parts.push(part);
            }
            for piece in pieces {
                match piece {
                    Piece::Literal(text) => parts.push(Expr::new(text_literal(&text), span)),
                    Piece::Value {
                        path,
                        number,
                        wanted,
                    } => {
                        let source = sources.next().flatten();
                        let value = self.supplied(source, &wanted, &mut supplies, span);
                        let value = path.into_iter().fold(value, step);
                        parts.push(match number {
                            Some(builtin) => converted(builtin, value),
                            None => value,
                        });
                    }
                }
            }
        }
        // What the text does not ask for is evaluated all the same.
        let unused = supplies
            .values
            .into_iter()
            .filter(|supply| supply.uses == 0)
            .filter_map(|supply| supply.value);
        let mut sequence: Vec<Expr> = unused.filter(|value| !is_cheap(value)).collect();
        let text = match parts.as_slice() {
            [] => text_literal(""),
            _ => ExprKind::Text(parts.into_iter().flat_map(into_parts).collect()),
        };
        if sequence.is_empty() {
            return text;
        }
        let span = crate::expr::covering(&sequence);
        sequence.push(Expr::new(text, span));
        ExprKind::Sequence(sequence)
    }

    /// The value for one place: evaluated at its first use, read again at the others.
    fn supplied(
        &mut self,
        source: Option<usize>,
        wanted: &Wanted,
        supplies: &mut Supplies,
        span: Span,
    ) -> Expr {
        let catch_all = supplies.catch_all;
        let is_mapping = supplies.is_mapping;
        let unknown = || Expr::new(ExprKind::Unknown(Vec::new()), span);
        let Some(index) = source else {
            return unknown();
        };
        let Some(supply) = supplies.values.get_mut(index) else {
            return unknown();
        };
        let Some(value) = supply.value.take() else {
            return unknown();
        };
        let value = if supply.uses > 1 {
            let (first, again) = self.share(value);
            supply.value = Some(again);
            first
        } else {
            value
        };
        match wanted {
            _ if catch_all != Some(index) => value,
            Wanted::Named(name) if is_mapping => step(value, name.clone()),
            // One of several values, or the only one.
            _ if supply.uses == 1 && supplies.values.len() == 1 => value,
            _ => {
                let span = value.span;
                Expr::new(ExprKind::Unknown(vec![value]), span)
            }
        }
    }
}

/// For each value in the pieces of a format, in order, which supply gives it; counts their uses.
fn sources(format: &[(Vec<Piece>, Expr)], supplies: &mut Supplies) -> Vec<Option<usize>> {
    let mut next = 0;
    let mut sources = Vec::new();
    for piece in format.iter().flat_map(|(pieces, _)| pieces) {
        if let Piece::Value { wanted, .. } = piece {
            let source = supplies.find(wanted, &mut next);
            if let Some(supply) = source.and_then(|index| supplies.values.get_mut(index)) {
                supply.uses += 1;
            }
            sources.push(source);
        }
    }
    sources
}

/// `value.name`.
fn step(value: Expr, name: Name) -> Expr {
    let span = value.span;
    Expr::new(
        ExprKind::Field {
            base: Box::new(value),
            name,
        },
        span,
    )
}

/// Whether `expr` is a text literal, or a sum that begins with one.
fn starts_with_text(mut expr: &ast::Expr) -> bool {
    loop {
        match expr {
            ast::Expr::StringLiteral(_) | ast::Expr::FString(_) => return true,
            ast::Expr::BinOp(binary) if binary.op == ast::Operator::Add => expr = &binary.left,
            _ => return false,
        }
    }
}

/// Reads a `%` format: `%s`, `%(name)s`, `%-5.2f`, `%%`.
fn percent_pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        pieces.text(before);
        let (name, after) = match after
            .strip_prefix('(')
            .and_then(|inner| inner.split_once(')'))
        {
            Some((name, after)) => (Some(Name::new(name)), after),
            None => (None, after),
        };
        let options = after.trim_start_matches(|letter| {
            matches!(letter, '#' | '0'..='9' | '-' | ' ' | '+' | '.' | '*')
        });
        let skipped = after.strip_suffix(options).unwrap_or_default();
        for _ in skipped.matches('*') {
            pieces.value(Wanted::Next, Vec::new(), Some("int"));
        }
        let options = options.trim_start_matches(['h', 'l', 'L']);
        let mut letters = options.chars();
        match letters.next() {
            Some('%') => pieces.text("%"),
            Some(conversion) if conversion != '\0' => {
                let wanted = name.map_or(Wanted::Next, Wanted::Named);
                pieces.value(wanted, Vec::new(), numeric_conversion(conversion));
            }
            _ => {}
        }
        rest = letters.as_str();
    }
    pieces.text(rest);
    pieces.done
}

/// Reads a `str.format` format: `{}`, `{0}`, `{name.field[key]!r:>{width}}`, `{{`.
fn brace_pieces(format: &str) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        pieces.text(before);
        let mut letters = from.chars();
        let brace = letters.next();
        let after = letters.as_str();
        if letters.next() == brace {
            pieces.text(if brace == Some('{') { "{" } else { "}" });
            rest = letters.as_str();
        } else if brace == Some('{') {
            let (field, after) = split_field(after);
            brace_field(field, &mut pieces);
            rest = after;
        } else {
            rest = after;
        }
    }
    pieces.text(rest);
    pieces.done
}

/// Splits `name:>{width}} rest` after the field.
fn split_field(text: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                let (field, rest) = text.split_at(at);
                return (field, rest.strip_prefix('}').unwrap_or(rest));
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    (text, "")
}

fn brace_field(field: &str, pieces: &mut Pieces) {
    let (target, spec) = field.split_once(':').unwrap_or((field, ""));
    let (target, conversion) = target.split_once('!').unwrap_or((target, ""));
    let number = if conversion.is_empty() {
        numeric_format(spec)
    } else {
        None
    };
    let base_end = target.find(['.', '[']).unwrap_or(target.len());
    let (base, path) = target.split_at(base_end);
    let wanted = match base.parse::<usize>() {
        Ok(position) => Wanted::Position(position),
        Err(_) if base.is_empty() => Wanted::Next,
        Err(_) => Wanted::Named(Name::new(base)),
    };
    let steps = path.split(['.', '[', ']']).filter(|name| !name.is_empty());
    let path = steps.take(LONGEST_PATH).map(Name::new).collect();
    pieces.value(wanted, path, number);
    let mut rest = spec;
    while let Some((_, after)) = rest.split_once('{') {
        let (inner, after) = after.split_once('}').unwrap_or((after, ""));
        let wanted = match inner.parse::<usize>() {
            Ok(position) => Wanted::Position(position),
            Err(_) if inner.is_empty() => Wanted::Next,
            Err(_) => Wanted::Named(Name::new(inner)),
        };
        pieces.value(wanted, Vec::new(), None);
        rest = after;
    }
}

/// Pieces that were read so far, with neighbouring texts joined.
#[derive(Default)]
struct Pieces {
    done: Vec<Piece>,
}

impl Pieces {
    fn text(&mut self, text: &str) {
        match self.done.last_mut() {
            _ if text.is_empty() => {}
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.done.push(Piece::Literal(text.to_owned())),
        }
    }

    fn value(&mut self, wanted: Wanted, path: Vec<Name>, number: Option<&'static str>) {
        self.done.push(Piece::Value {
            wanted,
            path,
            number,
        });
    }
}
