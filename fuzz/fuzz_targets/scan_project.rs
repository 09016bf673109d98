//! A whole project: several files, one behind the other, each after a line `//- path`.

#![no_main]

use base::{Budget, MemorySystem, RelPath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let files = text.split("//- ").filter_map(|file| {
        let (path, text) = file.split_once('\n')?;
        Some((RelPath::new(path.trim()).ok()?, text.to_owned()))
    });
    let budget = Budget {
        steps: 20_000,
        ..Budget::default()
    };
    let _ = tenrec::scan::run(&MemorySystem::new(files), &budget);
});
