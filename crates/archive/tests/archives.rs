//! Archives as tools make them, and as an attacker would.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::io::{Cursor, Write};

use archive::{Cut, Limits, NotAnArchive, Summary, Visitor, is_archive, read};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;

/// Takes every file, or those with one ending.
#[derive(Default)]
struct Files {
    ending: &'static str,
    found: Vec<(String, Vec<u8>)>,
}

impl Visitor for Files {
    fn wants(&mut self, path: &str) -> bool {
        path.ends_with(self.ending)
    }

    fn file(&mut self, path: &str, content: &[u8]) {
        self.found.push((path.to_owned(), content.to_vec()));
    }
}

impl Files {
    fn paths(&self) -> Vec<&str> {
        self.found.iter().map(|(path, _)| path.as_str()).collect()
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content).unwrap();
    gzip.finish().unwrap()
}

fn everything(name: &str, bytes: &[u8], limits: &Limits) -> (Files, Summary) {
    let mut files = Files::default();
    let summary = read(name, bytes, limits, &mut files).unwrap();
    (files, summary)
}

#[test]
fn files_come_out_of_every_kind_of_archive() {
    let files: [(&str, &[u8]); 2] = [("app.py", b"import os\n"), ("lib/x.json", b"{}")];
    let long = format!("{}/deep.txt", "folder/".repeat(30));
    let tar = tarred(&[files[0], files[1], (&long, b"deep")]);
    for (name, bytes, count) in [
        ("a.zip", zipped(&files), 2),
        ("a.whl", zipped(&files), 2),
        ("a.tar", tar.clone(), 3),
        ("a.tgz", gzipped(&tar), 3),
    ] {
        let (found, summary) = everything(name, &bytes, &Limits::default());
        assert_eq!(summary.cut, None, "{name}");
        assert_eq!(found.found.len(), count, "{name}");
        assert_eq!(found.found[0].0, "app.py");
        assert_eq!(found.found[0].1, b"import os\n");
    }
}

#[test]
fn a_gzip_file_holds_one_file() {
    let (found, _) = everything("backup/data.json.gz", &gzipped(b"{}"), &Limits::default());
    assert_eq!(found.found, [("data.json".to_owned(), b"{}".to_vec())]);
}

#[test]
fn only_wanted_files_are_unpacked() {
    let bytes = zipped(&[("a.class", &[7; 5000]), ("META-INF/pom.properties", b"v=1")]);
    let mut files = Files {
        ending: ".properties",
        ..Files::default()
    };
    let limits = Limits {
        total_bytes: 100,
        ..Limits::default()
    };
    let summary = read("a.jar", &bytes, &limits, &mut files).unwrap();
    assert_eq!(files.paths(), ["META-INF/pom.properties"]);
    assert_eq!(
        (summary.entries, summary.left_out, summary.cut),
        (2, 0, None)
    );
}

#[test]
fn archives_in_archives_are_opened_to_a_depth() {
    let innermost = zipped(&[("c.txt", b"c")]);
    let inner = zipped(&[("lib/c.jar", &innermost), ("b.txt", b"b")]);
    let outer = gzipped(&tarred(&[("b.jar", &inner), ("a.txt", b"a")]));
    let (found, summary) = everything("a.tgz", &outer, &Limits::default());
    assert_eq!(
        found.paths(),
        ["b.jar!/lib/c.jar!/c.txt", "b.jar!/b.txt", "a.txt"]
    );
    assert_eq!(summary.cut, None);
    let limits = Limits {
        depth: 2,
        ..Limits::default()
    };
    let (found, summary) = everything("a.tgz", &outer, &limits);
    assert_eq!(found.paths(), ["b.jar!/b.txt", "a.txt"]);
    assert_eq!(summary.cut, Some(Cut::Depth));
}

#[test]
fn bombs_are_cut_off() {
    let zeros = vec![0; 20 << 20];
    let limits = Limits {
        file_bytes: 64 << 20,
        ..Limits::default()
    };
    let nested = zipped(&[("x.gz.gz", &gzipped(&gzipped(&zeros)))]);
    for (name, bomb) in [
        ("a.zip", zipped(&[("zeros", &zeros)])),
        ("a.gz", gzipped(&zeros)),
        ("a.tgz", gzipped(&tarred(&[("zeros", &zeros), ("b", b"b")]))),
        ("b.zip", nested),
    ] {
        let (found, summary) = everything(name, &bomb, &limits);
        assert_eq!(summary.cut, Some(Cut::Bytes), "{name}");
        assert!(found.found.is_empty(), "{name}");
    }
}

/// Bytes that several readers pass on to each other are unpacked once.
#[test]
fn what_is_unpacked_counts_once() {
    let content = [7; 10_000];
    let tar = tarred(&[("a", &content)]);
    for (name, bytes, unpacked) in [
        ("a.zip", zipped(&[("a", &content)]), content.len()),
        ("a.gz", gzipped(&content), content.len()),
        ("a.tgz", gzipped(&tar), tar.len()),
        ("b.zip", zipped(&[("a.tar", &tar)]), tar.len()),
    ] {
        for (total, cut) in [
            (unpacked as u64 + 1, None),
            (unpacked as u64 / 2, Some(Cut::Bytes)),
        ] {
            let limits = Limits {
                total_bytes: total,
                ..Limits::default()
            };
            let (found, summary) = everything(name, &bytes, &limits);
            assert_eq!(summary.cut, cut, "{name}, {total}");
            assert_eq!(found.found.len(), usize::from(cut.is_none()));
        }
    }
}

#[test]
fn only_what_may_have_been_wanted_counts_as_left_out() {
    let mut bytes = zipped(&[("a.class", b"a"), ("b.properties", b"b"), ("c.jar", b"c")]);
    // A method that nobody knows, in the directory at the end.
    let headers = bytes.windows(4).enumerate();
    let headers: Vec<usize> = headers
        .filter_map(|(at, mark)| (mark == b"PK\x01\x02").then_some(at))
        .collect();
    for header in headers {
        bytes[header + 10] = 77;
    }
    let mut files = Files {
        ending: ".properties",
        ..Files::default()
    };
    let summary = read("a.zip", &bytes, &Limits::default(), &mut files).unwrap();
    assert_eq!((summary.entries, summary.left_out), (3, 2));
    assert!(files.found.is_empty());
}

/// Holes cost nothing in the archive.
#[test]
fn the_holes_of_sparse_files_count() {
    let mut tar = tar::Builder::new(Vec::new());
    for name in ["a", "b", "c"] {
        let mut header = tar::Header::new_gnu();
        header.set_path(name).unwrap();
        header.set_entry_type(tar::EntryType::GNUSparse);
        header.set_size(0);
        let gnu = header.as_gnu_mut().unwrap();
        // One hole of 512 KiB, and nothing after it.
        gnu.sparse[0].offset = *b"00002000000\0";
        gnu.sparse[0].numbytes = *b"00000000000\0";
        gnu.realsize = *b"00002000000\0";
        header.set_cksum();
        tar.append(&header, std::io::empty()).unwrap();
    }
    let bytes = tar.into_inner().unwrap();
    let (found, summary) = everything("a.tar", &bytes, &Limits::default());
    assert_eq!((found.paths(), summary.cut), (vec!["a"], Some(Cut::Bytes)));
}

#[test]
fn large_files_are_left_out_and_the_others_read() {
    let limits = Limits {
        file_bytes: 100,
        ..Limits::default()
    };
    let files: [(&str, &[u8]); 2] = [("large", &[1; 101]), ("small", &[1; 100])];
    for (name, bytes) in [("a.zip", zipped(&files)), ("a.tar", tarred(&files))] {
        let (found, summary) = everything(name, &bytes, &limits);
        assert_eq!(found.paths(), ["small"]);
        assert_eq!((summary.left_out, summary.cut), (1, None));
    }
}

#[test]
fn entries_are_counted() {
    let limits = Limits {
        entries: 2,
        ..Limits::default()
    };
    let bytes = tarred(&[("a", b""), ("b", b""), ("c", b"")]);
    let (found, summary) = everything("a.tar", &bytes, &limits);
    assert_eq!(found.paths(), ["a", "b"]);
    assert_eq!(summary.cut, Some(Cut::Entries));
}

#[test]
fn a_sparse_file_is_not_believed() {
    let mut header = tar::Header::new_gnu();
    header.set_path("sparse").unwrap();
    header.set_entry_type(tar::EntryType::GNUSparse);
    header.set_size(0);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.realsize = *b"77777777777\0";
    header.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&header, std::io::empty()).unwrap();
    let bytes = tar.into_inner().unwrap();
    let (found, _) = everything("a.tar", &bytes, &Limits::default());
    assert!(found.found.is_empty());
}

#[test]
fn what_is_damaged_is_said_to_be() {
    for (name, bytes) in [
        ("a.zip", zipped(&[("a", b"aaaaaaaa")])),
        ("a.tgz", gzipped(&tarred(&[("a", &[1; 2000])]))),
    ] {
        let half = &bytes[..bytes.len() / 2];
        let (_, summary) = everything(name, half, &Limits::default());
        assert!(
            summary.cut == Some(Cut::Damaged) || 0 < summary.left_out,
            "{name}"
        );
    }
    // A damaged one inside does not hide what lies beside it.
    let bytes = zipped(&[("a.zip", b"PK\x03\x04nothing"), ("b.txt", b"b")]);
    let (found, summary) = everything("c.zip", &bytes, &Limits::default());
    assert_eq!(found.paths(), ["b.txt"]);
    assert_eq!(summary.cut, Some(Cut::Damaged));
}

#[test]
fn other_bytes_are_no_archive() {
    let mut files = Files::default();
    let limits = Limits::default();
    assert_eq!(read("a", b"text", &limits, &mut files), Err(NotAnArchive));
    assert_eq!(read("a", b"", &limits, &mut files), Err(NotAnArchive));
    assert!(is_archive("layers/deps.ZIP") && is_archive("a.tar.gz"));
    assert!(!is_archive("zip") && !is_archive("a.py"));
}

proptest! {
    /// Whatever a byte of an archive is changed to, reading it ends, within its limits.
    #[test]
    fn changed_archives_are_read_within_limits(
        kind in 0usize..3,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let files: [(&str, &[u8]); 2] = [("a.txt", &[b'a'; 700]), ("b.zip", &zipped(&[("c", b"c")]))];
        let mut bytes = match kind {
            0 => zipped(&files),
            1 => tarred(&files),
            _ => gzipped(&tarred(&files)),
        };
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        let limits = Limits { file_bytes: 1 << 16, ..Limits::default() };
        let mut files = Files::default();
        if read("a", &bytes, &limits, &mut files).is_ok() {
            let total: usize = files.found.iter().map(|(_, content)| content.len()).sum();
            prop_assert!(total <= 1 << 20);
            prop_assert!(files.found.iter().all(|(path, _)| !path.starts_with('/')));
        }
    }
}
