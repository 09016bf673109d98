//! A text, read both ways, and as a name and a value: what is found lies inside of it, in order, and is not shown.

#![no_main]

use detect::{Detector, Reading, Secret, Written};
use libfuzzer_sys::fuzz_target;

fn assert_hidden(secret: &Secret, text: &str) {
    assert!(secret.shown.contains('…'));
    assert!(secret.shown.chars().filter(|it| *it != '…').count() <= 6);
    assert!(!secret.is(text) || secret.shown != text);
}

fuzz_target!(|text: &str| {
    let detector = Detector::builtin();
    for reading in [Reading::Tokens, Reading::Settings] {
        let mut end = 0;
        for secret in detector.secrets(text, reading) {
            let span = secret.span.start as usize..secret.span.end as usize;
            assert!(end <= span.start && span.start < span.end);
            end = span.end;
            assert_hidden(&secret, text.get(span).unwrap());
        }
    }
    if let Some((name, value)) = text.split_once('=') {
        for written in [Written::InCode, Written::InConfiguration] {
            if let Some(secret) = detector.secret_value(name, value, written) {
                assert_eq!(secret.span.end as usize, value.len());
                assert_hidden(&secret, value);
            }
        }
    }
});
