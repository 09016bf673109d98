//! A flavour, a call, flags up to a slash, and a regular expression.

#![no_main]

use libfuzzer_sys::fuzz_target;
use redos::{Call, Flavor, Verdict};

fuzz_target!(|input: (u8, &str)| {
    let (kind, text) = input;
    let kind = usize::from(kind);
    let flavor = Flavor::ALL[kind % Flavor::ALL.len()];
    let call = [Call::Search, Call::Prefix, Call::Full][kind / Flavor::ALL.len() % 3];
    let (flags, pattern) = text.split_once('/').unwrap_or(("", text));
    if let Ok(Verdict::Vulnerable(found)) = redos::analyze(pattern, flavor, flags, call) {
        // Whoever shows the weakness cuts it out of the pattern.
        for span in &found.guilty {
            assert!(pattern.get(span.clone()).is_some());
        }
        assert!(1 < found.samples.len());
    }
});
