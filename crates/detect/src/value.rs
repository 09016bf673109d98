//! Values: whether a text that stands where a secret belongs is one, and not a reference, a placeholder or a word.

use crate::name::{Names, words};

/// Where a value is written: in code many texts beside a secret's name are messages and identifiers, in configuration few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As the value of a setting: environment variable, property, parameter.
    InConfiguration,
    /// In a program.
    InCode,
}

/// The longest value that is looked at, in bytes.
const LONGEST: usize = 1024;

/// Whether `value` is the secret itself. `secret` is what its name says it is: `password`, `api key`.
pub(crate) fn is_literal(
    names: &Names,
    placeholders: &[String],
    secret: &str,
    value: &str,
    written: Written,
) -> bool {
    let is_password = secret.contains("pass") || secret == "pwd";
    let shortest = match (written, is_password) {
        (Written::InConfiguration, true) => 4,
        _ => 8,
    };
    if value.len() < shortest || LONGEST < value.len() || is_reference(names, value) {
        return false;
    }
    if is_placeholder(names, placeholders, value) {
        return false;
    }
    match (written, is_password) {
        (Written::InConfiguration, true) => !is_setting(value),
        _ => is_drawn(value),
    }
}

/// `true`, a number of few digits, `none`.
fn is_setting(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "true"
            | "false"
            | "string"
            | "required"
            | "optional"
            | "secret"
            | "plain"
            | "text"
            | "enabled"
            | "disabled"
    ) || value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_reference(names: &Names, value: &str) -> bool {
    names.starts_reference(value)
        || value.contains("${")
        || value.contains("{{")
        || value.contains("://")
        || value.contains("$(")
        || value.contains("<%")
        || value
            .bytes()
            .any(|byte| byte.is_ascii_whitespace() || byte.is_ascii_control())
        || is_dotted_name(value)
        || is_constant_name(value)
}

/// `method.request.header.Authorization`, `config.db.password`.
fn is_dotted_name(value: &str) -> bool {
    let mut parts = value.split('.').peekable();
    let has_several = value.contains('.');
    has_several
        && parts.all(|part| {
            let mut bytes = part.bytes();
            bytes
                .next()
                .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
                && bytes.clone().all(|byte| {
                    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'[' || byte == b']'
                })
                && bytes.filter(u8::is_ascii_digit).count() < 3
        })
}

/// `DB_PASSWORD`: the name of a variable.
fn is_constant_name(value: &str) -> bool {
    value.contains('_')
        && value
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && value.bytes().filter(u8::is_ascii_digit).count() < 3
}

/// Whether a value looks drawn rather than written: letters with digits or signs, of some entropy, and no words with hyphens.
pub(crate) fn is_drawn(value: &str) -> bool {
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let n_digits = value.bytes().filter(u8::is_ascii_digit).count();
    let has_sign = value.bytes().any(|byte| b"!#$%^&*?+/=~".contains(&byte));
    let least = if value.len() < 12 { 2.5 } else { 3.0 };
    has_letter && (0 < n_digits || has_sign) && !is_hyphenated(value) && least <= entropy(value)
}

/// `reset-password-2`, `my_token_name`: lower-case words.
fn is_hyphenated(value: &str) -> bool {
    let words: Vec<&str> = value.split(['-', '_', '.', '/', ':']).collect();
    1 < words.len()
        && words.iter().all(|word| {
            let n_digits = word.bytes().filter(u8::is_ascii_digit).count();
            word.bytes().all(|byte| byte.is_ascii_alphanumeric())
                && (n_digits == 0
                    || n_digits == word.len() && n_digits < 5
                    || n_digits < 2 && word.len() < 8)
        })
}

/// Whether a value stands for a secret that is to be filled in, or was invented for an example.
pub(crate) fn is_placeholder(names: &Names, placeholders: &[String], value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    placeholders
        .iter()
        .any(|part| lower.contains(part.as_str()))
        || lower.contains("${")
        || lower.contains("{{")
        || lower.starts_with(['<', '[', '{', '%', '$'])
        || has_long_run(&lower)
        || words(value).iter().all(|word| {
            names.is_word_for_secret(word)
                || matches!(
                    word.as_str(),
                    "my" | "the"
                        | "your"
                        | "a"
                        | "some"
                        | "super"
                        | "test"
                        | "user"
                        | "username"
                        | "value"
                        | "here"
                )
        })
}

/// Six times the same character, or eight that follow each other: no generator makes that.
fn has_long_run(value: &str) -> bool {
    let (mut same, mut rising) = (1, 1);
    let bytes = value.as_bytes();
    for pair in bytes.windows(2) {
        let [one, other] = pair else { continue };
        same = if one == other { same + 1 } else { 1 };
        rising = if one.checked_add(1) == Some(*other) {
            rising + 1
        } else {
            1
        };
        if same == 6 || rising == 8 {
            return true;
        }
    }
    false
}

/// Shannon's entropy of the bytes, in bits a byte.
pub(crate) fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = value.len().max(1) as f64;
    let share = |count: u32| {
        let share = f64::from(count) / length;
        -share * share.log2()
    };
    counts
        .into_iter()
        .filter(|count| 0 < *count)
        .map(share)
        .sum()
}

/// A secret as reports show it: its first four and last two characters; less of a short one, of which they would be the most.
#[must_use]
pub fn mask(secret: &str) -> String {
    let length = secret.chars().count();
    let (head, tail) = match length {
        0..=7 => (0, 0),
        8..=15 => (1, 0),
        _ => (4, 2),
    };
    let start: String = secret.chars().take(head).collect();
    let end: String = secret.chars().skip(length - tail).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use knowledge::Knowledge;

    fn is_secret(secret: &str, value: &str, written: Written) -> bool {
        let data = &Knowledge::builtin().secrets.names;
        let placeholders: Vec<String> = data.placeholder.iter().map(ToString::to_string).collect();
        is_literal(&Names::new(data), &placeholders, secret, value, written)
    }

    #[test]
    fn literal_secrets_are_told_from_references_and_placeholders() {
        for value in [
            "Tr0ub4dor&3",
            "s3cr3tP4ss",
            "kX9!vv2pQz",
            "9f8a7c6b5d4e3f2a1b0c",
        ] {
            assert!(is_secret("password", value, Written::InCode), "{value}");
        }
        for value in [
            "changeme1",
            "${ssm:/db/password}",
            "{{resolve:ssm:x}}",
            "xxxxxxxxxxx1",
            "DB_PASSWORD_2",
            "arn:aws:secretsmanager:x",
            "config.db.password",
            "/prod/db/password1",
            "reset-password-2",
            "please enter it 1",
            "my-password",
            "aaaaaaaaaa1",
            "abcdefgh12",
            "forgotPassword",
        ] {
            assert!(!is_secret("password", value, Written::InCode), "{value}");
        }
    }

    #[test]
    fn in_configuration_a_weak_password_counts() {
        assert!(is_secret("password", "admin", Written::InConfiguration));
        assert!(!is_secret("password", "admin", Written::InCode));
        assert!(!is_secret("password", "true", Written::InConfiguration));
        assert!(!is_secret("token", "short", Written::InConfiguration));
        assert!(!is_secret(
            "secret",
            "prod/orders/database",
            Written::InConfiguration
        ));
    }

    #[test]
    fn masks_hide_most_of_a_secret() {
        assert_eq!(mask("AKIA2E0A8F3B244C9986"), "AKIA…86");
        assert_eq!(mask("hunter2hunter2"), "h…");
        assert_eq!(mask("hunter2"), "…");
        assert_eq!(mask("ééééééééé"), "é…");
    }
}
