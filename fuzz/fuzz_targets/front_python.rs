//! A handler.

#![no_main]

use base::{Budget, FileId, RelPath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let path = RelPath::new("app.py").unwrap();
    let _ = front_python::lower(FileId(0), &path, text, &Budget::default());
});
