//! An entry of a database of known vulnerabilities, and a version that it is asked about.

#![no_main]

use deps::osv::{Vulnerability, advisories};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (version, text) = input;
    let Ok(found) = advisories(text.as_bytes()) else {
        return;
    };
    for (ecosystem, _, advisory) in found {
        let _ = Vulnerability::of(ecosystem, version, &[advisory]);
    }
});
