//! Numbers: literals, which expressions are known to be numbers, and formats that only numbers pass.

use ir::{BinaryOp, Expr, ExprKind, Literal};
use ruff_python_ast::Number;

/// Builtins whose result is always a number.
const NUMERIC_BUILTINS: [&str; 8] = ["abs", "float", "hash", "id", "int", "len", "ord", "round"];

/// The value of a number literal. A complex number has none in the IR.
pub(crate) fn literal(number: &Number) -> ExprKind {
    let value = match number {
        Number::Int(int) => int
            .as_i64()
            .map_or_else(|| large_integer(&int.to_string()), |value| value as f64),
        Number::Float(value) => *value,
        Number::Complex { .. } => return ExprKind::Unknown(Vec::new()),
    };
    ExprKind::Literal(Literal::Number(value))
}

/// An integer beyond 64 bits, which the parser keeps as it is written.
fn large_integer(written: &str) -> f64 {
    let digits: String = written.chars().filter(|letter| *letter != '_').collect();
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..)),
        Some("0o") => (8, lower.get(2..)),
        Some("0b") => (2, lower.get(2..)),
        _ => (10, Some(lower.as_str())),
    };
    let digits = digits.unwrap_or_default();
    if radix == 10 {
        return digits.parse().unwrap_or(f64::INFINITY);
    }
    digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |value, digit| {
            value * f64::from(radix) + f64::from(digit)
        })
}

/// Whether `expr` can only be a number.
pub(crate) fn is_number(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(Literal::Number(_) | Literal::Bool(_)) => true,
        // A text times a number is a text.
        ExprKind::Binary {
            op: BinaryOp::Multiply,
            left,
            right,
        } => is_number(left) && is_number(right),
        ExprKind::Binary {
            op: BinaryOp::Divide,
            ..
        } => false,
        ExprKind::Binary { .. } => true,
        ExprKind::Call(call) => {
            matches!(&call.callee.kind, ExprKind::Global(name) if NUMERIC_BUILTINS.contains(&name.as_str()))
        }
        _ => false,
    }
}

/// The builtin that a value must pass to be written in the format `spec` of an f-string or `format`, where the format only
/// takes numbers: `int` for `05d`, `float` for `.2f`.
pub(crate) fn numeric_format(spec: &str) -> Option<&'static str> {
    let conversion = spec.chars().next_back()?;
    let options = spec.strip_suffix(conversion)?;
    is_number_options(options)
        .then(|| numeric_conversion(conversion))
        .flatten()
}

/// The builtin for a `%` or format conversion that only takes numbers.
pub(crate) fn numeric_conversion(conversion: char) -> Option<&'static str> {
    match conversion {
        'b' | 'd' | 'i' | 'o' | 'u' | 'x' | 'X' => Some("int"),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%' => Some("float"),
        _ => None,
    }
}

/// `[[fill]align][sign][z][#][0][width][grouping][.precision]`; a date's `%Y-%m-%d` is not of this form.
fn is_number_options(options: &str) -> bool {
    let is_align = |letter: Option<char>| matches!(letter, Some('<' | '>' | '=' | '^'));
    let mut letters = options.chars();
    let (first, second) = (letters.next(), letters.next());
    let skip = if is_align(second) {
        2
    } else {
        usize::from(is_align(first))
    };
    options.chars().skip(skip).all(|letter| {
        matches!(
            letter,
            '+' | '-' | ' ' | 'z' | '#' | '0'..='9' | ',' | '_' | '.'
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_only_numbers_pass() {
        let cases = [
            ("d", Some("int")),
            ("05d", Some("int")),
            (",.2f", Some("float")),
            ("*>+8x", Some("int")),
            (".1%", Some("float")),
            ("%Y-%m-%d", None),
            ("", None),
            (">10", None),
            ("s", None),
        ];
        for (spec, builtin) in cases {
            assert_eq!(numeric_format(spec), builtin, "{spec}");
        }
    }

    #[test]
    fn integers_beyond_64_bits() {
        assert_eq!(large_integer("1_000_000_000_000_000_000_000"), 1e21);
        assert_eq!(large_integer("0x1_0000_0000_0000_0000"), 2f64.powi(64));
    }
}
