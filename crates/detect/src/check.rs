//! Secrets that prove themselves: checksums and structure inside a token.

use knowledge::SecretCheck;

use crate::value::is_drawn;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a token is what it looks like.
pub(crate) fn passes(check: SecretCheck, token: &str) -> bool {
    match check {
        SecretCheck::Crc32Base62 => crc32_base62(token).unwrap_or(false),
        SecretCheck::JsonWebToken => json_web_token(token).unwrap_or(false),
        SecretCheck::Bech32 => bech32(token).unwrap_or(false),
        SecretCheck::BasicAuthorization => basic_authorization(token).unwrap_or(false),
        SecretCheck::Drawn => is_drawn(token),
    }
}

/// `prefix_` + random part + the CRC-32 of the random part in six base-62 digits.
fn crc32_base62(token: &str) -> Option<bool> {
    let (_, body) = token.rsplit_once('_')?;
    let (random, written) = body.split_at_checked(body.len().checked_sub(6)?)?;
    Some(base62(crc32fast::hash(random.as_bytes())) == written.as_bytes())
}

fn base62(mut number: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62
            .get((number % 62) as usize)
            .copied()
            .unwrap_or_default();
        number /= 62;
    }
    digits
}

/// The checksum of BIP 173: the prefix and the data, as a polynomial over five bits, leave 1.
fn bech32(token: &str) -> Option<bool> {
    const ALPHABET: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let token = token.to_ascii_lowercase();
    let (prefix, data) = token.rsplit_once('1')?;
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let mut values: Vec<u8> = high.chain([0]).chain(low).collect();
    for character in data.chars() {
        values.push(ALPHABET.find(character)? as u8);
    }
    let mut sum = 1u32;
    for value in values {
        let top = sum >> 25;
        sum = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        for (bit, generator) in GENERATOR.iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= generator;
            }
        }
    }
    Some(sum == 1)
}

/// `user:password`, both in visible characters, and not the words themselves.
fn basic_authorization(token: &str) -> Option<bool> {
    let decoded = String::from_utf8(base64(token)?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    let is_visible = decoded.bytes().all(|byte| byte.is_ascii_graphic());
    let is_example = password.eq_ignore_ascii_case("password")
        || matches!(user, "username" | "user" | "Aladdin")
            && password.to_ascii_lowercase().contains("pass");
    Some(is_visible && !is_example && !user.is_empty() && 4 <= password.len())
}

/// The header is a JSON object that names an algorithm.
fn json_web_token(token: &str) -> Option<bool> {
    let header = base64(token.split('.').next()?)?;
    let header = String::from_utf8(header).ok()?;
    Some(header.starts_with('{') && header.contains("\"alg\""))
}

/// Decodes Base64 in either alphabet; a last incomplete group is dropped.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut n_bits) = (0u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(digit);
        n_bits += 6;
        if 8 <= n_bits {
            n_bits -= 8;
            bytes.push((held >> n_bits & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_with_a_checksum_prove_themselves() {
        let random = "q7JxWc2Lk9TbR4vNz8HsY1mPd6GfAe";
        let sum = String::from_utf8(base62(crc32fast::hash(random.as_bytes())).to_vec()).unwrap();
        let token = format!("ghp_{random}{sum}");
        assert!(passes(SecretCheck::Crc32Base62, &token));
        let forged = token.replace("q7J", "q8J");
        assert!(!passes(SecretCheck::Crc32Base62, &forged));
        assert!(!passes(SecretCheck::Crc32Base62, "ghp_ab"));
    }

    #[test]
    fn bech32_has_a_checksum() {
        // The test vectors of BIP 173.
        for valid in ["A12UEL5L", "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"] {
            assert!(passes(SecretCheck::Bech32, valid), "{valid}");
        }
        for invalid in [
            "A1G7SGD8",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx",
            "x1b4n0q5v",
        ] {
            assert!(!passes(SecretCheck::Bech32, invalid), "{invalid}");
        }
    }

    #[test]
    fn basic_authorization_has_a_user_and_a_password() {
        let check = SecretCheck::BasicAuthorization;
        assert!(passes(check, "YXBwOmtxODNoejcybW5iMQ=="));
        assert!(!passes(check, "dXNlcjpwYXNzd29yZA=="));
        assert!(!passes(check, "cGFzc3dvcmQ="));
    }

    #[test]
    fn json_web_tokens_have_a_header_with_an_algorithm() {
        let check = SecretCheck::JsonWebToken;
        assert!(passes(
            check,
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
        ));
        assert!(!passes(
            check,
            "eyJhIjoiSFMyNTYifQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
        ));
    }
}
