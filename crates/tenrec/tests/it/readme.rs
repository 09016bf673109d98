//! The commands of the README work as they are written.

use std::path::Path;
use std::process::Command;

#[test]
fn commands_of_the_readme_work() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let repository = repository.canonicalize().unwrap();
    let readme = std::fs::read_to_string(repository.join("README.md")).unwrap();
    let output = tempfile::tempdir().unwrap();
    let mut count = 0;
    for line in readme.lines() {
        let Some(command) = line.strip_prefix("$ ") else {
            continue;
        };
        let command = command.split(" #").next().unwrap();
        let arguments = command
            .strip_prefix("tenrec ")
            .or_else(|| command.strip_prefix("cargo run --release -- "));
        let Some(arguments) = arguments else {
            continue;
        };
        // Reports go elsewhere than into the repository.
        let arguments =
            arguments.replace("report.", &format!("{}/report.", output.path().display()));
        let status = Command::new(env!("CARGO_BIN_EXE_tenrec"))
            .args(arguments.split_whitespace().map(|it| it.trim_matches('\'')))
            .current_dir(&repository)
            .output()
            .unwrap();
        assert!(
            matches!(status.status.code(), Some(0 | 1)),
            "{command}: {status:?}"
        );
        count += 1;
    }
    assert!(5 < count, "the README shows only {count} commands");
}
