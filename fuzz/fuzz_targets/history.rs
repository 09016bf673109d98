//! A repository: objects and files, one behind the other, each after a line `//- blob`, `//- tree`, `//- commit`, `//- tag` or
//! the path of a file of the repository. `{0}` stands for the id of the first object, in hexadecimal, `<0>` for its bytes.

#![no_main]

use std::fs;

use gix::ObjectId;
use gix::objs::Kind;
use history::{Limits, Visitor, walk};
use libfuzzer_sys::fuzz_target;

struct Counted {
    versions: usize,
    bytes: u64,
}

impl Visitor for Counted {
    fn wants(&mut self, _: &str) -> bool {
        true
    }

    fn version(&mut self, commit: &str, _: &str, text: &str) {
        assert!(!commit.is_empty());
        self.versions += 1;
        self.bytes += text.len() as u64;
    }
}

/// Far more than objects of a small input are.
const MOST: usize = 32;

/// A text in which the ids of the objects before it stand.
fn filled(text: &[u8], ids: &[ObjectId]) -> Vec<u8> {
    let mut filled = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let id = match (first, after) {
            (b'{', [digit, b'}', ..]) | (b'<', [digit, b'>', ..]) => {
                ids.get(usize::from(digit.wrapping_sub(b'0')))
            }
            _ => None,
        };
        match id {
            Some(id) if *first == b'{' => filled.extend(id.to_string().bytes()),
            Some(id) => filled.extend(id.as_bytes()),
            None => filled.push(*first),
        }
        rest = if id.is_some() { &after[2..] } else { after };
    }
    filled
}

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().unwrap();
    let git = folder.path().join(".git");
    for part in [
        "objects/info",
        "objects/pack",
        "refs/heads",
        "refs/tags",
        "info",
    ] {
        fs::create_dir_all(git.join(part)).unwrap();
    }
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    let objects = gix::odb::loose::Store::at(git.join("objects"), gix::hash::Kind::Sha1);
    let mut ids: Vec<ObjectId> = Vec::new();
    let mut rest = bytes;
    while let (Some(at), true) = (
        rest.windows(4).position(|it| it == b"//- "),
        ids.len() < MOST,
    ) {
        rest = &rest[at + 4..];
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
            break;
        };
        let (name, after) = (&rest[..end], &rest[end + 1..]);
        let length = after.windows(4).position(|it| it == b"//- ");
        let text = filled(&after[..length.unwrap_or(after.len())], &ids);
        rest = after;
        match Kind::from_bytes(name) {
            Ok(kind) => {
                let Ok(id) = gix::objs::Write::write_buf(&objects, kind, &text) else {
                    continue;
                };
                if matches!(kind, Kind::Commit | Kind::Tag) {
                    let at = git.join(format!("refs/tags/{}", ids.len()));
                    fs::write(at, format!("{id}\n")).unwrap();
                }
                ids.push(id);
            }
            Err(_) => {
                // Only what a repository is read from.
                let known: [&[u8]; 6] = [
                    b"config",
                    b"HEAD",
                    b"packed-refs",
                    b"shallow",
                    b"refs/heads/main",
                    b"index",
                ];
                if let Some(name) = known.iter().find(|known| **known == name) {
                    let _ = fs::write(git.join(str::from_utf8(name).unwrap()), text);
                }
            }
        }
    }
    let limits = Limits {
        commits: 8,
        versions: 16,
        version_bytes: 1 << 12,
        total_bytes: 1 << 14,
    };
    let mut counted = Counted {
        versions: 0,
        bytes: 0,
    };
    if let Ok(summary) = walk(folder.path(), &limits, &mut counted) {
        assert!(summary.commits <= limits.commits && summary.versions <= limits.versions);
        assert!(counted.versions <= summary.versions && counted.bytes <= limits.total_bytes);
    }
});
