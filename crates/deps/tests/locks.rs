//! Every kind of lock file: the packages that are read from it, and that nothing in it can stop the reader.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use base::{Budget, MemorySystem, RelPath};
use deps::Inventory;
use proptest::prelude::*;

fn read(files: &[(&str, &str)]) -> Inventory {
    let files = files
        .iter()
        .map(|(path, text)| (RelPath::new(path).unwrap(), (*text).to_owned()));
    deps::read(&MemorySystem::new(files), &Budget::default()).0
}

/// What the bundles deploy: package URLs, with `!` where the file holds no hash.
fn deployed(files: &[(&str, &str)]) -> Vec<String> {
    let inventory = read(files);
    let bundles = inventory.bundles.iter();
    let packages = bundles.flat_map(|bundle| inventory.packages(bundle));
    packages
        .map(|it| format!("{}{}", it.purl(), if it.has_integrity { "" } else { "!" }))
        .collect()
}

const MANIFEST: (&str, &str) = (
    "package.json",
    r#"{"dependencies": {"a": "^1.0.0"}, "devDependencies": {"tool": "^1.0.0"}}"#,
);
const PROJECT: (&str, &str) = ("pyproject.toml", "[project]\ndependencies = [\"A_b>=1\"]\n");

#[test]
fn lock_files_of_javascript() {
    let expected = ["pkg:npm/a@1.2.0", "pkg:npm/%40s/b@2.0.0"];
    for (path, text) in [
        (
            "package-lock.json",
            r#"{"lockfileVersion": 1, "dependencies": {
                "a": {"version": "1.2.0", "integrity": "x", "requires": {"@s/b": "^2.0.0"}, "dependencies": {
                    "@s/b": {"version": "2.0.0", "integrity": "x"}}},
                "tool": {"version": "1.0.0", "integrity": "x", "dev": true}}}"#,
        ),
        (
            "npm-shrinkwrap.json",
            r#"{"lockfileVersion": 3, "packages": {
                "": {"dependencies": {"a": "^1.0.0"}, "devDependencies": {"tool": "^1.0.0"}},
                "node_modules/a": {"version": "1.2.0", "integrity": "x", "dependencies": {"@s/b": "^2.0.0"}},
                "node_modules/a/node_modules/@s/b": {"version": "2.0.0", "integrity": "x"},
                "node_modules/tool": {"version": "1.0.0", "integrity": "x", "dev": true}}}"#,
        ),
        (
            "yarn.lock",
            "# yarn lockfile v1\n\na@^1.0.0, a@^1.1.0:\n  version \"1.2.0\"\n  integrity sha512-x\n  dependencies:\n    \"@s/b\" \"^2.0.0\"\n\n\
             \"@s/b@^2.0.0\":\n  version \"2.0.0\"\n  integrity sha512-x\n\ntool@^1.0.0:\n  version \"1.0.0\"\n  integrity sha512-x\n",
        ),
        (
            "yarn.lock",
            "__metadata:\n  version: 8\n\n\"a@npm:^1.0.0\":\n  version: 1.2.0\n  resolution: \"a@npm:1.2.0\"\n  dependencies:\n    \"@s/b\": \"npm:^2.0.0\"\n  checksum: 10c0/x\n\n\
             \"@s/b@npm:^2.0.0\":\n  version: 2.0.0\n  resolution: \"@s/b@npm:2.0.0\"\n  checksum: 10c0/x\n\n\
             \"root@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"root@workspace:.\"\n  dependencies:\n    a: \"npm:^1.0.0\"\n\n\
             \"tool@npm:^1.0.0\":\n  version: 1.0.0\n  resolution: \"tool@npm:1.0.0\"\n  checksum: 10c0/x\n",
        ),
        (
            "pnpm-lock.yaml",
            "lockfileVersion: 5.4\nspecifiers: {a: ^1.0.0, tool: ^1.0.0}\ndependencies: {a: 1.2.0_c@1.0.0}\ndevDependencies: {tool: 1.0.0}\npackages:\n  \
             /a/1.2.0_c@1.0.0:\n    resolution: {integrity: x}\n    dependencies: {'@s/b': 2.0.0}\n  /@s/b/2.0.0:\n    resolution: {integrity: x}\n  \
             /tool/1.0.0:\n    resolution: {integrity: x}\n    dev: true\n",
        ),
        (
            "bun.lock",
            r#"{"lockfileVersion": 1, "workspaces": {"": {"name": "root", "dependencies": {"a": "^1.0.0"}, "devDependencies": {"tool": "1"},},},
                "packages": {"a": ["a@1.2.0", "", {"dependencies": {"@s/b": "^2.0.0"}}, "sha512-x"],
                "a/@s/b": ["@s/b@2.0.0", "", {}, "sha512-x"], "tool": ["tool@1.0.0", "", {}, "sha512-x"],}}"#,
        ),
    ] {
        let mut found = deployed(&[MANIFEST, (path, text)]);
        found.sort_by_key(|purl| purl.contains("%40s"));
        assert_eq!(found, expected, "{path}: {text}");
    }
}

#[test]
fn lock_files_of_python() {
    let expected = ["pkg:pypi/a-b@1.2", "pkg:pypi/c@2.0"];
    for (path, text) in [
        (
            "poetry.lock",
            "[[package]]\nname = \"a-b\"\nversion = \"1.2\"\nfiles = [{file = \"x\", hash = \"sha256:x\"}]\n[package.dependencies]\nC = \">=2\"\n\
             [[package]]\nname = \"c\"\nversion = \"2.0\"\nfiles = [{file = \"x\", hash = \"sha256:x\"}]\n\
             [[package]]\nname = \"tool\"\nversion = \"1.0\"\ngroups = [\"dev\"]\nfiles = [{file = \"x\", hash = \"sha256:x\"}]\n",
        ),
        (
            "uv.lock",
            "[[package]]\nname = \"a-b\"\nversion = \"1.2\"\nsource = {registry = \"https://pypi.org/simple\"}\ndependencies = [{name = \"c\"}]\nwheels = [{url = \"x\", hash = \"sha256:x\"}]\n\
             [[package]]\nname = \"c\"\nversion = \"2.0\"\nsource = {registry = \"https://pypi.org/simple\"}\nsdist = {url = \"x\", hash = \"sha256:x\"}\n\
             [[package]]\nname = \"root\"\nversion = \"0\"\nsource = {virtual = \".\"}\ndependencies = [{name = \"a-b\"}]\n[package.dev-dependencies]\ndev = [{name = \"tool\"}]\n\
             [[package]]\nname = \"tool\"\nversion = \"1.0\"\nsource = {registry = \"https://pypi.org/simple\"}\n",
        ),
        (
            "pdm.lock",
            "[[package]]\nname = \"a-b\"\nversion = \"1.2\"\ngroups = [\"default\"]\ndependencies = [\"c>=2\"]\nfiles = [{file = \"x\", hash = \"x\"}]\n\
             [[package]]\nname = \"c\"\nversion = \"2.0\"\ngroups = [\"default\"]\nfiles = [{file = \"x\", hash = \"x\"}]\n\
             [[package]]\nname = \"tool\"\nversion = \"1.0\"\ngroups = [\"dev\"]\nfiles = [{file = \"x\", hash = \"x\"}]\n",
        ),
        (
            "pylock.toml",
            "lock-version = \"1.0\"\n[[packages]]\nname = \"a-b\"\nversion = \"1.2\"\ndependencies = [{name = \"c\"}]\nwheels = [{url = \"x\", hashes = {sha256 = \"x\"}}]\n\
             [[packages]]\nname = \"c\"\nversion = \"2.0\"\nsdist = {url = \"x\", hashes = {sha256 = \"x\"}}\n",
        ),
    ] {
        assert_eq!(deployed(&[PROJECT, (path, text)]), expected, "{path}");
    }
    let pipfile = ("Pipfile", "[packages]\na-b = \"*\"\n");
    let lock = r#"{"default": {"a-b": {"version": "==1.2", "hashes": ["sha256:x"]}, "c": {"version": "==2.0", "hashes": ["sha256:x"]}},
        "develop": {"tool": {"version": "==1.0"}}}"#;
    // It does not say what needs what: all that is deployed stands in one section.
    assert_eq!(deployed(&[pipfile, ("Pipfile.lock", lock)]), expected);
}

#[test]
fn requirements_draw_in_others_and_are_constrained() {
    let found = deployed(&[
        (
            "app/requirements.txt",
            "-r ../base.txt\n-c limits.txt\nfree\nopen>=1\n",
        ),
        ("app/limits.txt", "free==3.0\nunused==1.0\n"),
        (
            "base.txt",
            "-r app/requirements.txt\nShared==1.0 --hash=sha256:ab\n-r /etc/passwd\n",
        ),
    ]);
    assert_eq!(found, ["pkg:pypi/free@3.0!", "pkg:pypi/shared@1.0"]);
}

#[test]
fn lock_files_of_other_languages() {
    for (files, expected) in [
        (
            vec![(
                "Cargo.lock",
                "version = 4\n[[package]]\nname = \"root\"\nversion = \"0.1.0\"\ndependencies = [\"serde\"]\n\
                 [[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"x\"\n",
            )],
            vec!["pkg:cargo/serde@1.0.0"],
        ),
        (
            vec![(
                "go.mod",
                "module x\n\ngo 1.22\n\nrequire github.com/a/b v1.2.3\nrequire (\n\tgithub.com/c/d v0.0.0-20200101000000-abcdefabcdef // indirect\n\tgithub.com/e/f v2.0.0+incompatible\n)\n\
                 replace github.com/e/f => github.com/g/f v2.0.1\n",
            )],
            vec![
                "pkg:golang/github.com/a/b@v1.2.3",
                "pkg:golang/github.com/c/d@v0.0.0-20200101000000-abcdefabcdef",
                "pkg:golang/github.com/g/f@v2.0.1",
            ],
        ),
        (
            vec![(
                "Gemfile.lock",
                "GEM\n  remote: https://rubygems.org/\n  specs:\n    nokogiri (1.15.0-x86_64-linux)\n      racc (~> 1.4)\n    racc (1.7.1)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  nokogiri\n",
            )],
            vec!["pkg:gem/nokogiri@1.15.0!", "pkg:gem/racc@1.7.1!"],
        ),
        (
            vec![
                (
                    "fn/pom.xml",
                    "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><parent><groupId>g</groupId><artifactId>p</artifactId><version>7</version></parent>\
                     <properties><log.version>2.14.1</log.version></properties><dependencies>\
                     <dependency><groupId>org.log</groupId><artifactId>core</artifactId><version>${log.version}</version></dependency>\
                     <dependency><groupId>${project.groupId}</groupId><artifactId>own</artifactId><version>${project.version}</version></dependency>\
                     <dependency><groupId>m</groupId><artifactId>managed</artifactId></dependency>\
                     <dependency><groupId>m</groupId><artifactId>elsewhere</artifactId></dependency>\
                     <dependency><groupId>junit</groupId><artifactId>junit</artifactId><version>4.13</version><scope>test</scope></dependency>\
                     </dependencies></project>",
                ),
                (
                    "pom.xml",
                    "<project><groupId>g</groupId><artifactId>p</artifactId><version>7</version><dependencyManagement><dependencies>\
                     <dependency><groupId>m</groupId><artifactId>managed</artifactId><version>3.1</version></dependency>\
                     </dependencies></dependencyManagement></project>",
                ),
            ],
            vec![
                "pkg:maven/org.log/core@2.14.1!",
                "pkg:maven/g/own@7!",
                "pkg:maven/m/managed@3.1!",
            ],
        ),
        (
            vec![(
                "gradle.lockfile",
                "# comment\na.b:c:1.0=compileClasspath,runtimeClasspath\nt.u:v:2.0=testRuntimeClasspath\nempty=annotationProcessor\n",
            )],
            vec!["pkg:maven/a.b/c@1.0!"],
        ),
        (
            vec![(
                "gradle/libs.versions.toml",
                "[versions]\nx = \"1.5\"\n[libraries]\na = {module = \"g:a\", version.ref = \"x\"}\nb = \"g:b:2.0\"\n",
            )],
            vec!["pkg:maven/g/a@1.5!", "pkg:maven/g/b@2.0!"],
        ),
        (
            vec![(
                "packages.lock.json",
                r#"{"version": 1, "dependencies": {"net8.0": {"A.B": {"type": "Direct", "resolved": "1.0.0", "contentHash": "x", "dependencies": {"C": "2.0.0"}},
                   "C": {"type": "Transitive", "resolved": "2.0.0", "contentHash": "x"}}}}"#,
            )],
            vec!["pkg:nuget/A.B@1.0.0", "pkg:nuget/C@2.0.0"],
        ),
        (
            vec![(
                "fn.csproj",
                "<Project><ItemGroup><PackageReference Include=\"A\" Version=\"1.0.0\" /><PackageReference Include=\"B\" Version=\"2.*\" />\
                 <PackageReference Include=\"T\" Version=\"1.0.0\" PrivateAssets=\"all\" /></ItemGroup></Project>",
            )],
            vec!["pkg:nuget/A@1.0.0!"],
        ),
    ] {
        assert_eq!(deployed(&files), expected, "{files:?}");
    }
}

const NAMES: [&str; 17] = [
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "requirements.txt",
    "Pipfile.lock",
    "poetry.lock",
    "pylock.toml",
    "pom.xml",
    "gradle.lockfile",
    "libs.versions.toml",
    "packages.lock.json",
    "project.assets.json",
    "x.csproj",
    "go.mod",
    "Gemfile.lock",
    "Cargo.lock",
];

#[test]
fn deep_nesting_is_cut_off() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(20_000), close.repeat(20_000));
    for name in NAMES {
        for text in [
            deep("{\"dependencies\":", "}"),
            deep("[", "]"),
            deep("<a>", "</a>"),
            format!("a = {}", deep("[", "]")),
        ] {
            let _ = read(&[(name, &text)]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_text_stops_a_reader(text in "[ -~\n\t\u{e9}\u{1f600}]{0,300}") {
        for name in NAMES {
            let _ = read(&[(name, &text)]);
        }
    }

    #[test]
    fn no_mutilated_file_stops_a_reader(cut in 0..400usize, from in 0..400usize, insert in "[@/:,()\\[\\]{}\"'<>=\n -]{0,3}") {
        let text = "GEM\n  specs:\n    a (1)\n      b (>= 1)\n\"a@npm:^1, b@^2\":\n  version \"1\"\n  dependencies:\n    c \"1\"\n\
            require (\n\ta/b v1 // indirect\n)\nreplace a => b v1\ng:a:1=runtimeClasspath\n-r x\na==1 --hash=sha256:x\n\
            <project><dependencies><dependency><groupId>${a}</groupId></dependency></dependencies></project>\n\
            [[package]]\nname = \"a\"\ndependencies = [\"b 1\"]\n{\"packages\": {\"node_modules/a\": {\"version\": \"1\"}}}";
        let head: String = text.chars().take(cut).collect();
        let tail: String = text.chars().skip(from).collect();
        for name in NAMES {
            let _ = read(&[(name, &format!("{head}{insert}{tail}"))]);
        }
    }
}
