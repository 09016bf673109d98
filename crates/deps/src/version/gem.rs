//! RubyGems: segments of digits and of letters; letters make a version one before a release.

use std::cmp::Ordering;

use super::{is_number, numbers};

pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let (one, other) = (segments(one)?, segments(other)?);
    let longest = one.len().max(other.len());
    for at in 0..longest {
        let part = one.get(at).map_or("0", String::as_str);
        let with = other.get(at).map_or("0", String::as_str);
        let order = match (is_number(part), is_number(with)) {
            (true, true) => numbers(part, with),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => part.cmp(with),
        };
        if order != Ordering::Equal {
            return Some(order);
        }
    }
    Some(Ordering::Equal)
}

/// The canonical segments: `-` starts a version before a release; zeros at the end of either half say nothing.
fn segments(text: &str) -> Option<Vec<String>> {
    let text = text.replace('-', ".pre.");
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let mut segments: Vec<String> = Vec::new();
    for part in text.split('.') {
        let mut run = String::new();
        for letter in part.chars() {
            if !letter.is_ascii_alphanumeric() {
                return None;
            }
            let continues = run
                .chars()
                .next_back()
                .is_none_or(|last| last.is_ascii_digit() == letter.is_ascii_digit());
            if !continues {
                segments.push(std::mem::take(&mut run));
            }
            run.push(letter);
        }
        segments.push(run);
    }
    let words = segments.iter().position(|segment| !is_number(segment));
    let tail = segments.split_off(words.unwrap_or(segments.len()));
    Some([trimmed(segments), trimmed(tail)].concat())
}

fn trimmed(mut segments: Vec<String>) -> Vec<String> {
    while segments
        .last()
        .is_some_and(|last| last.bytes().all(|byte| byte == b'0'))
    {
        segments.pop();
    }
    segments
}
