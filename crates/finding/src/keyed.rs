//! What tells equal secrets in reports, without giving away any.

use sha2::{Digest, Sha256};

/// The size of the blocks that SHA-256 works on, in bytes.
const BLOCK: usize = 64;

/// The name of a secret, by its digest, under a key: HMAC-SHA-256, its first 16 bytes. Whoever has the reports but not the key
/// cannot find out a secret by trying.
#[must_use]
pub fn keyed(key: &[u8], digest: u64) -> String {
    let mut block = [0; BLOCK];
    let hashed = Sha256::digest(key);
    let key: &[u8] = if BLOCK < key.len() { &hashed } else { key };
    for (byte, of_key) in block.iter_mut().zip(key) {
        *byte = *of_key;
    }
    let inner = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x36))
        .chain_update(digest.to_be_bytes())
        .finalize();
    let outer = Sha256::new()
        .chain_update(block.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize();
    let shown = outer.iter().take(16);
    shown.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By Python: `hmac.new(key, bytes.fromhex("0123456789abcdef"), "sha256").hexdigest()[:32]`.
    #[test]
    fn names_under_a_key_are_hmacs() {
        assert_eq!(
            keyed(b"a key", 0x0123_4567_89ab_cdef),
            "cc46e03d68fadd4c575f4e8545b7a805"
        );
        assert_eq!(
            keyed(&[7; 100], 0x0123_4567_89ab_cdef),
            "da79018c1e07f37ab9799da8ea5dc511"
        );
    }
}
