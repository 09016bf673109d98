//! Tokens drawn at random, always the same ones, so that none has to be written down.

#![expect(
    clippy::indexing_slicing,
    reason = "every index is less than the length of the alphabet that it is one of"
)]

/// A source of tokens.
pub(super) struct Draw(u64);

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

impl Draw {
    pub(super) fn new() -> Self {
        Self(0x2545_f491_4f6c_dd1d)
    }

    /// A text with its «kinds of tokens» drawn.
    pub(super) fn filled(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('«') {
            let (kind, after) = after.split_once('»').expect("a token ends");
            filled += before;
            filled += &self.token(kind);
            rest = after;
        }
        filled + rest
    }

    fn token(&mut self, kind: &str) -> String {
        match kind.split_once(' ') {
            None if kind == "uuid" => {
                let parts = [8, 4, 4, 4, 12].map(|length| self.of("hex", length));
                parts.join("-")
            }
            None => base64(&format!("shop:{}", self.of("b62", 12))),
            Some(("encoded", "GITHUB")) => {
                base64(&format!("TOKEN={}\n", self.with_checksum("ghp_")))
            }
            Some(("encoded", _)) => base64("STAGE=prod\nDB_PASSWORD=Tr0ub4dor3x\n"),
            Some(("crc", prefix)) => self.with_checksum(prefix),
            Some((kind, length)) => self.of(kind, length.parse().expect("a token has a length")),
        }
    }

    fn of(&mut self, kind: &str, length: usize) -> String {
        let alphabets = [
            ("b62", format!("{DIGITS}{UPPER}{LOWER}")),
            ("hex", "0123456789abcdef".to_owned()),
            ("alpha", format!("{LOWER}{UPPER}")),
            ("dig", DIGITS.to_owned()),
            ("low", format!("{LOWER}{DIGITS}")),
            ("up", format!("{UPPER}{DIGITS}")),
            ("b32", format!("{UPPER}234567")),
            ("b64", format!("{UPPER}{LOWER}{DIGITS}+/")),
            ("url", format!("{UPPER}{LOWER}{DIGITS}-_")),
        ];
        let mut alphabets = alphabets.into_iter();
        let alphabet = alphabets.find(|(known, _)| *known == kind);
        let (_, alphabet) = alphabet.expect("a token is of a known kind");
        self.from(&alphabet, length)
    }

    fn with_checksum(&mut self, prefix: &str) -> String {
        let random = self.of("b62", 30);
        let alphabet: Vec<char> = format!("{DIGITS}{UPPER}{LOWER}").chars().collect();
        let mut sum = crc32fast::hash(random.as_bytes()) as usize;
        let mut digits = [' '; 6];
        for digit in digits.iter_mut().rev() {
            *digit = alphabet[sum % 62];
            sum /= 62;
        }
        format!("{prefix}{random}{}", String::from_iter(digits))
    }

    fn from(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let mut letter = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            alphabet[(self.0 >> 20) as usize % alphabet.len()]
        };
        (0..length).map(|_| letter()).collect()
    }
}

fn base64(text: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = text.as_bytes().chunks(3).map(|group| {
        let bits = group
            .iter()
            .fold(0usize, |bits, byte| bits << 8 | usize::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        let digit = |at: usize| match at <= group.len() {
            true => char::from(ALPHABET[bits >> (18 - 6 * at) & 63]),
            false => '=',
        };
        String::from_iter((0..4).map(digit))
    });
    groups.collect()
}
