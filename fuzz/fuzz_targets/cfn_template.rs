//! A CloudFormation or SAM template, in both notations.

#![no_main]

use base::{Budget, MemorySystem, RelPath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let files = ["template.yaml", "template.json"]
        .map(|path| (RelPath::new(path).unwrap(), text.to_owned()));
    let _ = iac::read(&MemorySystem::new(files), &Budget::default());
});
