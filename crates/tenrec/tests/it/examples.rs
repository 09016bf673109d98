//! What Tenrec says about each project in `examples/` is kept beside it, so that a change of the rules shows as a change of
//! what users read.

use std::fmt::Write;
use std::path::Path;

use base::{Budget, LineIndex, System};
use tenrec::disk::DiskSystem;
use tenrec::scan;

/// One line a finding: where, how bad, which rule, what it says.
fn findings(root: &Path) -> String {
    let system = DiskSystem::new(root);
    let outcome = scan::run(&system, &Budget::default());
    let mut lines = Vec::new();
    for finding in &outcome.findings {
        let path = &system.files()[finding.place.file.0 as usize].path;
        let text = system.read(path).unwrap();
        let line = LineIndex::new(&text).line(finding.place.span.start);
        lines.push((
            path.clone(),
            line,
            format!(
                "{path}:{line} {} [{}] {}",
                finding.severity().as_str(),
                finding.rule,
                finding.message
            ),
        ));
    }
    lines.sort();
    let mut out = String::new();
    for (_, _, line) in lines {
        writeln!(out, "{line}").unwrap();
    }
    out
}

fn check(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&root);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("expected-findings", findings(&root)));
}

#[test]
fn cv_filter() {
    check("cv-filter");
}

#[test]
fn multipart() {
    check("multipart");
}

#[test]
fn orders() {
    check("orders");
}

#[test]
fn upload_hash() {
    check("upload-hash");
}
