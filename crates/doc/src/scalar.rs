//! The values of plain YAML scalars: YAML 1.2's core schema, except that a number whose digits a 64-bit float would lose
//! (`012345678901`, a 20-digit id) stays a text, because templates hold account numbers.

use base::Name;

use crate::NodeKind;

/// Integers up to here survive a round trip through a 64-bit float.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// What a plain, untagged scalar means.
pub(crate) fn resolve(text: &str) -> NodeKind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => NodeKind::Null,
        "true" | "True" | "TRUE" => NodeKind::Bool(true),
        "false" | "False" | "FALSE" => NodeKind::Bool(false),
        _ => match number(text) {
            Some(number) => NodeKind::Number(number),
            None => NodeKind::Text(Name::new(text)),
        },
    }
}

fn number(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" if text.starts_with('-') => return Some(f64::NEG_INFINITY),
        ".inf" | ".Inf" | ".INF" => return Some(f64::INFINITY),
        _ => {}
    }
    let mut bytes = unsigned.bytes();
    let starts_like_a_number = match bytes.next()? {
        b'0'..=b'9' => true,
        b'.' => bytes.next().is_some_and(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    let is_padded =
        unsigned.starts_with('0') && unsigned.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
    let is_decimal = unsigned
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !starts_like_a_number || is_padded || !is_decimal {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    let is_integer = unsigned.bytes().all(|byte| byte.is_ascii_digit());
    let is_exact = !is_integer || number.abs() <= MAX_EXACT;
    (number.is_finite() && is_exact).then_some(number)
}

fn radix(digits: &str, radix: u32) -> Option<f64> {
    if digits.starts_with('+') {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()? as f64;
    (value <= MAX_EXACT).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        let number = NodeKind::Number;
        let text = |text: &str| NodeKind::Text(text.into());
        for (scalar, expected) in [
            ("", NodeKind::Null),
            ("~", NodeKind::Null),
            ("True", NodeKind::Bool(true)),
            ("yes", text("yes")),
            ("on", text("on")),
            ("-12", number(-12.0)),
            ("1.5e3", number(1500.0)),
            (".5", number(0.5)),
            ("0x1F", number(31.0)),
            ("0o17", number(15.0)),
            ("123456789012", number(123_456_789_012.0)),
            ("012345678901", text("012345678901")),
            ("12345678901234567890", text("12345678901234567890")),
            ("2010-09-09", text("2010-09-09")),
            ("1.2.3", text("1.2.3")),
            ("12:30", text("12:30")),
            ("infinity", text("infinity")),
            ("0x", text("0x")),
            ("-", text("-")),
        ] {
            assert_eq!(resolve(scalar), expected, "{scalar}");
        }
    }
}
