//! The pass over a text: keywords first, then the pattern of the format that a keyword belongs to.

use std::sync::{LazyLock, OnceLock};

use base::{Name, Span};
use knowledge::{Knowledge, SecretFormat, SecretPosition, Secrets};
use regex::{Match, Regex, RegexBuilder};
use sha2::{Digest, Sha256};

use crate::check;
use crate::encoded;
use crate::keywords::Keywords;
use crate::name::Names;
use crate::value::{Written, entropy, is_literal, is_placeholder, mask};

/// How far from its keyword a format's match may reach, in bytes.
const WINDOW: usize = 2048;

/// The longest value of a setting that is looked at, in characters. The patterns do not say it: each character that they counted
/// would make them larger, and most of a small scan would go by while they are compiled.
const LONGEST_VALUE: usize = 512;

/// Most secrets that are reported of one text: more is a data file.
const MOST: usize = 200;

/// Finds secrets.
#[derive(Debug)]
pub struct Detector {
    formats: Vec<Format>,
    names: Names,
    placeholders: Vec<String>,
    keywords: Keywords,
    /// For each keyword, the format that it belongs to; nothing for a word that names secrets.
    owners: Vec<Option<u32>>,
}

/// A format with its pattern, which is compiled when its keyword is first met.
#[derive(Debug)]
struct Format {
    row: SecretFormat,
    pattern: OnceLock<Option<Regex>>,
}

/// How a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// For tokens that are told by their looks: anything, and code whose names are looked at where it is understood.
    Tokens,
    /// For such tokens, unless what stands around them says that they are examples.
    Documentation,
    /// For texts in quotes that are given to something called like a secret as well: code that is not understood.
    Code,
    /// For values of settings that are called like secrets as well: `.env`, JSON, YAML, INI.
    Settings,
}

/// A secret that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The bytes of the secret itself.
    pub span: Span,
    /// How it was told.
    pub kind: SecretKind,
    /// The secret for people: most of it is left out.
    pub shown: String,
    digest: u64,
}

impl Secret {
    /// A text of which its use says that it is a key, whatever it looks like; its place is that of its text.
    #[must_use]
    pub fn key(name: Name, text: &str) -> Self {
        Self::new(0, text, SecretKind::Named { name })
    }

    fn new(start: usize, secret: &str, kind: SecretKind) -> Self {
        let start = start as u32;
        Self {
            span: Span::new(start, start + secret.len() as u32),
            kind,
            shown: mask(secret),
            digest: digest(secret),
        }
    }

    /// The same secret at another place: that of the value which a span counted from.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// Whether `value` is this very secret, which may stand in several places.
    #[must_use]
    pub fn is(&self, value: &str) -> bool {
        self.digest == digest(value)
    }

    /// What is the same for the same secret, and tells nothing else about it.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.digest
    }
}

/// The start of the secret's SHA-256: nobody can make another text that is taken for it.
fn digest(secret: &str) -> u64 {
    let hash = Sha256::digest(secret.as_bytes());
    hash.iter()
        .take(8)
        .fold(0, |digest, byte| digest << 8 | u64::from(*byte))
}

/// How a secret was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// By its looks.
    Format {
        /// The format's name: `github-token`.
        name: Name,
        /// The format's name for people: `GitHub token`.
        title: Name,
        /// It opens a test environment only.
        is_test: bool,
        /// Something in it, such as a checksum, proves that it is one.
        is_proven: bool,
    },
    /// By what it is called.
    Named {
        /// The name it is assigned to.
        name: Name,
    },
}

impl Detector {
    /// The detector of all built-in formats.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: LazyLock<Detector> =
            LazyLock::new(|| Detector::new(&Knowledge::builtin().secrets));
        &BUILTIN
    }

    /// A detector of these formats.
    #[must_use]
    pub fn new(secrets: &Secrets) -> Self {
        let mut keywords: Vec<String> = Vec::new();
        let mut owners = Vec::new();
        for (format, index) in secrets.formats.iter().zip(0..) {
            for keyword in &format.keywords {
                keywords.push(keyword.to_string());
                owners.push(Some(index));
            }
        }
        for phrase in &secrets.names.secret {
            let mut spellings: Vec<String> = ["", "_", "-"]
                .map(|joint| phrase.replace(' ', joint))
                .into();
            spellings.dedup();
            owners.extend(spellings.iter().map(|_| None));
            keywords.append(&mut spellings);
        }
        let formats = secrets.formats.iter().map(|row| Format {
            row: row.clone(),
            pattern: OnceLock::new(),
        });
        Self {
            formats: formats.collect(),
            names: Names::new(&secrets.names),
            placeholders: secrets
                .names
                .placeholder
                .iter()
                .map(ToString::to_string)
                .collect(),
            keywords: Keywords::new(keywords),
            owners,
        }
    }

    /// Every secret in a text, in order; of those that overlap the first and longest.
    #[must_use]
    pub fn secrets(&self, text: &str, reading: Reading) -> Vec<Secret> {
        let mut found = self.written(text, reading);
        if reading == Reading::Settings {
            found.extend(self.encoded(text));
        }
        without_overlaps(found)
    }

    /// The secrets that are written as they are.
    fn written(&self, text: &str, reading: Reading) -> Vec<Secret> {
        let mut found: Vec<Secret> = Vec::new();
        for hit in self.keywords.hits(text) {
            if MOST <= found.len() {
                break;
            }
            let owner = self.owners.get(hit.keyword).copied().flatten();
            match owner.and_then(|index| self.formats.get(index as usize)) {
                Some(format) if reading == Reading::Documentation => {
                    if !format.row.is_guess && !is_explained_as_example(text, hit.start) {
                        found.extend(self.token(format, text, hit.start, hit.end));
                    }
                }
                Some(format) => found.extend(self.token(format, text, hit.start, hit.end)),
                None if matches!(reading, Reading::Tokens | Reading::Documentation) => {}
                None => found.extend(self.setting(text, hit.start, hit.end, reading)),
            }
        }
        found
    }

    /// The secrets in what is written as Base64. Their place is all of it.
    fn encoded(&self, text: &str) -> Vec<Secret> {
        encoded::texts(text)
            .filter_map(|(span, inner)| {
                let found = self.written(&inner, Reading::Settings);
                Some(without_overlaps(found).into_iter().next()?.at(span))
            })
            .take(MOST)
            .collect()
    }

    /// The secret that is the value of something with this name, if it is one. Its span counts from the value's start.
    #[must_use]
    pub fn secret_value(&self, name: &str, value: &str, written: Written) -> Option<Secret> {
        let secret = self.names.secret_of(name)?;
        is_literal(&self.names, &self.placeholders, &secret, value, written)
            .then(|| Secret::new(0, value, SecretKind::Named { name: name.into() }))
    }

    /// Whether a name is that of a secret.
    #[must_use]
    pub fn is_secret_name(&self, name: &str) -> bool {
        self.names.secret_of(name).is_some()
    }

    /// Whether a field, header or variable of this name holds what lets somebody in: a secret, a cookie, an authorization.
    #[must_use]
    pub fn is_credential_name(&self, name: &str) -> bool {
        self.names.is_credential(name)
    }

    /// Whether a name ends like that of a secret and says that it is none.
    #[must_use]
    pub fn is_harmless_name(&self, name: &str) -> bool {
        self.names.is_harmless(name)
    }

    /// Whether a field or variable of this name holds what belongs to a person: the number of a card, an account, a document.
    #[must_use]
    pub fn is_personal_name(&self, name: &str) -> bool {
        self.names.is_personal(name)
    }

    /// The secret of a format whose keyword stands at `start..end`.
    fn token(&self, format: &Format, text: &str, start: usize, end: usize) -> Option<Secret> {
        let from = match format.row.position {
            SecretPosition::Around(back) => {
                let keyword = text.get(start..end)?;
                if !format.row.keywords.iter().any(|known| known == keyword) {
                    return None;
                }
                start.checked_sub(usize::from(back))?
            }
            SecretPosition::Assigned => end,
        };
        if format.row.position != SecretPosition::Assigned && !starts_token(text, from) {
            return None;
        }
        let window = window(text, from)?;
        let captures = format.pattern()?.captures(window)?;
        let whole = captures.get(0)?;
        // The innermost group: of what is assigned all is one, around what the format itself marks.
        let secret = captures.iter().flatten().last().unwrap_or(whole);
        if secret.end() == whole.end() && !ends_token(window, secret) {
            return None;
        }
        let token = secret.as_str();
        let is_harmless = format
            .row
            .unless
            .iter()
            .any(|part| whole.as_str().contains(part.as_str()));
        let is_genuine = format
            .row
            .check
            .is_none_or(|check| check::passes(check, token));
        if is_harmless
            || !is_genuine
            || entropy(token) < format.row.entropy
            || is_placeholder(&self.names, &self.placeholders, token)
        {
            return None;
        }
        let kind = SecretKind::Format {
            name: format.row.name.clone(),
            title: format.row.title.clone(),
            is_test: format.row.is_test,
            is_proven: format.row.check.is_some(),
        };
        Some(Secret::new(from + secret.start(), token, kind))
    }

    /// The literal value of a setting in whose name a word for secrets stands at `start..end`.
    fn setting(&self, text: &str, start: usize, end: usize, reading: Reading) -> Option<Secret> {
        let bytes = text.as_bytes();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
        let before = bytes.get(..start)?.iter().rev().take(64);
        let start = start - before.take_while(|byte| is_part(byte)).count();
        let after = bytes.get(end..)?.iter().take(64);
        let end = end + after.take_while(|byte| is_part(byte)).count();
        let opens = |byte: &u8| byte.is_ascii_whitespace() || b"\"'{[(,;<>$@".contains(byte);
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        // Inside an address or an ARN, a colon assigns nothing.
        if !before.is_none_or(opens) {
            return None;
        }
        let name = text.get(start..end)?;
        self.names.secret_of(name)?;
        let window = window(text, end)?;
        let (pattern, written) = match reading {
            Reading::Code => (&ASSIGNMENT, Written::InCode),
            _ => (&SETTING, Written::InConfiguration),
        };
        let captures = pattern.as_ref()?.captures(window)?;
        let value = captures.iter().skip(1).flatten().next()?;
        let mut content = value.as_str();
        let longest = content.char_indices().nth(LONGEST_VALUE);
        if captures.name("bare").or(captures.name("nested")).is_some() {
            content = longest.map_or(Some(content), |(end, _)| content.get(..end))?;
            // Not in quotes, brackets make it an expression.
            if content.contains(['(', '[', ']']) {
                return None;
            }
            content = alone(content, before.copied());
        } else if longest.is_some() {
            return None;
        }
        if is_said_to_be_example(text, start) {
            return None;
        }
        let mut secret = self.secret_value(name, content.trim_end(), written)?;
        let start = (end + value.start()) as u32;
        secret.span = Span::new(start, start + secret.span.end);
        Some(secret)
    }
}

/// The value of one of several settings in a line: it ends with the quote that stands before the setting's name, and where the
/// next setting starts: `"DbPassword=… Stage=prod"`, `-H "x-api-key: …"`.
fn alone(value: &str, before: Option<u8>) -> &str {
    let quote = before.filter(|byte| matches!(byte, b'"' | b'\''));
    let value = match quote.and_then(|quote| value.split_once(char::from(quote))) {
        Some((value, _)) => value,
        None => value,
    };
    match value.split_once(' ') {
        Some((first, rest)) if starts_setting(rest) => first,
        _ => value,
    }
}

fn starts_setting(text: &str) -> bool {
    let name = text.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(is_token_byte)
}

/// Whether the line up to here says that what follows is an example.
fn is_said_to_be_example(text: &str, to: usize) -> bool {
    /// Longer lines are lists of much else. Of one no more is looked at, as a whole file may be one.
    const LONGEST: usize = 200;
    let from = to.saturating_sub(LONGEST);
    let before = text.as_bytes().get(from..to).unwrap_or_default();
    let line = match before.iter().rposition(|byte| *byte == b'\n') {
        Some(end) => before.get(end + 1..).unwrap_or_default(),
        None if from == 0 => before,
        None => return false,
    };
    mentions(line, b"example")
}

/// Whether what stands shortly before says that examples follow.
fn is_explained_as_example(text: &str, to: usize) -> bool {
    /// A heading, a sentence, and the start of the block of code under it.
    const NEAR: usize = 400;
    const WORDS: [&[u8]; 6] = [
        b"example",
        b"sample",
        b"e.g.",
        b"for instance",
        b"looks like",
        b"replace",
    ];
    let before = text.as_bytes().get(to.saturating_sub(NEAR)..to);
    let before = before.unwrap_or_default();
    WORDS.iter().any(|word| mentions(before, word))
}

fn mentions(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len())
        .any(|part| part.eq_ignore_ascii_case(word))
}

/// What follows the name of a setting: its value in double quotes, in single quotes, or up to the end of the line; or in quotes
/// with a backslash, in JSON that is itself a text; in XML the content of the element or the next attribute; of what is described by
/// a block, as variables of Terraform and inputs of OpenWhisk are, its default or value.
static SETTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r#"(?x) \A (?:
            \\?["']?[\x20\t]{0,32}(?:=>|:=|=|:)[\x20\t]{0,32}(?:
                "([^"\r\n]+)"
                | '([^'\r\n]+)'
                | \\"([^"\\\r\n]+)\\"
                | (?P<bare>[^\s"'\#,;}\]\\][^\r\n\#,;}\]]*)
            )
            | >([^<\r\n]+)</
            | "[\x20\t]{1,8}[Vv]alue="([^"\r\n]+)"
            | "[\x20\t]{0,8}\{[^{}]{0,400}?\bdefault[\x20\t]{0,32}=[\x20\t]{0,8}"([^"\r\n]+)"
            | "[\x20\t]*:\s*\{[^{}]*?"value"[\x20\t]*:[\x20\t]*"([^"\r\n]+)"
            | :[\x20\t]*\r?\n(?:\x20+(?:type|description|required):[^\n]*\n){0,3}\x20+value:\x20+(?P<nested>[^\s"'\#,;}\]\\][^\r\n\#,;}\]]*)
        )"#,
    )
});

/// What follows a name in code: the type that some languages write behind it, and a text in quotes that it is given, or that is
/// passed with it.
static ASSIGNMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    compile(
        r#"(?x) \A (?:
            \\?["']?\]?[\x20\t]{0,32}
            (?: :[\x20\t]{0,4}[A-Za-z][0-9A-Za-z_<>?.\[\]]{0,40}[\x20\t]{0,4}= | => | := | = | : )
            | ["'],
        )
        [\x20\t]{0,32}[@$]?(?: \\?"([^"\\\r\n]+)\\?" | '([^'\r\n]+)' )"#,
    )
});

impl Format {
    /// The compiled pattern; nothing for one that the regex engine refuses, which a test excludes.
    fn pattern(&self) -> Option<&Regex> {
        let pattern = self.pattern.get_or_init(|| {
            let token = &self.row.pattern;
            match self.row.position {
                SecretPosition::Around(_) => compile(&format!(r"\A(?:{token})")),
                SecretPosition::Assigned => compile(&format!(
                    r#"\A[A-Za-z0-9_.-]{{0,40}}["'\]]{{0,2}}[ \t]{{0,8}}(?:=>|:=|[:=,])[ \t]{{0,8}}["'`]?({token})"#
                )),
            }
        });
        pattern.as_ref()
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).build().ok()
}

/// The text from `from`, as far as a match may reach.
fn window(text: &str, from: usize) -> Option<&str> {
    let mut end = text.len().min(from + WINDOW);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(from..end)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether a token that starts here is not the end of a longer word.
fn starts_token(text: &str, from: usize) -> bool {
    let bytes = text.as_bytes();
    let first = bytes.get(from).copied().unwrap_or_default();
    let before = from.checked_sub(1).and_then(|before| bytes.get(before));
    !is_token_byte(first) || !before.is_some_and(|byte| is_token_byte(*byte))
}

/// Whether a token is not the start of a longer word. A path may go on after one that has no slashes itself.
fn ends_token(text: &str, token: Match<'_>) -> bool {
    let after = text.as_bytes().get(token.end());
    !after.is_some_and(|byte| match byte {
        b'/' => token.as_str().contains(['/', '+']),
        byte => is_token_byte(*byte) || b"+=-".contains(byte),
    })
}

/// Of secrets that overlap, those told by their looks first, then the longer.
fn without_overlaps(mut found: Vec<Secret>) -> Vec<Secret> {
    let is_named = |secret: &Secret| matches!(secret.kind, SecretKind::Named { .. });
    found.sort_by_key(|secret| {
        let length = secret.span.end - secret.span.start;
        (is_named(secret), std::cmp::Reverse(length), secret.span)
    });
    let mut kept: Vec<Secret> = Vec::new();
    for secret in found {
        let overlaps = |other: &Secret| {
            secret.span.start < other.span.end && other.span.start < secret.span.end
        };
        if !kept.iter().any(overlaps) {
            kept.push(secret);
        }
    }
    kept.sort_by_key(|secret| secret.span);
    kept
}
