//! Packages that lie in the project as they were installed.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::io::{Cursor, Write};

use base::{Budget, Code, MemorySystem, RelPath};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The package URLs of what each file holds, and the codes of what was not read.
fn found(files: &[(&str, Vec<u8>)]) -> (Vec<(String, String)>, Vec<Code>) {
    let files = files
        .iter()
        .map(|(path, content)| (RelPath::new(path).unwrap(), content.clone()));
    let (inventory, diagnostics) = deps::read(&MemorySystem::new(files), &Budget::default());
    let locks = inventory.locks.iter();
    let packages = locks.flat_map(|lock| {
        lock.packages
            .iter()
            .map(|it| (lock.path.to_string(), it.purl()))
    });
    (
        packages.collect(),
        diagnostics.iter().map(|it| it.code).collect(),
    )
}

#[test]
fn archives_say_which_packages_they_hold() {
    let jar = zipped(&[(
        "META-INF/maven/org.x/y/pom.properties",
        b"#made\nversion=1.2\ngroupId=org.x\nartifactId=y\n",
    )]);
    let package = zipped(&[
        ("yaml/__init__.py", b""),
        ("PyYAML-3.13.dist-info/METADATA", b"Metadata-Version: 2.1\nName: PyYAML\nVersion: 3.13\n\nVersion: 9\n"),
        ("node_modules/@s/a/package.json", br#"{"name": "@s/a", "version": "1.0.0"}"#),
        ("node_modules/@s/a/test/package.json", br#"{"name": "fixture", "version": "1.0.0"}"#),
        ("node_modules/b/package.json", br#"{"name": "other", "version": "1.0.0"}"#),
        ("node_modules/c/package.json", b"{"),
        ("app.deps.json", br#"{"libraries": {"App/1.0.0": {"type": "project"}, "Json/13.0.1": {"type": "package"}}}"#),
        ("lib/y.jar", &jar),
    ]);
    let (found, unread) = found(&[
        ("build/app.zip", package),
        ("gradle/wrapper/gradle-wrapper.jar", jar),
    ]);
    let purls: Vec<&str> = found.iter().map(|(_, purl)| purl.as_str()).collect();
    assert_eq!(
        purls,
        [
            "pkg:npm/%40s/a@1.0.0",
            "pkg:pypi/pyyaml@3.13",
            "pkg:maven/org.x/y@1.2",
            "pkg:nuget/Json@13.0.1"
        ]
    );
    assert!(found.iter().all(|(path, _)| path == "build/app.zip"));
    assert_eq!(unread, []);
}

#[test]
fn folders_of_installed_packages_are_read() {
    let metadata = b"Name: requests\nVersion: 2.28.2\n".to_vec();
    let (found, _) = found(&[("layer/python/requests-2.28.2.dist-info/METADATA", metadata)]);
    let purls: Vec<&str> = found.iter().map(|(_, purl)| purl.as_str()).collect();
    assert_eq!(purls, ["pkg:pypi/requests@2.28.2"]);
}

#[test]
fn a_damaged_archive_is_said() {
    let mut bytes = zipped(&[("a-1.dist-info/METADATA", b"Name: a\nVersion: 1\n")]);
    bytes.truncate(bytes.len() / 2);
    let (found, unread) = found(&[("app.zip", bytes)]);
    assert_eq!((found.len(), unread.len()), (0, 1));
}
