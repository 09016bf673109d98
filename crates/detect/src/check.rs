//! Secrets that prove themselves: checksums and structure inside a token.

use knowledge::SecretCheck;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a token is what it looks like.
pub(crate) fn passes(check: SecretCheck, token: &str) -> bool {
    match check {
        SecretCheck::Crc32Base62 => crc32_base62(token).unwrap_or(false),
        SecretCheck::JsonWebToken => json_web_token(token).unwrap_or(false),
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

/// The header is a JSON object that names an algorithm.
fn json_web_token(token: &str) -> Option<bool> {
    let header = base64_url(token.split('.').next()?)?;
    let header = String::from_utf8(header).ok()?;
    Some(header.starts_with('{') && header.contains("\"alg\""))
}

/// Decodes Base64 in its URL alphabet; a last incomplete group is dropped.
fn base64_url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut n_bits) = (0u32, 0);
    for byte in text.bytes() {
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
