//! An archive: what is read of it stays within its limits.

#![no_main]

use archive::{Limits, Visitor, read};
use libfuzzer_sys::fuzz_target;

struct Counted(u64);

impl Visitor for Counted {
    fn wants(&mut self, path: &str) -> bool {
        assert!(!path.starts_with('/') && path.split('/').all(|part| part != ".."));
        true
    }

    fn file(&mut self, _: &str, content: &[u8]) {
        self.0 += content.len() as u64;
    }
}

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let mut counted = Counted(0);
    if let Ok(summary) = read("a.zip", bytes, &limits, &mut counted) {
        assert!(summary.entries <= limits.entries);
        // A buffer may be read beyond what the meter allows.
        assert!(counted.0 <= limits.total_bytes + (1 << 20));
    }
});
