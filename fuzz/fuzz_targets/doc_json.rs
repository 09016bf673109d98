//! A document: reading it ends, and every place lies inside of the text.

#![no_main]

use base::{Budget, FileId, RelPath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let document = doc::parse_json(FileId(0), &RelPath::root(), text, &Budget::default());
    for root in &document.roots {
        check(root, text);
    }
    for diagnostic in &document.diagnostics {
        if let Some(place) = diagnostic.place {
            assert!(
                text.get(place.span.start as usize..place.span.end as usize)
                    .is_some()
            );
        }
    }
});

fn check(node: &doc::Node, text: &str) {
    assert!(
        text.get(node.span.start as usize..node.span.end as usize)
            .is_some()
    );
    node.items().iter().for_each(|item| check(item, text));
    node.entries()
        .iter()
        .for_each(|entry| check(&entry.value, text));
}
