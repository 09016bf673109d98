//! A service of the Serverless Framework, with a second file for its variables to name.

#![no_main]

use base::{Budget, MemorySystem, RelPath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|files: (&str, &str)| {
    let named = [
        ("serverless.yml", files.0),
        ("x.yml", files.1),
        (".env", files.1),
    ];
    let files = named.map(|(path, text)| (RelPath::new(path).unwrap(), text.to_owned()));
    let _ = iac::read(&MemorySystem::new(files), &Budget::default());
});
